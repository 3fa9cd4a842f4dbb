import { isSqliteError } from '../db/errors.ts';
import { listIdsByFurtherNumber, listIdsByNumber } from '../db/find-candidates.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { hasSearchIndexes } from '../db/search-index.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { CASE_TABLES, fillCaseHits } from './case-hits.ts';
import { listConditions, requireFilters, toUsage } from './filters.ts';
import { type Condition, type Variant, dropHits } from './matches.ts';
import type { SearchRequest, SearchScope } from './request.ts';
import { type Count, ROW_TABLES, type RowHits, fillRows } from './row-hits.ts';
import { ROW_KINDS, type RowKind } from './sources.ts';

/*
 * A search fills temporary tables of its connection: the cases that the filters allow, the cases whose own texts match,
 * and the docket entries, documents and texts that match. Every count and every list of its result reads these tables,
 * so they agree.
 */

/** What was found in one kind of rows. */
export interface RowTotals {
  /** Docket entries, documents, or texts, each of which can be the text of several documents. */
  readonly found: Count;
  /** Cases that are found by these rows, and by nothing that is listed before them. */
  readonly cases: Count;
  readonly isRanked: boolean;
}

export interface SearchTotals {
  readonly cases: Count;
  /** The cases whose own texts match. */
  readonly casesByText: Count;
  /** Null for each kind that the search does not look in. */
  readonly rows: Readonly<Record<RowKind, RowTotals | null>>;
}

export interface Search {
  readonly totals: SearchTotals;
  readonly condition: Condition;
  /** Looks up the matching rows of a case that is shown. */
  readonly fill: (caseId: number) => void;
}

/**
 * Searches. `scope.firstCases` says how many cases are to be shown; null makes every list and every count complete, which
 * takes seconds for a common word. {@link listResults} lists the results. Fails with USAGE, SEARCH_INVALID or
 * SEARCH_NOT_BUILT.
 */
export function runSearch(mirror: Mirror, request: SearchRequest, scope: SearchScope): Search {
  const { sqlite } = mirror;
  if (!scope.isPast && !hasSearchIndexes(sqlite, request.kinds))
    throw new MirrorError('SEARCH_NOT_BUILT', `${mirror.path} has no search index yet.`);
  const condition = toCondition(mirror, request);
  try {
    return sqlite.transaction(() => fillTables(mirror, request, scope, condition))();
  } catch (thrown) {
    throw explainRawQuery(condition, thrown);
  }
}

function fillTables(
  mirror: Mirror,
  request: SearchRequest,
  scope: SearchScope,
  condition: Condition,
): Search {
  const { sqlite } = mirror;
  dropHits(sqlite);
  sqlite.exec(CASE_TABLES + ROW_TABLES);
  fillAllowedCases(mirror, request);
  const casesByText = request.kinds.includes('cases')
    ? fillCaseHits(sqlite, condition, request, scope)
    : { count: 0, isExact: true };
  const known = new Set(sqlite.prepare<[], number>('SELECT id FROM temp.search_case_hits').pluck().all());
  const rows: Record<RowKind, RowTotals | null> = { documents: null, entries: null, texts: null };
  const fills: RowHits['fill'][] = [];
  const selectCases = sqlite
    .prepare<[string], number>('SELECT case_id FROM temp.search_row_cases WHERE kind = ?')
    .pluck();
  let isComplete = casesByText.isExact;
  for (const kind of ROW_KINDS.filter((one) => request.kinds.includes(one))) {
    const {
      found,
      isRanked,
      isComplete: isKindComplete,
      fill,
    } = fillRows({ sqlite, request, scope, condition }, kind, known);
    const before = known.size;
    for (const caseId of selectCases.all(kind)) known.add(caseId);
    isComplete &&= isKindComplete;
    rows[kind] = { found, isRanked, cases: { count: known.size - before, isExact: isComplete } };
    fills.push(fill);
  }
  return {
    totals: { cases: { count: known.size, isExact: isComplete }, casesByText, rows },
    condition,
    fill: (caseId) => {
      for (const fill of fills) fill(caseId);
    },
  };
}

/** The cases of the filters, into `temp.search_cases`. Fails with USAGE if no case has a value. */
function fillAllowedCases({ sqlite, path }: Mirror, { filters, departed }: SearchRequest): void {
  const resolved = requireFilters(sqlite, filters, path);
  const ids = 'SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL';
  const where = [`id ${departed ? 'IN' : 'NOT IN'} (${ids})`, ...listConditions(resolved)];
  sqlite.exec(`INSERT INTO temp.search_cases SELECT id FROM cases WHERE ${where.join(' AND ')}`);
}

/** What SQLite says of a raw query, as an error of its syntax; anything else unchanged. */
export function explainRawQuery({ variants }: Pick<Condition, 'variants'>, thrown: unknown): unknown {
  const isRaw = variants.some(({ raw }) => raw !== undefined);
  if (!isRaw || !isSqliteError(thrown) || thrown.code !== 'SQLITE_ERROR') return thrown;
  return new MirrorError(
    'SEARCH_INVALID',
    `FTS5 does not accept the query: ${toSafeWords(messageOf(thrown))}.`,
    {
      cause: thrown,
    },
  );
}

/** More docket numbers than this in one search are words. */
const MAX_NUMBERS = 3;

function toCondition(mirror: Mirror, { text, parsed }: SearchRequest): Condition {
  if (parsed === null) {
    if (text.trimStart().startsWith('*')) throw toUsage('A query of FTS5 does not begin with an asterisk.');
    return { variants: [{ terms: [], raw: text, caseIds: null }], excluded: [] };
  }
  const excluded = parsed.terms.filter((term) => term.isExcluded);
  const wanted = parsed.terms.filter((term) => !term.isExcluded);
  const numbers = wanted.filter((term) => term.kind === 'docket number').slice(0, MAX_NUMBERS);
  let variants: Variant[] = [{ terms: wanted, caseIds: null }];
  const ofFurther = new Set<number>();
  for (const number of numbers) {
    const own = listIdsByNumber(mirror, number.text, number.number);
    const further = listIdsByFurtherNumber(mirror, number.text, number.number).filter(
      (id) => !own.includes(id),
    );
    for (const id of further) ofFurther.add(id);
    const ids = [...own, ...further];
    variants = variants.flatMap(({ terms, caseIds }) => [
      { terms, caseIds },
      ...(ids.length === 0
        ? []
        : [
            {
              terms: terms.filter((term) => term !== number),
              caseIds: caseIds === null ? ids : caseIds.filter((id) => ids.includes(id)),
            },
          ]),
    ]);
  }
  return { variants, excluded, ofFurther };
}
