import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { closing, openSqlite } from '../db/engine.ts';
import { isSqliteError, toDatabaseError } from '../db/errors.ts';
import { removeLeftovers } from '../db/leftovers.ts';
import type { BrokenView } from '../db/migrate.ts';
import { takeWriterLock } from '../db/lock.ts';
import { openMirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { hasSameContent, readSqliteHeader, takeAfter, toRealPath } from '../lib/files.ts';
import { createTempFile, moveIntoPlace } from '../lib/replace-file.ts';
import {
  type ContentCount,
  checkCopy,
  compareContent,
  copyDatabase,
  countContent,
  finishCopy,
  holdMoment,
  nameKnownFile,
  refuseForeign,
} from './copy.ts';
import { writeNote } from './snapshot-files.ts';

/** What SQLite keeps beside a database: a log with its index, or a journal. */
export const LOG_ENDINGS = ['-wal', '-shm', '-journal'] as const;

/**
 * Gives the present mirror a second name, so that another file can take its own. Its log is worked in first: it must
 * never meet another file. Until then the mirror stays where it is. Returns the second name; null where there was none.
 */
function setAside(database: string, at: Date): string | null {
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
    closing(openSqlite(database, { timeout: 1000 }), (sqlite) => {
      sqlite.pragma('journal_mode = DELETE'); // possible only while nobody else has it open
    });
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

export interface Restoration extends ContentCount {
  /** The file that was replaced, behind all links. */
  readonly database: string;
  /** Where the mirror that was there before is now; null when there was none. */
  readonly replaced: string | null;
  /** Cases whose content was removed from the mirror on request, and which the snapshot brought back. */
  readonly redactedCases: readonly number[];
}

/**
 * Puts a snapshot in the place of a mirror. The snapshot is copied, with what stands in its log, and proved first; then
 * the one file takes the place of the other in one step, and the mirror that was there is kept beside it. Fails with
 * LOCKED while a process writes, with DATABASE_BUSY while one reads, or with another DATABASE_... error, and then leaves
 * all as it was.
 */
export async function restoreSnapshot(
  snapshot: string,
  path: string,
  at: Date,
  signal: AbortSignal,
  onBrokenViews: (views: readonly BrokenView[]) => void = () => undefined,
): Promise<Restoration> {
  refuseForeign(snapshot); // before anything is touched
  const database = toRealPath(path);
  if (toRealPath(snapshot) === database)
    throw new MirrorError('USAGE', `${snapshot} is the mirror itself.`, {
      hint: 'Choose a snapshot: `snapshot --list`.',
    });
  const lock = takeWriterLock(database);
  let fresh: string | undefined;
  try {
    removeLeftovers(database);
    fresh = createTempFile(`${database}.restoring`);
    const content = await copySnapshot(snapshot, fresh, signal);
    openMirror(fresh, { isCopy: true, onBrokenViews }).close(); // upgrades an older schema
    finishMirror(fresh);
    compareContent(content, checkCopy(fresh), fresh);
    const redactedCases = listRedactedBack(database, fresh);
    // Whoever could read or write the mirror still can.
    takeAfter(fresh, statSync(database, { throwIfNoEntry: false }) ?? statSync(snapshot));
    removeSecondCopies(database, snapshot);
    const replaced = setAside(database, at);
    moveIntoPlace(fresh, database);
    return { ...content, database, replaced, redactedCases };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toDatabaseError(thrown, database);
    throw fresh === undefined ? error : nameKnownFile(error, fresh, { source: snapshot, target: database });
  } finally {
    if (fresh !== undefined) removeWithLogs(fresh);
    lock.release();
  }
}

/** Copies one moment of a file that others may use, and counts what that moment holds. */
async function copySnapshot(snapshot: string, fresh: string, signal: AbortSignal): Promise<ContentCount> {
  const source = openSqlite(snapshot, { readonly: true, timeout: 5000 });
  try {
    const content = await holdMoment(source, async () => {
      const said = countContent(source);
      await copyDatabase(source, fresh, signal);
      return said;
    });
    finishCopy(fresh, { note: null, hasRemnants: false });
    compareContent(content, checkCopy(fresh), fresh);
    return content;
  } catch (thrown) {
    const error = toDatabaseError(thrown, fresh);
    if (error instanceof MirrorError && error.code === 'DISK_FULL') throw error; // it is the copy that needs room
    throw toDatabaseError(thrown, snapshot);
  } finally {
    source.close();
  }
}

/** A file that has just been brought up to date may say that it is a snapshot; a mirror is none. It stands without a log. */
function finishMirror(fresh: string): void {
  closing(openSqlite(fresh), (sqlite) => {
    writeNote(sqlite, null);
    sqlite.pragma('journal_mode = DELETE');
  });
}

/**
 * Removes what a restore left that died before the other file took the name of the mirror: a second name of the mirror, or
 * a copy of the same bytes where the file system has no second names. The file that is restored stays in any case, and so
 * does a file with a log of its own, which may hold what the mirror does not.
 */
function removeSecondCopies(database: string, snapshot: string): void {
  if (!existsSync(database)) return;
  const folder = dirname(database);
  const restored = toRealPath(snapshot);
  for (const name of readdirSync(folder).filter((one) => one.startsWith(`${basename(database)}.replaced-`))) {
    const path = join(folder, name);
    if (!lstatSync(path).isFile() || path === restored || hasLog(path)) continue;
    if (hasSameContent(path, database)) rmSync(path);
  }
}

function hasLog(path: string): boolean {
  return LOG_ENDINGS.some((ending) => existsSync(`${path}${ending}`));
}

function removeWithLogs(path: string): void {
  for (const left of [path, ...LOG_ENDINGS.map((ending) => `${path}${ending}`)]) {
    if (lstatSync(left, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(left, { force: true });
  }
}

/** Which cases are redacted in the mirror and not in the file that takes its place. A damaged mirror cannot say. */
function listRedactedBack(database: string, fresh: string): number[] {
  if (!existsSync(database)) return [];
  const present = listRedacted(database);
  const restored = listRedacted(fresh);
  return [...present].filter((id) => !restored.has(id)).sort((a, b) => a - b);
}

function listRedacted(path: string): Set<number> {
  try {
    return closing(openSqlite(path, { readonly: true, timeout: 1000 }), (sqlite) => {
      return new Set(
        sqlite
          .prepare<[], number>(
            `SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL AND mirror_payload = '{"id":' || id || '}'`,
          )
          .pluck()
          .all(),
      );
    });
  } catch {
    return new Set(); // not readable: a reason to restore, not a reason not to
  }
}
