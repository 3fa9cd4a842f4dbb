import type Database from 'better-sqlite3';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/*
 * A shadow is a temporary table or view that bears the name of one in the file. SQLite looks for a name among the
 * temporary ones first, so a question reads the shadow without knowing. Temporary tables can be made on a connection
 * that is open for reading only; nothing of them reaches the file.
 */

/** Fills a temporary table with what was true after the run; called when a question turns out to read it. */
export type Fill = () => void;

/** The columns of a table of the schema, in its order. */
export function listColumns(table: SQLiteTable): { readonly name: string; readonly type: string }[] {
  return Object.values(getTableColumns(table)).map((column) => ({
    name: column.name,
    type: column.getSQLType().toUpperCase(),
  }));
}

/** A view over the table of the file: all rows, or those that a condition holds for; single columns may read otherwise. */
export function shadowByView(
  sqlite: Database.Database,
  table: SQLiteTable,
  where: string | null,
  instead: Readonly<Record<string, string>> = {},
): void {
  const name = getTableName(table);
  const columns = listColumns(table).map((column) =>
    instead[column.name] === undefined ? column.name : `${instead[column.name] ?? ''} AS ${column.name}`,
  );
  sqlite.exec(
    `CREATE TEMP VIEW ${name} AS SELECT ${columns.join(', ')} FROM main.${name}${where === null ? '' : ` WHERE ${where}`}`,
  );
}

/** Prepares the insert of whole rows into a temporary table; flags may come as true and false. */
export function prepareTempInsert(
  sqlite: Database.Database,
  name: string,
  columns: readonly string[],
): (row: Readonly<Record<string, unknown>>) => void {
  const statement = sqlite.prepare(
    `INSERT INTO temp.${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return (row) => {
    statement.run(columns.map((column) => toBindable(row[column])));
  };
}

function toBindable(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}
