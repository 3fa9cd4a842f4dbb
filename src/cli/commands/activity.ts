import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { checkCase } from '../../history/changes.ts';
import { findPeriod, type Period } from '../../history/period.ts';
import {
  findNewestActiveRun,
  listActiveCases,
  listNewRecords,
  prepareFindNewEntry,
  type ActivityFilter,
  type ActiveCase,
  type FindNewEntry,
  type NewRecord,
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
import { toAim } from '../suggested-commands.ts';
import { printListing } from '../output.ts';
import { toNoneWords, toOutcomeWords, toPeriodWords } from '../text/period.ts';
import { MARKDOWN, toPlainStyle, type WritingStyle } from '../text/style.ts';
import { toCaseName } from '../text/words.ts';
import { toEntryWords } from '../text/field-sentences.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';

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
      text: (width) => toText(toPlainStyle(width, toAim(io, flags))),
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

/** The maximum number of new entries printed per case. */
const MAX_ENTRIES = 10;

interface ActivityToRender {
  readonly period: Period;
  readonly cases: Iterable<ActiveCase>;
  readonly find: FindNewEntry;
  /** New documents, further dockets and resources, case by case. */
  readonly records: Iterable<NewRecord>;
  readonly timeZone: string;
  /** The maximum number of cases printed; the totals count all. */
  readonly limit: number;
}

/** Lists new docket entries case by case, piece by piece. */
function* renderActivity(
  { period, cases, find, records, limit, timeZone }: ActivityToRender,
  style: WritingStyle,
): Generator<string> {
  let caseCount = 0;
  let entryCount = 0;
  yield style.title(`New docket entries found by ${toPeriodWords(period, timeZone)}`);
  for (const { caseId, entryIds } of cases) {
    caseCount++;
    entryCount += entryIds.length;
    if (caseCount > limit) continue;
    const entries = entryIds.slice(0, MAX_ENTRIES).map(find);
    yield style.caseHeading(caseId, toCaseName(entries[0]?.case_name ?? null));
    for (const { entry_number, date_filed, description } of entries)
      yield style.line(toEntryWords({ entry_number, date_filed, description }, style), 0);
    const rest = entryIds.length - entries.length;
    if (rest > 0) yield style.line(`and ${renderCount(rest)} more`, 0);
    yield '\n';
  }
  if (caseCount > limit) {
    const rest = renderPlural(caseCount - limit, 'more case');
    yield `${style.sentence(`${rest} not shown: --limit 0 shows all.`)}\n`;
  }
  const total = renderPlural(entryCount, 'new docket entry', 'new docket entries');
  yield style.sentence(
    caseCount === 0 ? 'No new docket entries.' : `In all: ${total} in ${renderPlural(caseCount, 'case')}.`,
  );
  yield* renderRecords(records, limit, style);
  for (const line of toOutcomeWords(period, timeZone)) yield style.sentence(line);
}

/** Lists what was added to the linked lists of cases, such as a complaint; nothing if nothing was. */
function* renderRecords(records: Iterable<NewRecord>, limit: number, style: WritingStyle): Generator<string> {
  let current: number | undefined;
  let [cases, count] = [0, 0];
  for (const record of records) {
    count++;
    if (count === 1) yield `\n${style.title('New documents, further dockets and resources')}`;
    if (record.case_id !== current) {
      current = record.case_id;
      cases++;
      if (cases <= limit) yield style.caseHeading(record.case_id, toCaseName(record.case_name));
    }
    if (cases <= limit) yield style.line(toRecordWords(record), 0);
  }
  if (count === 0) return;
  const total = `${renderPlural(count, 'new record')} in ${renderPlural(cases, 'case')}`;
  const rest = cases > limit ? ' Some are not shown: --limit 0 shows all.' : '';
  yield `\n${style.sentence(`In all: ${total}.${rest}`)}`;
}

function toRecordWords({ record_kind, document_type, title, date, record_key }: NewRecord): string {
  const kind =
    record_kind === 'document'
      ? (document_type ?? 'Document')
      : record_kind === 'docket'
        ? 'Docket'
        : 'Resource';
  const name = title === null || title.trim() === '' ? '' : `: ${clipText(title.trim(), MAX_TITLE)}`;
  const id = record_kind === 'document' ? ` (document ${record_key})` : '';
  return `${kind} was added${name}${date === null ? '' : `, ${date}`}${id}`;
}

const MAX_TITLE = 160;
