import { closing } from '../db/engine.ts';
import { accessSync, constants, copyFileSync, linkSync, lstatSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toDatabaseError } from '../db/errors.ts';
import { type Mirror, openMirrorReadOnly } from '../db/open-mirror.ts';
import { listPendingRedactions } from '../db/redact.ts';
import type { SnapshotTaker } from '../db/schema/schema.ts';
import { holdsAllThatCanBeHad, holdsEveryList } from '../db/state.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import {
  FILE_IN_FOLDER_HINT,
  MAKE_FOLDER_HINT,
  describeMissingFolder,
  takeAfter,
  toRealPath,
} from '../lib/files.ts';
import { moveIntoPlace } from '../lib/replace-file.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import {
  checkCopy,
  checkRoom,
  compareContent,
  copyDatabase,
  countContent,
  createPartialFile,
  finishCopy,
  hasSecondNames,
  holdMoment,
  nameKnownFile,
  removeDeadPartialFiles,
} from './copy.ts';
import { type Snapshot, listRemovable, listSnapshots, removeOldSnapshots } from './list.ts';
import type { Retention } from './retention.ts';
import {
  type SnapshotNote,
  makeSnapshotFolder,
  readIdentity,
  toSnapshotName,
  toSource,
  toStem,
} from './snapshot-files.ts';

/** Where readers always find the newest complete snapshot. */
const LATEST_NAME = 'latest.db';

/** The names under which the newest snapshot may stand: where the first is of another mirror, the second is taken. */
export const toLatestNames = (source: string): readonly string[] => [
  LATEST_NAME,
  `${toStem(source)}-${LATEST_NAME}`,
];

/**
 * Lets the stable name stand for a snapshot. It is replaced in one step, so a reader that has the old one open keeps it.
 * A file there that is of another mirror, or that this program did not write, is left alone. Returns the name, or null.
 * Fails with DISK_LOW or the error of the system.
 */
export function updateLatest(snapshot: string, folder: string, { source }: SnapshotNote): string | null {
  const path = toLatestNames(source)
    .map((name) => join(folder, name))
    .find((one) => isOurs(one, source));
  if (path === undefined) return null;
  replaceBySame(snapshot, path);
  return path;
}

function isOurs(path: string, source: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return true;
  return readIdentity(path)?.note?.source === source;
}

/** A copy that shares its blocks, else a second name, else a copy. */
function replaceBySame(snapshot: string, path: string): void {
  const partial = createPartialFile(path); // the next snapshot removes it where this process dies
  try {
    rmSync(partial.path);
    linkOrCopy(snapshot, partial.path);
    moveIntoPlace(partial.path, path);
  } finally {
    partial.release();
  }
}

function linkOrCopy(from: string, to: string): void {
  const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE, COPYFILE_FICLONE } = constants;
  const ways = [
    () => {
      copyFileSync(from, to, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
      takeAfter(to, statSync(from));
    },
    () => {
      linkSync(from, to);
    },
  ];
  for (const way of ways) {
    try {
      way();
      return;
    } catch {
      rmSync(to, { force: true }); // this file system has no such thing
    }
  }
  checkRoom(from, dirname(to));
  copyFileSync(from, to, COPYFILE_EXCL | COPYFILE_FICLONE);
  takeAfter(to, statSync(from));
}

/** An earlier state, written into an empty file by whoever knows how to rebuild it. */
export interface EarlierState {
  readonly runId: number;
  readonly write: (mirror: Mirror, path: string, signal: AbortSignal) => Promise<void>;
}

export interface SnapshotRequest {
  readonly database: string;
  /** The folder of the snapshots, or the file that is to be written. */
  readonly to: { readonly folder: string } | { readonly file: string };
  readonly takenAt: Date;
  readonly takenBy: SnapshotTaker;
  readonly signal: AbortSignal;
  /** Null for the state of the moment. */
  readonly earlier?: EarlierState | null;
  /** Called where there is too little room, before that is an error. */
  readonly makeRoom?: (isEnough: () => boolean) => void;
}

export interface TakenSnapshot extends Snapshot {
  readonly note: SnapshotNote;
  /** The file that readers can always open, where it is now this snapshot. */
  readonly latest: string | null;
  /** LATEST_FAILED where it should be and is not. The snapshot itself is whole. */
  readonly latestFailure: MirrorError | null;
}

/**
 * Copies a mirror, while others read it or write to it, into a file of its own that can be carried anywhere; it has its
 * name only when it is complete and has been opened. Fails with DISK_LOW, SNAPSHOT_EXISTS, SNAPSHOT_FAILED,
 * SNAPSHOTS_UNUSABLE, a DATABASE_... error or the signal's reason, and then leaves nothing behind.
 */
