import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { getTableName } from 'drizzle-orm';
import { closing, openSqlite } from '../db/engine.ts';
import { inDatabase } from '../db/errors.ts';
import { isWriterLockHeld, takeWriterLock } from '../db/lock.ts';
import { openMirrorReadOnly } from '../db/open-mirror.ts';
import { documentTexts, mirrorReplacedTexts, texts } from '../db/schema/schema.ts';
import { clearTextIndex } from '../db/search-index.ts';
import { sealTable } from '../db/seals.ts';
import { type ErrorCode, MirrorError } from '../errors/mirror-error.ts';
import { findFreeBytes } from '../lib/files.ts';
import { createNewFile } from '../lib/replace-file.ts';
import { type SnapshotNote, listNames, writeNote } from './snapshot-files.ts';
import { renderPlural } from '../lib/layout.ts';

/** The space to leave free: a snapshot must leave room for the next sync. */
const RESERVE = 1.1;

interface RoomRequest {
  /** How many copies are wanted; one must fit. */
  readonly copies?: number;
  /** Called if there is too little space for all copies. */
  readonly makeRoom?: ((isEnough: () => boolean) => void) | undefined;
}

/** Throws DISK_LOW if a copy of a database would fill the disk. */
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
 * Whether the file system supports hard links. Without them, `latest.db` takes the same space again. If this process
 * dies, the next snapshot removes both names.
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

/** A copy in progress. Its creator holds a lock on it while it lives. */
export interface PartialFile {
  readonly path: string;
  /** Removes what is left of it. */
  release(): void;
}

/* `NAME.0123456789abcdef.partial`, with the files of SQLite and the lock beside it; earlier versions had no random part and no lock. */
const PARTIAL = /^(?:.+\.[0-9a-f]{16}|.+-\d{8}T\d{6}Z\.db)\.partial$/;
const ENDINGS = ['', '-journal', '-wal', '-shm', '.before-upgrade', '.lock'] as const;

/** Creates an empty file beside `path` with an unpredictable name. */
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

/** Whether a file is a copy in progress, by its name. */
export const isPartialName = (name: string): boolean => PARTIAL.test(name);

/** Removes the copies in a folder whose creators have died. */
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

/** A lock alone belongs to a copy that is just starting, or to one that was killed. */
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

/** Pages per step: some megabytes, after which other work can run and a stop is noticed. */
const PAGES_A_STEP = 2_000;

/**
 * Copies what a connection reads to a file, page by page. The connection is in a read transaction, so all pages are of
 * the same moment; otherwise SQLite would start over whenever another process commits between two steps.
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

/** Holds a read transaction on a connection while `use` runs. Changes by other processes are not visible in it. */
export async function holdMoment<Result>(
  sqlite: Database.Database,
  use: () => Promise<Result>,
): Promise<Result> {
  sqlite.exec('BEGIN');
  sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get(); // The transaction starts with the first read.
  try {
    return await use();
  } finally {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
  }
}

interface Finish {
  readonly note: SnapshotNote | null;
  /** Whether pages may contain deleted content, so the file must be rewritten. */
  readonly hasRemnants: boolean;
  /** Whether the copy keeps the texts of documents. Without them, it says of no document that its text was requested. */
  readonly withTexts?: boolean;
}

/**
 * Finishes a fresh copy: a single file without a log, with its origin recorded and its integrity checked. Throws a
 * DATABASE_... error.
 */
export function finishCopy(path: string, { note, hasRemnants, withTexts = true }: Finish): void {
  inDatabase(path, () => {
    closing(openSqlite(path), (sqlite) => {
      sqlite.pragma('journal_mode = DELETE');
      refuseDamage(sqlite, path);
      const hasTable = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'mirror_snapshot'`).get();
      if (hasTable !== undefined) writeNote(sqlite, note);
      const isSmaller = !withTexts && removeTexts(sqlite);
      if (hasRemnants || isSmaller) sqlite.exec('VACUUM');
    });
  });
}

/** Removes the texts from a copy. Returns whether there were any. */
function removeTexts(sqlite: Database.Database): boolean {
  const has = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'texts'`).get() !== undefined;
  if (!has || sqlite.prepare('SELECT 1 FROM document_texts LIMIT 1').get() === undefined) return false;
  sqlite
    .transaction(() => {
      clearTextIndex(sqlite);
      for (const table of [documentTexts, mirrorReplacedTexts, texts]) {
        sqlite.exec(`DELETE FROM ${getTableName(table)}`);
        sealTable(sqlite, table);
      }
    })
    .immediate();
  return true;
}

/** Throws DATABASE_DAMAGED. */
function refuseDamage(sqlite: Database.Database, path: string): void {
  const verdict = sqlite.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new MirrorError('DATABASE_DAMAGED', `${path}: ${String(verdict)}`);
}

/** The content of a mirror, in two numbers. */
export interface ContentCount {
  readonly cases: number;
  /** Null before the first run. */
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
 * Opens a mirror of this schema or an older one, and counts its content. Throws a DATABASE_... error for anything else.
 */
export function checkCopy(path: string): ContentCount {
  return inDatabase(path, () => {
    refuseForeign(path);
    return closing(openSqlite(path, { readonly: true }), (sqlite) => {
      return countContent(sqlite);
    });
  });
}

/** Throws a DATABASE_... error if the file is not a mirror of this version or an earlier one. */
export function refuseForeign(path: string): void {
  try {
    openMirrorReadOnly(path).close();
  } catch (error) {
    if (!(error instanceof MirrorError && error.code === 'DATABASE_OLDER')) throw error;
  }
}

/** Throws DATABASE_DAMAGED if a copy does not have the content of its source. */
export function compareContent(said: ContentCount, copied: ContentCount, path: string): void {
  if (said.cases !== copied.cases || said.lastRun !== copied.lastRun)
    throw new MirrorError(
      'DATABASE_DAMAGED',
      `${path} contains ${renderPlural(copied.cases, 'case')} up to run ${copied.lastRun ?? 'none'}, and not ${said.cases} up to run ${said.lastRun ?? 'none'}.`,
    );
}

/** Errors of the destination of a copy, not of its source. */
const PLACE_ERRORS: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'DATABASE_UNWRITABLE']);

/**
 * Replaces the path of a temporary copy in an error with a path that the user knows: the source, or the destination if
 * the error concerns it.
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
