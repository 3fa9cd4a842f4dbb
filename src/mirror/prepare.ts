import { getTableColumns, sql, type Placeholder, type SQL } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';

/** A prepared statement that takes a whole row, by the names of the columns. */
export type PreparedWrite = (row: object) => { changes: number; lastInsertRowid: number | bigint };

interface Conflict {
  readonly target: SQLiteColumn | SQLiteColumn[];
  /** Columns that keep the value they have. */
  readonly keep?: readonly string[];
}

/**
 * Prepares an insert of whole rows through Drizzle, or an upsert when a conflict is given. Prepared once and with a
 * placeholder for each column, because a Drizzle statement built anew for each row costs several times as much.
 */
export function prepareInsert(
  db: BetterSQLite3Database,
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
  if (onConflict === undefined) {
    const prepared = insert.prepare();
    return (row) => prepared.run(row as Record<string, unknown>);
  }
  const target = onConflict.target;
  const prepared = insert.onConflictDoUpdate({ target: target, set: updates as never }).prepare();
  return (row) => prepared.run(row as Record<string, unknown>);
}

/** Prepares the deletion of all rows of a case from a child table. */
export function prepareDeleteOf(
  db: BetterSQLite3Database,
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
