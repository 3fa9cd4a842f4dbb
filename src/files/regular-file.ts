import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs';
import { codeOf } from '../system-words.ts';

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
  mostBytes: number,
  check: (found: Stats) => void = () => undefined,
): Buffer {
  refuseOdd(statSync(path));
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file); // it may be another file by now
    refuseOdd(found);
    check(found);
    if (found.size > mostBytes) throw new Error(`it holds more than ${mostBytes / 1e6} MB`);
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
