import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { SQL, getTableName, is, isTable } from 'drizzle-orm';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { getTableConfig } from 'drizzle-orm/sqlite-core';
import * as schema from './schema/schema.ts';
import { PACKAGE_FOLDER } from '../lib/package-info.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { isSqliteError } from './errors.ts';
import {
  SEARCH_OBJECTS,
  buildSearchIndexes,
  dropSearchIndexes,
  updateSearchColumns,
} from './search-index.ts';
import { sealAll } from './seals.ts';

/** The oldest SQLite that reads a mirror; see docs/decisions/0012-any-sqlite-since-3-34.md. */
export const OLDEST_SQLITE = '3.34';

const { LIST_TABLES, caseDefendants, cases, docketEntries, dockets, relatedCases } = schema;

/** The names of the mirror's tables. The user may have added others. */
const OWN_TABLES: ReadonlySet<string> = new Set(
  [...Object.values(schema), ...Object.values(LIST_TABLES)].filter((one) => isTable(one)).map(getTableName),
);

let migrations: readonly MigrationMeta[] | undefined;

/** Returns the migrations of this program, oldest first. Reads their files once, because each opening needs them. */
export function listMigrations(): readonly MigrationMeta[] {
  migrations ??= readMigrationFiles({
    migrationsFolder: fileURLToPath(new URL('migrations', PACKAGE_FOLDER)),
  });
  return migrations;
}

/**
 * Applies the missing migrations and records them as Drizzle does, in one transaction. Drizzle's own migrator ends a
 * failed transaction with a ROLLBACK. If SQLite has already rolled back, for example because the disk is full, that
 * fails too and hides the original error. If `check` throws, everything is undone. The search indexes are dropped before
 * and built again after, so that a migration can rename and edit what they index.
 */
export function runMigrations(sqlite: Database.Database, check: () => void): void {
  const run = sqlite.transaction(() => {
    sqlite.exec(`CREATE TABLE IF NOT EXISTS "__drizzle_migrations" (
      id SERIAL PRIMARY KEY,
      hash text NOT NULL,
      created_at numeric
    )`);
    const newest = sqlite.prepare('SELECT max(created_at) FROM __drizzle_migrations').pluck().get() as
      | number
      | null;
    dropSearchIndexes(sqlite);
    const note = sqlite.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)');
    for (const { sql, hash, folderMillis } of listMigrations()) {
      if (newest !== null && folderMillis <= newest) continue;
      for (const statement of sql) sqlite.exec(statement);
      note.run(hash, folderMillis);
    }
    forgetStatistics(sqlite);
    check();
    updateSearchColumns(sqlite);
    if (!isFirstFill(sqlite)) buildSearchIndexes(sqlite);
    sealAll(sqlite);
  });
  // Lets a migration edit the schema of a table without moving its rows.
  sqlite.unsafeMode(true);
  try {
    run.immediate();
  } finally {
    sqlite.unsafeMode(false);
  }
}

/** The views that SQLite can compile, by name. */
function listReadableViews(sqlite: Database.Database): string[] {
  const views = sqlite
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'view'")
    .pluck()
    .all();
  return views.filter((name) => explainUnreadable(sqlite, name) === null);
}

/** Says why a view no longer compiles; null if it does. */
function explainUnreadable(sqlite: Database.Database, view: string): string | null {
  try {
    sqlite.prepare(`SELECT * FROM "${view.replaceAll('"', '""')}"`);
    return null;
  } catch (thrown) {
    if (!isSqliteError(thrown)) throw thrown;
    return toSafeWords(thrown.message);
  }
}

/** A view that a user added, and why it no longer compiles. */
export interface BrokenView {
  readonly name: string;
  readonly reason: string;
}

/** Runs `upgrade`, and lists the views that compiled before it and do not compile after it. */
export function listViewsBrokenBy(sqlite: Database.Database, upgrade: () => void): BrokenView[] {
  const before = listReadableViews(sqlite);
  upgrade();
  const isView = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = ?");
  return before.flatMap((name) => {
    const reason = isView.get(name) === undefined ? null : explainUnreadable(sqlite, name);
    return reason === null ? [] : [{ name, reason }];
  });
}

