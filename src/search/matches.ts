import type Database from 'better-sqlite3';
import { type SearchKind, SEARCH_INDEXES, columnsOf } from '../db/search-tables.ts';
import { type Match, toMatch } from './match.ts';
import type { SearchTerm } from './query-text.ts';
import { type TextPattern, toTextTest } from './text-pattern.ts';

/* Questions to the indexes: which rows match, how many they are, and whether one row does. */

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
  /** The cases of which only a further docket has a docket number that is searched. */
  readonly ofFurther?: ReadonlySet<number>;
}

/** A variant as a condition on the rows of an index. */
export function toVariantMatch({ terms, raw }: Variant, kind: SearchKind): Match {
  return raw === undefined ? toMatch(terms, kind) : { query: raw, patterns: [], rest: raw };
}

const patternsOf = new WeakMap<Database.Database, (readonly TextPattern[])[]>();

/** Registers the comparison of texts with patterns, once per connection; returns the number of these patterns. */
function registerPatterns(sqlite: Database.Database, patterns: readonly TextPattern[]): number {
  let known = patternsOf.get(sqlite);
  if (known === undefined) {
    const lists: (readonly TextPattern[])[] = [];
    known = lists;
    patternsOf.set(sqlite, lists);
    sqlite.function('mirror_has_text', { varargs: true, deterministic: true }, (which, ...texts) => {
      const wanted = texts.filter((text) => typeof text === 'string').map((text) => toTextTest(text));
      const isIn = (pattern: TextPattern): boolean => wanted.some((has) => has(pattern));
      return Number((lists[Number(which)] ?? []).every(isIn));
    });
  }
  return known.push(patterns) - 1;
}

/** The condition that a row of the indexed table, which has this name in SQL, has the texts of patterns; null if none. */
export function toPatternCondition(
  sqlite: Database.Database,
  kind: SearchKind,
  patterns: readonly TextPattern[],
  row: string,
): string | null {
  if (patterns.length === 0) return null;
  const columns = columnsOf(SEARCH_INDEXES[kind]).map((column) => `${row}.${column}`);
  return `mirror_has_text(${[registerPatterns(sqlite, patterns), ...columns].join(', ')})`;
}

/** A subquery of the ids of the rows that match a query of FTS5, which takes the query as its parameter. */
export function selectHits(kind: SearchKind, scores: boolean): string {
  const { name } = SEARCH_INDEXES[kind];
  return `SELECT rowid${scores ? ', rank' : ''} FROM ${name} WHERE ${name} MATCH ?`;
}

/** Counts the rows that match a query of FTS5, up to a maximum. */
export function countHits(
  sqlite: Database.Database,
  kind: SearchKind,
  query: string,
  max = Infinity,
): number {
  // Without a LIMIT, the index counts without returning rows.
  const { name } = SEARCH_INDEXES[kind];
  const from =
    max === Infinity ? `${name} WHERE ${name} MATCH ?` : `(${selectHits(kind, false)} LIMIT ${max})`;
  return sqlite.prepare<[string], number>(`SELECT count(*) FROM ${from}`).pluck().get(query) ?? 0;
}

/** Prepares the question whether a row matches the condition. */
export function prepareTest(
  sqlite: Database.Database,
  kind: SearchKind,
  { variants, excluded }: Condition,
): (id: number) => boolean {
  const anyOf = variants.map((variant) =>
    prepareHas(sqlite, kind, toVariantMatch(variant, kind), findKnown(variant, kind)),
  );
  const noneOf = prepareNone(sqlite, kind, excluded);
  return (id) => anyOf.some((has) => has(id)) && noneOf(id);
}

/** Prepares the same question for rows that the index has found for the only variant. */
export function prepareTestFound(
  sqlite: Database.Database,
  kind: SearchKind,
  { variants: [variant], excluded }: Condition,
): (id: number) => boolean {
  const patterns = variant === undefined ? [] : toVariantMatch(variant, kind).patterns;
  const known = variant === undefined ? undefined : findKnown(variant, kind);
  const hasPatterns = prepareHasPatterns(sqlite, kind, patterns, known);
  const noneOf = prepareNone(sqlite, kind, excluded);
  return (id) => hasPatterns(id) && noneOf(id);
}

function prepareNone(
  sqlite: Database.Database,
  kind: SearchKind,
  excluded: readonly SearchTerm[],
): (id: number) => boolean {
  const noneOf = excluded.map((term) => prepareHas(sqlite, kind, toMatch([term], kind)));
  return (id) => !noneOf.some((has) => has(id));
}

