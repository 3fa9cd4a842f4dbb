import { accessSync, constants, lstatSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MirrorError } from '../errors.ts';
import { toRealPath } from '../files/real-path.ts';
import { FILE_IN_FOLDER_HINT, MAKE_FOLDER_HINT, describeMissingFolder } from '../files/regular-file.ts';
import { moveIntoPlace } from '../files/replace-file.ts';
import { takeAfter } from '../files/take-after.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { holdsAllThatCanBeHad, holdsEveryList } from '../mirror/find-identity.ts';
import { listPendingRedactions } from '../mirror/finish-redactions.ts';
import { type Mirror, openMirrorReadOnly } from '../mirror/open-mirror.ts';
import type { SnapshotTaker } from '../mirror/schema.ts';
import { codeOf, wordsOf } from '../system-words.ts';
import { checkCopy, compareContent, countContent, finishCopy, nameKnownFile } from './check-copy.ts';
import { checkRoom, hasSecondNames } from './check-room.ts';
import type { Retention } from './choose-removed.ts';
import { copyDatabase, holdMoment } from './copy-database.ts';
import { updateLatest } from './latest-snapshot.ts';
import { type Snapshot, listRemovable, listSnapshots, removeOldSnapshots } from './list-snapshots.ts';
import { createPartialFile, removeDeadPartialFiles } from './partial-file.ts';
import { makeSnapshotFolder } from './snapshot-folder.ts';
import { toSnapshotName } from './snapshot-name.ts';
import { type SnapshotNote, toSource } from './snapshot-note.ts';

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
  const mirror = openMirrorReadOnly(database);
  try {
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
  } finally {
    mirror.close();
  }
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
