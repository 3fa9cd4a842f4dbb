import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chooseKept, type Retention } from './choose-kept.ts';
import { parseSnapshotName } from './snapshot-name.ts';

export interface Snapshot {
  readonly path: string;
  readonly takenAt: Date;
  readonly bytes: number;
}

/** The snapshots of a database in a folder, the newest first. Files with other names are nobody's business. */
export function listSnapshots(database: string, folder: string): Snapshot[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const takenAt = parseSnapshotName(database, name);
      const path = join(folder, name);
      return takenAt === undefined ? [] : [{ path, takenAt, bytes: statSync(path).size }];
    })
    .toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
}

/** Deletes the snapshots that are not to be kept, and returns them. */
export function removeOldSnapshots(database: string, folder: string, retention: Retention): Snapshot[] {
  const snapshots = listSnapshots(database, folder);
  const kept = chooseKept(snapshots, retention);
  const old = snapshots.filter((one) => !kept.has(one));
  for (const { path } of old) rmSync(path);
  return old;
}
