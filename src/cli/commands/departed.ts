import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { listDeparted, type DepartedCase } from '../../history/list-departed.ts';
import { writePieces, type Io } from '../io.ts';
import { renderDeparted } from '../render/departed.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirrorMoment } from '../with-mirror-moment.ts';

export function defineDeparted(command: Command): Command {
  return addSettings(
    command
      .description('List the cases that have left the site, with the last that is known of them.')
      .option('--json', 'print them as JSON, one object a line'),
    ['database'],
  );
}

export async function runDepartedCommand(flags: Flags, io: Io): Promise<ExitName> {
  await withMirrorMoment(readSettings(flags, io).database, async (mirror) => {
    const departed = listDeparted(mirror);
    await writePieces(io.stdout, flags.json === true ? toLines(departed) : renderDeparted(departed));
  });
  return 'complete';
}

function* toLines(departed: Iterable<DepartedCase>): Generator<string> {
  for (const one of departed) yield `${JSON.stringify(one)}\n`;
}
