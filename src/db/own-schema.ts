import type Database from 'better-sqlite3';
import { openMirrorInMemory } from './open-mirror.ts';
import { normalizeSql } from './sql-text.ts';

/** A table, view, index or trigger from SQLite's schema. */
export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  /** The table of an index or trigger; for tables and views their own name. */
  readonly table: string;
  readonly sql: string;
}

const SELECT_OBJECTS = `SELECT type, name, tbl_name AS "table", sql FROM main.sqlite_schema
  WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid`;

/** SQLite creates and drops its statistics at any time, so they do not count. */
const SELECT_INTERNAL = `SELECT type, name, tbl_name AS "table", coalesce(sql, '') AS sql FROM main.sqlite_schema
  WHERE (sql IS NULL OR name LIKE 'sqlite!_%' ESCAPE '!') AND name NOT GLOB 'sqlite_stat[0-9]' ORDER BY rowid`;

interface OwnSchema {
  readonly objects: readonly SchemaObject[];
  readonly internal: readonly SchemaObject[];
}

let own: OwnSchema | undefined;

function readOwnSchema(): OwnSchema {
  if (own === undefined) {
    const { sqlite, close } = openMirrorInMemory();
    own = { objects: listSchema(sqlite), internal: listInternal(sqlite) };
    close();
  }
  return own;
}

/** Everything in the schema of a new mirror, in order of creation. */
export function listOwnSchema(): readonly SchemaObject[] {
  return readOwnSchema().objects;
}

/** What SQLite adds to a schema itself: the indexes of primary keys and unique columns, and the table of counters. */
function listInternal(sqlite: Database.Database): SchemaObject[] {
  return sqlite.prepare<[], SchemaObject>(SELECT_INTERNAL).all();
}

/** What SQLite adds to the schema of a new mirror and did not add, or not in the same way, to that of a file. */
export function listMissingInternal(sqlite: Database.Database): SchemaObject[] {
  const found = new Set(listInternal(sqlite).map((one) => JSON.stringify(one)));
  return readOwnSchema().internal.filter((one) => !found.has(JSON.stringify(one)));
}

/** Everything in the schema of a file except what SQLite adds itself. */
export function listSchema(sqlite: Database.Database): SchemaObject[] {
  return sqlite.prepare<[], SchemaObject>(SELECT_OBJECTS).all();
}

/** How a file's schema differs from that of a new mirror. */
export interface SchemaDifference extends SchemaObject {
  readonly how: 'missing' | 'foreign' | 'other';
}

/** Compares the schema of a file with that of a new mirror, ignoring the formatting of the SQL. */
export function listSchemaDifferences(sqlite: Database.Database): SchemaDifference[] {
  const expected = new Map(listOwnSchema().map((one) => [one.name, one]));
  const found = listSchema(sqlite).map(({ type, name, table, sql }): SchemaDifference | undefined => {
    const one = expected.get(name);
    expected.delete(name);
    if (one === undefined) return { type, name, table, sql, how: 'foreign' };
    const isSame = one.type === type && one.table === table && isSameSql(one.sql, sql);
    return isSame ? undefined : { ...one, how: 'other' };
  });
  return [
    ...found.filter((one) => one !== undefined),
    ...[...expected.values()].map((one) => ({ ...one, how: 'missing' as const })),
  ];
}

/**
 * Whether an object that a user added cannot change what the mirror stores. A trigger on a table of the mirror can write
 * to it, and a unique index can refuse its rows.
 */
export function isHarmlessAddition({ type, table, sql, how }: SchemaDifference): boolean {
  if (how !== 'foreign') return false;
  const isOnMirror = listOwnSchema().some(({ name }) => name.toLowerCase() === table.toLowerCase());
  const mayInterfere = type === 'trigger' || (type === 'index' && /^\s*CREATE\s+UNIQUE\b/i.test(sql));
  return !(isOnMirror && mayInterfere);
}

/** Lists what users added to a mirror, in the order in which it was made, without what may interfere with the mirror. */
export function listHarmlessAdditions(sqlite: Database.Database): SchemaObject[] {
  return listSchemaDifferences(sqlite).filter(isHarmlessAddition);
}

/** Lists the tables and views that users added. A table may hold content that a redaction removes from the mirror. */
export function listTablesAndViewsOfUser(sqlite: Database.Database): SchemaObject[] {
  return listSchemaDifferences(sqlite).filter(
    ({ how, type }) => how === 'foreign' && ['table', 'view'].includes(type),
  );
}

/** Most files have the same text: normalizing all of it takes longer than all other checks of a small mirror. */
const isSameSql = (one: string, other: string): boolean =>
  one === other || normalizeSql(one) === normalizeSql(other);
