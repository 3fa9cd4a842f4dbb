import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, type Stats } from 'node:fs';

/** Owner and permissions, as `stat` tells them. */
export type Ownership = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/**
 * Gives a file that this process has made the owner and the permissions of another one, as far as it may: root gives it
 * away, so that `sudo` leaves nobody a mirror that is no longer theirs; others can at most choose the group.
 */
export function takeAfter(path: string, model: Ownership): void {
  inOwnFile(path, (file) => {
    changeOwner(file, model);
    fchmodSync(file, model.mode & 0o777);
  });
}

/** The same of the owner alone. */
export function giveTo(path: string, model: Ownership): void {
  inOwnFile(path, (file) => {
    const { mode } = fstatSync(file);
    if (changeOwner(file, model)) fchmodSync(file, mode & 0o777); // some systems take permissions away with the owner
  });
}

/** A link that somebody laid in the place of the file, and a second name of a file of theirs, are left alone. */
function inOwnFile(path: string, use: (file: number) => void): void {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (found.isDirectory() || (found.isFile() && found.nlink === 1)) use(file);
  } finally {
    closeSync(file);
  }
}

/** Where it is not allowed, or the file system has no owners, the file belongs to whoever made it. */
function changeOwner(file: number, { uid, gid }: Ownership): boolean {
  const found = fstatSync(file);
  if (process.getuid === undefined || (found.uid === uid && found.gid === gid)) return false;
  if (found.uid !== process.geteuid?.()) return false;
  return [uid, UNCHANGED].some((owner) => {
    try {
      fchownSync(file, owner, gid);
      return true;
    } catch {
      return false;
    }
  });
}

const UNCHANGED = -1;