/** The mirror's foreign keys with rows that point to missing rows, by table. */
export function listBrokenReferences(sqlite: Database.Database): ReadonlyMap<string, ReadonlySet<number>> {
  const broken = new Map<string, ReadonlySet<number>>();
  // Checks each table separately: a table of the user may have broken references, or some that SQLite refuses to check.
  const tables = sqlite
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all();
  for (const table of tables.filter((name) => OWN_TABLES.has(name))) {
    const rows = sqlite.prepare<[], { readonly fkid: number }>(`PRAGMA foreign_key_check("${table}")`);
    const ids = new Set<number>();
    for (const { fkid } of rows.iterate()) ids.add(fkid);
    if (ids.size > 0) broken.set(table, ids);
  }
  return broken;
}

/** Removes statistics of tables that no longer have that name. */
function forgetStatistics(sqlite: Database.Database): void {
  const isNoted =
    sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get() !== undefined;
  if (isNoted) sqlite.exec('DELETE FROM sqlite_stat1 WHERE tbl NOT IN (SELECT name FROM sqlite_schema)');
}

/**
 * The indexes for finding cases and their rows. Updating them row by row during the first sync takes more than a tenth
 * of its time, because each page touches every part of them. Building them at the end takes seconds.
 */
const DEFERRED_INDEXES = [
  cases,
  caseDefendants,
  dockets,
  docketEntries,
  relatedCases,
  ...Object.values(LIST_TABLES),
].flatMap((table) => {
  const { name, indexes } = getTableConfig(table);
  return indexes
    .filter(({ config }) => !config.unique)
    .map(({ config }) => ({
      table: name,
      name: config.name,
      columns: config.columns.flatMap((column) => (is(column, SQL) ? [] : [column.name])),
    }));
});

/** Whether a name in the schema is missing while a first run fills the mirror. */
export function isDeferred(name: string): boolean {
  return SEARCH_OBJECTS.has(name) || DEFERRED_INDEXES.some((index) => index.name === name);
}

/** Whether those indexes are missing: the run that first filled the mirror has not ended. */
function isFirstFill(sqlite: Database.Database): boolean {
  const find = sqlite.prepare<[string]>("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?");
  return DEFERRED_INDEXES.every(({ name }) => find.get(name) === undefined);
}

/**
 * Drops those indexes and the search indexes while no docket entry is stored. After the first run has filled the tables, {@link
 * restoreIndexes} builds them. If that run dies, they stay away until a run ends. Queries without them are slower, but
 * return the same rows.
 */
export function deferIndexes(sqlite: Database.Database): void {
  const isEmpty = sqlite.prepare('SELECT 1 FROM docket_entries LIMIT 1').get() === undefined;
  if (!isEmpty) return;
  sqlite.transaction(() => {
    for (const { name } of DEFERRED_INDEXES) sqlite.exec(`DROP INDEX IF EXISTS \`${name}\``);
    dropSearchIndexes(sqlite);
  })();
}

/** Builds the missing indexes. */
export function restoreIndexes(sqlite: Database.Database): void {
  for (const { table, name, columns } of DEFERRED_INDEXES) {
    const list = columns.map((column) => `\`${column}\``).join(',');
    sqlite.exec(`CREATE INDEX IF NOT EXISTS \`${name}\` ON \`${table}\` (${list})`);
  }
  buildSearchIndexes(sqlite);
}

/** The number of rows to sample per index: enough for the query planner, and milliseconds for a million rows. */
const ROWS_LOOKED_AT = 400;
/** Runs ANALYZE if useful (2), on every table, not only on those that this connection has queried (0x10000). */
const WHERE_OF_USE = '0x10002';

/**
 * Updates the index statistics (`sqlite_stat1`), which help the query planner of every reader. SQLite updates only
 * tables without statistics or that grew or shrank tenfold. The limit keeps samples of the content out of the
 * statistics, where a redaction would leave them.
 */
export function refreshStatistics(sqlite: Database.Database): void {
  sqlite.pragma(`analysis_limit = ${ROWS_LOOKED_AT}`);
  sqlite.pragma(`optimize = ${WHERE_OF_USE}`);
}
