import type Database from 'better-sqlite3';
import { toSqlText } from './filters.ts';
import { toMatch } from './match.ts';
import {
  type Condition,
  countHits,
  isShort,
  prepareListRange,
  prepareTest,
  prepareTestFound,
  selectHits,
  toPatternCondition,
  toVariantMatch,
} from './matches.ts';
import type { SearchRequest, SearchScope } from './request.ts';
import { type NewestRow, listNewest } from './newest-cases.ts';
import { type RowKind, type Source, toSource } from './sources.ts';

/*
 * The rows that match, with their cases: docket entries, documents, and documents by their texts. Few rows are all
 * looked up. A common word has hundreds of thousands, so if only the first cases are to be shown, the rows are counted
 * by the index, and those of a case are looked up when it is shown.
 */

/** A number of things found. If it is not exact, there are at least so many. */
export interface Count {
  readonly count: number;
  readonly isExact: boolean;
}

/** What is known of the rows of a kind. */
export interface RowHits {
  readonly found: Count;
  /** Whether cases that are found by these rows only are ordered by relevance; otherwise the newest row counts. */
  readonly isRanked: boolean;
  /** Whether every case is listed. */
  readonly isComplete: boolean;
  /** Looks up the rows of a case that is shown. */
  readonly fill: (caseId: number) => void;
}

export interface RowSearch {
  readonly sqlite: Database.Database;
  readonly request: SearchRequest;
  readonly scope: SearchScope;
  readonly condition: Condition;
}

export const ROW_TABLES = `
  DROP TABLE IF EXISTS temp.search_hits;
  DROP TABLE IF EXISTS temp.search_rows;
  DROP TABLE IF EXISTS temp.search_row_cases;
  CREATE TEMP TABLE search_hits (hit INTEGER PRIMARY KEY, score REAL);
  CREATE TEMP TABLE search_rows (kind TEXT, case_id INTEGER, date TEXT, id INTEGER, hit INTEGER, score REAL,
    PRIMARY KEY (kind, case_id, date, id)) WITHOUT ROWID;
  CREATE TEMP TABLE search_row_cases (kind TEXT, case_id INTEGER, newest TEXT, score REAL,
    PRIMARY KEY (kind, case_id)) WITHOUT ROWID;
`;

/** With more matching rows than this, their relevance would take seconds to compute and differ by chance only. */
export const MAX_RANKED = 5000;
/** With more matching docket entries than this, reading an index of all entries is faster than looking them up. */
const MAX_LOOKED_UP = 50_000;
/** With more matching rows than this, only the rows of the cases that are shown are looked up. */
export const MAX_FILLED = { entries: 5000, documents: 5000, texts: 2000 } as const;
/** The same for texts that are compared with a phrase: each has 50 kB on average. */
export const MAX_TEXTS_COMPARED = 60;
/** If the filters allow no more cases than this, their rows are looked up case by case. */
const FEW_CASES = { entries: 400, documents: 400, texts: 200 } as const;
/** Rows that are compared for a count that begins with "at least". */
const SAMPLE = { entries: 1000, documents: 1000, texts: 20 } as const;
/** With more cases than this that a search without filters leaves out, their rows are not counted. */
const MAX_LEFT_OUT = 200;

/**
 * Fills the tables with the matching rows of a kind: all, or for a common word those of the first cases that are not
 * known yet.
 */
export function fillRows(search: RowSearch, kind: RowKind, known: ReadonlySet<number>): RowHits {
  const source = toSource(kind, search.request, search.scope);
  const { query, hits } = listFirstHits(search, kind);
  if (query === null || hits === null) return fillAll(search, kind, source, hits);
  const rowsOf = prepareRowsOfCase(search, kind, source, query);
  const fill = prepareFillCase(search, kind, rowsOf);
  const allowed = listAllowed(search, FEW_CASES[kind] + 1);
  if (allowed.length <= FEW_CASES[kind]) return { ...sumCases(search, kind, allowed, rowsOf), fill };
  const { firstCases, enoughCases = Infinity } = search.scope;
  const first = listNewest(search, kind, source, known, {
    wanted: Math.max(0, (firstCases ?? 0) - known.size),
    enough: Math.max(0, enoughCases - known.size),
  });
  if (first === null) return fillAll(search, kind, source);
  for (const newest of first) insertCase(search.sqlite, kind, newest);
  const found = countCommon(search, kind, source, query, hits);
  return { found, isRanked: false, isComplete: false, fill };
}

