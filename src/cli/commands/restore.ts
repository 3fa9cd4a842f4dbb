import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { toPath } from '../../config/paths.ts';
import { parseSettings, parseSnapshotSettings } from '../../config/settings.ts';
import { checkCopy, type ContentCount } from '../../backup/copy.ts';
import { restoreSnapshot, type Restoration } from '../../backup/restore.ts';
import { toFilePath, toFilesFolder } from '../../db/linked/file-store.ts';
import { listFileHashes } from '../../db/linked/files.ts';
import { readOrElse } from '../../db/open-mirror.ts';
import { say, withStop, write, type Io } from '../io.ts';
import { toAim } from '../suggested-commands.ts';
import { renderBroken } from '../text/errors.ts';
import { toJsonLine } from '../text/words.ts';
import { addSettings, readWrittenSettings, type Flags } from '../options.ts';
import { toPlaceText } from '../../lib/command-line.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--yes', 'restore it; without this flag, only show what would be done')
      .option('--json', 'print JSON'),
    ['database', 'snapshots'],
  ).addHelpText(
    'after',
    `
restore refuses to run while a process writes to the mirror or reads it. It first copies and checks the snapshot, including
a \`-wal\` file beside it. The replaced mirror stays beside the new one, under another name. If --database is a symbolic link,
its target is replaced. The next sync downloads newer data; the replaced file keeps what the site said in between.

Example:
  $ clearinghouse-mirror restore clearinghouse-20261124T031742Z.db --yes`,
  );
}

export async function runCommand(name: string, flags: Flags, io: Io): Promise<ExitName> {
  const written = readWrittenSettings(flags, io);
  const { database } = parseSettings(written);
  const snapshot = findFile(name, io.folder, parseSnapshotSettings(written, database).folder);
  const said = checkCopy(snapshot);
  const done =
    flags.yes === true
      ? await withStop(io, (signal) =>
          restoreSnapshot(snapshot, database, io.runtime.now(), signal, (broken) => {
            say(io.stderr, renderBroken(broken));
          }),
        )
      : null;
  const { cases, lastRun } = done ?? said;
  const text =
    flags.json === true
      ? toJsonLine({
          snapshot,
          database: done?.database ?? database,
          cases,
          last_run: lastRun,
          restored: done !== null,
          replaced: done?.replaced ?? null,
          redacted_cases: done?.redactedCases ?? [],
          past_unknown: done?.isPastUnknown ?? false,
        })
      : `${render(snapshot, database, said, done)}${done === null ? '' : renderFiles(done.database)}`;
  await write(io.stdout, flags.json === true ? text : toAim(io, flags)(text));
  return 'complete';
}

/** A path, or a name that `snapshot --list` shows. Fails with DATABASE_MISSING. */
function findFile(name: string, folder: string, snapshots: string): string {
  const path = toPath(name, 'The name of the snapshot', folder, true);
  const listed = join(snapshots, name);
  if (existsSync(path) || basename(name) !== name) return path;
  if (existsSync(listed)) return listed;
  throw new MirrorError('DATABASE_MISSING', `There is no ${path}, and no ${listed}.`, {
    hint: '`clearinghouse-mirror snapshot --list` shows the snapshots.',
  });
}

/** A snapshot has no files of documents: those that lie in the folder are kept, and the others are requested again. */
function renderFiles(database: string): string {
  const hashes = readOrElse(database, listFileHashes, []);
  if (hashes.length === 0) return '';
  const folder = toFilesFolder(database);
  const there = hashes.filter((hash) => existsSync(toFilePath(folder, hash))).length;
  const missing = hashes.length - there;
  const rest =
    missing === 0
      ? ''
      : there === 0
        ? ' Put the folder of the files there; if they are lost, `status` names the command that requests them again.'
        : ` The next fetch-files requests the other ${renderCount(missing)} again.`;
  return `Of the ${renderPlural(hashes.length, 'file')} of documents that it names, ${toPlaceText(folder)} has ${renderCount(there)}.${rest}\n`;
}

function render(snapshot: string, database: string, said: ContentCount, done: Restoration | null): string {
  const { cases, lastRun } = done ?? said;
  const content = `${toPlaceText(snapshot)}: ${renderPlural(cases, 'case')}, up to run ${lastRun ?? 'none'}`;
  if (done === null)
    return `This would replace ${toPlaceText(database)} with\n  ${content}.\nNothing was done. To do it, add --yes.\n`;
  const lines = [`Replaced ${toPlaceText(done.database)} with`, `  ${content}.`];
  if (done.replaced !== null) lines.push(`The mirror that was there is now ${toPlaceText(done.replaced)}.`);
  if (done.isPastUnknown)
    lines.push(
      'That mirror cannot be read completely, so exports and redactions since the snapshot are not known.',
    );
  if (done.redactedCases.length > 0)
    lines.push(
      `The snapshot holds the content of cases that were redacted since: ${done.redactedCases.join(', ')}.`,
      'To remove it again, after the next sync: `clearinghouse-mirror redact ID --yes`.',
    );
  return `${lines.join('\n')}\n`;
}
