import type { Period } from '../../history/period.ts';
import type { ActiveCase, FindNewEntry } from '../../history/activity.ts';
import { toCaseName } from './words.ts';
import { toEntryWords } from './field-sentences.ts';
import { toOutcomeWords, toPeriodWords } from './period.ts';
import type { WritingStyle } from './style.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';

/** The maximum number of new entries printed per case. */
const MAX_ENTRIES = 10;

export interface ActivityToRender {
  readonly period: Period;
  readonly cases: Iterable<ActiveCase>;
  readonly find: FindNewEntry;
  readonly timeZone: string;
  /** The maximum number of cases printed; the totals count all. */
  readonly limit: number;
}

/** Lists new docket entries case by case, piece by piece. */
export function* renderActivity(
  { period, cases, find, limit, timeZone }: ActivityToRender,
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
  for (const line of toOutcomeWords(period, timeZone)) yield style.sentence(line);
}
