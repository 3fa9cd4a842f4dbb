import type Database from 'better-sqlite3';
import { closing, openSqlite } from '../../db/engine.ts';
import type { Column, ColumnType, Value } from '../columns.ts';
import { CODEBOOK_COLUMNS } from '../codebook.ts';
import type { Table } from '../table.ts';
import type { Format } from './format.ts';

/*
 * One SQLite database with all tables, built afresh in the order of their keys, so that its bytes do not depend on the past of
 * the mirror. SQLite has no dates, booleans and lists: they are texts, 0 and 1, and JSON.
 */

const TYPES: Readonly<Record<ColumnType, string>> = {
  integer: 'INTEGER',
  boolean: 'INTEGER',
  date: 'TEXT',
  timestamp: 'TEXT',
  text: 'TEXT',
  list: 'TEXT',
};

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function toTableSql({ name, columns, key }: Table): string {
  const defined = columns.map((column) => `${quote(column.name)} ${TYPES[column.type]}`);
  return `CREATE TABLE ${quote(name)} (\n\t${[...defined, `PRIMARY KEY (${key.map(quote).join(', ')})`].join(',\n\t')}\n)`;
}

function toStored(value: Value): bigint | string | null {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function toValue({ type }: Column, stored: bigint | string | null): Value {
  if (stored === null) return null;
  if (type === 'boolean') return stored === 1n;
  return type === 'list' ? (JSON.parse(String(stored)) as string[]) : stored;
}

const insertInto = (name: string, columns: readonly string[]): string =>
  `INSERT INTO ${quote(name)} VALUES (${columns.map(() => '?').join(', ')})`;

/** In kibibytes. Rows are written and read in the order of their key, so the 16 MB that the library caches by default would have nothing to give. */
const CACHE = 'cache_size = -2000';

/** The file has no name yet that a reader knows, so it needs no journal; it is written to the disk before it gets one. */
function openToWrite(path: string): Database.Database {
  const sqlite = openSqlite(path);
  sqlite.pragma('journal_mode = OFF');
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma(CACHE);
  sqlite.exec('BEGIN');
  return sqlite;
}

export const SQLITE: Format = {
  ending: 'sqlite',
  mediaType: 'application/vnd.sqlite3',
  isSplittable: false,
  sharedName: 'clearinghouse',
  open(path, table) {
    const sqlite = openToWrite(path);
    sqlite.exec(toTableSql(table));
    const insert = sqlite.prepare(
      insertInto(
        table.name,
        table.columns.map(({ name }) => name),
      ),
    );
    return {
      write: (values) => insert.run(values.map(toStored)),
      finish() {
        sqlite.exec('COMMIT');
        sqlite.close();
      },
    };
  },
  async *readBack(path, { name, columns, key }) {
    const sqlite = openSqlite(path, { readonly: true });
    sqlite.pragma(CACHE);
    try {
      const list = columns.map((column) => quote(column.name)).join(', ');
      const rows = sqlite
        .prepare<[], (bigint | string | null)[]>(
          `SELECT ${list} FROM ${quote(name)} ORDER BY ${key.map(quote).join(', ')}`,
        )
        .raw()
        .safeIntegers();
      for (const row of rows.iterate()) {
        yield columns.map((column, at) => toValue(column, row[at] ?? null));
        await Promise.resolve();
      }
    } finally {
      sqlite.close();
    }
  },
  finishShared(path, codebook) {
    closing(openToWrite(path), (sqlite) => {
      sqlite.exec(`CREATE TABLE codebook (${CODEBOOK_COLUMNS.map(quote).join(', ')})`);
      const insert = sqlite.prepare(insertInto('codebook', CODEBOOK_COLUMNS));
      for (const row of codebook) insert.run(row);
      sqlite.exec('COMMIT');
      const [result] = sqlite.prepare<[], string>('PRAGMA integrity_check').pluck().all();
      if (result !== 'ok') throw new Error(result);
    });
  },
};