/**
 * The first rows that match, if only the first cases are to be shown, and the query if there are more. To find a phrase, or
 * words by their beginning, FTS5 reads all rows that may match, so it is asked once.
 */
function listFirstHits(
  { sqlite, scope, condition }: RowSearch,
  kind: RowKind,
): { readonly query: string | null; readonly hits: readonly number[] | null } {
  const [variant, ...others] = condition.variants;
  const notAsked = { query: null, hits: null };
  if (scope.firstCases === null || scope.isPast || variant === undefined || others.length > 0)
    return notAsked;
  const { query, patterns } = toVariantMatch(variant, kind);
  if (query === null || variant.caseIds !== null) return notAsked;
  const max = kind === 'texts' && patterns.length > 0 ? MAX_TEXTS_COMPARED : MAX_FILLED[kind];
  const hits = sqlite
    .prepare<[string], number>(`${selectHits(kind, false)} LIMIT ${max + 1}`)
    .pluck()
    .all(query);
  return { query: hits.length > max ? query : null, hits };
}

function fillAll(
  search: RowSearch,
  kind: RowKind,
  source: Source,
  listed: readonly number[] | null = null,
): RowHits {
  const { sqlite, request, condition } = search;
  let isRanked = !request.newest;
  for (const variant of condition.variants) {
    const { query, patterns } = toVariantMatch(variant, kind);
    // Every row of a case with the docket number would be no answer: the words have to be in the row.
    if (query === null) continue;
    const hits = listed?.length ?? countHits(sqlite, kind, query, MAX_LOOKED_UP + 1);
    // For the relevance of a phrase, FTS5 would look for it in all docket entries twice more.
    const scores = !request.newest && hits <= MAX_RANKED && !(kind === 'entries' && patterns.length > 0);
    isRanked &&= scores;
    if (hits === 0) continue;
    sqlite.exec('DELETE FROM temp.search_hits');
    const [select, parameter] =
      listed !== null && !scores
        ? ['SELECT value FROM json_each(?)', JSON.stringify(listed)]
        : [selectHits(kind, scores), query];
    sqlite
      .prepare<[string]>(`INSERT INTO temp.search_hits (hit${scores ? ', score' : ''}) ${select}`)
      .run(parameter);
    const among =
      variant.caseIds === null
        ? []
        : [
            `${source.caseId} IN (SELECT value FROM json_each(${toSqlText(JSON.stringify(variant.caseIds))}))`,
          ];
    const excluded = condition.excluded.map((term) =>
      toExcluded(sqlite, kind, source, toMatch([term], kind)),
    );
    const pattern = toPatternCondition(sqlite, kind, patterns, source.row);
    const conditions = [...source.conditions, ...among, ...excluded.map(({ sql }) => sql)].join(' AND ');
    const scan =
      kind === 'entries' && hits > MAX_LOOKED_UP && pattern === null && !search.scope.isPast
        ? `docket_entries AS e INDEXED BY docket_entries_case_id_date_filed
            WHERE e.mirror_id IN (SELECT hit FROM temp.search_hits) AND`
        : null;
    const from =
      scan ??
      `temp.search_hits AS h CROSS JOIN ${source.fromHit} ${pattern === null ? '' : source.join} WHERE ${source.hit} = h.hit AND`;
    // The filters come first, because comparing a text takes longest.
    const where = pattern === null ? conditions : `CASE WHEN ${conditions} THEN ${pattern} ELSE 0 END`;
    sqlite
      .prepare(
        `INSERT INTO temp.search_rows (kind, case_id, date, id, hit, score)
          SELECT '${kind}', ${source.caseId}, coalesce(${source.date}, ''), ${source.id}, ${source.hit}, ${scan === null ? 'h.score' : 'NULL'}
          FROM ${from} ${where} ON CONFLICT DO UPDATE SET score = min(score, excluded.score)`,
      )
      .run(excluded.flatMap(({ parameters }) => parameters));
  }
  sqlite.exec(`INSERT INTO temp.search_row_cases
    SELECT kind, case_id, max(date), min(score) FROM temp.search_rows WHERE kind = '${kind}' GROUP BY case_id`);
  return toComplete(sqlite, kind, isRanked);
}

