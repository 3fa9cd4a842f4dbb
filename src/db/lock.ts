import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { openSqlite, refuseOddFile } from './engine.ts';
import { messageOf, MirrorError } from '../errors/mirror-error.ts';
import { MAKE_FOLDER_HINT, describeMissingFolder, isLink, takeAfter, toRealPath } from '../lib/files.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { isSqliteError, toDatabaseError } from './errors.ts';

/** Held by the one process that may write to a mirror. */
export interface WriterLock {
  release(): void;
}

/** A probe holds the lock file for less than a millisecond, or longer if the process is not scheduled. */
const PROBE_TIMEOUT_MS = 5000;

/**
 * Takes the writer lock, or throws LOCKED at once. The lock is an exclusive transaction on a small SQLite file beside
 * the mirror. The kernel releases it however the process dies, so it never goes stale. A new lock file gets the owner
 * and permissions of `model`, if that exists. Throws DATABASE_UNWRITABLE if this user cannot lock the file.
 */
export function takeWriterLock(databasePath: string, model = databasePath): WriterLock {
  refuseOddFile(databasePath);
  const database = toRealPath(databasePath);
  const fault = describeMissingFolder(dirname(database));
  if (fault !== null)
    throw new MirrorError('DATABASE_UNWRITABLE', `${database} cannot be written: ${fault}.`, {
      hint: MAKE_FOLDER_HINT,
    });
  const path = `${database}.lock`;
  refuseOddFile(path, `Remove ${path}; the next writer creates it.`);
  if (isLink(path))
    throw new MirrorError('DATABASE_UNWRITABLE', `${path} is a symbolic link, so it cannot be the lock.`, {
      hint: `Remove ${path}; the next writer creates it.`,
    });
  const isNew = !existsSync(path);
  const lock = openLock(path);
  try {
    if (isNew) shareLike(model, path);
    refuseReadOnly(path);
    lock.pragma('journal_mode = MEMORY'); // The check below then leaves no file.
    lock.pragma('busy_timeout = 0');
    lock.exec('BEGIN IMMEDIATE'); // Only another writer causes this, never a probe.
    lock.exec('ROLLBACK');
    lock.pragma(`busy_timeout = ${PROBE_TIMEOUT_MS}`);
    lock.exec('BEGIN EXCLUSIVE');
    // SQLite does not lock a file that it can only read. An uncommitted write makes sure that the lock is real.
    lock.exec('CREATE TABLE held (by_this_process)');
  } catch (cause) {
    lock.close();
    const error = toDatabaseError(cause, path);
    if (!(error instanceof MirrorError)) throw error;
    if (error.code === 'DATABASE_BUSY')
      throw new MirrorError('LOCKED', `Another process is writing to ${databasePath}.`, { cause });
    throw error.code === 'DATABASE_UNWRITABLE' ? toUnwritable(path, cause) : error;
  }
  return {
    release: () => {
      lock.close();
    },
  };
}

function openLock(path: string): Database.Database {
  try {
    return openSqlite(path, { timeout: 0 });
  } catch (cause) {
    throw toUnwritable(path, cause);
  }
}

/**
 * Whoever can read the mirror can read its lock, so `status` can probe it. A lock that root creates belongs to the
 * owner of the mirror, who could not take it otherwise.
 */
function shareLike(model: string, path: string): void {
  const found = statSync(model, { throwIfNoEntry: false });
  if (found === undefined) return;
  try {
    takeAfter(path, { uid: found.uid, gid: found.gid, mode: found.mode & 0o666 });
  } catch {
    // A mount without permissions has none to share, and the lock holds all the same.
  }
}

/** Checks by name: opening and closing the file here would release a lock of this process. */
function refuseReadOnly(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw toUnwritable(path, cause);
  }
}

function toUnwritable(path: string, cause: unknown): MirrorError {
  if (cause instanceof MirrorError) return cause;
  return new MirrorError(
    'DATABASE_UNWRITABLE',
    `The lock ${path} cannot be written, so nothing is written to the mirror: ${isSqliteError(cause) ? messageOf(cause) : wordsOf(cause)}.`,
    {
      cause,
      hint: 'Only a user who may write to the lock and its folder can write to the mirror. Run as the user who owns these files, or change their owner.',
    },
  );
}

/**
 * Whether a process holds the writer lock. Counts as held if this user cannot read the lock. The probe holds the lock
 * for an instant; a writer that starts then waits for it.
 */
export function isWriterLockHeld(databasePath: string): boolean {
  const path = `${toRealPath(databasePath)}.lock`;
  if (!existsSync(path)) return false;
  let lock: Database.Database | undefined;
  try {
    lock = openSqlite(path, { readonly: true, timeout: 0 });
    lock.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (cause) {
    if (!existsSync(path)) return false;
    const error = toDatabaseError(cause, path);
    if (error instanceof MirrorError && ['DATABASE_BUSY', 'DATABASE_UNWRITABLE'].includes(error.code))
      return true;
    throw error;
  } finally {
    lock?.close();
  }
}
