import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, extname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type Database from 'better-sqlite3';
import { openSqlite } from '../db/engine.ts';
import { isSqliteError } from '../db/errors.ts';
import { type SnapshotTaker, mirrorSnapshot } from '../db/schema/schema.ts';
import { sealTable } from '../db/seals.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { giveTo, isLink, readSqliteHeader } from '../lib/files.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';

/**
 * Lists the names in the folder of the snapshots; empty if the folder does not exist. Fails with SNAPSHOTS_UNUSABLE.
 */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' && !isLink(folder)) return [];
    throw toUnusable(folder, cause);
  }
}

/**
 * Creates the folder of the snapshots if it does not exist, for the owner of the mirror, and checks that files can be
 * created in it. Fails with SNAPSHOTS_UNUSABLE.
 */
export function makeSnapshotFolder(folder: string, database: string): void {
  try {
    const first = mkdirSync(folder, { recursive: true });
    if (first !== undefined) {
      const model = statSync(database);
      for (let made = folder; made.length >= first.length; made = dirname(made)) giveTo(made, model);
    }
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw toUnusable(folder, cause);
  }
}

function toUnusable(folder: string, cause: unknown): MirrorError {
  return new MirrorError('SNAPSHOTS_UNUSABLE', `${folder} cannot be used: ${describeFault(folder, cause)}.`, {
    cause,
  });
}

function describeFault(folder: string, cause: unknown): string {
  if (!existsSync(folder)) return isLink(folder) ? 'it is a link that leads nowhere' : wordsOf(cause);
  return statSync(folder).isDirectory() ? wordsOf(cause) : 'it is not a folder';
}

/* The name of a snapshot contains the name of its mirror and the time: clearinghouse-20261124T031742Z.db. */

const STAMP = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z(?:-\d+)?$/;

/** The name of a snapshot of this database at this time; `copy` distinguishes snapshots of the same second. */
export function toSnapshotName(database: string, takenAt: Date, copy = 1): string {
  const stamp = takenAt
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return `${toStem(database)}-${stamp}${copy === 1 ? '' : `-${copy}`}.db`;
}

/** The time in the name of a snapshot of this database; undefined if the name has another form. */
export function parseSnapshotName(database: string, name: string): Date | undefined {
  const stem = `${toStem(database)}-`;
  if (!name.startsWith(stem) || !name.endsWith('.db')) return undefined;
  const [, year, month, day, hour, minute, second] = STAMP.exec(name.slice(stem.length, -'.db'.length)) ?? [];
  if (second === undefined) return undefined;
  const takenAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(takenAt.getTime()) ? undefined : takenAt;
}

/** The name of a database without folder and extension. */
export function toStem(database: string): string {
  return basename(database, extname(database));
}

/** The metadata of a snapshot. */
export interface SnapshotNote {
  /** The path of its mirror, relative to the folder of the snapshot. */
  readonly source: string;
  readonly takenAt: Date;
  readonly takenBy: SnapshotTaker;
  /** Null before the first run. */
  readonly lastRun: number | null;
  /** Whether every list had been read completely by then. */
  readonly isComplete: boolean;
  /** The run whose state was rebuilt; null for the present state. */
  readonly asOfRun: number | null;
}

/** The metadata of a file in the folder of the snapshots. */
export interface FileIdentity {
  /** Null in a file of an earlier version. */
  readonly mirrorId: string | null;
  /** Null in a copy that this program did not create. */
  readonly note: SnapshotNote | null;
}

/** The path of a mirror as a snapshot in that folder stores it. */
export function toSource(realDatabase: string, folder: string): string {
  return relative(realpathSync(folder), realDatabase);
}

/**
 * Reads the identity of the mirror that a file belongs to; null if it cannot be read. Does not follow symbolic links.
 */
export function readIdentity(path: string): FileIdentity | null {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  return readWithoutTrace(path, (sqlite) => {
    const tables = new Set(
      sqlite
        .prepare<[], string>(
          `SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'mirror!_%' ESCAPE '!'`,
        )
        .pluck()
        .all(),
    );
    const mirrorId = tables.has('mirror_identity')
      ? sqlite.prepare<[], string>('SELECT mirror_id FROM mirror_identity').pluck().get()
      : undefined;
    const note = tables.has('mirror_snapshot')
      ? sqlite.prepare<[], NoteRow>('SELECT * FROM mirror_snapshot').get()
      : undefined;
    return { mirrorId: mirrorId ?? null, note: note === undefined ? null : toNote(note) };
  });
}

interface NoteRow {
  readonly source: string;
  readonly taken_at: string;
  readonly taken_by: SnapshotTaker;
  readonly last_run_id: number | null;
  readonly is_complete: number;
  readonly as_of_run_id: number | null;
}

function toNote(row: NoteRow): SnapshotNote {
  return {
    source: row.source,
    takenAt: new Date(row.taken_at),
    takenBy: row.taken_by,
    lastRun: row.last_run_id,
    isComplete: row.is_complete === 1,
    asOfRun: row.as_of_run_id,
  };
}

/** Writes its metadata to a finished copy; with `null`, the copy becomes a mirror again. */
export function writeNote(sqlite: Database.Database, note: SnapshotNote | null): void {
  sqlite
    .transaction(() => {
      sqlite.prepare('DELETE FROM mirror_snapshot').run();
      sealTable(sqlite, mirrorSnapshot);
      if (note === null) return;
      sqlite
        .prepare(
          `INSERT INTO mirror_snapshot (id, source, taken_at, taken_by, last_run_id, is_complete, as_of_run_id)
        VALUES (1, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          note.source,
          note.takenAt.toISOString(),
          note.takenBy,
          note.lastRun,
          Number(note.isComplete),
          note.asOfRun,
        );
      sealTable(sqlite, mirrorSnapshot);
    })
    .immediate();
}

/**
 * Opens a file for reading without adding or removing files beside it. In WAL mode SQLite creates a log and an index,
 * which only a connection that can write removes, and it would remove those of other processes too. Null if the file is
 * not a database or cannot be read.
 */
export function readWithoutTrace<Result>(
  path: string,
  read: (sqlite: Database.Database) => Result,
): Result | null {
  let sqlite: Database.Database | undefined;
  try {
    sqlite = openWithoutTrace(path);
    return read(sqlite);
  } catch (thrown) {
    if (isSqliteError(thrown) || isOfSystem(thrown) || isOddFile(thrown)) return null;
    throw thrown;
  } finally {
    sqlite?.close();
  }
}

function openWithoutTrace(path: string): Database.Database {
  const isInWalMode = readSqliteHeader(path)?.[WRITE_VERSION_AT] === WAL;
  const [hasLog, hasIndex] = ['-wal', '-shm'].map(
    (ending) => (statSync(`${path}${ending}`, { throwIfNoEntry: false })?.size ?? 0) > 0,
  );
  if (isInWalMode && hasLog !== true)
    return openSqlite(`${pathToFileURL(resolve(path)).href}?immutable=1`, { readonly: true });
  // No process uses a log without an index. To read such a file, SQLite must checkpoint its log.
  const readonly = !isInWalMode || hasIndex === true;
  return openSqlite(path, { readonly, fileMustExist: true, timeout: 1000 });
}

const isOfSystem = (thrown: unknown): boolean => thrown instanceof Error && 'syscall' in thrown;
const isOddFile = (thrown: unknown): boolean =>
  thrown instanceof MirrorError && thrown.code === 'DATABASE_FOREIGN';

/** The position of the file format version in the header. */
const WRITE_VERSION_AT = 18;
const WAL = 2;
