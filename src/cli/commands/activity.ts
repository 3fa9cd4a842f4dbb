import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { checkCase } from '../../history/changes.ts';
import { findPeriod } from '../../history/period.ts';
import {
  findNewestActiveRun,
  listActiveCases,
  listNewRecords,
  prepareFindNewEntry,
  type ActivityFilter,
} from '../../history/activity.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { parseCaseId, withMirrorMoment } from '../with-mirror.ts';
import type { Io } from '../io.ts';
import {
  type Flags,
  SINCE_HELP,
  addRowFormat,
  addSettings,
  addSince,
  parseLimit,
  readPeriod,
  readRowFormat,
  readSettings,
} from '../options.ts';
import { printListing } from '../output.ts';
import { renderActivity } from '../text/activity.ts';
import { toNoneWords } from '../text/period.ts';
import { MARKDOWN, toPlainStyle, type WritingStyle } from '../text/style.ts';

const MAX_CASES = 50;

const COLUMNS = [
  'run_id',
  'seen_at',
  'case_id',
  'case_name',
  'entry_key',
  'id',
  'entry_number',
  'date_filed',
  'description',
  'url',
  'record_kind',
  'record_key',
  'document_type',
  'title',
  'date',
];

/** Every object has every field, so that the fields of each format are the same. */
const NO_FIELDS = Object.fromEntries(COLUMNS.map((column) => [column, null]));

export function defineOptions(command: Command): Command {
  return addSettings(
    addRowFormat(
      addSince(command)
        .option('--case <id>', 'only this case, by its id or link', parseCaseId)
        .option(
          '--limit <n>',
          `maximum number of cases to print; 0 for all (default: ${MAX_CASES})`,
          parseLimit,
        ),
      'text',
    ),
    ['database'],
  ).addHelpText(
    'after',
    `
An entry is new if a run added it to a case that the mirror already had. Cases of the newest run come first.
Documents, further dockets and resources follow, if they were added after their list was first read.
${SINCE_HELP}
With --case but no --since, the period starts at the first run. --limit applies to text and Markdown; the other formats
contain every entry.

Examples:
  $ clearinghouse-mirror activity --since 7d
  $ clearinghouse-mirror activity --case 10002 --json
  $ clearinghouse-mirror activity --since 2026-03 --excel --output march.csv`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const output = readRowFormat(flags, 'text');
  const { since } = readPeriod(flags, io);
  const caseId = flags.case as number | undefined;
  const isDefault = since === undefined && caseId === undefined;
  const { database } = readSettings(flags, io);
  await withMirrorMoment(database, async (mirror) => {
    if (caseId !== undefined) checkCase(mirror, caseId);
    const period = findPeriod(mirror, {
      since,
      otherwise: isDefault ? () => findNewestActiveRun(mirror) : 'first run',
    });
    const none = `No new docket entries${toNoneWords(period, !isDefault)}\n`;
    const toText = (style: WritingStyle): Iterable<string> => {
      if (period === null) return [style.sentence(none.trimEnd())];
      const limit = (flags.limit as number | undefined) ?? MAX_CASES;
      const cases = listActiveCases(mirror, { period, caseId });
      const { timeZone } = io;
      const records = listNewRecords(mirror, { period, caseId });
      const find = prepareFindNewEntry(mirror);
      return renderActivity({ period, cases, find, records, timeZone, limit }, style);
    };
    await printListing(io, output, database, {
      columns: COLUMNS,
      objects: () => (period === null ? [] : listEntries(mirror, { period, caseId })),
      text: (width) => toText(toPlainStyle(width)),
      markdown: () => toText(MARKDOWN),
      none,
    });
  });
  return 'complete';
}

function* listEntries(mirror: Mirror, filter: ActivityFilter): Generator<object> {
  const find = prepareFindNewEntry(mirror);
  for (const { entryIds } of listActiveCases(mirror, filter))
    for (const id of entryIds) yield { ...NO_FIELDS, record_kind: 'docket_entry', ...find(id) };
  for (const record of listNewRecords(mirror, filter)) yield { ...NO_FIELDS, ...record };
}
