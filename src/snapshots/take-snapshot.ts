import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, MirrorError } from '../errors.ts';
import { moveIntoPlace } from '../files/replace-file.ts';
import { toRealPath } from '../files/real-path.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { holdsAllThatCanBeHad, holdsEveryList } from '../mirror/find-identity.ts';
import { listPendingRedactions } from '../mirror/finish-redactions.ts';
import { openMirrorReadOnly, type Mirror } from '../mirror/open-mirror.ts';
import type { SnapshotTaker } from '../mirror/schema.ts';
import { codeOf } from '../system-words.ts';
import { checkCopy, compareContent, countContent, finishCopy } from './check-copy.ts';
import { checkRoom } from './check-room.ts';
import { copyDatabase, holdMoment } from './copy-database.ts';
import { updateLatest } from './latest-snapshot.ts';
import type { Snapshot } from './list-snapshots.ts';
import { createPartialFile, removeDeadPartialFiles } from './partial-file.ts';
import { toSnapshotName } from './snapshot-name.ts';
import { toSource, type SnapshotNote } from './snapshot-note.ts';

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
}

/**
 * Copies a mirror, while others read it or write to it, into a file of its own that can be carried anywhere; it has its
 * name only when it is complete and has been opened. Fails with DISK_LOW, SNAPSHOT_EXISTS, SNAPSHOT_FAILED, a
 * DATABASE_... error or the signal's reason, and then leaves nothing behind.
 */
export async function takeSnapshot(request: SnapshotRequest): Promise<TakenSnapshot> {
  const { signal, to } = request;
  const database = toRealPath(request.database);
  const folder = 'folder' in to ? to.folder : dirname(to.file);
  const first = 'folder' in to ? join(folder, toSnapshotName(request.database, request.takenAt)) : to.file;
  try {
    mkdirSync(folder, { recursive: true });
    removeDeadPartialFiles(folder);
    checkRoom(database, folder, request.makeRoom);
    const partial = createPartialFile(first);
    try {
      const { note, isForReaders } = await writeCopy(database, partial.path, folder, request);
      chmodSync(partial.path, statSync(database).mode & 0o777);
      const path = 'folder' in to ? moveToFreeName(partial.path, folder, request) : to.file;
      if ('file' in to) moveIntoPlace(partial.path, path, { mustBeNew: true });
      const latest = 'folder' in to && isForReaders ? updateLatest(path, folder, note) : null;
      return { path, takenAt: note.takenAt, bytes: statSync(path).size, owner: 'this', note, latest };
    } finally {
      partial.release();
    }
  } catch (thrown) {
    signal.throwIfAborted();
    if (codeOf(thrown) === 'EEXIST')
      throw new MirrorError('SNAPSHOT_EXISTS', `There is a file ${first} already.`, { cause: thrown });
    const error = toDatabaseError(thrown, database);
    if (error instanceof MirrorError) throw error;
    throw new MirrorError('SNAPSHOT_FAILED', `No snapshot in ${folder}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
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
