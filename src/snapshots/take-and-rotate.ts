import { rmSync } from 'node:fs';
import type { Retention } from './choose-kept.ts';
import { listRemovable, listSnapshots, removeOldSnapshots, type Snapshot } from './list-snapshots.ts';
import { takeSnapshot, type SnapshotRequest, type TakenSnapshot } from './take-snapshot.ts';

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
