import { constants, copyFileSync, linkSync, lstatSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { moveIntoPlace } from '../files/replace-file.ts';
import { takeAfter } from '../files/take-after.ts';
import { checkRoom } from './check-room.ts';
import { createPartialFile } from './partial-file.ts';
import { toStem } from './snapshot-name.ts';
import { readIdentity, type SnapshotNote } from './snapshot-note.ts';

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
