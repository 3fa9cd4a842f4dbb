import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

type Value = number | string | Uint8Array | null;

interface OldDatabase {
  readonly exec: (sql: string) => { columns: string[]; values: Value[][] }[];
  readonly create_function: (name: string, implementation: (...values: Value[]) => unknown) => void;
  readonly close: () => void;
}
interface OldSqlite {
  readonly Database: new (bytes: Uint8Array) => OldDatabase;
}

/** A mirror as SQLite 3.33 reads it, which is one version older than the oldest supported engine. */
export interface OldReader {
  readonly version: string;
  readonly rows: (sql: string) => Value[][];
  readonly close: () => void;
}

const require = createRequire(import.meta.url);
const WASM = require.resolve('sql.js/dist/sql-wasm.wasm');

/**
 * Opens a file with that engine; no other process may have it open. The engine reads a copy in memory, where there is
 * no log, so the journal mode in the copy is reset. It is built without JSON, which SQLite 3.34 has on every system.
 * The only JSON functions that the views may use are added here, so that any other one fails.
 */
export async function openWithOldSqlite(path: string): Promise<OldReader> {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw new Error(`${path} has a log beside it`);
  const bytes = readFileSync(path);
  bytes.fill(1, 18, 20);
  const start = require('sql.js') as (options: { wasmBinary: Uint8Array }) => Promise<OldSqlite>;
  const { Database } = await start({ wasmBinary: readFileSync(WASM) });
  const database = new Database(bytes);
  database.create_function('json_extract', (text, path) => toSql(find(text, path)));
  database.create_function('json_type', (text, path) => toType(find(text, path)));
  database.create_function('json_array_length', (text) => (find(text, '$') as unknown[]).length);
  database.create_function('json_quote', (value) => JSON.stringify(value));
  database.create_function('json_valid', isJson);
  const rows = (sql: string): Value[][] => database.exec(sql)[0]?.values ?? [];
  return {
    version: String(rows('SELECT sqlite_version()')[0]?.[0]),
    rows,
    close: () => {
      database.close();
    },
  };
}

/** The whole JSON (`$`), an element of it (`$[0]`), or the id of either; undefined if there is none. */
function find(text: Value, path: Value): unknown {
  const [, place, id] = /^\$(?:\[(\d+)\])?(\.id)?$/.exec(String(path)) ?? [null];
  if (place === null) throw new Error(`JSON at ${String(path)}`);
  if (typeof text !== 'string') return text;
  const whole: unknown = JSON.parse(text);
  const element = place === undefined ? whole : (whole as unknown[])[Number(place)];
  return id === undefined ? element : (element as { id?: unknown } | null | undefined)?.id;
}

/** A value as SQLite's own. */
function toSql(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null);
}

function toType(value: unknown): string | null {
  if (value === undefined) return null;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? String(value) : 'object';
}

function isJson(text: Value): number {
  try {
    JSON.parse(String(text));
    return 1;
  } catch {
    return 0;
  }
}
