import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { closing, openSqlite } from '../db/engine.ts';
import { inDatabase } from '../db/errors.ts';
import { isWriterLockHeld, takeWriterLock } from '../db/lock.ts';
import { openMirrorReadOnly } from '../db/open-mirror.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { findFreeBytes } from '../lib/files.ts';
import { createNewFile } from '../lib/replace-file.ts';
import { type SnapshotNote, listNames, writeNote } from './snapshot-files.ts';
import { renderPlural } from '../lib/layout.ts';

/** A disk that a snapshot would fill would leave no room for the next sync. */
const RESERVE = 1.1;

interface RoomRequest {
  /** How many copies are wanted; one must fit. */
  readonly copies?: number;
  /** Has its turn where the room is too little for all of them. */
  readonly makeRoom?: ((isEnough: () => boolean) => void) | undefined;
}

/** Fails with DISK_LOW where a copy of a database would fill the disk. */
export function checkRoom(
  database: string,
  folder: string,
  { copies = 1, makeRoom = () => undefined }: RoomRequest = {},
): void {
  const needed = Math.ceil((sizeOf(database) + sizeOf(`${database}-wal`)) * RESERVE);
  const isEnough = (): boolean => findFreeBytes(folder) >= needed * copies;
  if (!isEnough()) makeRoom(isEnough);
  const free = findFreeBytes(folder);
  if (free < needed)
    throw new MirrorError(
      'DISK_LOW',
      `A snapshot needs ${toMegabytes(needed)} MB, and ${folder} has ${Math.floor(free / 1e6)} MB left: ${toMegabytes(needed - free)} MB are missing.`,
    );
}

/**
 * Whether a file in this folder can have a second name. Where it cannot, `latest.db` takes as much room again. Where this
 * process dies, the next snapshot removes both names.
 */
export function hasSecondNames(folder: string): boolean {
  const partial = createPartialFile(join(folder, 'latest.db'));
  try {
    linkSync(partial.path, `${partial.path}-journal`);
    return true;
  } catch {
    return false;
  } finally {
    partial.release();
  }
}

const toMegabytes = (bytes: number): number => Math.ceil(bytes / 1e6);

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** A copy that is being made. Its maker holds a lock on it for as long as it lives. */
export interface PartialFile {
  readonly path: string;
  /** Removes what is left of it. */
  release(): void;
}

/* `NAME.0123456789abcdef.partial`, with the files of SQLite and the lock beside it; earlier versions had no random part and no lock. */
const PARTIAL = /^(?:.+\.[0-9a-f]{16}|.+-\d{8}T\d{6}Z\.db)\.partial$/;
const ENDINGS = ['', '-journal', '-wal', '-shm', '.before-upgrade', '.lock'] as const;

/** Creates an empty file beside `path`, under a name that nobody can guess. */
export function createPartialFile(path: string): PartialFile {
  const partial = join(dirname(path), `${basename(path)}.${randomBytes(8).toString('hex')}.partial`);
  const lock = takeWriterLock(partial);
  const release = (): void => {
    removeWithEndings(partial);
    lock.release();
  };
  try {
    createNewFile(partial, 0o600);
  } catch (thrown) {
    release();
    throw thrown;
  }
  return { path: partial, release };
}

/** Whether a file is a copy that is being made, by its name. */
export const isPartialName = (name: string): boolean => PARTIAL.test(name);

/** Removes the copies in a folder whose makers have died. */
export function removeDeadPartialFiles(folder: string): void {
  const names = listNames(folder);
  const found = names.flatMap((name) => {
    const ending = ENDINGS.findLast((one) => one !== '' && name.endsWith(one)) ?? '';
    const base = name.slice(0, name.length - ending.length);
    return PARTIAL.test(base) ? [base] : [];
  });
  for (const name of new Set(found)) {
    const path = join(folder, name);
    if (names.includes(name) || isOld(`${path}.lock`)) removeIfDead(path);
  }
}

function removeIfDead(path: string): void {
  if (!isWriterLockHeld(path)) removeWithEndings(path);
}

const A_MINUTE_MS = 60_000;

/** A lock alone belongs to a copy that is just beginning, or to one that ended by force. */
function isOld(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined || Date.now() - found.mtimeMs > A_MINUTE_MS;
}

function removeWithEndings(path: string): void {
  for (const ending of ENDINGS) {
    const found = lstatSync(`${path}${ending}`, { throwIfNoEntry: false });
    if (found?.isDirectory() === false) rmSync(`${path}${ending}`, { force: true });
  }
}

