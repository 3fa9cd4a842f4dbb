import type Database from 'better-sqlite3';

/** Pages copied at a time: some megabytes, after which others have their turn, and a stop is heard. */
const PAGES_A_STEP = 2_000;

/**
 * Copies what a connection reads into a file, page by page. The connection is in a read transaction, so that all pages
 * are of one moment: SQLite would otherwise begin anew whenever another process commits between two steps.
 */
export async function copyDatabase(
  source: Database.Database,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  if (!source.inTransaction) throw new Error('a copy of one moment needs a transaction');
  await source.backup(target, {
    progress: () => {
      signal.throwIfAborted();
      return PAGES_A_STEP;
    },
  });
}

/** Holds one moment on a connection while `use` runs: other processes go on, and nothing of it is seen. */
export async function holdMoment<Result>(
  sqlite: Database.Database,
  use: () => Promise<Result>,
): Promise<Result> {
  sqlite.exec('BEGIN');
  sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get(); // only a read begins the moment
  try {
    return await use();
  } finally {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
  }
}
