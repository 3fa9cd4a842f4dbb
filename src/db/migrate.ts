import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { SQL, getTableName, is, isTable } from 'drizzle-orm';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { getTableConfig } from 'drizzle-orm/sqlite-core';
import * as schema from './schema/schema.ts';
import { PACKAGE_FOLDER } from '../lib/package-info.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { updateDocketNumbers } from './docket-numbers.ts';
import { isSqliteError } from './errors.ts';
import { readNewSchema } from './new-schema.ts';
import { mayChange } from './sql-text.ts';
import {
  addNewOption,
  buildSearchIndexes,
  describeIndex,
  dropSearchIndexes,
  updateSearchColumns,
} from './search-index.ts';
import { INDEXES, SEARCH_OBJECTS } from './search-tables.ts';
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

interface MigrationOptions {
  readonly migrations?: readonly MigrationMeta[];
  /** Applies them to an empty file too, as to any other, instead of the schema that they lead to. */
  readonly isOneByOne?: boolean;
}

/**
 * Applies the missing migrations and records them as Drizzle does, in one transaction. Drizzle's own migrator ends a
 * failed transaction with a ROLLBACK. If SQLite has already rolled back, for example because the disk is full, that
 * fails too and hides the original error. If `check` throws, everything is undone. A search index is dropped before and
 * built again after if a migration may change the tables on which it depends.
 */
