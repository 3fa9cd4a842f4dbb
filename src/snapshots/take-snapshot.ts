import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, MirrorError } from '../errors.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { openMirrorReadOnly } from '../mirror/open-mirror.ts';
import { countContent, finishCopy } from './check-copy.ts';
import type { Snapshot } from './list-snapshots.ts';
import { toSnapshotName } from './snapshot-name.ts';

/** Pages copied at a time: some megabytes, after which others have their turn, and a stop is heard. */
const PAGES_A_STEP = 2_000;

/**
 * Copies a mirror, while others read it or write to it, into a file of its own that can be carried anywhere; it has its
 * name only when it is complete and has been opened. Fails with DISK_LOW, SNAPSHOT_FAILED, a DATABASE_... error or the
 * signal's reason, and then leaves nothing behind.
 */
export async function takeSnapshot(
  database: string,
  folder: string,
  takenAt: Date,
  signal: AbortSignal,
): Promise<Snapshot> {
  const path = join(folder, toSnapshotName(database, takenAt));
  const partial = `${path}.partial`;
  try {
    mkdirSync(folder, { recursive: true });
    await checkRoom(database, folder);
    await copy(database, partial, signal);
    finishCopy(partial);
    compareContent(database, partial);
    chmodSync(partial, statSync(database).mode & 0o777);
    renameSync(partial, path);
    return { path, takenAt, bytes: statSync(path).size };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toDatabaseError(thrown, database);
    if (error instanceof MirrorError) throw error;
    throw new MirrorError('SNAPSHOT_FAILED', `No snapshot in ${folder}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  } finally {
    for (const left of [partial, `${partial}-journal`, `${partial}-wal`, `${partial}-shm`])
      if (existsSync(left)) rmSync(left);
  }
}

async function copy(database: string, target: string, signal: AbortSignal): Promise<void> {
  const { sqlite, close } = openMirrorReadOnly(database);
  try {
    await sqlite.backup(target, {
      progress: () => {
        signal.throwIfAborted();
        return PAGES_A_STEP;
      },
    });
  } finally {
    close();
  }
}

/** A disk that a snapshot would fill would leave no room for the next night. */
async function checkRoom(database: string, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = sizeOf(database) + sizeOf(`${database}-wal`);
  if (bavail * bsize < needed * 1.1)
    throw new MirrorError(
      'DISK_LOW',
      `A snapshot takes ${Math.ceil(needed / 1e6)} MB, and ${folder} has ${Math.floor((bavail * bsize) / 1e6)} MB left.`,
    );
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** The mirror may have gone on meanwhile; what the copy holds must have been its state, so it can only hold less. */
function compareContent(database: string, copied: string): void {
  const [now, then] = [countContent(database), countContent(copied)];
  if (then.cases > now.cases || (then.lastRun ?? 0) > (now.lastRun ?? 0))
    throw new MirrorError('SNAPSHOT_FAILED', 'The copy holds what the mirror does not.');
}
