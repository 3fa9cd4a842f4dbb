import type { Command } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findLinkedState } from '../../db/linked/passes.ts';
import { listCoverage } from '../../db/state.ts';
import type { Io } from '../io.ts';
import { printListing } from '../output.ts';
import { type Flags, addRowFormat, addSettings, readRowFormat, readSettings } from '../options.ts';
import { renderLinkedState } from '../text/linked.ts';
import { renderCoverageHistory, toCoverageJson } from '../text/report.ts';
import { withMirror } from '../with-mirror.ts';

const MAX_CHECKS = 10;

export function defineOptions(command: Command): Command {
  return addSettings(addRowFormat(command, 'text'), ['database']).addHelpText(
    'after',
    `
Each sync of all lists records how many cases the API counts without a filter and by
case_status (from the first page of each list). Cases without a case_ongoing value are in
none of the five lists; \`sync --include-unclassified\`, the default, also reads the list
"In Process (Public)", which holds them. The text output also says how many of the linked
lists (documents, dockets, resources) were read; for JSON, see \`status --json\`.`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const output = readRowFormat(flags, 'text');
  const { database } = readSettings(flags, io);
  const [checks, linked] = withMirror(database, (mirror) => [
    listCoverage(mirror, MAX_CHECKS),
    findLinkedState(mirror),
  ]);
  if (checks.length === 0)
    throw new MirrorError('COVERAGE_UNKNOWN', `No run in ${database} has measured it.`);
  await printListing(io, output, database, {
    columns: Object.keys(checks.map(toCoverageJson)[0] ?? {}),
    objects: () => checks.map(toCoverageJson),
    text: (width) => [
      renderCoverageHistory(checks, width, io.timeZone),
      renderLinkedState(linked, width, io.timeZone),
    ],
  });
  return 'complete';
}
