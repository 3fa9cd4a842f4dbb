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
import type { BrokenObject } from '../db/migrate.ts';
import { takeWriterLock } from '../db/lock.ts';
import { type ExportRow, keepExports, listExports } from '../db/exports.ts';
import { openMirror, readOrElse } from '../db/open-mirror.ts';
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

/** The files that SQLite keeps beside a database: a write-ahead log with its index, or a journal. */
export const LOG_ENDINGS = ['-wal', '-shm', '-journal'] as const;

/**
 * Creates a hard link to the present mirror, so that another file can take its name. Checkpoints its write-ahead log
 * first, because the log must never meet another file. Until then the mirror keeps its name. Returns the new name; null
 * if there was no mirror.
 */
function setAside(database: string, at: Date): string | null {
  const present = ['', ...LOG_ENDINGS];
  if (existsSync(database)) leaveWalMode(database);
  const files = present.filter((ending) => existsSync(`${database}${ending}`));
  if (files.length === 0) return null;
  const aside = toFreeName(`${database}.replaced-${at.toISOString().replaceAll(/[-:.]/g, '')}`);
  for (const ending of files) giveSecondName(`${database}${ending}`, `${aside}${ending}`);
  // A log is left only if SQLite could not read its file, or if there is no file.
  for (const ending of files.filter((one) => one !== '')) rmSync(`${database}${ending}`);
  return aside;
}

function toFreeName(wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (['', ...LOG_ENDINGS].every((ending) => !existsSync(`${name}${ending}`))) return name;
  }
}

/** Copies the file if the file system has no hard links: the mirror must never be missing, not even for a moment. */
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

/** Takes the content of the write-ahead log into the file, and removes the log. Throws DATABASE_BUSY while somebody reads. */
function leaveWalMode(database: string): void {
  if (readSqliteHeader(database) === null) return; // SQLite would treat it as an empty file and delete the log
  try {
    closing(openSqlite(database, { timeout: 1000 }), (sqlite) => {
      sqlite.pragma('journal_mode = DELETE'); // fails if another process has it open
    });
  } catch (thrown) {
    if (isSqliteError(thrown) && thrown.code.startsWith('SQLITE_BUSY'))
      throw new MirrorError('DATABASE_BUSY', `${database} is being read by another process.`, {
        cause: thrown,
        hint: 'Stop the processes that read it (`query`, `verify`, Datasette), and try again.',
      });
    if (!isSqliteError(thrown)) throw toDatabaseError(thrown, database);
    // A damaged file is what one restores for: it is set aside as it is.
  }
}

export interface Restoration extends ContentCount {
  /** The replaced file, after following symbolic links. */
  readonly database: string;
  /** The new path of the previous mirror; null if there was none. */
  readonly replaced: string | null;
  /** Cases that were redacted in the mirror and whose content the snapshot restored. */
  readonly redactedCases: readonly number[];
  /** Whether the previous mirror could not be read: exports and redactions since the snapshot are then unknown. */
  readonly isPastUnknown: boolean;
}

/**
 * Replaces a mirror with a snapshot. First copies the snapshot, with the content of its write-ahead log, and verifies
 * it. Then replaces the file in one step and keeps the previous mirror beside it. Fails with LOCKED while a process
 * writes, with DATABASE_BUSY while one reads, or with another DATABASE_... error; it then changes nothing.
 */
export async function restoreSnapshot(
  snapshot: string,
  path: string,
  at: Date,
  signal: AbortSignal,
  onBroken: (broken: readonly BrokenObject[]) => void = () => undefined,
): Promise<Restoration> {
  refuseForeign(snapshot); // before anything is changed
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
    const hasPrevious = existsSync(database);
    const exports = readOrElse<ExportRow[] | null>(database, (mirror) => listExports(mirror, null), null);
    closing(openMirror(fresh, { isCopy: true, onBroken }), (mirror) => {
      keepExports(mirror, exports ?? []);
    }); // upgrades an older schema
    finishMirror(fresh);
    compareContent(content, checkCopy(fresh), fresh);
    const redactedCases = hasPrevious ? listRedactedBack(database, fresh) : [];
    const isPastUnknown = hasPrevious && (exports === null || redactedCases === null);
    enterWalMode(fresh);
    // Every user who could read or write the mirror still can.
    takeAfter(fresh, statSync(database, { throwIfNoEntry: false }) ?? statSync(snapshot));
    removeSecondCopies(database, snapshot);
    const replaced = setAside(database, at);
    moveIntoPlace(fresh, database);
    return { ...content, database, replaced, redactedCases: redactedCases ?? [], isPastUnknown };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toDatabaseError(thrown, database);
    throw fresh === undefined ? error : nameKnownFile(error, fresh, { source: snapshot, target: database });
  } finally {
    if (fresh !== undefined) removeWithLogs(fresh);
    lock.release();
  }
}

/** Copies a consistent state of a file that other processes may use, and counts the rows in the copy. */
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
    if (error instanceof MirrorError && error.code === 'DISK_FULL') throw error; // the copy needs the space
    throw toDatabaseError(thrown, snapshot);
  } finally {
    source.close();
  }
}

/**
 * A file that was just upgraded may be marked as a snapshot, and a mirror must not be. The file has no write-ahead log.
 */
function finishMirror(fresh: string): void {
  closing(openSqlite(fresh), (sqlite) => {
    writeNote(sqlite, null);
    sqlite.pragma('journal_mode = DELETE');
  });
}

/**
 * Gives a mirror the mode in which its readers keep no writer out, such as the record of an export. Closing removes the
 * log. Before the move, because a reader of the mirror in its place would prevent it.
 */
function enterWalMode(fresh: string): void {
  closing(openSqlite(fresh), (sqlite) => {
    sqlite.pragma('journal_mode = WAL');
  });
}

/**
 * Removes what an interrupted restore left before it replaced the mirror: a hard link to the mirror, or a copy of its
 * bytes on a file system without hard links. Keeps the file that is being restored, and any file with its own
 * write-ahead log, which can contain more than the mirror.
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

/** The cases that are redacted in the mirror but not in the replacement; null if the mirror cannot be read. */
function listRedactedBack(database: string, fresh: string): number[] | null {
  const present = listRedacted(database);
  if (present === null) return null;
  const restored = listRedacted(fresh) ?? new Set();
  return [...present].filter((id) => !restored.has(id)).sort((a, b) => a - b);
}

function listRedacted(path: string): Set<number> | null {
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
    return null; // The mirror cannot be read. That is a reason to restore it.
  }
}
