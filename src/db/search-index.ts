import { channel } from 'node:diagnostics_channel';
import type Database from 'better-sqlite3';
import { type SearchColumns, type SearchSource, toSearchColumns } from '../case/case-rows.ts';
import { toTextWords } from '../linked/text-words.ts';
import { isSqliteError } from './errors.ts';
import {
  MOST_PARTS,
  copyIndex,
  fillIndex,
  selectIndexed,
  setOptions,
  toDefinition,
  toOptions,
} from './fill-index.ts';
import {
  INDEXES,
  type IndexedTable,
  SEARCH_INDEXES,
  SHADOWS,
  type SearchKind,
  listTriggers,
} from './search-tables.ts';

/*
 * The words of cases, docket entries, documents and texts, in full-text indexes of SQLite (FTS5) beside the tables that
 * they index. Triggers update an index in the transaction that writes the row. The indexes are derived: an upgrade that
 * may change what one of them depends on drops it before anything else and builds it again, so no migration ever meets
 * it. See docs/decisions/0026-words-in-an-index.md.
 */

function hasIndex(sqlite: Database.Database, { name }: IndexedTable): boolean {
  return sqlite.prepare('SELECT 1 FROM main.sqlite_schema WHERE name = ?').get(name) !== undefined;
}

/** Whether a file has these indexes: they are missing until the first run of a mirror ends. */
export function hasSearchIndexes(sqlite: Database.Database, kinds: readonly SearchKind[]): boolean {
  return kinds.every((kind) => hasIndex(sqlite, SEARCH_INDEXES[kind]));
}

/** Drops the indexes with their triggers. */
export function dropSearchIndexes(
  sqlite: Database.Database,
  indexes: readonly IndexedTable[] = INDEXES,
): void {
  for (const index of indexes) {
    for (const { name } of listTriggers(index)) sqlite.exec(`DROP TRIGGER IF EXISTS main.${name}`);
    dropIndex(sqlite, index);
  }
}

function dropIndex(sqlite: Database.Database, { name }: IndexedTable): void {
  const drop = `DROP TABLE IF EXISTS main.${name}`;
  try {
    sqlite.exec(drop);
  } catch (thrown) {
    // SQLite drops no index whose version it cannot read. Only a connection in unsafe mode can write it.
    if (!isSqliteError(thrown) || thrown.code !== 'SQLITE_ERROR') throw thrown;
    sqlite.exec(`CREATE TABLE IF NOT EXISTS main.${name}_config (k PRIMARY KEY, v) WITHOUT ROWID;
      REPLACE INTO main.${name}_config VALUES ('version', 4); ${drop}`);
  }
}

/** The channel that announces that indexes of a large mirror are being built, for messages to the user. */
export const BUILDS_SEARCH_INDEX = 'clearinghouse-mirror:builds-search-index';
const buildsSearchIndex = channel(BUILDS_SEARCH_INDEX);
/** Building an index of fewer rows takes less than a second. */
const ROWS_WORTH_A_MESSAGE = 50_000;

/** Fills an index from another file, in the caller's transaction. Returns false if it must be filled from its table. */
export type CopyIndex = (index: IndexedTable) => boolean;

/** Builds each missing index from its table, in one transaction, but for those that `copy` fills. */
export function buildSearchIndexes(sqlite: Database.Database, copy?: CopyIndex): void {
  const missing = INDEXES.filter((index) => !hasIndex(sqlite, index));
  if (missing.length === 0) return;
  const newest = sqlite.prepare<[], number | null>('SELECT max(mirror_id) FROM docket_entries').pluck().get();
  if (copy === undefined && (newest ?? 0) > ROWS_WORTH_A_MESSAGE) buildsSearchIndex.publish(newest);
  sqlite
    .transaction(() => {
      for (const index of missing) {
        if (copy?.(index) !== true) fillIndex(sqlite, index);
        for (const { sql } of listTriggers(index)) sqlite.exec(sql);
      }
    })
    .immediate();
}

/**
 * What SQLite's schema says of an index and of the tables on which it depends, and the options of the index; null if the
 * index is not exactly what this program would make. While that stays the same and no row of those tables changes
 * without the triggers, the index stays right.
 */
