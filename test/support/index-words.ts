import type Database from 'better-sqlite3';
import { SEARCH_INDEXES, type SearchKind } from '../../src/db/search-tables.ts';

/** Every word of an index with its place: what the index says. */
export function listWords(sqlite: Database.Database, kind: SearchKind): unknown[] {
  const { name } = SEARCH_INDEXES[kind];
  sqlite.exec(`CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, ${name}, instance)`);
  try {
    return sqlite.prepare('SELECT term, doc, col, "offset" FROM temp.words ORDER BY 1, 2, 3, 4').raw().all();
  } finally {
    sqlite.exec('DROP TABLE temp.words');
  }
}

/** The words of all indexes. */
export const listAllWords = (sqlite: Database.Database): unknown[][] =>
  (Object.keys(SEARCH_INDEXES) as SearchKind[]).map((kind) => listWords(sqlite, kind));
