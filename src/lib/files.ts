import {
  type Stats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  readlinkSync,
  realpathSync,
  statSync,
  statfsSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf } from './system-errors.ts';

/** As many links in a row as Linux follows. */
const MAX_LINKS = 40;

/**
 * The file behind all symbolic links. Unlike `realpathSync` it also follows a link to a file that does not exist yet, so
 * that a file has one name before it is created and afterwards.
 */
export function toRealPath(path: string): string {
  let current = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    const folder = realFolder(dirname(current));
    current = join(folder, basename(current));
    if (!isLink(current)) return current;
    current = resolve(folder, readlinkSync(current));
  }
  return current;
}

/** Where Linux and macOS show the open files of a process as if they were files. */
const OPEN_FILES =
  /^\/(?:dev\/fd|proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?\/fd)\/|^\/dev\/std(?:in|out|err)$/;

/** Whether a path leads, by whatever links, to a file that a process has open, such as /dev/stdout. */
export function leadsToStream(path: string): boolean {
  let current = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    if (OPEN_FILES.test(current)) return true;
    current = join(realFolder(dirname(current)), basename(current));
    if (OPEN_FILES.test(current)) return true;
    if (!isLink(current)) return false;
    current = resolve(dirname(current), readlinkSync(current));
  }
  return false;
}

/** What stands in a folder that this user may not look into is no link, as far as can be told; opening it says why. */
export function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder; // it does not exist: whoever opens a file there fails, and says so
  }
}

/*
 * To open what is no regular file may wait for ever (a named pipe), do something (a device) or never end (/dev/zero). So
 * whatever is opened by a name that comes from outside is looked at first.
 */

/** What a path leads to, where that is no regular file: "a named pipe". Null for a regular file and where nothing can be seen. */
export function describeOddFile(path: string): string | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? null : describeKind(found);
  } catch {
    return null; // nothing that this user may look at: opening it says why
  }
}

/** The same of what was looked at already. */
export function describeKind(found: Stats): string | null {
  if (found.isFile()) return null;
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}

/** Why no file can be created in a folder: "there is no folder /a/b". Null where there is one, as far as can be seen. */
export function describeMissingFolder(folder: string): string | null {
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return null;
    return found === undefined ? `there is no folder ${folder}` : `${folder} is no folder`;
  } catch (thrown) {
    return codeOf(thrown) === 'ENOTDIR' ? `there is no folder ${folder}` : null;
  }
}

/** What to do about a missing folder. A file that is named is never laid into a folder that has to be made first: it may be misspelt. */
export const MAKE_FOLDER_HINT = 'Create the folder first, or name a file in one that exists.';

/** What to do where a folder is named in the place of a file. */
export const FILE_IN_FOLDER_HINT = 'Name a file in it.';

/**
 * Reads a regular file of at most so many bytes, once `check` has nothing against what was opened. Fails with the error of
 * the system, or with one whose words follow "it cannot be read:".
 */
export function readRegularFile(
  path: string,
  maxBytes: number,
  check: (found: Stats) => void = () => undefined,
): Buffer {
  refuseOdd(statSync(path));
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file); // it may be another file by now
    refuseOdd(found);
    check(found);
    if (found.size > maxBytes) throw new Error(`it holds more than ${maxBytes / 1e6} MB`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function refuseOdd(found: Stats): void {
  const kind = describeKind(found);
  if (kind !== null) throw new Error(`it is ${kind}, and no regular file`);
}

const SQLITE_HEADER = Buffer.from('SQLite format 3\0');
const SQLITE_HEADER_BYTES = 100;

/** The first bytes of an SQLite database, up to those that say how it is written; null for any other file. */
export function readSqliteHeader(path: string): Buffer | null {
  if (describeOddFile(path) !== null) return null;
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const start = Buffer.alloc(SQLITE_HEADER_BYTES);
    readSync(file, start, 0, start.length, 0);
    return start.subarray(0, SQLITE_HEADER.length).equals(SQLITE_HEADER) ? start : null;
  } finally {
    closeSync(file);
  }
}

/** How many bytes this user may still write into a folder. Fails with the error of the system. */
export function findFreeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const CHUNK_BYTES = 1_048_576;

/** Whether two regular files are one, or hold the same bytes. Reads no further than the first difference. */
export function hasSameContent(one: string, other: string): boolean {
  return inFile(one, (a) => inFile(other, (b) => hasSameBytes(a, b)));
}

function hasSameBytes(a: number, b: number): boolean {
  const [first, second] = [fstatSync(a), fstatSync(b)];
  if (first.ino === second.ino && first.dev === second.dev) return true;
  if (first.size !== second.size) return false;
  const [left, right] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)];
  for (let at = 0; at < first.size; at += CHUNK_BYTES) {
    const bytes = Math.min(CHUNK_BYTES, first.size - at);
    if (readWhole(a, left, at, bytes) < bytes || readWhole(b, right, at, bytes) < bytes) return false;
    if (left.compare(right, 0, bytes, 0, bytes) !== 0) return false;
  }
  return true;
}

/** How many bytes could be read. */
function readWhole(file: number, into: Buffer, position: number, bytes: number): number {
  let done = 0;
  while (done < bytes) {
    const read = readSync(file, into, done, bytes - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

function inFile<Result>(path: string, use: (file: number) => Result): Result {
  const file = openSync(path, 'r');
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

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
