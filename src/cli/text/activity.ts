import type { Period } from '../../history/period.ts';
import type { ActiveCase, FindNewEntry, NewRecord } from '../../history/activity.ts';
import { toCaseName } from './words.ts';
import { toEntryWords } from './field-sentences.ts';
import { toOutcomeWords, toPeriodWords } from './period.ts';
import type { WritingStyle } from './style.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';

/** The maximum number of new entries printed per case. */
const MAX_ENTRIES = 10;

export interface ActivityToRender {
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
export function* renderActivity(
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
