import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { openSqlite } from '../mirror/sqlite-engine.ts';
import { MirrorError } from '../errors.ts';
import { isSqliteError, toDatabaseError } from '../mirror/database-error.ts';
import { openMirror, toBackupPath } from '../mirror/open-mirror.ts';
import { takeWriterLock } from '../mirror/writer-lock.ts';
import { countContent, finishCopy, type ContentCount } from './check-copy.ts';

export interface Restoration extends ContentCount {
  /** Where the mirror that was there before is now; null when there was none. */
  readonly replaced: string | null;
}

/**
 * Puts a snapshot in the place of a mirror. The snapshot is copied and proved first; then the one file takes the place of
 * the other in one step, and the mirror that was there is kept beside it. Fails with LOCKED while a process writes, with
 * DATABASE_BUSY while one reads, or with another DATABASE_... error, and then leaves all as it was.
 */
export function restoreSnapshot(snapshot: string, database: string, at: Date): Restoration {
  const content = countContent(snapshot); // what is no mirror is refused before anything is touched
  const lock = takeWriterLock(database);
  const fresh = `${database}.restoring`;
  try {
    copyFileSync(snapshot, fresh, constants.COPYFILE_FICLONE);
    finishCopy(fresh);
    openMirror(fresh).close(); // an older schema is brought up to date
    const replaced = existsSync(database) ? setAside(database, at) : null;
    renameSync(fresh, database);
    return { ...content, replaced };
  } catch (thrown) {
    throw toDatabaseError(thrown, database);
  } finally {
    for (const left of [fresh, `${fresh}-wal`, `${fresh}-shm`, toBackupPath(fresh)])
      rmSync(left, { force: true });
    lock.release();
  }
}

/** Gives the present file a second name. Its log is worked in first: it must never meet another file. */
function setAside(database: string, at: Date): string {
  const aside = `${database}.replaced-${at.toISOString().replaceAll(/[-:.]/g, '')}`;
  workInLog(database);
  for (const ending of ['-wal', '-shm']) {
    // Still there only beside a file that SQLite could not read.
    if (existsSync(`${database}${ending}`)) renameSync(`${database}${ending}`, `${aside}${ending}`);
  }
  try {
    linkSync(database, aside);
  } catch {
    renameSync(database, aside); // a file system without second names: for a moment there is no mirror
  }
  return aside;
}

function workInLog(database: string): void {
  if (!hasHeader(database)) return; // SQLite would take it for an empty file, and delete the log
  try {
    const sqlite = openSqlite(database, { timeout: 1000 });
    try {
      sqlite.pragma('journal_mode = DELETE'); // possible only while nobody else has it open
    } finally {
      sqlite.close();
    }
  } catch (thrown) {
    if (isSqliteError(thrown) && thrown.code.startsWith('SQLITE_BUSY'))
      throw new MirrorError('DATABASE_BUSY', `${database} is being read by another process.`, {
        cause: thrown,
        hint: 'End what reads it (`query`, `verify`, Datasette), and try again.',
      });
    if (!isSqliteError(thrown)) throw thrown;
    // A damaged file is what one restores for: it is set aside as it is.
  }
}

const HEADER = Buffer.from('SQLite format 3\0');

function hasHeader(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(HEADER.length);
    readSync(file, start);
    return start.equals(HEADER);
  } finally {
    closeSync(file);
  }
}