/**
 * Prepares the question whether one row matches. FTS5 takes longer to find a phrase or a beginning of a word in its index
 * than a short text takes to be read, so the text alone decides these.
 */
function prepareHas(
  sqlite: Database.Database,
  kind: SearchKind,
  { query, patterns, rest }: Match,
  known?: Map<number, boolean>,
): (id: number) => boolean {
  if (query === null) return () => false;
  const hasPatterns = prepareHasPatterns(sqlite, kind, patterns, known);
  const asked = isShort(kind) ? rest : query;
  if (asked === null) return hasPatterns;
  const listRange = prepareListRange(sqlite, kind, asked);
  const isHit = (id: number): boolean => listRange(id, id).length > 0;
  return isShort(kind) ? (id) => hasPatterns(id) && isHit(id) : (id) => isHit(id) && hasPatterns(id);
}

/** Whether the rows of a kind are short. The text of a document has 50 kB on average. */
export const isShort = (kind: SearchKind): boolean => kind !== 'texts';

/** The rows that were compared with the patterns of a variant, which belongs to one search. */
const knownOf = new WeakMap<Variant, Map<SearchKind, Map<number, boolean>>>();

function findKnown(variant: Variant, kind: SearchKind): Map<number, boolean> {
  const kinds = knownOf.get(variant) ?? new Map<SearchKind, Map<number, boolean>>();
  knownOf.set(variant, kinds);
  const known = kinds.get(kind) ?? new Map<number, boolean>();
  kinds.set(kind, known);
  return known;
}

function prepareHasPatterns(
  sqlite: Database.Database,
  kind: SearchKind,
  patterns: readonly TextPattern[],
  known = new Map<number, boolean>(),
): (id: number) => boolean {
  const { table, key } = SEARCH_INDEXES[kind];
  const pattern = toPatternCondition(sqlite, kind, patterns, table);
  if (pattern === null) return () => true;
  const check = sqlite.prepare<[bigint], number>(`SELECT ${pattern} FROM ${table} WHERE ${key} = ?`).pluck();
  return (id) => {
    const has = known.get(id) ?? check.get(toRowid(id)) === 1;
    known.set(id, has);
    return has;
  };
}

/** FTS5 goes straight to a row only if its id arrives as an integer. A number would arrive as a float, and it reads all. */
export const toRowid = (id: number): bigint => BigInt(id);

/** The tables of hits of each connection, by kind and query. */
const tablesOfHits = new WeakMap<Database.Database, Map<string, string>>();

/** Forgets the tables of hits of earlier searches. */
export function dropHits(sqlite: Database.Database): void {
  for (const table of tablesOfHits.get(sqlite)?.values() ?? [])
    sqlite.exec(`DROP TABLE IF EXISTS temp.${table}`);
  tablesOfHits.delete(sqlite);
}

/**
 * The hits of a query as a table. FTS5 gathers all rows with the beginning of a word for every question, even for one
 * row, so they are gathered once.
 */
function toTableOfHits(sqlite: Database.Database, kind: SearchKind, query: string): string {
  const tables = tablesOfHits.get(sqlite) ?? new Map<string, string>();
  tablesOfHits.set(sqlite, tables);
  const name = `${kind} ${query}`;
  const known = tables.get(name);
  if (known !== undefined) return known;
  const table = `search_prefix_hits_${tables.size}`;
  sqlite.exec(`CREATE TEMP TABLE ${table} (id INTEGER PRIMARY KEY)`);
  sqlite.prepare(`INSERT INTO temp.${table} ${selectHits(kind, false)}`).run(query);
  tables.set(name, table);
  return table;
}

/** Prepares listing the ids in a range that match a query. */
export function prepareListRange(
  sqlite: Database.Database,
  kind: SearchKind,
  query: string,
): (from: number, to: number) => number[] {
  if (query.includes('*')) {
    const table = toTableOfHits(sqlite, kind, query);
    const list = sqlite
      .prepare<[number, number], number>(`SELECT id FROM temp.${table} WHERE id BETWEEN ? AND ?`)
      .pluck();
    return (from, to) => list.all(from, to);
  }
  const list = sqlite
    .prepare<[string, bigint, bigint], number>(`${selectHits(kind, false)} AND rowid BETWEEN ? AND ?`)
    .pluck();
  return (from, to) => list.all(query, toRowid(from), toRowid(to));
}