export async function takeSnapshot(
  request: SnapshotRequest,
  makeLatest: typeof updateLatest = updateLatest,
): Promise<TakenSnapshot> {
  const { signal, to } = request;
  const database = toRealPath(request.database);
  const folder = 'folder' in to ? to.folder : dirname(to.file);
  const first = 'folder' in to ? join(folder, toSnapshotName(request.database, request.takenAt)) : to.file;
  try {
    openMirrorReadOnly(database).close(); // what is no mirror is known before anything is created
    if ('folder' in to) makeSnapshotFolder(folder, database);
    else checkTarget(to.file);
    removeDeadPartialFiles(folder);
    const copies = 'file' in to || hasSecondNames(folder) ? 1 : 2;
    checkRoom(database, folder, { copies, makeRoom: request.makeRoom });
    const partial = createPartialFile(first);
    try {
      const { note, isForReaders } = await writeCopy(database, partial.path, folder, request);
      takeAfter(partial.path, statSync(database));
      const path = 'folder' in to ? moveToFreeName(partial.path, folder, request) : to.file;
      if ('file' in to) moveIntoPlace(partial.path, path, { mustBeNew: true });
      const latest =
        'folder' in to && isForReaders ? tryLatest(() => makeLatest(path, folder, note), path) : NO_LATEST;
      return { path, takenAt: note.takenAt, bytes: statSync(path).size, owner: 'this', note, ...latest };
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      throw nameKnownFile(thrown, partial.path, { source: database, target: first });
    } finally {
      partial.release();
    }
  } catch (thrown) {
    signal.throwIfAborted();
    if (codeOf(thrown) === 'EEXIST') throw toExists(first, thrown);
    const error = toDatabaseError(thrown, database);
    if (error instanceof MirrorError) throw error;
    throw new MirrorError('SNAPSHOT_FAILED', `No snapshot in ${folder}: ${wordsOf(thrown)}.`, {
      cause: thrown,
    });
  }
}

/** Before anything is copied. Fails with SNAPSHOT_EXISTS or SNAPSHOT_FAILED. */
function checkTarget(file: string): void {
  const folder = dirname(file);
  const fault = describeMissingFolder(folder);
  if (fault !== null)
    throw new MirrorError('SNAPSHOT_FAILED', `${file} cannot be written: ${fault}.`, {
      hint: MAKE_FOLDER_HINT,
    });
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() === true)
    throw new MirrorError('SNAPSHOT_EXISTS', `${file} is a folder.`, { hint: FILE_IN_FOLDER_HINT });
  if (found !== undefined) throw toExists(file);
  accessSync(folder, constants.W_OK | constants.X_OK);
}

function toExists(file: string, cause?: unknown): MirrorError {
  return new MirrorError('SNAPSHOT_EXISTS', `There is a file ${file} already.`, { cause });
}

const NO_LATEST = { latest: null, latestFailure: null };

/** The snapshot has its name: what becomes of the second one takes nothing from it. */
function tryLatest(
  makeLatest: () => string | null,
  path: string,
): Pick<TakenSnapshot, 'latest' | 'latestFailure'> {
  try {
    return { latest: makeLatest(), latestFailure: null };
  } catch (cause) {
    const latestFailure = new MirrorError(
      'LATEST_FAILED',
      `${path} was taken, but latest.db could not be made the same: ${wordsOf(toDatabaseError(cause, path))}`,
      { cause },
    );
    return { latest: null, latestFailure };
  }
}

async function writeCopy(
  database: string,
  partial: string,
  folder: string,
  { earlier = null, signal, takenAt, takenBy }: SnapshotRequest,
): Promise<{ readonly note: SnapshotNote; readonly isForReaders: boolean }> {
  return closing(openMirrorReadOnly(database), async (mirror) => {
    return await holdMoment(mirror.sqlite, async () => {
      const said = countContent(mirror.sqlite);
      // Rows that a redaction has deleted are still in the pages of a file that could not be rewritten yet.
      const hasRemnants = listPendingRedactions(mirror).length > 0;
      if (earlier === null) await copyDatabase(mirror.sqlite, partial, signal);
      else await earlier.write(mirror, partial, signal);
      const note = {
        source: toSource(database, folder),
        takenAt,
        takenBy,
        lastRun: earlier === null ? said.lastRun : earlier.runId,
        isComplete: holdsEveryList(mirror),
        asOfRun: earlier?.runId ?? null,
      };
      finishCopy(partial, { note, hasRemnants });
      if (earlier === null) compareContent(said, checkCopy(partial), partial);
      else checkCopy(partial);
      const isForReaders = earlier === null && (note.isComplete || holdsAllThatCanBeHad(mirror));
      return { note, isForReaders };
    });
  });
}

/** Two snapshots of one second, or of two mirrors of one name, get two names. */
function moveToFreeName(partial: string, folder: string, { database, takenAt }: SnapshotRequest): string {
  for (let copy = 1; ; copy++) {
    const path = join(folder, toSnapshotName(database, takenAt, copy));
    try {
      moveIntoPlace(partial, path, { mustBeNew: true });
      return path;
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST' || copy === 1000) throw thrown;
    }
  }
}

interface Rotation {
  readonly folder: string;
  readonly retention: Retention;
  /** Whether copies that do not say who took them count too: only where a person asks for it. */
  readonly unmarked: boolean;
}

/**
 * Takes a snapshot, then removes those that are not to be kept. Where there is no room, those that are not to be kept
 * even without the new one make room first.
 */
export async function takeAndRotate(
  request: SnapshotRequest,
  { folder, retention, unmarked }: Rotation,
  take: (request: SnapshotRequest) => Promise<TakenSnapshot> = takeSnapshot,
): Promise<{ readonly taken: TakenSnapshot; readonly removed: readonly Snapshot[] }> {
  const { database, takenAt: now } = request;
  const early: Snapshot[] = [];
  const taken = await take({
    ...request,
    makeRoom: (isEnough) => {
      const removable = listRemovable(listSnapshots(database, folder), { retention, now, unmarked });
      for (const one of removable.toReversed()) {
        if (isEnough()) return;
        rmSync(one.path);
        early.push(one);
      }
    },
  });
  const later = removeOldSnapshots(database, folder, { retention, now, unmarked, justTaken: taken });
  return { taken, removed: [...early, ...later] };
}
