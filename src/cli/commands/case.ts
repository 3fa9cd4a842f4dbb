import { InvalidArgumentError, type Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { findCase } from '../../mirror/find-case.ts';
import { write, type Io } from '../io.ts';
import { renderCase } from '../render/case.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirror } from '../with-mirror.ts';

export function defineCase(command: Command): Command {
  return addSettings(
    command
      .description('Show one case of the mirror.')
      .argument('<id>', "the case's id", parseCaseId)
      .option('--raw', 'print the JSON that the API sent, nothing added or left out')
      .option('--json', "the same as --raw, with the mirror's own notes around it"),
    ['database'],
  ).addHelpText(
    'after',
    `
Examples:
  $ clearinghouse-mirror case 10002
  $ clearinghouse-mirror case 10002 --raw > case.json`,
  );
}

export function parseCaseId(text: string): number {
  const id = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(id))
    throw new InvalidArgumentError('A case id is a whole number.');
  return id;
}

export async function runCaseCommand(id: number, flags: Flags, io: Io): Promise<ExitName> {
  const found = withMirror(readSettings(flags, io).database, (mirror) => findCase(mirror, id));
  if (flags.raw === true) {
    await write(io.stdout, `${JSON.stringify(found.payload, null, 2)}\n`);
  } else if (flags.json === true) {
    const { payload, fingerprint, firstRunId, changedRunId } = found;
    const notes = { id, fingerprint, first_run_id: firstRunId, changed_run_id: changedRunId };
    await write(io.stdout, `${JSON.stringify({ ...notes, payload })}\n`);
  } else {
    await write(io.stdout, renderCase(found.payload));
  }
  return 'complete';
}
