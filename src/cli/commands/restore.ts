import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { countContent } from '../../snapshots/check-copy.ts';
import { restoreSnapshot } from '../../snapshots/restore-snapshot.ts';
import { write, type Io } from '../io.ts';
import { renderPlural } from '../render/units.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';

export function defineRestore(command: Command): Command {
  return addSettings(
    command
      .description('Put a snapshot in the place of the mirror.')
      .argument('<snapshot>', 'the file')
      .option('--yes', 'do it; without this flag it only says what would be done')
      .option('--json', 'print it as JSON'),
    ['database'],
  ).addHelpText(
    'after',
    `
Never while a process writes to the mirror or reads it. The snapshot is copied and checked first; the mirror that was there
stays beside it, under a name of its own. The next sync brings what is newer; what the site said between the two and no
longer says is in the file that was replaced.

Example:
  $ clearinghouse-mirror restore snapshots/clearinghouse-20261124T031742Z.db --yes`,
  );
}

export async function runRestoreCommand(file: string, flags: Flags, io: Io): Promise<ExitName> {
  const { database } = readSettings(flags, io);
  const snapshot = resolve(io.folder, file);
  const { cases, lastRun } = countContent(snapshot);
  const done = flags.yes === true ? restoreSnapshot(snapshot, database, io.surroundings.now()) : null;
  const content = `${snapshot}: ${renderPlural(cases, 'case')}, up to run ${lastRun ?? 'none'}`;
  const text =
    done === null
      ? `Would put in the place of ${database}\n  ${content}.\nNothing was done. To do it, add --yes.\n`
      : `In the place of ${database} is now\n  ${content}.\n${done.replaced === null ? '' : `What was there is ${done.replaced}.\n`}`;
  await write(
    io.stdout,
    flags.json === true
      ? `${JSON.stringify({ snapshot, database, cases, last_run: lastRun, restored: done !== null, replaced: done?.replaced ?? null })}\n`
      : text,
  );
  return 'complete';
}
