import { renderPlural } from '../../lib/layout.ts';
import type { SearchRequest } from '../../search/request.ts';
import type { Count } from '../../search/row-hits.ts';
import type { SearchTotals } from '../../search/search.ts';
import { ROW_KINDS, type RowKind } from '../../search/sources.ts';

/* What was found by a search, and in which order, in words. */

const NOUNS: Readonly<Record<RowKind, readonly [one: string, many: string]>> = {
  documents: ['document', 'documents'],
  entries: ['docket entry', 'docket entries'],
  texts: ['text of documents', 'texts of documents'],
};

const renderFoundCount = ({ count, isExact }: Count, one: string, many?: string): string =>
  `${isExact ? '' : 'at least '}${renderPlural(count, one, many)}`;

/** How much was found. */
export function toFoundWords({ cases, rows }: SearchTotals, { departed }: SearchRequest): string {
  const found = ROW_KINDS.flatMap((kind) => {
    const count = rows[kind]?.found;
    return count === undefined || count.count === 0 ? [] : [renderFoundCount(count, ...NOUNS[kind])];
  });
  return [renderFoundCount(cases, departed ? 'departed case' : 'case'), ...found].join(', ');
}

/** The relevance of a case and that of an entry cannot be compared, so there are several lists. */
export function toOrderWords({ casesByText, rows }: SearchTotals, { newest }: SearchRequest): string {
  const byText = `${renderFoundCount(casesByText, 'case')} with these words in ${casesByText.count === 1 ? 'its' : 'their'} own texts, ${newest ? 'the last filed first' : 'the most relevant first'}`;
  const byRows = ROW_KINDS.flatMap((kind) => {
    const found = rows[kind];
    if (found === null || found.cases.count === 0) return [];
    const order = newest || !found.isRanked ? 'the newest first' : 'the most relevant first';
    return [`${renderFoundCount(found.cases, 'case')} with them in ${NOUNS[kind][1]}, ${order}`];
  });
  return `First ${[...(casesByText.count === 0 ? [] : [byText]), ...byRows].join('; then ')}.`;
}
