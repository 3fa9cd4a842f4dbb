import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf, MirrorError } from '../errors.ts';
import { toDatabaseError } from './database-error.ts';

/** Held by the one process that may write to a mirror. */
export interface WriterLock {
  release(): void;
}

/**
 * Takes the writer's place, or fails at once with LOCKED. The lock is an exclusive transaction on a small SQLite file
 * beside the mirror: the kernel frees it when the process dies, however it dies, so there is no lease to go stale.
 */
export function takeWriterLock(databasePath: string): WriterLock {
  const path = `${toRealPath(databasePath)}.lock`;
  let lock: Database.Database;
  try {
    lock = new Database(path, { timeout: 0 });
  } catch (cause) {
    throw new MirrorError('DATABASE_UNWRITABLE', `${path} cannot be opened: ${messageOf(cause)}.`, { cause });
  }
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    const error = toDatabaseError(cause, path);
    throw error instanceof MirrorError && error.code === 'DATABASE_BUSY'
      ? new MirrorError('LOCKED', `Another process is writing to ${databasePath}.`)
      : error;
  }
  return {
    release: () => {
      lock.close();
    },
  };
}

/** Whether a process holds the writer's place right now. */
export function isWriterLockHeld(databasePath: string): boolean {
  const path = `${toRealPath(databasePath)}.lock`;
  if (!existsSync(path)) return false;
  const lock = new Database(path, { readonly: true, timeout: 0 });
  try {
    lock.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (cause) {
    const error = toDatabaseError(cause, path);
    if (error instanceof MirrorError && error.code === 'DATABASE_BUSY') return true;
    throw error;
  } finally {
    lock.close();
  }
}

/** One database has one lock, by whatever links it is reached; a file that is not there yet is known by its folder. */
function toRealPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}
