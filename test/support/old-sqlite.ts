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

/** A mirror as SQLite 3.33 reads it, the engine before the oldest one that a mirror is promised to open with. */
export interface OldReader {
  readonly version: string;
  readonly rows: (sql: string) => Value[][];
  readonly close: () => void;
}

const require = createRequire(import.meta.url);
const WASM = require.resolve('sql.js/dist/sql-wasm.wasm');

/**
 * Opens a file that no process has open with that engine. It lives in memory, where there is no log: the mark of the
 * journal mode is set back in the copy that it reads. It is built without JSON, which every system's SQLite 3.34 has:
 * the one JSON function that the views may use is added here, so that the use of another fails.
 */
export async function openWithOldSqlite(path: string): Promise<OldReader> {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw new Error(`${path} has a log beside it`);
  const bytes = readFileSync(path);
  bytes.fill(1, 18, 20);
  const start = require('sql.js') as (options: { wasmBinary: Uint8Array }) => Promise<OldSqlite>;
  const { Database } = await start({ wasmBinary: readFileSync(WASM) });
  const database = new Database(bytes);
  database.create_function('json_extract', extractRoot);
  const rows = (sql: string): Value[][] => database.exec(sql)[0]?.values ?? [];
  return {
    version: String(rows('SELECT sqlite_version()')[0]?.[0]),
    rows,
    close: () => {
      database.close();
    },
  };
}

/** `json_extract(text, '$')`: a JSON text as SQLite's own value. */
function extractRoot(text: Value, path: Value): unknown {
  if (path !== '$') throw new Error(`json_extract at ${String(path)}`);
  if (typeof text !== 'string') return text;
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
