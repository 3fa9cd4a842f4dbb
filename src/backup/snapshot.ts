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

/** The path at which readers always find the newest complete snapshot. */
const LATEST_NAME = 'latest.db';

/** The possible names of the newest snapshot: the second one is used if the first belongs to another mirror. */
export const toLatestNames = (source: string): readonly string[] => [
  LATEST_NAME,
  `${toStem(source)}-${LATEST_NAME}`,
];

/**
 * Makes the stable name refer to a snapshot. Replaces it in one step, so a reader that has the old file open keeps it.
 * Leaves alone a file that belongs to another mirror, or that this program did not write. Returns the name, or null.
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

/** Creates a copy that shares its blocks; if that is not possible a hard link, and otherwise a copy. */
function replaceBySame(snapshot: string, path: string): void {
  const partial = createPartialFile(path); // if this process dies, the next snapshot removes it
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
      rmSync(to, { force: true }); // this file system does not support it
    }
  }
  checkRoom(from, dirname(to));
  copyFileSync(from, to, COPYFILE_EXCL | COPYFILE_FICLONE);
  takeAfter(to, statSync(from));
}

/** Writes a rebuilt earlier state to an empty file. */
export interface EarlierState {
  readonly runId: number;
  readonly write: (mirror: Mirror, path: string, signal: AbortSignal) => Promise<void>;
}

export interface SnapshotRequest {
  readonly database: string;
  /** The folder of the snapshots, or the file to write. */
  readonly to: { readonly folder: string } | { readonly file: string };
  readonly takenAt: Date;
  readonly takenBy: SnapshotTaker;
  readonly signal: AbortSignal;
  /** Whether the copy includes the texts of documents; a state as of an earlier run never does. Default: true. */
  readonly withTexts?: boolean;
  /** Null for the present state. */
  readonly earlier?: EarlierState | null;
  /** Called if there is too little disk space, before that becomes an error. */
  readonly makeRoom?: (isEnough: () => boolean) => void;
}

export interface TakenSnapshot extends Snapshot {
  readonly note: SnapshotNote;
  /** The stable path, if it now refers to this snapshot. */
  readonly latest: string | null;
  /** LATEST_FAILED if the stable path should refer to this snapshot and does not. The snapshot itself is complete. */
  readonly latestFailure: MirrorError | null;
}

/**
 * Copies a mirror to a separate, portable file while other processes read or write the mirror. The file gets its name
 * only after it is complete and has been opened. Fails with DISK_LOW, SNAPSHOT_EXISTS, SNAPSHOT_FAILED,
 * SNAPSHOTS_UNUSABLE, a DATABASE_... error or the signal's reason; it then leaves no file behind.
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
    openMirrorReadOnly(database).close(); // a file that is not a mirror is rejected before anything is created
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

/** Checks the target before anything is copied. Fails with SNAPSHOT_EXISTS or SNAPSHOT_FAILED. */
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
  return new MirrorError('SNAPSHOT_EXISTS', `The file ${file} already exists.`, { cause });
}

const NO_LATEST = { latest: null, latestFailure: null };

/** The snapshot already has its name, so a failure of the stable copy does not affect it. */
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
  { earlier = null, signal, takenAt, takenBy, withTexts = true }: SnapshotRequest,
): Promise<{ readonly note: SnapshotNote; readonly isForReaders: boolean }> {
  return closing(openMirrorReadOnly(database), async (mirror) => {
    return await holdMoment(mirror.sqlite, async () => {
      const said = countContent(mirror.sqlite);
      // The pages of a file that could not be rewritten yet still contain rows that a redaction deleted.
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
      finishCopy(partial, { note, hasRemnants, withTexts });
      if (earlier === null) compareContent(said, checkCopy(partial), partial);
      else checkCopy(partial);
      const isForReaders = earlier === null && (note.isComplete || holdsAllThatCanBeHad(mirror));
      return { note, isForReaders };
    });
  });
}

/** Returns a free name: two snapshots can have the same second, and two mirrors the same name. */
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
  /** Whether copies without the name of their creator are included: only if a user asks for it. */
  readonly unmarked: boolean;
}

/**
 * Takes a snapshot, then removes the expired ones. If there is too little disk space, first removes those that are
 * expired even without the new one.
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