export function runMigrations(
  sqlite: Database.Database,
  check: () => void,
  { migrations = listMigrations(), isOneByOne = false }: MigrationOptions = {},
): void {
  const run = sqlite.transaction(() => {
    sqlite.exec(`CREATE TABLE IF NOT EXISTS "__drizzle_migrations" (
      id SERIAL PRIMARY KEY,
      hash text NOT NULL,
      created_at numeric
    )`);
    const newest = sqlite.prepare('SELECT max(created_at) FROM __drizzle_migrations').pluck().get() as
      | number
      | null;
    const missing = migrations.filter(({ folderMillis }) => newest === null || folderMillis > newest);
    const restoreSearch = dropTouchedIndexes(
      sqlite,
      missing.flatMap(({ sql }) => sql),
      newest === null,
    );
    const note = sqlite.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)');
    const restoreTriggers = dropTriggersOfViews(sqlite);
    const whole = newest === null && !isOneByOne ? readNewSchema(missing) : null;
    if (whole !== null) sqlite.exec(whole);
    for (const { sql, hash, folderMillis } of missing) {
      if (whole === null) for (const statement of sql) sqlite.exec(statement);
      note.run(hash, folderMillis);
    }
    restoreTriggers();
    forgetStatistics(sqlite);
    check();
    updateDocketNumbers(sqlite);
    restoreSearch();
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

/**
 * Drops each search index that is not as this program makes it, or that depends on a table which these statements may
 * change. The returned function computes the columns of those indexes and builds them again, and also those whose tables
 * have another definition by then: a statement can edit the schema without naming a table. A new file has none.
 */
function dropTouchedIndexes(
  sqlite: Database.Database,
  statements: readonly string[],
  isNew: boolean,
): () => void {
  const untouched = isNew
    ? []
    : INDEXES.filter(({ sources }) => !statements.some((sql) => mayChange(sql, sources)));
  if (!isNew) addNewOption(sqlite);
  const before = new Map(untouched.map((index) => [index, describeIndex(sqlite, index)]));
  const isKept = (index: (typeof INDEXES)[number]): boolean => typeof before.get(index) === 'string';
  dropSearchIndexes(
    sqlite,
    INDEXES.filter((index) => !isKept(index)),
  );
  return () => {
    const touched = INDEXES.filter(
      (index) => !isKept(index) || before.get(index) !== describeIndex(sqlite, index),
    );
    dropSearchIndexes(sqlite, touched);
    updateSearchColumns(sqlite, touched);
    if (!isFirstFill(sqlite)) buildSearchIndexes(sqlite);
  };
}

/**
 * Drops the triggers that users added to views: SQLite reads no schema in which the view of a trigger is missing, and a
 * migration may replace a view. The returned function creates those again whose view is there.
 */
function dropTriggersOfViews(sqlite: Database.Database): () => void {
  const triggers = sqlite
    .prepare<[], { readonly name: string; readonly view: string; readonly sql: string }>(
      `SELECT one.name, one.tbl_name AS view, one.sql FROM sqlite_schema AS one JOIN sqlite_schema AS view
        ON view.type = 'view' AND view.name = one.tbl_name COLLATE NOCASE WHERE one.type = 'trigger'`,
    )
    .all();
  for (const { name } of triggers) sqlite.exec(`DROP TRIGGER ${quote(name)}`);
  return () => {
    const isView = sqlite.prepare(
      "SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = ? COLLATE NOCASE",
    );
    for (const { view, sql } of triggers) if (isView.get(view) !== undefined) sqlite.exec(sql);
  };
}

/** A view or trigger that a user added, and why it no longer works. */
export interface BrokenObject {
  readonly type: 'view' | 'trigger';
  readonly name: string;
  readonly reason: string;
}

interface UserObject {
  readonly type: BrokenObject['type'];
  readonly name: string;
  /** The table or view of a trigger. */
  readonly table: string;
}

const SELECT_OBJECTS = `SELECT type, name, tbl_name AS "table" FROM sqlite_schema WHERE type IN ('view', 'trigger')`;

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Runs `upgrade`, and lists the views and triggers of the user that worked before it and do not work after it. Those of
 * the mirror work in both schemas, or go with the old one.
 */
export function listBrokenBy(sqlite: Database.Database, upgrade: () => void): BrokenObject[] {
  const select = sqlite.prepare<[], UserObject>(SELECT_OBJECTS);
  const before = select
    .all()
    .filter(({ name }) => !SEARCH_OBJECTS.has(name))
    .map((one) => ({ ...one, probes: listUsable(sqlite, one) }));
  upgrade();
  const after = new Map(select.all().map((one) => [`${one.type} ${one.name}`, one]));
  return before.flatMap(({ type, name, table, probes }) => {
    if (probes.length === 0) return [];
    const now = after.get(`${type} ${name}`);
    if (now === undefined) {
      // SQLite drops a trigger with its table or view. A view that is gone was one of the mirror.
      const reason = `the upgrade replaced ${toSafeWords(table)}, to which it belonged`;
      return type === 'view' ? [] : [{ type, name, reason }];
    }
    const [reason] = probes.flatMap((probe) => explainUnusable(sqlite, now, probe) ?? []);
    return reason === undefined ? [] : [{ type, name, reason }];
  });
}

/** Statements that SQLite can only compile with the view or trigger. None of them is run. */
const PROBES = {
  view: [({ name }: UserObject): string => `SELECT * FROM ${quote(name)}`],
  trigger: [
    ({ table }: UserObject): string => `INSERT INTO ${quote(table)} DEFAULT VALUES`,
    ({ table }: UserObject): string => `DELETE FROM ${quote(table)}`,
    ({ table }: UserObject, sqlite: Database.Database): string =>
      `UPDATE ${quote(table)} SET ${listColumns(sqlite, table)}`,
  ],
} as const;
type Probe = (object: UserObject, sqlite: Database.Database) => string;

/** Each column set to itself, so that a trigger on any of them is compiled. */
function listColumns(sqlite: Database.Database, table: string): string {
  const names = sqlite
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0')
    .pluck()
    .all(table);
  return names.map((name) => `${quote(name)} = ${quote(name)}`).join(', ');
}

function listUsable(sqlite: Database.Database, object: UserObject): Probe[] {
  return PROBES[object.type].filter((probe) => explainUnusable(sqlite, object, probe) === null);
}

/** Says why a view or trigger does not compile; null if it does. */
function explainUnusable(sqlite: Database.Database, object: UserObject, probe: Probe): string | null {
  const compile = (): void => {
    sqlite.prepare(probe(object, sqlite));
  };
  try {
    if (object.type === 'view') compile();
    else withoutOtherTriggers(sqlite, object, compile);
    return null;
  } catch (thrown) {
    if (!isSqliteError(thrown)) throw thrown;
    return toSafeWords(thrown.message);
  }
}

/** Runs `use` while a table has only that trigger. Afterwards it has all of them again. */
function withoutOtherTriggers(sqlite: Database.Database, { name, table }: UserObject, use: () => void): void {
  const others = sqlite
    .prepare<[string, string], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? AND name <> ?`,
    )
    .pluck()
    .all(table, name);
  sqlite.exec('SAVEPOINT one_trigger');
  try {
    for (const other of others) sqlite.exec(`DROP TRIGGER ${quote(other)}`);
    use();
  } finally {
    sqlite.exec('ROLLBACK TO one_trigger; RELEASE one_trigger');
  }
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
  sqlite
    .transaction(() => {
      for (const { name } of DEFERRED_INDEXES) sqlite.exec(`DROP INDEX IF EXISTS \`${name}\``);
      dropSearchIndexes(sqlite);
    })
    .immediate();
}

/** Builds the missing indexes. */
export function restoreIndexes(sqlite: Database.Database): void {
  restoreDeferred(sqlite);
  buildSearchIndexes(sqlite);
}

/** Builds the missing indexes for finding cases and their rows. */
export function restoreDeferred(sqlite: Database.Database): void {
  for (const { table, name, columns } of DEFERRED_INDEXES) {
    const list = columns.map((column) => `\`${column}\``).join(',');
    sqlite.exec(`CREATE INDEX IF NOT EXISTS \`${name}\` ON \`${table}\` (${list})`);
  }
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
