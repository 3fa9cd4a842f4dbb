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

/** The maximum number of links in a chain, as in Linux. */
const MAX_LINKS = 40;

/**
 * Resolves all symbolic links. Unlike `realpathSync`, it also resolves a link to a file that does not exist yet, so a
 * file has the same name before and after it is created.
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

/** The folders in which Linux and macOS show the open files of a process. */
const OPEN_FILES =
  /^\/(?:dev\/fd|proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?\/fd)\/|^\/dev\/std(?:in|out|err)$/;

/** Whether a path leads through links to an open file of a process, such as /dev/stdout. */
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

/** If this user cannot read the folder, the path counts as no link; opening it then reports the error. */
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
    return folder; // It does not exist; opening it reports the error.
  }
}

/*
 * Opening a file that is not regular can block forever (a named pipe), have an effect (a device) or never end
 * (/dev/zero). So every path from outside is checked before it is opened.
 */

/**
 * The kind of a path that is not a regular file, such as "a named pipe"; null for a regular file and for an
 * inaccessible path.
 */
export function describeOddFile(path: string): string | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? null : describeKind(found);
  } catch {
    return null; // Inaccessible to this user; opening it reports the error.
  }
}

/** The same for the result of `stat`. */
export function describeKind(found: Stats): string | null {
  if (found.isFile()) return null;
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}

/** Why no file can be created in a folder, such as "there is no folder /a/b"; null if there is no known obstacle. */
export function describeMissingFolder(folder: string): string | null {
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return null;
    return found === undefined ? `there is no folder ${folder}` : `${folder} is not a folder`;
  } catch (thrown) {
    return codeOf(thrown) === 'ENOTDIR' ? `there is no folder ${folder}` : null;
  }
}

/** The hint for a missing folder. The program never creates it, because the path may be misspelled. */
export const MAKE_FOLDER_HINT = 'Create the folder first, or name a file in one that exists.';

/** The hint if a folder is given instead of a file. */
export const FILE_IN_FOLDER_HINT = 'Name a file in it.';

/**
 * Reads a regular file of at most `maxBytes`, after `check` has accepted it. Throws the error of the system, or one
 * whose message completes "it cannot be read:".
 */
export function readRegularFile(
  path: string,
  maxBytes: number,
  check: (found: Stats) => void = () => undefined,
): Buffer {
  refuseOdd(statSync(path));
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file); // The path may lead to another file by now.
    refuseOdd(found);
    check(found);
    if (found.size > maxBytes) throw new Error(`it is larger than ${maxBytes / 1e6} MB`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function refuseOdd(found: Stats): void {
  const kind = describeKind(found);
  if (kind !== null) throw new Error(`it is ${kind}, not a regular file`);
}

const SQLITE_HEADER = Buffer.from('SQLite format 3\0');
const SQLITE_HEADER_BYTES = 100;

/** The start of an SQLite database, up to the bytes that describe its format; null for any other file. */
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

/** The number of bytes that this user can still write to a folder. Throws the error of the system. */
export function findFreeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const CHUNK_BYTES = 1_048_576;

/** Whether two regular files are the same file or have the same bytes. Reads up to the first difference. */
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

/** The number of bytes read. */
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

/** Owner and permissions, as returned by `stat`. */
export type Ownership = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/**
 * Gives a file that this process created the owner and permissions of another one, as far as allowed. Root can change
 * the owner, so a mirror written with `sudo` keeps its owner; others can at most change the group.
 */
export function takeAfter(path: string, model: Ownership): void {
  inOwnFile(path, (file) => {
    changeOwner(file, model);
    fchmodSync(file, model.mode & 0o777);
  });
}

/** The same for the owner alone. */
export function giveTo(path: string, model: Ownership): void {
  inOwnFile(path, (file) => {
    const { mode } = fstatSync(file);
    if (changeOwner(file, model)) fchmodSync(file, mode & 0o777); // Some systems clear permissions when the owner changes.
  });
}

/** A link in place of the file, and a file with a second name, are left unchanged. */
function inOwnFile(path: string, use: (file: number) => void): void {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (found.isDirectory() || (found.isFile() && found.nlink === 1)) use(file);
  } finally {
    closeSync(file);
  }
}

/** If changing the owner is not allowed, or the file system has no owners, the creator owns the file. */
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

/** Tells a file from one that takes its name; empty if there is none. */
export function identifyFile(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '' : `${found.dev} ${found.ino}`;
}
