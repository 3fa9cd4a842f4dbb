import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { closing, openCopy } from '../db/engine.ts';
import { inDatabase } from '../db/errors.ts';
import { type Mirror, openMirrorReadOnly } from '../db/open-mirror.ts';
import { toRealPath } from '../lib/files.ts';

/** Reads the file for one page after another. */
export interface MirrorReader {
  /**
   * Reads in one transaction, so that a page shows one moment even while a sync writes. The connection is opened for
   * the page and closed after it: a restore needs a moment without readers, and the next page reads the file that is
   * then at the path. `stamp` stays the same for as long as nobody writes, and `file` for as long as the same file is
   * at the path.
   */
  readonly read: <Result>(use: (mirror: Mirror, stamp: string, file: string) => Result) => Result;
}

export function createReader(path: string): MirrorReader {
  return {
    read: (use) =>
      inDatabase(path, () => {
        const stamp = readStamp(path); // before the file is read, so that a write in between makes a new stamp
        return closing(openMirrorReadOnly(path), (mirror) => {
          mirror.sqlite.exec('BEGIN');
          return use(mirror, stamp, nameFile(path));
        });
      }),
  };
}

function nameFile(path: string): string {
  const found = statSync(toRealPath(path), { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '' : `${found.dev} ${found.ino}`;
}

/** The head of the index of the write-ahead log, which counts the commits. */
const HEAD_BYTES = 48;

/** What changes with every commit, and with another file at the path. */
function readStamp(path: string): string {
  const real = toRealPath(path);
  const stats = ['', '-wal'].map((ending) => {
    const found = statSync(`${real}${ending}`, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? '' : `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`;
  });
  return [...stats, readHead(`${real}-shm`)].join(';');
}

function readHead(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return '';
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return ''; // This user may not read it; then the file is read without locks, and its own stamp is enough.
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    readSync(file, head, 0, HEAD_BYTES, 0);
    return head.toString('base64');
  } finally {
    closeSync(file);
  }
}

/** The columns that lists of cases filter, count, sort and show. */
export const CASE_COLUMNS = [
  'id',
  'name',
  'court',
  'state',
  'case_ongoing',
  'filing_date',
  'filing_year',
  'mirror_changed_run_id',
  'mirror_departed_run_id',
] as const;

const VALUE_TABLES = ['case_types', 'issues'] as const;
const VALUE_COLUMNS = ['case_id', 'value'] as const;

/**
 * A narrow copy of the tables that lists of cases read, in the memory of this process, under the same names: in the file, a
 * row of `cases` has long texts beside it, and to read all rows takes as long as a page may take.
 */
export interface CaseIndex {
  /** The copy, made anew if the stamp of the mirror is another one. */
  readonly refresh: (mirror: Mirror, stamp: string) => Database.Database;
  /** What `make` returned for this name and stamp before, or returns now: for figures that take longer than a page may. */
  readonly remember: <Value>(stamp: string, name: string, make: () => Value) => Value;
  readonly close: () => void;
}

const MOST_REMEMBERED = 50;

export function createCaseIndex(): CaseIndex {
  let current: { readonly copy: Database.Database; readonly stamp: string } | null = null;
  let remembered = { stamp: '', values: new Map<string, unknown>() };

  function close(): void {
    current?.copy.close();
    current = null;
  }

  return {
    refresh(mirror, stamp) {
      if (current?.stamp !== stamp) {
        close();
        current = { copy: copyTables(mirror), stamp };
      }
      return current.copy;
    },
    remember<Value>(stamp: string, name: string, make: () => Value): Value {
      if (remembered.stamp !== stamp || remembered.values.size > MOST_REMEMBERED)
        remembered = { stamp, values: new Map() };
      if (!remembered.values.has(name)) remembered.values.set(name, make());
      return remembered.values.get(name) as Value;
    },
    close,
  };
}

/**
 * Makes the copy in SQLite alone, in the temporary database of the connection: to bring each row here and back takes five times
 * as long, and the first page after a write waits for it.
 */
function copyTables({ sqlite }: Mirror): Database.Database {
  const tables = {
    cases: CASE_COLUMNS,
    ...Object.fromEntries(VALUE_TABLES.map((table) => [table, VALUE_COLUMNS])),
  };
  const names = Object.keys(tables);
  // Under the same names they would hide the tables of the mirror from the rest of the page.
  for (const [name, columns] of Object.entries(tables))
    sqlite.exec(`CREATE TEMP TABLE copied_${name} AS SELECT ${columns.join(', ')} FROM main.${name}`);
  const copy = openCopy(sqlite.serialize({ attached: 'temp' }));
  for (const name of names) {
    sqlite.exec(`DROP TABLE temp.copied_${name}`);
    copy.exec(`ALTER TABLE copied_${name} RENAME TO ${name}`);
  }
  for (const table of VALUE_TABLES) copy.exec(`CREATE INDEX ${table}_value ON ${table} (value, case_id)`);
  return copy;
}