/** Pages copied at a time: some megabytes, after which others have their turn, and a stop is heard. */
const PAGES_A_STEP = 2_000;

/**
 * Copies what a connection reads into a file, page by page. The connection is in a read transaction, so that all pages
 * are of one moment: SQLite would otherwise begin anew whenever another process commits between two steps.
 */
export async function copyDatabase(
  source: Database.Database,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  if (!source.inTransaction) throw new Error('a copy of one moment needs a transaction');
  await source.backup(target, {
    progress: () => {
      signal.throwIfAborted();
      return PAGES_A_STEP;
    },
  });
}

/** Holds one moment on a connection while `use` runs: other processes go on, and nothing of it is seen. */
export async function holdMoment<Result>(
  sqlite: Database.Database,
  use: () => Promise<Result>,
): Promise<Result> {
  sqlite.exec('BEGIN');
  sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get(); // only a read begins the moment
  try {
    return await use();
  } finally {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
  }
}

interface Finish {
  readonly note: SnapshotNote | null;
  /** Whether pages may hold what was deleted, so that the file has to be rewritten. */
  readonly hasRemnants: boolean;
}

/**
 * Makes of a fresh copy a file that stands alone, without a log beside it, that says what it is, and proves that it is
 * whole. Fails with a DATABASE_... error.
 */
export function finishCopy(path: string, { note, hasRemnants }: Finish): void {
  inDatabase(path, () => {
    closing(openSqlite(path), (sqlite) => {
      sqlite.pragma('journal_mode = DELETE');
      refuseDamage(sqlite, path);
      const hasTable = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'mirror_snapshot'`).get();
      if (hasTable !== undefined) writeNote(sqlite, note);
      if (hasRemnants) sqlite.exec('VACUUM');
    });
  });
}

/** Fails with DATABASE_DAMAGED. */
function refuseDamage(sqlite: Database.Database, path: string): void {
  const verdict = sqlite.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new MirrorError('DATABASE_DAMAGED', `${path}: ${String(verdict)}`);
}

/** What a mirror holds, in two numbers. */
export interface ContentCount {
  readonly cases: number;
  /** Null before the first. */
  readonly lastRun: number | null;
}

/** Counts what a connection reads. */
export function countContent(sqlite: Database.Database): ContentCount {
  const select = sqlite.prepare<[], ContentCount>(
    'SELECT (SELECT count(*) FROM cases) AS cases, (SELECT max(id) FROM sync_runs) AS lastRun',
  );
  return select.get() ?? { cases: 0, lastRun: null };
}

/**
 * Opens what is to be a mirror, of this program's schema or an older one, and counts. Fails with a DATABASE_... error for
 * anything else.
 */
export function checkCopy(path: string): ContentCount {
  return inDatabase(path, () => {
    refuseForeign(path);
    return closing(openSqlite(path, { readonly: true }), (sqlite) => {
      return countContent(sqlite);
    });
  });
}

/** Fails with a DATABASE_... error for what is no mirror of this version or an earlier one. */
export function refuseForeign(path: string): void {
  try {
    openMirrorReadOnly(path).close();
  } catch (error) {
    if (!(error instanceof MirrorError && error.code === 'DATABASE_OLDER')) throw error;
  }
}

/** Fails with DATABASE_DAMAGED where a copy does not hold what was to be copied. */
export function compareContent(said: ContentCount, copied: ContentCount, path: string): void {
  if (said.cases !== copied.cases || said.lastRun !== copied.lastRun)
    throw new MirrorError(
      'DATABASE_DAMAGED',
      `${path} contains ${renderPlural(copied.cases, 'case')} up to run ${copied.lastRun ?? 'none'}, and not ${said.cases} up to run ${said.lastRun ?? 'none'}.`,
    );
}

/** What is wrong with the place of a copy, and not with what is copied. */
const PLACE_ERRORS: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'DATABASE_UNWRITABLE']);

/**
 * The same error with a path that people know instead of that of a temporary copy: the file that is copied, or the file
 * that the copy was to become where its place is at fault.
 */
export function nameKnownFile(
  error: Error,
  copy: string,
  { source, target }: { readonly source: string; readonly target: string },
): Error {
  if (!(error instanceof MirrorError) || !error.message.includes(copy)) return error;
  const known = PLACE_ERRORS.has(error.code) ? target : source;
  return new MirrorError(
    error.code,
    error.message.replaceAll(copy, () => known),
    {
      cause: error.cause,
      hint: error.hint,
    },
  );
}
