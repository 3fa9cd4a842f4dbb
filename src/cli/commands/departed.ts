import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { listDeparted } from '../../history/list-departed.ts';
import type { Io } from '../io.ts';
import { printListing } from '../print-rows.ts';
import { renderDeparted } from '../render/departed.ts';
import { addRowFormat, readRowFormat } from '../row-format-options.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirrorMoment } from '../with-mirror-moment.ts';

/** Those of the view `departed_cases`. */
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

export async function runDepartedCommand(flags: Flags, io: Io): Promise<ExitName> {
  const output = readRowFormat(flags, 'text');
  const { database } = readSettings(flags, io);
  await withMirrorMoment(database, (mirror) =>
    printListing(io, output, database, {
      columns: COLUMNS,
      objects: () => listDeparted(mirror),
      text: (width) => renderDeparted(listDeparted(mirror), width, io.timeZone),
    }),
  );
  return 'complete';
}
