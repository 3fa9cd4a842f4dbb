import { constants, copyFileSync, existsSync, linkSync, rmSync, statSync } from 'node:fs';
import { MirrorError } from '../errors.ts';
import { readSqliteHeader } from '../files/regular-file.ts';
import { createTempFile, moveIntoPlace } from '../files/replace-file.ts';
import { takeAfter } from '../files/take-after.ts';
import { isSqliteError, toDatabaseError } from '../mirror/database-error.ts';
import { openSqlite } from '../mirror/sqlite-engine.ts';

/** What SQLite keeps beside a database: a log with its index, or a journal. */
export const LOG_ENDINGS = ['-wal', '-shm', '-journal'] as const;

/**
 * Gives the present mirror a second name, so that another file can take its own. Its log is worked in first: it must
 * never meet another file. Until then the mirror stays where it is. Returns the second name; null where there was none.
 */
export function setAside(database: string, at: Date): string | null {
  const present = ['', ...LOG_ENDINGS];
  if (existsSync(database)) workInLog(database);
  const files = present.filter((ending) => existsSync(`${database}${ending}`));
  if (files.length === 0) return null;
  const aside = toFreeName(`${database}.replaced-${at.toISOString().replaceAll(/[-:.]/g, '')}`);
  for (const ending of files) giveSecondName(`${database}${ending}`, `${aside}${ending}`);
  // Logs are still there only beside a file that SQLite could not read, or beside none.
  for (const ending of files.filter((one) => one !== '')) rmSync(`${database}${ending}`);
  return aside;
}

function toFreeName(wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (['', ...LOG_ENDINGS].every((ending) => !existsSync(`${name}${ending}`))) return name;
  }
}

/** A file system without second names gets a copy: the mirror is never missing, not for a moment. */
function giveSecondName(path: string, name: string): void {
  try {
    linkSync(path, name);
  } catch {
    const temp = createTempFile(name);
    try {
      copyFileSync(path, temp, constants.COPYFILE_FICLONE);
      takeAfter(temp, statSync(path));
      moveIntoPlace(temp, name, { mustBeNew: true });
    } finally {
      rmSync(temp, { force: true });
    }
  }
}

function workInLog(database: string): void {
  if (readSqliteHeader(database) === null) return; // SQLite would take it for an empty file, and delete the log
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
    if (!isSqliteError(thrown)) throw toDatabaseError(thrown, database);
    // A damaged file is what one restores for: it is set aside as it is.
  }
}