export function describeIndex(sqlite: Database.Database, index: IndexedTable): string | null {
  const select = sqlite.prepare<[string], { readonly sql: string; readonly rootpage: number }>(
    'SELECT sql, rootpage FROM main.sqlite_schema WHERE name = ?',
  );
  const made = [{ name: index.name, sql: toDefinition(index, 'main') }, ...listTriggers(index)];
  const isWhole =
    made.every(({ name, sql }) => select.get(name)?.sql === sql.replace('TABLE main.', 'TABLE ')) &&
    SHADOWS.every((ending) => select.get(`${index.name}_${ending}`) !== undefined);
  if (!isWhole) return null;
  const { expected, found } = findOptions(sqlite, index);
  if (found !== expected) return null;
  return JSON.stringify(index.sources.map((source) => select.get(source)));
}

/** The options that are kept with an index, and those that the program gave it, each as JSON. */
export function findOptions(
  sqlite: Database.Database,
  index: IndexedTable,
): { expected: string; found: string } {
  const rows = sqlite
    .prepare<[], [string, unknown]>(
      `SELECT k, v FROM main.${index.name}_config WHERE k <> 'version' ORDER BY k`,
    )
    .raw()
    .all();
  return { expected: JSON.stringify(toOptions(index)), found: JSON.stringify(Object.fromEntries(rows)) };
}

/**
 * Sets the option that earlier versions did not set, in each index that has exactly the others. An index that SQLite cannot
 * read keeps its options, so it is not what this program would make.
 */
export function addNewOption(sqlite: Database.Database): void {
  for (const index of INDEXES.filter((one) => hasIndex(sqlite, one))) {
    const { crisismerge, ...earlier } = toOptions(index);
    try {
      const { found } = findOptions(sqlite, index);
      if (found === JSON.stringify(earlier)) setOptions(sqlite, index, { crisismerge });
    } catch (thrown) {
      // Others, such as a full disk, may have ended the transaction.
      if (!isSqliteError(thrown) || !/^SQLITE_(?:ERROR|CORRUPT)/.test(thrown.code)) throw thrown;
    }
  }
}

/**
 * Builds indexes of the temporary tables or views that have the names of the indexed tables. A read-only connection can
 * do so. The connection then finds the words of those rows.
 */
export function buildTemporaryIndexes(sqlite: Database.Database, kinds: readonly SearchKind[]): void {
  for (const kind of kinds) fillIndex(sqlite, SEARCH_INDEXES[kind], 'temp');
}

/**
 * Lets SQLite compare an index with its table. That is a write to SQLite, so it happens to a temporary copy of the index:
 * the connection may be read-only, and a sync can run at the same time. Throws SQLITE_CORRUPT if they differ.
 */
export function checkIndex(sqlite: Database.Database, kind: SearchKind): void {
  const index = SEARCH_INDEXES[kind];
  const { name, table } = index;
  sqlite.exec(`SELECT 1 FROM main.${name} LIMIT 0`); // Fails if FTS5 cannot read the options and the version.
  sqlite.unsafeMode(true); // Lets the tables of an index be written.
  try {
    sqlite.exec(`CREATE TEMP VIEW ${table} AS ${selectIndexed(index, `main.${table} AS ${table}`)}`);
    sqlite.transaction(() => {
      copyIndex(sqlite, index, 'main', 'temp');
      sqlite.exec(`INSERT INTO temp.${name} (${name}, rank) VALUES ('integrity-check', 1)`);
    })();
  } finally {
    sqlite.exec(`DROP TABLE IF EXISTS temp.${name}; DROP VIEW IF EXISTS temp.${table}`);
    sqlite.unsafeMode(false);
  }
}

/** How much a run merges after it wrote. */
const MERGES = {
  /** The pages that one step writes at most. */
  pages: 250,
  steps: 4,
  /** The number of parts above which it merges on: half of those at which SQLite would merge all while a page is stored. */
  manyParts: MOST_PARTS / 2,
} as const;

/**
 * Merges small parts of the indexes, a bounded amount after each run that wrote, and more only if there are hundreds. Without
 * merging, searching would slow down from night to night; merging everything at once would rewrite the index.
 */
export function mergeSearchIndexes(
  sqlite: Database.Database,
  { pages, steps, manyParts }: Readonly<Record<keyof typeof MERGES, number>> = MERGES,
): void {
  const total = sqlite.prepare<[], number>('SELECT total_changes()').pluck();
  for (const index of INDEXES.filter((one) => hasIndex(sqlite, one))) {
    const { name } = index;
    const merge = sqlite.prepare(`INSERT INTO ${name} (${name}, rank) VALUES ('merge', ${pages})`);
    const count = sqlite.prepare<[], number>(`SELECT count(DISTINCT segid) FROM ${name}_idx`).pluck();
    for (let step = 0; step < steps || (count.get() ?? 0) > manyParts; step++) {
      const before = total.get() ?? 0;
      merge.run();
      // SQLite's manual: a merge that changes fewer than two rows had nothing to do.
      if ((total.get() ?? 0) - before < 2) break;
    }
  }
}

