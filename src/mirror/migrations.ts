import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { sealAll } from './seals.ts';
import { readMigrationFiles, type MigrationMeta } from 'drizzle-orm/migrator';

/** The oldest SQLite that reads a mirror; see docs/decisions/0012-any-sqlite-since-3-34.md. */
export const OLDEST_SQLITE = '3.34';

/** Reads the migrations of this program, oldest first. */
export function listMigrations(): MigrationMeta[] {
  return readMigrationFiles({
    migrationsFolder: fileURLToPath(new URL('../../migrations', import.meta.url)),
  });
}

/**
 * Runs the migrations that a file lacks and notes them as Drizzle does, in one transaction: they come together or not at
 * all. Drizzle's own migrator ends a failed transaction by a ROLLBACK of its own. Where SQLite has rolled back already,
 * as it does when the disk is full, that fails too, and the failure that mattered is lost. What `check` throws at the end undoes all of it.
 */
export function runMigrations(sqlite: Database.Database, check: () => void): void {
  const run = sqlite.transaction(() => {
    sqlite.exec(`CREATE TABLE IF NOT EXISTS "__drizzle_migrations" (
      id SERIAL PRIMARY KEY,
      hash text NOT NULL,
      created_at numeric
    )`);
    const newest = sqlite.prepare('SELECT max(created_at) FROM __drizzle_migrations').pluck().get() as
      number | null;
    const note = sqlite.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)');
    for (const { sql, hash, folderMillis } of listMigrations()) {
      if (newest !== null && folderMillis <= newest) continue;
      for (const statement of sql) sqlite.exec(statement);
      note.run(hash, folderMillis);
    }
    check();
    sealAll(sqlite);
  });
  // Only so may a migration take a word out of the schema of a table without moving its rows.
  sqlite.unsafeMode(true);
  try {
    run.immediate();
  } finally {
    sqlite.unsafeMode(false);
  }
}
