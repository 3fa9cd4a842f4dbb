import { rmSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { BetterSQLiteSession } from 'drizzle-orm/better-sqlite3/session';
import { BaseSQLiteDatabase, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { takeAfter, toRealPath } from '../lib/files.ts';
import { createTempFile, moveIntoPlace } from '../lib/replace-file.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import { isSqliteError, inDatabase, toDatabaseError } from './errors.ts';
import { removeLeftovers } from './leftovers.ts';
import {
  type BrokenView,
  listBrokenReferences,
  listMigrations,
  listViewsBrokenBy,
  runMigrations,
} from './migrate.ts';
import { READING_HINT, openToRead } from './open-to-read.ts';
import { keepSeals } from './seals.ts';
import { closing, openSqlite } from './engine.ts';

type NoSchema = Record<string, never>;

/** Drizzle on top of an open connection. */
export type DrizzleDatabase = BaseSQLiteDatabase<'sync', Database.RunResult, NoSchema>;

/**
 * Puts Drizzle on top of an open connection. Drizzle's own function for it imports better-sqlite3 by that name, which is
 * not always the name of the engine in use.
 */
export function toDrizzle(sqlite: Database.Database): DrizzleDatabase {
  const dialect = new SQLiteSyncDialect();
  const session = new BetterSQLiteSession<NoSchema, NoSchema>(sqlite, dialect, undefined);
  return new BaseSQLiteDatabase('sync', dialect, session, undefined);
}

/** An open mirror: the connection, and Drizzle on top of it. */
export interface Mirror {
  readonly path: string;
  readonly sqlite: Database.Database;
  readonly db: DrizzleDatabase;
  readonly close: () => void;
}

/** Marks the file as ours in SQLite's header ("CMIR"), so that no other program's database is ever migrated. */
const APPLICATION_ID = 0x434d4952;
const BUSY_TIMEOUT_MS = 5000;

const IN_MEMORY = ':memory:';

interface OpenOptions {
  /** A fresh copy of another file, which needs no copy of itself before its schema is brought up to date. */
  readonly isCopy?: boolean;
  /** Called after an upgrade with the views of the user that it broke. */
  readonly onBrokenViews?: (views: readonly BrokenView[]) => void;
}

/**
 * Opens a mirror for writing and brings its schema up to date, with a copy of it taken first; a missing file is created. The caller holds the
 * {@link takeWriterLock writer's lock}. Fails with a DATABASE_... error, and then leaves tables and rows as they were.
 */
export function openMirror(path: string, { isCopy = false, onBrokenViews }: OpenOptions = {}): Mirror {
  return inDatabase(path, () => {
    const real = toRealPath(path);
    if (path !== IN_MEMORY && !isCopy) removeLeftovers(real);
    const sqlite = openSqlite(path, { timeout: BUSY_TIMEOUT_MS });
    return closeOnFailure(sqlite, () => {
      const state = readSchemaState(sqlite, path);
      sqlite.pragma('journal_mode = WAL');
      sqlite.pragma('synchronous = NORMAL');
      // Kibibytes, as a negative number. SQLite's own 2 MB are too few for the indexes of a whole mirror: pages of them
      // would be written out and read again within one transaction.
      sqlite.pragma('cache_size = -8000');
      sqlite.pragma('wal_autocheckpoint = 16000');
      const db = toDrizzle(sqlite);
      if (state === 'older' && !isCopy) backUp(sqlite, real);
      if (state !== 'current') {
        const broken = listViewsBrokenBy(sqlite, () => {
          applyMigrations(sqlite, path);
        });
        if (broken.length > 0) onBrokenViews?.(broken);
      }
      keepSeals(sqlite);
      sqlite.pragma('foreign_keys = ON');
      return {
        path,
        sqlite,
        db,
        close: () => {
          closeWriter(sqlite, path);
        },
      };
    });
  });
}

/** Opens an existing mirror for reading only: nothing can be written through it, and it never waits for the writer. */
export function openMirrorReadOnly(path: string): Mirror {
  refuseMissing(path);
  return inDatabase(path, () => {
    const { sqlite, close } = openToRead(path, BUSY_TIMEOUT_MS);
    return closeOnFailure(sqlite, () => {
      const state = readSchemaState(sqlite, path);
      if (state === 'new')
        throw new MirrorError('DATABASE_MISSING', `${path} is empty: no sync has begun in it.`);
      if (state === 'older')
        throw new MirrorError('DATABASE_OLDER', `${path} has an older schema than this program.`);
      return { path, sqlite, db: toDrizzle(sqlite), close };
    });
  });
}

/**
 * Reads something of a mirror that may have an older schema, or none yet. Only what every version has can be read so;
 * where there is no schema, the answer is null.
 */
export function readAnyVersion<Result>(
  path: string,
  read: (sqlite: Database.Database) => Result,
): Result | null {
  return inDatabase(path, () => {
    const { sqlite, close } = openToRead(path, BUSY_TIMEOUT_MS);
    try {
      return readSchemaState(sqlite, path) === 'new' ? null : read(sqlite);
    } finally {
      close();
    }
  });
}

/** A new mirror in memory, for a comparison that is to leave nothing behind. */
export function openMirrorInMemory(): Mirror {
  return openMirror(IN_MEMORY);
}

/**
 * Closes the writer's connection and leaves an empty log and its index beside the file. SQLite removes both when the last
 * connection that may write is closed; the last one here may not. So a user who may only read finds what reading in WAL
 * mode needs, whatever program that user has.
 */
function closeWriter(sqlite: Database.Database, path: string): void {
  let last: Database.Database | undefined;
  try {
    if (sqlite.open && !sqlite.memory) {
      sqlite.pragma('busy_timeout = 0'); // a reader's log is worked in by the next writer
      sqlite.pragma('wal_checkpoint(TRUNCATE)');
      last = openSqlite(path, { readonly: true });
      last.pragma('user_version'); // reads the file, but not its schema
    }
  } catch (thrown) {
    if (!isSqliteError(thrown)) throw thrown; // all is committed; what the log still holds, the next opening works in
  } finally {
    sqlite.close();
    last?.close();
  }
}

type SchemaState = 'new' | 'older' | 'current';

/**
 * Compares the file with the migrations of this program; refuses foreign files and newer ones. Only reads, and all of it
 * from one moment: another process may be creating the file, and a mark from before with tables from after is neither.
 */
function readSchemaState(sqlite: Database.Database, path: string): SchemaState {
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
  const newestKnown = listMigrations().at(-1)?.folderMillis ?? 0;
  const newestApplied = findNewestMigration(sqlite);
  if (newestApplied === null || newestApplied < newestKnown) return 'older';
  if (newestApplied > newestKnown) {
    throw new MirrorError('DATABASE_NEWER', `${path} was written by a newer version of this program.`);
  }
  return 'current';
}

/** When the newest migration of a file was made; null where there is none. */
function findNewestMigration(sqlite: Database.Database): number | null {
  const hasAny = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'`).get();
  if (hasAny === undefined) return null;
  return (
    sqlite.prepare<[], number | null>('SELECT max(created_at) FROM __drizzle_migrations').pluck().get() ??
    null
  );
}

/** Where the mirror is, by its real path, as it was before its schema was last brought up to date. */
export function toBackupPath(path: string): string {
  return `${path}.before-upgrade`;
}

/** And as it was before the upgrade that came before that one. */
export function toOlderBackupPath(path: string): string {
  return `${toBackupPath(path)}.1`;
}

/**
 * Copies a mirror before its schema is changed. The migrations come together or not at all, so this is for the day on
 * which one of them is wrong. The copy of the upgrade before stays too, so that two wrong ones in a row lose nothing; one
 * of the same schema, from an upgrade that failed or was taken back, makes room for the new one.
 */
function backUp(sqlite: Database.Database, path: string): void {
  const backup = toBackupPath(path);
  const fresh = createTempFile(backup);
  try {
    sqlite.prepare('VACUUM INTO ?').run(fresh);
    takeAfter(fresh, statSync(path));
    if (isOfOtherSchema(backup, sqlite)) moveIntoPlace(backup, toOlderBackupPath(path));
    moveIntoPlace(fresh, backup);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Whether a file is a mirror, and other migrations made it than those that made this one. */
function isOfOtherSchema(backup: string, sqlite: Database.Database): boolean {
  try {
    return readAnyVersion(backup, findNewestMigration) !== findNewestMigration(sqlite);
  } catch (thrown) {
    if (thrown instanceof MirrorError) return false; // none, or no mirror
    throw thrown;
  }
}

function applyMigrations(sqlite: Database.Database, path: string): void {
  // Inside the transaction of the migrations this pragma would have no effect, and rebuilding a parent table would empty its children.
  sqlite.pragma('foreign_keys = OFF');
  sqlite.pragma(`application_id = ${APPLICATION_ID}`);
  try {
    runMigrations(sqlite, refuseOrphans);
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    if (isSqliteError(cause) && /^SQLITE_(FULL|IOERR|READONLY|BUSY)/.test(cause.code)) throw cause;
    throw new MirrorError(
      'MIGRATION_FAILED',
      `${path}: the schema could not be upgraded: ${messageOf(cause)}`,
      { cause },
    );
  }

  function refuseOrphans(): void {
    const [table] = listBrokenReferences(sqlite).keys();
    if (table === undefined) return;
    throw new MirrorError('DATABASE_DAMAGED', `${path}: rows of ${table} point to rows that do not exist.`);
  }
}

/** What this user may not look at is not called missing. */
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

function closeOnFailure<Result>(sqlite: Database.Database, action: () => Result): Result {
  try {
    return action();
  } catch (thrown) {
    sqlite.close();
    throw thrown;
  }
}

/** Reads a mirror and closes it; gives `otherwise` where there is none, or none that can be read. */
export function readOrElse<Result>(
  path: string,
  read: (mirror: Mirror) => Result,
  otherwise: Result,
): Result {
  try {
    return closing(openMirrorReadOnly(path), (mirror) => {
      return read(mirror);
    });
  } catch (thrown) {
    if (toDatabaseError(thrown, path) instanceof MirrorError || isSqliteError(thrown)) return otherwise;
    throw thrown;
  }
}
