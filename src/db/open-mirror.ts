import { rmSync, statSync } from 'node:fs';
import { isPromise } from 'node:util/types';
import type Database from 'better-sqlite3';
import { BetterSQLiteSession } from 'drizzle-orm/better-sqlite3/session';
import { BaseSQLiteDatabase, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { identifyFile, takeAfter, toRealPath } from '../lib/files.ts';
import { createTempFile, moveIntoPlace } from '../lib/replace-file.ts';
import { isSqliteError, inDatabase, toDatabaseError } from './errors.ts';
import { removeLeftovers } from './leftovers.ts';
import { takeWriterLock } from './lock.ts';
import { type Died, recordDied } from './dead-rows.ts';
import { type BrokenObject, listBrokenBy, listBrokenReferences, runMigrations } from './migrate.ts';
import {
  type MirrorReader,
  APPLICATION_ID,
  BUSY_TIMEOUT_MS,
  closeOnFailure,
  findNewestMigration,
  openReader,
  openToRead,
  readSchemaState,
} from './open-to-read.ts';
import { keepSeals } from './seals.ts';
import { closing, openSqlite } from './engine.ts';

type NoSchema = Record<string, never>;

/** Drizzle on an open connection. */
export type DrizzleDatabase = BaseSQLiteDatabase<'sync', Database.RunResult, NoSchema>;

/**
 * Creates Drizzle on an open connection. Drizzle's own function imports better-sqlite3 by that name, which is not
 * always the name of the engine in use.
 */
export function toDrizzle(sqlite: Database.Database): DrizzleDatabase {
  const dialect = new SQLiteSyncDialect();
  const session = new BetterSQLiteSession<NoSchema, NoSchema>(sqlite, dialect, undefined);
  return new BaseSQLiteDatabase('sync', dialect, session, undefined);
}

/** An open mirror: the connection, and Drizzle on it. */
export interface Mirror {
  readonly path: string;
  readonly sqlite: Database.Database;
  readonly db: DrizzleDatabase;
  readonly close: () => void;
}

const IN_MEMORY = ':memory:';

interface OpenOptions {
  /** The file is a fresh copy of another one, so it needs no backup before an upgrade. */
  readonly isCopy?: boolean;
  /** Called after an upgrade with the views and triggers of the user that it broke. */
  readonly onBroken?: (broken: readonly BrokenObject[]) => void;
  /** Called before and after an upgrade of an older mirror. */
  readonly onUpgrade?: (step: UpgradeStep) => void;
}

export interface WriterOptions extends OpenOptions {
  /** Called for each run or pass that has died and was not on record as that. */
  readonly onDied?: (died: Died) => void;
}

/** The copy that an upgrade makes of a mirror first, and its size. It has the size of the mirror until it is made. */
export interface UpgradeStep {
  readonly type: 'upgrade-begun' | 'upgrade-ended';
  readonly database: string;
  readonly copy: string;
  readonly bytes: number;
}

/**
 * Opens a mirror for writing. Creates a missing file; backs up and upgrades one with an older schema. The caller holds
 * the {@link takeWriterLock writer lock}. If it throws a DATABASE_... error, tables and rows are unchanged.
 */
export function openMirror(path: string, { isCopy = false, onBroken, onUpgrade }: OpenOptions = {}): Mirror {
  return inDatabase(path, () => {
    const real = toRealPath(path);
    if (path !== IN_MEMORY && !isCopy) removeLeftovers(real);
    const sqlite = openSqlite(path, { timeout: BUSY_TIMEOUT_MS });
    return closeOnFailure(sqlite, () => {
      const state = readSchemaState(sqlite, path);
      sqlite.pragma('journal_mode = WAL');
      sqlite.pragma('synchronous = NORMAL');
      // In kibibytes if negative. SQLite's default of 2 MB is too small for the indexes of a whole mirror: their pages
      // would be written and read again within one transaction.
      sqlite.pragma('cache_size = -8000');
      sqlite.pragma('wal_autocheckpoint = 16000');
      const db = toDrizzle(sqlite);
      const isUpgrade = state === 'older' && !isCopy;
      const tell = (type: UpgradeStep['type'], of: string): void => {
        if (isUpgrade)
          onUpgrade?.({ type, database: path, copy: toBackupPath(real), bytes: statSync(of).size });
      };
      tell('upgrade-begun', real);
      if (isUpgrade) backUp(sqlite, real);
      if (state !== 'current') {
        const broken = listBrokenBy(sqlite, () => {
          applyMigrations(sqlite, path);
        });
        tell('upgrade-ended', toBackupPath(real));
        if (broken.length > 0) onBroken?.(broken);
      }
      keepSeals(sqlite);
      sqlite.pragma('foreign_keys = ON');
      // Without it, a row that REPLACE removes would stay in the search index.
      sqlite.pragma('recursive_triggers = ON');
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

/**
 * Takes the writer lock, opens a mirror for writing, records what died before, passes the mirror to `use`, and always closes it
 * and releases the lock. Throws LOCKED if another process is writing, and DATABASE_... errors.
 */
export function withWriter<Result>(
  path: string,
  now: () => Date,
  use: (mirror: Mirror) => Result,
  { onDied, ...options }: WriterOptions = {},
): Result {
  const lock = takeWriterLock(path);
  return closing(
    {
      close: () => {
        lock.release();
      },
    },
    () =>
      inDatabase(path, () =>
        closing(openMirror(path, options), (mirror) => {
          for (const one of recordDied(mirror.sqlite, now())) onDied?.(one);
          return useInPlace(mirror, use);
        }),
      ),
  );
}

/** Throws DATABASE_REPLACED after `use` if the path no longer leads to the file that was written. */
function useInPlace<Result>(mirror: Mirror, use: (mirror: Mirror) => Result): Result {
  const { path } = mirror;
  const before = identifyFile(path);
  const check = <Value>(value: Value): Value => {
    if (identifyFile(path) === before) return value;
    throw new MirrorError(
      'DATABASE_REPLACED',
      `${path} was moved, removed or replaced by another file while this program wrote to it.`,
    );
  };
  const result = use(mirror);
  return isPromise(result) ? (result.then(check) as Result) : check(result);
}

/** Opens an existing mirror read-only. It never waits for the writer. */
export function openMirrorReadOnly(path: string): Mirror {
  return toMirror(openReader(path));
}

/** Adds Drizzle to a mirror that is open for reading. */
export function toMirror(reader: MirrorReader): Mirror {
  return { ...reader, db: toDrizzle(reader.sqlite) };
}

/**
 * Reads from a mirror that may have an older schema or none. `read` may use only what every version has. Returns null
 * if there is no schema.
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

/** A new mirror in memory, for comparisons that leave nothing behind. */
export function openMirrorInMemory(): Mirror {
  return openMirror(IN_MEMORY);
}

/**
 * Closes the writer's connection and leaves an empty log and its index beside the file. SQLite removes both when the
 * last connection that can write closes, so the last connection here is read-only. Users who may only read need these
 * files to read in WAL mode, with any program.
 */
function closeWriter(sqlite: Database.Database, path: string): void {
  let last: Database.Database | undefined;
  try {
    if (sqlite.open && !sqlite.memory) {
      sqlite.pragma('busy_timeout = 0'); // The next writer checkpoints the log that a reader still uses.
      sqlite.pragma('wal_checkpoint(TRUNCATE)');
      last = openSqlite(path, { readonly: true });
      last.pragma('user_version'); // Reads the file, but not its schema.
    }
  } catch (thrown) {
    if (!isSqliteError(thrown)) throw thrown; // Everything is committed; the next opening checkpoints the log.
  } finally {
    sqlite.close();
    last?.close();
  }
}

/** The path of the backup before the latest upgrade, from the real path of the mirror. */
export function toBackupPath(path: string): string {
  return `${path}.before-upgrade`;
}

/** The path of the backup before the upgrade before that. */
export function toOlderBackupPath(path: string): string {
  return `${toBackupPath(path)}.1`;
}

/**
 * Backs up a mirror before its schema is upgraded, in case a migration is wrong. Also keeps the backup before that, so
 * two wrong upgrades lose nothing. A backup with the same schema, from a failed or reverted upgrade, is replaced.
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

/** Whether a file is a mirror with other migrations than this one. */
function isOfOtherSchema(backup: string, sqlite: Database.Database): boolean {
  try {
    return readAnyVersion(backup, findNewestMigration) !== findNewestMigration(sqlite);
  } catch (thrown) {
    if (thrown instanceof MirrorError) return false; // There is no file, or it is not a mirror.
    throw thrown;
  }
}

function applyMigrations(sqlite: Database.Database, path: string): void {
  // Inside the transaction of the migrations this pragma has no effect, and rebuilding a parent table would delete its
  // children.
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

/** Reads a mirror and closes it; returns `otherwise` if there is none or it cannot be read. */
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
