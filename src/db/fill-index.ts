import type Database from 'better-sqlite3';
import { type IndexedTable, SHADOWS, TOKENIZER, columnsOf } from './search-tables.ts';

/*
 * Creates and fills full-text indexes. The thread that builds indexes during a first sync loads this module, so it imports
 * as little as possible.
 */

/**
 * The definition of an index in one of the databases of a connection. Datasette and sqlite-utils find the index of a
 * table by the text `content="table"`, with these quotation marks.
 */
export function toDefinition(index: IndexedTable, database: 'main' | 'temp'): string {
  return `CREATE VIRTUAL TABLE ${database}.${index.name} USING fts5(${columnsOf(index).join(', ')}, content="${index.table}", content_rowid="${index.key}", tokenize="${TOKENIZER}")`;
}

/**
 * The memory for new words, in bytes, while an index is built. With SQLite's megabyte, a build writes hundreds of parts
 * and merges them again, which takes twice the time.
 */
const MEMORY_OF_BUILD = 16 * 2 ** 20;
const USUAL_MEMORY = 2 ** 20;

/**
 * The number of parts of an index from which on SQLite merges them at once, in the transaction that adds the last one. With
 * its 16, the first night with changes would rewrite the whole index. See docs/decisions/0044-parts-of-an-index-may-stand.md.
 */
export const MOST_PARTS = 500;

/** The options that SQLite keeps with an index, in the order of their names. */
export const toOptions = ({ weights }: IndexedTable) => ({
  automerge: 4,
  crisismerge: MOST_PARTS,
  hashsize: USUAL_MEMORY,
  rank: `bm25(${Object.values(weights)
    .map((weight) => `${weight}.0`)
    .join(', ')})`,
  usermerge: 2,
});

/** Sets options of an index. */
export function setOptions(
  sqlite: Database.Database,
  { name }: IndexedTable,
  options: Readonly<Record<string, number | string>>,
  database: 'main' | 'temp' = 'main',
): void {
  const insert = sqlite.prepare(`INSERT INTO ${database}.${name} (${name}, rank) VALUES (?, ?)`);
  // A number would arrive as a float, which FTS5 refuses.
  for (const [option, value] of Object.entries(options))
    insert.run(option, typeof value === 'number' ? BigInt(value) : value);
}

/** Creates an empty index that takes many rows at once. */
export function createIndex(
  sqlite: Database.Database,
  index: IndexedTable,
  database: 'main' | 'temp' = 'main',
  memory = MEMORY_OF_BUILD,
): void {
  sqlite.exec(toDefinition(index, database));
  setOptions(sqlite, index, { hashsize: memory, automerge: 0 }, database);
}

/** Creates an index and fills it from its table. */
export function fillIndex(
  sqlite: Database.Database,
  index: IndexedTable,
  database: 'main' | 'temp' = 'main',
): void {
  const { name, table, key, isIndexed } = index;
  createIndex(sqlite, index, database);
  sqlite.exec(
    isIndexed === null
      ? `INSERT INTO ${database}.${name} (${name}) VALUES ('rebuild')`
      : `INSERT INTO ${database}.${name} (rowid, ${columnsOf(index).join(', ')}) ${selectIndexed(index, `${table} AS ${table}`)} ORDER BY ${key}`,
  );
  setOptions(sqlite, index, toOptions(index), database);
}

/** Creates an index with the words that one of the same name has in another database. The connection is in unsafe mode. */
export function copyIndex(
  sqlite: Database.Database,
  index: IndexedTable,
  from: string,
  to: 'main' | 'temp' = 'main',
): void {
  sqlite.exec(toDefinition(index, to));
  for (const copy of SHADOWS.filter((ending) => ending !== 'config').map(
    (ending) => `${index.name}_${ending}`,
  ))
    sqlite.exec(`DELETE FROM ${to}.${copy}; INSERT INTO ${to}.${copy} SELECT * FROM ${from}.${copy}`);
  setOptions(sqlite, index, toOptions(index), to);
}

/** The indexed rows of a table. */
export function selectIndexed(index: IndexedTable, from: string): string {
  const { table, key, isIndexed } = index;
  const where = isIndexed === null ? '' : ` WHERE ${isIndexed(table)}`;
  return `SELECT ${[key, ...columnsOf(index)].join(', ')} FROM ${from}${where}`;
}
