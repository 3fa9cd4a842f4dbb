import type Database from 'better-sqlite3';
import { BetterSQLiteSession } from 'drizzle-orm/better-sqlite3/session';
import { BaseSQLiteDatabase, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';

type NoSchema = Record<string, never>;

/** Drizzle on top of an open connection. */
export type DrizzleDatabase = BaseSQLiteDatabase<'sync', Database.RunResult, NoSchema>;

/**
 * Puts Drizzle on top of an open connection. Drizzle's own function for it imports better-sqlite3 by that name, which is
 * not always the name of the engine in use.
 */
export function toDrizzle(sqlite: Database.Database): DrizzleDatabase {
  const dialect = new SQLiteSyncDialect();
  const session = new BetterSQLiteSession<NoSchema, NoSchema>(sqlite, dialect, undefined);
  return new BaseSQLiteDatabase('sync', dialect, session, undefined);
}
