import type Database from 'better-sqlite3';
import { isSqliteError } from '../db/errors.ts';
import { listIdsByNumber } from '../db/find-candidates.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { hasSearchIndexes } from '../db/search-index.ts';
import { type SearchKind, SEARCH_INDEXES, columnsOf } from '../db/search-tables.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { listConditions, listDateConditions, requireFilters, toUsage } from './filters.ts';
import { type Match, fold, toMatch } from './match.ts';
import type { SearchTerm } from './query-text.ts';
import type { SearchRequest, SearchScope } from './request.ts';

/*
 * A search fills temporary tables of its connection: the cases that the filters allow, the cases whose own texts match,
 * and the docket entries that match. Every count and every list of its result reads these tables, so they agree.
 */

export interface SearchTotals {
  /** Cases whose own texts match, or with an entry that matches. */
  readonly cases: number;
  /** Of these, those whose own texts match. */
  readonly casesByText: number;
  readonly entries: number;
  /** Whether cases that are found by their entries only are ordered by relevance; otherwise the newest entry counts. */
  readonly areEntriesRanked: boolean;
}

/** One way to satisfy the terms: with a query, or with a docket number that these cases have. */
export interface Variant {
  readonly terms: readonly SearchTerm[];
  /** A query of FTS5 itself instead of terms. */
  readonly raw?: string;
  /** Null if any case will do. */
  readonly caseIds: readonly number[] | null;
}

/** The condition of a search: one of the variants, and none of the excluded. */
export interface Condition {
  readonly variants: readonly Variant[];
  readonly excluded: readonly SearchTerm[];
}

/** A variant as a condition on the rows of an index. */
export function toVariantMatch({ terms, raw }: Variant, kind: SearchKind): Match {
  return raw === undefined ? toMatch(terms, kind) : { query: raw, patterns: [] };
}

/** With more matching entries than this, their relevance would take seconds to compute and differ by chance only. */
const MAX_RANKED = 5000;
/** With more matching entries than this, reading an index of all entries is faster than looking them up. */
const MAX_LOOKED_UP = 50_000;
/** A case with exactly the docket number comes before every other. */
const BEST_SCORE = -1e6;

const patternsOf = new WeakMap<Database.Database, (readonly RegExp[])[]>();

/** Registers the comparison of texts with patterns, once per connection; returns the number of these patterns. */
function registerPatterns(sqlite: Database.Database, patterns: readonly RegExp[]): number {
  let known = patternsOf.get(sqlite);
  if (known === undefined) {
    const lists: (readonly RegExp[])[] = [];
    known = lists;
    patternsOf.set(sqlite, lists);
    sqlite.function('mirror_has_text', { varargs: true, deterministic: true }, (which, ...texts) => {
      const folded = texts.map((text) => (typeof text === 'string' ? fold(text) : ''));
      const isIn = (pattern: RegExp): boolean => folded.some((text) => pattern.test(text));
      return Number((lists[Number(which)] ?? []).every(isIn));
    });
  }
  return known.push(patterns) - 1;
}

/** A subquery of the rows of an index that match. */
function selectMatches(
  sqlite: Database.Database,
  kind: SearchKind,
  { query, patterns }: Match,
  scores: boolean,
) {
  const index = SEARCH_INDEXES[kind];
  const texts = columnsOf(index).map((column) => `${index.name}.${column}`);
  const has =
    patterns.length === 0
      ? ''
      : ` AND mirror_has_text(${registerPatterns(sqlite, patterns)}, ${texts.join(', ')})`;
  const score = scores ? ', rank' : '';
  return {
    sql: `SELECT rowid${score} FROM ${index.name} WHERE ${index.name} MATCH ?${has}`,
    parameters: [query],
  };
}

/** A search that has run. Its results are listed by `listResults` until the next search of the connection. */
export interface Search {
  readonly totals: SearchTotals;
  readonly condition: Condition;
}

/** Runs a search. Fails with SEARCH_NOT_BUILT, SEARCH_INVALID or USAGE. */
export function runSearch(mirror: Mirror, request: SearchRequest, scope: SearchScope): Search {
  const { sqlite } = mirror;
  if (!scope.isPast && !hasSearchIndexes(sqlite, request.kinds))
    throw new MirrorError('SEARCH_NOT_BUILT', `${mirror.path} has no search index yet.`);
  try {
    sqlite.exec(TABLES);
    fillAllowedCases(mirror, request);
    const condition = toCondition(mirror, request);
    if (request.kinds.includes('cases')) fillCaseHits(sqlite, condition, scope);
    const areEntriesRanked =
      request.kinds.includes('entries') && fillEntryHits(sqlite, condition, request, scope);
    return { totals: { ...countTotals(sqlite), areEntriesRanked }, condition };
  } catch (thrown) {
    throw request.parsed === null ? toQueryError(thrown) : thrown;
  }
}

