import type Database from 'better-sqlite3';
import { toMatch } from './match.ts';
import { type Condition, prepareTest, selectHits, toPatternCondition, toVariantMatch } from './matches.ts';
import type { SearchRequest, SearchScope } from './request.ts';
import type { Count } from './row-hits.ts';

/* The cases whose own texts match. */

/** A case with exactly the docket number comes before every other. */
const BEST_SCORE = -1e6;
/** So many cases are compared with a phrase at least, even if fewer are to be shown. */
const MIN_COMPARED = 200;

export const CASE_TABLES = `
  DROP TABLE IF EXISTS temp.search_cases;
  DROP TABLE IF EXISTS temp.search_case_hits;
  CREATE TEMP TABLE search_cases (id INTEGER PRIMARY KEY);
  CREATE TEMP TABLE search_case_hits (id INTEGER PRIMARY KEY, score REAL NOT NULL);
`;

/** The cases whose own texts match: the most relevant first, or the last filed. */
export function listCaseHits(sqlite: Database.Database, newest: boolean): number[] {
  const filed = `coalesce((SELECT filing_date FROM cases WHERE cases.id = h.id), '') DESC`;
  return sqlite
    .prepare<[], number>(
      `SELECT h.id FROM temp.search_case_hits AS h ORDER BY ${newest ? `${filed}, h.id DESC` : `h.score, ${filed}, h.id`}`,
    )
    .pluck()
    .all();
}

/** Fills the table of the cases whose own texts match. If only the first are to be shown, later ones may be missing. */
export function fillCaseHits(
  sqlite: Database.Database,
  condition: Condition,
  { newest }: SearchRequest,
  { sinceRunId, firstCases }: SearchScope,
): Count {
  const insert = (sql: string, parameters: readonly unknown[]): void => {
    sqlite
      .prepare(
        `INSERT INTO temp.search_case_hits (id, score) ${sql} ON CONFLICT DO UPDATE SET score = min(score, excluded.score)`,
      )
      .run(parameters);
  };
  const since =
    sinceRunId === null
      ? ''
      : ` AND id IN (SELECT id FROM cases WHERE mirror_changed_run_id >= ${sinceRunId})`;
  const allowed = `id IN (SELECT id FROM temp.search_cases)${since}`;
  const { variants, excluded } = condition;
  const [only, ...others] = variants;
  const isCompared = variants.some((variant) => toVariantMatch(variant, 'cases').patterns.length > 0);
  const isLazy = firstCases !== null && isCompared && only?.caseIds === null && others.length === 0;
  for (const variant of variants) {
    const { caseIds } = variant;
    const { query, patterns } = toVariantMatch(variant, 'cases');
    const among = caseIds === null ? '' : ' AND id IN (SELECT value FROM json_each(?))';
    const ids = caseIds === null ? [] : [JSON.stringify(caseIds)];
    if (query === null) {
      insert(`SELECT id, ${BEST_SCORE} FROM temp.search_cases AS cases WHERE ${allowed}${among}`, ids);
      continue;
    }
    const pattern = isLazy ? null : toPatternCondition(sqlite, 'cases', patterns, 'cases');
    const has = pattern === null ? '' : ` AND (SELECT ${pattern} FROM cases WHERE cases.id = hits.id)`;
    // The matches are found once, then filtered: otherwise SQLite may ask the index for each case.
    insert(
      `SELECT id, score FROM (WITH hits (id, score) AS MATERIALIZED (${selectHits('cases', true)})
        SELECT id, score FROM hits) AS hits WHERE ${allowed}${among}${has}`,
      [query, ...ids],
    );
  }
  if (isLazy) return keepFirst(sqlite, condition, newest, Math.max(firstCases, MIN_COMPARED));
  for (const term of excluded) removeMatches(sqlite, toMatch([term], 'cases'));
  return { count: countCases(sqlite), isExact: true };
}

function removeMatches(sqlite: Database.Database, { query, patterns }: ReturnType<typeof toMatch>): void {
  if (query === null) return;
  const pattern = toPatternCondition(sqlite, 'cases', patterns, 'cases');
  const has =
    pattern === null ? '' : ` AND (SELECT ${pattern} FROM cases WHERE cases.id = search_case_hits.id)`;
  sqlite
    .prepare(`DELETE FROM temp.search_case_hits WHERE id IN (${selectHits('cases', false)})${has}`)
    .run(query);
}

/** Compares cases with the phrases, in their order, until so many have been found. The rest is not known. */
function keepFirst(sqlite: Database.Database, condition: Condition, newest: boolean, wanted: number): Count {
  const ids = listCaseHits(sqlite, newest);
  const test = prepareTest(sqlite, 'cases', condition);
  const kept: number[] = [];
  let compared = 0;
  for (; compared < ids.length && kept.length < wanted; compared++) {
    const id = ids[compared];
    if (id !== undefined && test(id)) kept.push(id);
  }
  sqlite
    .prepare('DELETE FROM temp.search_case_hits WHERE id NOT IN (SELECT value FROM json_each(?))')
    .run(JSON.stringify(kept));
  return { count: kept.length, isExact: compared === ids.length };
}

const countCases = (sqlite: Database.Database): number =>
  sqlite.prepare<[], number>('SELECT count(*) FROM temp.search_case_hits').pluck().get() ?? 0;