/**
 * Rewrites the indexes as a whole. A row that is taken out leaves its words in the index, marked as deleted, until the
 * parts that have them are merged.
 */
export function rewriteSearchIndexes(sqlite: Database.Database): void {
  for (const index of INDEXES.filter((one) => hasIndex(sqlite, one)))
    sqlite.exec(`INSERT INTO ${index.name} (${index.name}) VALUES ('optimize')`);
}

/** The bytes of the parts that {@link rewriteSearchIndexes} writes anew. */
export const countIndexBytes = (sqlite: Database.Database): number =>
  INDEXES.filter((one) => hasIndex(sqlite, one)).reduce(
    (total, { name }) =>
      total +
      (sqlite.prepare<[], number | null>(`SELECT sum(length(block)) FROM main.${name}_data`).pluck().get() ??
        0),
    0,
  );

/** Removes all words of texts at once. Otherwise a trigger would read each text to take out its words. */
export function clearTextIndex(sqlite: Database.Database): void {
  const { texts } = SEARCH_INDEXES;
  if (hasIndex(sqlite, texts)) sqlite.exec(`INSERT INTO ${texts.name} (${texts.name}) VALUES ('delete-all')`);
}

/** Computes the columns for the search index of every case and text, and writes those that differ. */
export function updateSearchColumns(
  sqlite: Database.Database,
  indexes: readonly IndexedTable[] = INDEXES,
): void {
  if (indexes.includes(SEARCH_INDEXES.cases)) updateCaseColumns(sqlite);
  if (indexes.includes(SEARCH_INDEXES.texts)) updateTextColumns(sqlite);
}

function updateTextColumns(sqlite: Database.Database): void {
  interface Row {
    readonly mirror_id: number;
    readonly value: string;
    readonly mirror_words: string | null;
  }
  const selectNext = sqlite.prepare<[number], Row>(
    'SELECT mirror_id, value, mirror_words FROM texts WHERE mirror_id > ? ORDER BY mirror_id LIMIT 1',
  );
  const update = sqlite.prepare('UPDATE texts SET mirror_words = ? WHERE mirror_id = ?');
  for (
    let row = selectNext.get(Number.MIN_SAFE_INTEGER);
    row !== undefined;
    row = selectNext.get(row.mirror_id)
  ) {
    const words = toTextWords(row.value);
    if (words !== row.mirror_words) update.run(words, row.mirror_id);
  }
}

function updateCaseColumns(sqlite: Database.Database): void {
  type Row = SearchSource['case'] & SearchColumns & { readonly id: number };
  const selectNext = sqlite.prepare<[number], Row>(
    `SELECT id, summary_short, summary_tiny, non_docket_case_number, mirror_defendants, mirror_docket_numbers,
      mirror_short_summaries FROM cases WHERE id > ? ORDER BY id LIMIT 1`,
  );
  const selectDefendants = sqlite.prepare<[number], SearchSource['defendants'][number]>(
    'SELECT name, institution FROM case_defendants WHERE case_id = ? ORDER BY mirror_position',
  );
  const selectDocket = sqlite.prepare<[number], NonNullable<SearchSource['docket']>>(
    `SELECT docket_number_manual, docket_office_number, docket_year, docket_filing_number, docket_case_type
     FROM dockets WHERE case_id = ?`,
  );
  const update = sqlite.prepare(
    `UPDATE cases SET mirror_defendants = @mirror_defendants, mirror_docket_numbers = @mirror_docket_numbers,
      mirror_short_summaries = @mirror_short_summaries WHERE id = @id`,
  );
  for (let row = selectNext.get(Number.MIN_SAFE_INTEGER); row !== undefined; row = selectNext.get(row.id)) {
    const columns = toSearchColumns({
      case: row,
      defendants: selectDefendants.all(row.id),
      docket: selectDocket.get(row.id) ?? null,
    });
    const isSame = (Object.keys(columns) as (keyof SearchColumns)[]).every(
      (name) => columns[name] === row[name],
    );
    if (!isSame) update.run({ id: row.id, ...columns });
  }
}
