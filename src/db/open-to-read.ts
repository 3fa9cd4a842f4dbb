import { channel } from 'node:diagnostics_channel';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type Database from 'better-sqlite3';
import { MirrorError } from '../errors/mirror-error.ts';
import { toRealPath } from '../lib/files.ts';
import { PACKAGE_FOLDER } from '../lib/package-info.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import { inDatabase, isSqliteError } from './errors.ts';
import { openSqlite } from './engine.ts';
import { isWriterLockHeld } from './lock.ts';

/** Marks the file in SQLite's header ("CMIR"), so that no other program's database is ever migrated. */
export const APPLICATION_ID = 0x434d4952;
export const BUSY_TIMEOUT_MS = 5000;

/** The channel that publishes the path of each mirror that is read without locks, for messages to the user. */
export const READS_WITHOUT_LOCKS = 'clearinghouse-mirror:reads-without-locks';
const readsWithoutLocks = channel(READS_WITHOUT_LOCKS);

/** A read-only connection, and how to close it. */
export interface Reader {
  readonly sqlite: Database.Database;
  /** Throws DATABASE_BUSY if a concurrent write may have made the read data wrong. */
  readonly close: () => void;
}

/**
 * Opens a file read-only. In WAL mode SQLite needs an index beside the file and creates it if it is missing. If this
 * user may not create it, nobody is writing and no log is left, the file is read without locks; see
 * docs/decisions/0014-reading-needs-no-right-to-write.md.
 */
export function openToRead(path: string, timeoutMs: number): Reader {
  try {
    const sqlite = openAndLook(path, timeoutMs);
    return {
      sqlite,
      close: () => {
        sqlite.close();
      },
    };
  } catch (cause) {
    if (!isSqliteError(cause) || !/^SQLITE_(CANTOPEN|READONLY)/.test(cause.code)) throw cause;
    return openWithoutLocks(path, cause);
  }
}

function openWithoutLocks(path: string, cause: Error): Reader {
  refuseUnreadable(path);
  const before = look(path);
  if (before.hasLog)
    throw new MirrorError('DATABASE_UNWRITABLE', `${path} has a log beside it that this user cannot read.`, {
      cause,
      hint: 'Run `status` once as a user who can write to its folder; that merges the log into the file. If a sync is running, this user needs permission to read the files -wal and -shm.',
    });
  if (isWriterLockHeld(path)) throw cause;
  const sqlite = openAndLook(`${pathToFileURL(resolve(path)).href}?immutable=1`, 0);
  readsWithoutLocks.publish(path);
  return {
    sqlite,
    close: () => {
      sqlite.close();
      const after = look(path);
      if (after.stamp !== before.stamp || after.hasLog)
        throw new MirrorError(
          'DATABASE_BUSY',
          `Another process wrote to ${path} while it was read without locks.`,
          {
            hint: 'What was printed may be wrong. Run the command again.',
          },
        );
    },
  };
}

/** An unreadable file fails on the first read, not when it is opened. */
function openAndLook(name: string, timeoutMs: number): Database.Database {
  const sqlite = openSqlite(name, { readonly: true, timeout: timeoutMs });
  try {
    sqlite.prepare('SELECT 1 FROM sqlite_schema').get();
    return sqlite;
  } catch (thrown) {
    sqlite.close();
    throw thrown;
  }
}

/** The hint if this user may not read. */
const READING_HINT =
  'Reading needs the right to read the file and to enter its folder; it needs no right to write.';

function refuseUnreadable(path: string): void {
  try {
    closeSync(openSync(path, 'r'));
  } catch (cause) {
    throw new MirrorError('DATABASE_UNWRITABLE', `This user may not read ${path}.`, {
      cause,
      hint: READING_HINT,
    });
  }
}

/** The properties that show a change of the file. */
function look(path: string): { stamp: string; hasLog: boolean } {
  const real = toRealPath(path);
  const { ino, size, mtimeNs } = statSync(real, { bigint: true });
  const hasLog = (statSync(`${real}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  return { stamp: `${ino} ${size} ${mtimeNs}`, hasLog: hasLog || existsSync(`${real}-journal`) };
}

/** A mirror that is open for reading. */
export interface MirrorReader extends Reader {
  readonly path: string;
}

/** Opens an existing mirror read-only, without Drizzle. It never waits for the writer. */
export function openReader(path: string): MirrorReader {
  refuseMissing(path);
  return inDatabase(path, () => {
    const { sqlite, close } = openToRead(path, BUSY_TIMEOUT_MS);
    return closeOnFailure(sqlite, () => {
      const state = readSchemaState(sqlite, path);
      if (state === 'new')
        throw new MirrorError('DATABASE_MISSING', `${path} is empty: no sync has begun in it.`);
      if (state === 'older')
        throw new MirrorError('DATABASE_OLDER', `${path} has an older schema than this program.`);
      return { path, sqlite, close };
    });
  });
}

/** Throws DATABASE_MISSING, but not for a file that this user may not access. */
function refuseMissing(path: string): void {
  try {
    statSync(path);
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(cause)))
      throw new MirrorError('DATABASE_MISSING', `There is no mirror at ${path}.`);
    throw new MirrorError('DATABASE_UNWRITABLE', `${path} cannot be opened: ${wordsOf(cause)}.`, {
      cause,
      hint: READING_HINT,
    });
  }
}

export function closeOnFailure<Result>(sqlite: Database.Database, action: () => Result): Result {
  try {
    return action();
  } catch (thrown) {
    sqlite.close();
    throw thrown;
  }
}

type SchemaState = 'new' | 'older' | 'current';

/**
 * Compares the file with the migrations of this program; refuses foreign files and newer ones. Reads in one
 * transaction, because another process may be creating the file.
 */
export function readSchemaState(sqlite: Database.Database, path: string): SchemaState {
  return sqlite.transaction(() => compareSchema(sqlite, path))();
}

function compareSchema(sqlite: Database.Database, path: string): SchemaState {
  const applicationId = sqlite.pragma('application_id', { simple: true });
  const tables = sqlite
    .prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all();
  if (tables.length === 0 && (applicationId === 0 || applicationId === APPLICATION_ID)) return 'new';
  if (applicationId !== APPLICATION_ID) {
    throw new MirrorError('DATABASE_FOREIGN', `${path} is an SQLite database, but not a mirror.`);
  }
  const newest = readNewestKnown();
  const newestApplied = findNewestMigration(sqlite);
  if (newestApplied === null || newestApplied < newest) return 'older';
  if (newestApplied > newest) {
    throw new MirrorError('DATABASE_NEWER', `${path} was written by a newer version of this program.`);
  }
  return 'current';
}

/** The time of the newest migration of a file; null if there is none. */
export function findNewestMigration(sqlite: Database.Database): number | null {
  const hasAny = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'`).get();
  if (hasAny === undefined) return null;
  return (
    sqlite.prepare<[], number | null>('SELECT max(created_at) FROM __drizzle_migrations').pluck().get() ??
    null
  );
}

let newestKnown: number | undefined;

/** The time of the newest migration of this program, from Drizzle's list of them. */
function readNewestKnown(): number {
  if (newestKnown === undefined) {
    const list = readFileSync(new URL('migrations/meta/_journal.json', PACKAGE_FOLDER), 'utf8');
    const { entries } = JSON.parse(list) as { readonly entries: readonly { readonly when: number }[] };
    newestKnown = Math.max(0, ...entries.map(({ when }) => when));
  }
  return newestKnown;
}