function toExcluded(
  sqlite: Database.Database,
  kind: RowKind,
  { hit, row }: Source,
  { query, patterns }: ReturnType<typeof toMatch>,
): { readonly sql: string; readonly parameters: readonly string[] } {
  if (query === null) return { sql: 'true', parameters: [] };
  const name = kind === 'texts' ? 'excluded' : row;
  const pattern = toPatternCondition(sqlite, kind, patterns, name);
  const has =
    pattern === null
      ? ''
      : kind === 'texts'
        ? ` AND (SELECT ${pattern} FROM texts AS excluded WHERE excluded.mirror_id = ${hit})`
        : ` AND ${pattern}`;
  return { sql: `NOT (${hit} IN (${selectHits(kind, false)})${has})`, parameters: [query] };
}

function toComplete(sqlite: Database.Database, kind: RowKind, isRanked: boolean): RowHits {
  const count = sqlite
    .prepare<[string], number>('SELECT count(DISTINCT hit) FROM temp.search_rows WHERE kind = ?')
    .pluck();
  return {
    found: { count: count.get(kind) ?? 0, isExact: true },
    isRanked,
    isComplete: true,
    fill: () => undefined,
  };
}

function listAllowed({ sqlite }: RowSearch, max: number): number[] {
  return sqlite.prepare<[], number>(`SELECT id FROM temp.search_cases LIMIT ${max}`).pluck().all();
}

interface CaseRow {
  readonly hit: number;
  readonly id: number;
  readonly date: string | null;
}

/** Prepares listing the matching rows of one case, which are looked up once. */
function prepareRowsOfCase(
  { sqlite, condition }: RowSearch,
  kind: RowKind,
  source: Source,
  query: string,
): (caseId: number) => readonly CaseRow[] {
  const select = sqlite.prepare<[number], CaseRow>(
    `SELECT ${source.hit} AS hit, ${source.id} AS id, ${source.date} AS date FROM ${source.fromCase}
      WHERE ${source.caseId} = ? AND ${source.conditions.join(' AND ')}`,
  );
  const test = prepareTest(sqlite, kind, condition);
  const testFound = prepareTestFound(sqlite, kind, condition);
  // FTS5 gathers all rows with the beginning of a word, which takes longer than to read the short rows of a case.
  const listRange = isShort(kind) && query.includes('*') ? null : prepareListRange(sqlite, kind, query);
  const known = new Map<number, readonly CaseRow[]>();
  const list = (caseId: number): readonly CaseRow[] => {
    const rows = select.all(caseId);
    if (rows.length === 0) return rows;
    const ids = rows.map(({ hit }) => hit);
    const [from, to] = [Math.min(...ids), Math.max(...ids)];
    // Most cases were stored at once, so their rows lie together, and one question finds all that match.
    const isNear = listRange !== null && to - from <= 4 * rows.length;
    const near = isNear ? new Set(listRange(from, to)) : null;
    return rows.filter(({ hit }) => (near === null ? test(hit) : near.has(hit) && testFound(hit)));
  };
  return (caseId) => {
    const rows = known.get(caseId) ?? list(caseId);
    known.set(caseId, rows);
    return rows;
  };
}

