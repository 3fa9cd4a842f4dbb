import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as schema from './schema.ts';

/** What SQLite's `typeof` says of a value. */
export type ValueType = 'integer' | 'real' | 'text' | 'blob' | 'null';

/** Which values a column takes. */
export interface ColumnRule {
  readonly name: string;
  readonly type: ValueType;
  readonly mayBeNull: boolean;
  /** The only texts that it takes; null where it takes any. */
  readonly words: readonly string[] | null;
}

export interface TableRules {
  readonly table: string;
  readonly columns: readonly ColumnRule[];
}

/** Which values each table of the mirror takes. */
export const TABLE_RULES: readonly TableRules[] = Object.values(schema)
  .filter((one): one is typeof one & SQLiteTable => is(one, SQLiteTable))
  .map(toTableRules);

function toTableRules(table: SQLiteTable): TableRules {
  return {
    table: getTableName(table),
    columns: Object.values(getTableColumns(table)).map((column) => ({
      name: column.name,
      type: column.getSQLType().toLowerCase() as ValueType,
      mayBeNull: !column.notNull,
      words: (column.enumValues as readonly string[] | undefined) ?? null,
    })),
  };
}

/** What SQLite's `typeof` says of a value that better-sqlite3 has read; a whole number passes for an integer. */
export function typeOfValue(value: unknown): ValueType {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real';
  return typeof value === 'bigint' ? 'integer' : 'blob';
}

/** Words for what a column takes. */
export function describeRule({ type, mayBeNull, words }: ColumnRule): string {
  const what = words === null ? type : words.join(' or ');
  return mayBeNull ? `${what} or null` : what;
}
