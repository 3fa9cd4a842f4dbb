import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { findBaselineId, hasComparedRun } from '../../history/find-period.ts';
import { listDeparted } from '../../history/list-departed.ts';
import type { Mirror } from '../../mirror/open-mirror.ts';
import type { Io } from '../io.ts';
import { printListing } from '../print-rows.ts';
import { renderDeparted } from '../render/departed.ts';
import { toBaselineWords } from '../render/period.ts';
import { addRowFormat, readRowFormat } from '../row-format-options.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirrorMoment } from '../with-mirror.ts';

/** Those of the view `departed_cases`, and what is left to do. */
const COLUMNS = [
  'id',
  'name',
  'case_ongoing',
  'case_status',
  'court',
  'filing_date',
  'departed_run_id',
  'departed_at',
  'first_seen_at',
  'redacted_at',
  'is_redaction_pending',
];

export function defineDeparted(command: Command): Command {
  return addSettings(
    addRowFormat(
      command.description('List the cases that have left the site, with the last that is known of them.'),
      'text',
    ),
    ['database'],
  );
}

function toNone(mirror: Mirror): string {
  const none = 'No case has left the site, as far as the mirror knows.';
  if (hasComparedRun(mirror)) return none;
  const baselineId = findBaselineId(mirror);
  return `${none} ${baselineId === undefined ? 'It holds no case yet.' : toBaselineWords(baselineId)}`;
}

export async function runDepartedCommand(flags: Flags, io: Io): Promise<ExitName> {
  const output = readRowFormat(flags, 'text');
  const { database } = readSettings(flags, io);
  await withMirrorMoment(database, async (mirror) => {
    const none = toNone(mirror);
    await printListing(io, output, database, {
      columns: COLUMNS,
      objects: () => listDeparted(mirror),
      text: (width) => renderDeparted(listDeparted(mirror), { width, timeZone: io.timeZone, none }),
      none: `${none}\n`,
    });
  });
  return 'complete';
}
