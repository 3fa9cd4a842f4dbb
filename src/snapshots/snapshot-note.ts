import { lstatSync, realpathSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type Database from 'better-sqlite3';
import { MirrorError } from '../errors.ts';
import { readSqliteHeader } from '../files/regular-file.ts';
import { isSqliteError } from '../mirror/database-error.ts';
import { type SnapshotTaker, mirrorSnapshot } from '../mirror/schema.ts';
import { sealTable } from '../mirror/seals.ts';
import { openSqlite } from '../mirror/sqlite-engine.ts';

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