/** Prepares writing the matching rows of a case that is shown, once for each case. */
function prepareFillCase(
  { sqlite }: RowSearch,
  kind: RowKind,
  rowsOf: (caseId: number) => readonly CaseRow[],
): (caseId: number) => void {
  const insert = sqlite.prepare(
    'INSERT OR IGNORE INTO temp.search_rows (kind, case_id, date, id, hit) VALUES (?, ?, ?, ?, ?)',
  );
  const fill = sqlite.transaction((caseId: number) => {
    for (const { hit, id, date } of rowsOf(caseId)) insert.run(kind, caseId, date ?? '', id, hit);
  });
  const done = new Set<number>();
  return (caseId) => {
    if (!done.has(caseId)) fill(caseId);
    done.add(caseId);
  };
}

function insertCase(sqlite: Database.Database, kind: RowKind, { caseId, date }: NewestRow): void {
  sqlite
    .prepare('INSERT INTO temp.search_row_cases (kind, case_id, newest) VALUES (?, ?, ?)')
    .run(kind, caseId, date ?? '');
}

/** Lists and counts the matching rows of a few cases. */
function sumCases(
  { sqlite }: RowSearch,
  kind: RowKind,
  caseIds: readonly number[],
  rowsOf: (caseId: number) => readonly CaseRow[],
): Omit<RowHits, 'fill'> {
  const hits = new Set<number>();
  for (const caseId of caseIds) {
    const rows = rowsOf(caseId);
    if (rows.length === 0) continue;
    for (const { hit } of rows) hits.add(hit);
    const date = rows.reduce((newest, row) => ((row.date ?? '') > newest ? (row.date ?? '') : newest), '');
    insertCase(sqlite, kind, { caseId, date });
  }
  return { found: { count: hits.size, isExact: true }, isRanked: false, isComplete: true };
}

/** Counts the rows of a common word: by the index, or at least those among the first that are compared. */
function countCommon(
  search: RowSearch,
  kind: RowKind,
  source: Source,
  query: string,
  hits: readonly number[],
): Count {
  const { sqlite, condition } = search;
  const leftOut = listLeftOut(search, kind);
  if (leftOut !== null) {
    const test = prepareTest(sqlite, kind, condition);
    const select = sqlite
      .prepare<[number], number>(
        `SELECT ${source.hit} FROM ${source.fromCase} WHERE ${source.caseId} = ?${kind === 'texts' ? ' AND t.text_id IS NOT NULL' : ''}`,
      )
      .pluck();
    const hidden = leftOut.reduce((sum, caseId) => sum + select.all(caseId).filter(test).length, 0);
    // A document can also belong to a case that counts.
    return {
      count: countHits(sqlite, kind, query) - hidden,
      isExact: hidden === 0 || kind === 'entries',
    };
  }
  const some = sqlite
    .prepare<[string], number>(
      `SELECT DISTINCT ${source.hit} FROM json_each(?) AS h CROSS JOIN ${source.fromHit}
        WHERE ${source.hit} = h.value AND ${source.conditions.join(' AND ')}`,
    )
    .pluck()
    .all(JSON.stringify(hits.slice(0, SAMPLE[kind])));
  return { count: some.filter(prepareTestFound(sqlite, kind, condition)).length, isExact: false };
}

/** The cases that the search leaves out, if nothing else narrows it down and they are few; otherwise null. */
function listLeftOut({ sqlite, request, scope, condition }: RowSearch, kind: RowKind): number[] | null {
  const [variant] = condition.variants;
  const isPlain =
    condition.excluded.length === 0 &&
    variant !== undefined &&
    toVariantMatch(variant, kind).patterns.length === 0 &&
    request.entered === null &&
    scope.sinceRunId === null;
  if (!isPlain) return null;
  const ids = sqlite
    .prepare<[], number>(
      `SELECT id FROM cases WHERE id NOT IN (SELECT id FROM temp.search_cases) LIMIT ${MAX_LEFT_OUT + 1}`,
    )
    .pluck()
    .all();
  return ids.length > MAX_LEFT_OUT ? null : ids;
}
