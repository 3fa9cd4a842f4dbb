import { getTableColumns, is, Param, Placeholder, sql, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Mirror } from './open-mirror.ts';

/** A prepared statement that takes a whole row, by the names of the columns. */
export type PreparedWrite = (row: object) => { changes: number; lastInsertRowid: number | bigint };

interface Conflict {
  readonly target: SQLiteColumn | SQLiteColumn[];
  /** Columns that keep the value they have. */
  readonly keep?: readonly string[];
}

/**
 * Prepares an insert of whole rows, or an upsert when a conflict is given. Drizzle writes the statement from the schema,
 * once; the rows then go to SQLite directly, because Drizzle's own filling of placeholders costs as much a row as the
 * insert itself.
 */
export function prepareInsert(
  { db, sqlite }: Pick<Mirror, 'db' | 'sqlite'>,
  table: SQLiteTable,
  onConflict?: Conflict,
): PreparedWrite {
  const columns = getTableColumns(table);
  const taken = onConflict === undefined ? [] : [onConflict.target, onConflict.keep ?? []].flat();
  const values: Record<string, Placeholder> = {};
  const updates: Record<string, SQL> = {};
  for (const [key, column] of Object.entries(columns)) {
    values[key] = sql.placeholder(key);
    if (!taken.includes(column) && !taken.includes(key))
      updates[key] = sql`excluded.${sql.identifier(column.name)}`;
  }
  const insert = db.insert(table).values(values as never);
  const { sql: text, params } = (
    onConflict === undefined
      ? insert
      : insert.onConflictDoUpdate({ target: onConflict.target, set: updates as never })
  ).toSQL();
  const statement = sqlite.prepare(text);
  const parameters = params.map(toParameter);
  return (row) => {
    const of = row as Readonly<Record<string, unknown>>;
    return statement.run(parameters.map(({ name, encoder }) => encoder.mapToDriverValue(of[name])));
  };
}

/** Which value of a row a parameter takes, and what makes of it what SQLite stores. */
function toParameter(param: unknown): { name: string; encoder: Param['encoder'] } {
  if (!is(param, Param) || !is(param.value, Placeholder))
    throw new TypeError('a statement of whole rows takes nothing but their columns');
  return { name: param.value.name, encoder: param.encoder };
}

/** Prepares the deletion of all rows of a case from a child table. */
export function prepareDeleteOf(
  { db }: Pick<Mirror, 'db'>,
  table: SQLiteTable,
  column: SQLiteColumn,
): (id: number) => void {
  const prepared = db
    .delete(table)
    .where(sql`${column} = ${sql.placeholder('id')}`)
    .prepare();
  return (id) => {
    prepared.run({ id });
  };
}