/** The cases of the filters, into `temp.search_cases`. Fails with USAGE if no case has a value. */
function fillAllowedCases({ sqlite, path }: Mirror, { filters, departed }: SearchRequest): void {
  const resolved = requireFilters(sqlite, filters, path);
  const ids = 'SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL';
  const where = [`id ${departed ? 'IN' : 'NOT IN'} (${ids})`, ...listConditions(resolved)];
  sqlite.exec(`INSERT INTO temp.search_cases SELECT id FROM cases WHERE ${where.join(' AND ')}`);
}

/** The conditions on a docket entry `e`. */
function listEntryConditions({ entered }: SearchRequest, { sinceRunId }: SearchScope): string[] {
  return [
    ...(entered === null ? [] : listDateConditions('e.date_filed', entered)),
    ...(sinceRunId === null
      ? []
      : [`e.mirror_id IN (SELECT mirror_id FROM docket_entries WHERE mirror_first_run_id >= ${sinceRunId})`]),
    'e.case_id IN (SELECT id FROM temp.search_cases)',
  ];
}

const TABLES = `
  DROP TABLE IF EXISTS temp.search_cases;
  DROP TABLE IF EXISTS temp.search_case_hits;
  DROP TABLE IF EXISTS temp.search_entry_hits;
  DROP TABLE IF EXISTS temp.search_entries;
  DROP TABLE IF EXISTS temp.search_entry_cases;
  CREATE TEMP TABLE search_cases (id INTEGER PRIMARY KEY);
  CREATE TEMP TABLE search_case_hits (id INTEGER PRIMARY KEY, score REAL NOT NULL);
  CREATE TEMP TABLE search_entry_hits (id INTEGER PRIMARY KEY, score REAL);
  CREATE TEMP TABLE search_entries (case_id INTEGER, date_filed TEXT, id INTEGER,
    PRIMARY KEY (case_id, date_filed, id)) WITHOUT ROWID;
  CREATE TEMP TABLE search_entry_cases (case_id INTEGER PRIMARY KEY, entries INTEGER, newest TEXT, score REAL);
`;

