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

/** The names in the folder of the snapshots; none where there is no folder yet. Fails with SNAPSHOTS_UNUSABLE. */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' && !isLink(folder)) return [];
    throw toUnusable(folder, cause);
  }
}

/**
 * Creates the folder of the snapshots where there is none, for the owner of the mirror, and sees that files can be laid
 * into it. Fails with SNAPSHOTS_UNUSABLE.
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

/* The name of a snapshot says of which mirror it is and when it was taken: clearinghouse-20261124T031742Z.db. */

const STAMP = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z(?:-\d+)?$/;

/** The name of a snapshot of that database, taken then; `copy` tells apart those of one second. */
export function toSnapshotName(database: string, takenAt: Date, copy = 1): string {
  const stamp = takenAt
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return `${toStem(database)}-${stamp}${copy === 1 ? '' : `-${copy}`}.db`;
}

/** When a file was taken as a snapshot of that database; undefined when its name is another. */
export function parseSnapshotName(database: string, name: string): Date | undefined {
  const stem = `${toStem(database)}-`;
  if (!name.startsWith(stem) || !name.endsWith('.db')) return undefined;
  const [, year, month, day, hour, minute, second] = STAMP.exec(name.slice(stem.length, -'.db'.length)) ?? [];
  if (second === undefined) return undefined;
  const takenAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(takenAt.getTime()) ? undefined : takenAt;
}

/** The name of a database without its folder and ending. */
export function toStem(database: string): string {
  return basename(database, extname(database));
}

/** What a snapshot says of itself. */
export interface SnapshotNote {
  /** Path of its mirror, seen from the folder of the snapshot. */
  readonly source: string;
  readonly takenAt: Date;
  readonly takenBy: SnapshotTaker;
  /** Null before the first run. */
  readonly lastRun: number | null;
  /** Whether the mirror held every list by then. */
  readonly isComplete: boolean;
  /** The run whose state was rebuilt; null for the state of the moment. */
  readonly asOfRun: number | null;
}

/** What a file in the folder of the snapshots is. */
export interface FileIdentity {
  /** Null in a file of an earlier version. */
  readonly mirrorId: string | null;
  /** Null in a copy that this program did not take. */
  readonly note: SnapshotNote | null;
}

/** The path of a mirror as it stands in a snapshot in that folder. */
export function toSource(realDatabase: string, folder: string): string {
  return relative(realpathSync(folder), realDatabase);
}

/** Reads which mirror a file is of; null where that cannot be read. A symbolic link is not followed. */
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

/** Writes into a finished copy what it is; `null` makes a mirror of it again. */
export function writeNote(sqlite: Database.Database, note: SnapshotNote | null): void {
  sqlite.transaction(() => {
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
  })();
}

/**
 * Opens a file for reading and leaves nothing beside it, and takes nothing away: in WAL mode a log and an index come into
 * being, which only a connection that may write removes again, and it would remove those of others. Null where it is no
 * database or cannot be read.
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
  // A log without an index is nobody's: to read it is to work it in.
  const readonly = !isInWalMode || hasIndex === true;
  return openSqlite(path, { readonly, fileMustExist: true, timeout: 1000 });
}

const isOfSystem = (thrown: unknown): boolean => thrown instanceof Error && 'syscall' in thrown;
const isOddFile = (thrown: unknown): boolean =>
  thrown instanceof MirrorError && thrown.code === 'DATABASE_FOREIGN';

/** Where the header says by which version of the format a file is written. */
const WRITE_VERSION_AT = 18;
const WAL = 2;
