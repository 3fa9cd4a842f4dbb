import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findBaselineId, hasComparedRun } from '../../history/period.ts';
import { listDeparted } from '../../history/transitions.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { Io } from '../io.ts';
import { printListing } from '../output.ts';
import { DEPARTED_COLUMNS, renderDeparted } from '../text/departed.ts';
import { toBaselineWords } from '../text/period.ts';
import { type Flags, addRowFormat, addSettings, readRowFormat, readSettings } from '../options.ts';
import { withMirrorMoment } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  return addSettings(addRowFormat(command, 'text'), ['database']);
}

function toNone(mirror: Mirror): string {
  const none = 'No case has left the site, as far as the mirror knows.';
  if (hasComparedRun(mirror)) return none;
  const baselineId = findBaselineId(mirror);
  return `${none} ${baselineId === undefined ? 'It holds no case yet.' : toBaselineWords(baselineId)}`;
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const output = readRowFormat(flags, 'text');
  const { database } = readSettings(flags, io);
  await withMirrorMoment(database, async (mirror) => {
    const none = toNone(mirror);
    await printListing(io, output, database, {
      columns: DEPARTED_COLUMNS,
      objects: () => listDeparted(mirror),
      text: (width) => renderDeparted(listDeparted(mirror), { width, timeZone: io.timeZone, none }),
      none: `${none}\n`,
    });
  });
  return 'complete';
}