/** An error of FTS5's own syntax, which only a raw query can cause. */
function toQueryError(thrown: unknown): unknown {
  if (!isSqliteError(thrown) || thrown.code !== 'SQLITE_ERROR') return thrown;
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
  for (const number of numbers) {
    const ids = listIdsByNumber(mirror, number.text, number.number);
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
  return { variants, excluded };
}

function fillCaseHits(
  sqlite: Database.Database,
  { variants, excluded }: Condition,
  scope: SearchScope,
): void {
  const insert = (sql: string, parameters: readonly unknown[]): void => {
    sqlite
      .prepare(
        `INSERT INTO temp.search_case_hits (id, score) ${sql} ON CONFLICT DO UPDATE SET score = min(score, excluded.score)`,
      )
      .run(parameters);
  };
  const since =
    scope.sinceRunId === null
      ? ''
      : ` AND id IN (SELECT id FROM cases WHERE mirror_changed_run_id >= ${scope.sinceRunId})`;
  const allowed = `id IN (SELECT id FROM temp.search_cases)${since}`;
  for (const variant of variants) {
    const { caseIds } = variant;
    const match = toVariantMatch(variant, 'cases');
    const among = caseIds === null ? '' : ' AND id IN (SELECT value FROM json_each(?))';
    const ids = caseIds === null ? [] : [JSON.stringify(caseIds)];
    if (match.query === null) {
      insert(`SELECT id, ${BEST_SCORE} FROM temp.search_cases AS cases WHERE ${allowed}${among}`, ids);
      continue;
    }
    // The matches are found once, then filtered: otherwise SQLite may ask the index for each case.
    const { sql, parameters } = selectMatches(sqlite, 'cases', match, true);
    insert(
      `SELECT id, score FROM (WITH hits (id, score) AS MATERIALIZED (${sql}) SELECT id, score FROM hits) WHERE ${allowed}${among}`,
      [...parameters, ...ids],
    );
  }
  for (const term of excluded) removeMatches(sqlite, 'cases', toMatch([term], 'cases'), 'search_case_hits');
}

function removeMatches(sqlite: Database.Database, kind: SearchKind, match: Match, table: string): void {
  const { sql, parameters } = selectMatches(sqlite, kind, match, false);
  sqlite.prepare(`DELETE FROM temp.${table} WHERE id IN (${sql})`).run(parameters);
}

/** Returns whether the entries have scores. */
function fillEntryHits(
  sqlite: Database.Database,
  { variants, excluded }: Condition,
  request: SearchRequest,
  scope: SearchScope,
): boolean {
  // Every entry of a case with the number would be no answer: its words have to be in the entry.
  const withWords = variants
    .map((variant) => ({ match: toVariantMatch(variant, 'entries'), caseIds: variant.caseIds }))
    .filter(({ match }) => match.query !== null);
  const fill = (scores: boolean): void => {
    for (const { match, caseIds } of withWords) {
      const { sql, parameters } = selectMatches(sqlite, 'entries', match, scores);
      const among =
        caseIds === null
          ? ''
          : ' WHERE id IN (SELECT mirror_id FROM docket_entries WHERE case_id IN (SELECT value FROM json_each(?)))';
      sqlite
        .prepare(
          `INSERT INTO temp.search_entry_hits (id, score) SELECT id, ${scores ? 'score' : 'NULL'} FROM
            (WITH hits (id${scores ? ', score' : ''}) AS MATERIALIZED (${sql}) SELECT * FROM hits)${among === '' ? ' WHERE true' : among}
            ON CONFLICT DO UPDATE SET score = min(score, excluded.score)`,
        )
        .run([...parameters, ...(caseIds === null ? [] : [JSON.stringify(caseIds)])]);
    }
  };
  fill(false);
  for (const term of excluded)
    removeMatches(sqlite, 'entries', toMatch([term], 'entries'), 'search_entry_hits');
  const count = sqlite.prepare<[], number>('SELECT count(*) FROM temp.search_entry_hits').pluck().get() ?? 0;
  const areRanked = count <= MAX_RANKED && !request.newest;
  if (areRanked) addScores(sqlite, withWords);
  const conditions = listEntryConditions(request, scope).join(' AND ');
  const columns = `e.case_id, coalesce(e.date_filed, ''), e.mirror_id`;
  const from =
    count > MAX_LOOKED_UP && !scope.isPast
      ? `docket_entries AS e INDEXED BY docket_entries_case_id_date_filed WHERE e.mirror_id IN (SELECT id FROM temp.search_entry_hits)`
      : `temp.search_entry_hits AS h CROSS JOIN docket_entries AS e ON e.mirror_id = h.id WHERE true`;
  sqlite.exec(
    `INSERT INTO temp.search_entries (case_id, date_filed, id) SELECT ${columns} FROM ${from} AND ${conditions}`,
  );
  const score = areRanked ? '(SELECT score FROM temp.search_entry_hits AS h WHERE h.id = e.id)' : 'NULL';
  sqlite.exec(`INSERT INTO temp.search_entry_cases
    SELECT case_id, count(*), max(date_filed), min(${score}) FROM temp.search_entries AS e GROUP BY case_id`);
  return areRanked;
}

function addScores(sqlite: Database.Database, variants: readonly { readonly match: Match }[]): void {
  for (const { match } of variants) {
    const { sql, parameters } = selectMatches(sqlite, 'entries', { ...match, patterns: [] }, true);
    sqlite
      .prepare(
        `UPDATE temp.search_entry_hits SET score = min(coalesce(score, 0), hits.rank) FROM (${sql}) AS hits
          WHERE hits.rowid = search_entry_hits.id`,
      )
      .run(parameters);
  }
}

function countTotals(sqlite: Database.Database): Omit<SearchTotals, 'areEntriesRanked'> {
  const count = (sql: string): number => sqlite.prepare<[], number>(sql).pluck().get() ?? 0;
  return {
    cases: count(
      'SELECT count(*) FROM (SELECT id FROM temp.search_case_hits UNION SELECT case_id FROM temp.search_entry_cases)',
    ),
    casesByText: count('SELECT count(*) FROM temp.search_case_hits'),
    entries: count('SELECT count(*) FROM temp.search_entries'),
  };
}
