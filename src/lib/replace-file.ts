import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from './system-errors.ts';
import { type Ownership, describeOddFile, giveTo, takeAfter } from './files.ts';

/*
 * Writes files safely: into a new file with an unpredictable name, created exclusively so that no existing link is
 * followed; then to the disk; then moved into place in one step. If the process dies, the old file is unchanged.
 */

interface ReplaceOptions {
  /**
   * The permissions of the file. Without it, a replaced file keeps its permissions, and a new one follows the umask.
   */
  readonly mode?: number;
  /** Throws EEXIST and changes nothing if the file exists. */
  readonly mustBeNew?: boolean;
  /** The file whose owner a new file gets, if this process may change the owner. */
  readonly belongsWith?: string;
}

/**
 * Writes a whole file: a reader sees the old content or the new content, never a part. Replaces a symbolic link instead
 * of following it. Keeps the owner and permissions of the replaced file. Refuses to replace anything that is not a
 * regular file: a device, a named pipe, a folder, or a link to one.
 */
export function replaceFile(
  path: string,
  data: string | Uint8Array,
  { mode, mustBeNew = false, belongsWith }: ReplaceOptions = {},
): void {
  const odd = mustBeNew ? null : describeOddFile(path);
  if (odd !== null) throw new Error(`it is ${odd}, which is not replaced`);
  const old = findOwnership(path);
  const exactMode = mode ?? (old === undefined ? undefined : old.mode & 0o777);
  const temp = createTempFile(path, exactMode === undefined ? 0o666 : 0o600, data);
  try {
    const owner = old ?? (belongsWith === undefined ? undefined : findOwnership(belongsWith));
    if (exactMode !== undefined) takeAfter(temp, { ...(owner ?? lstatSync(temp)), mode: exactMode });
    else if (owner !== undefined) giveTo(temp, owner);
    moveIntoPlace(temp, path, { mustBeNew });
  } finally {
    rmSync(temp, { force: true });
  }
}

/**
 * Creates a file beside `path` with an unpredictable name, which it returns. Only its owner can read it unless `mode`
 * says otherwise. First removes what dead processes left of the same file.
 */
export function createTempFile(path: string, mode = 0o600, data: string | Uint8Array = ''): string {
  removeStaleTempFiles(path);
  const temp = toTempPath(path);
  createNewFile(temp, mode, data);
  return temp;
}

/**
 * Creates a file and writes it through the same handle, so that no link is followed. Throws EEXIST if anything exists
 * there, a symbolic link included.
 */
export function createNewFile(path: string, mode: number, data: string | Uint8Array = ''): void {
  const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, mode);
  try {
    writeFileSync(file, data);
  } catch (thrown) {
    rmSync(path, { force: true });
    throw thrown;
  } finally {
    closeSync(file);
  }
}

function toRandomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
}

function toTempPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${toRandomHex(8)}.tmp`);
}

/** Writes a finished file to the disk and gives it its name in one step. */
export function moveIntoPlace(temp: string, path: string, { mustBeNew = false } = {}): void {
  syncFile(temp);
  if (mustBeNew) linkNew(temp, path);
  else renameSync(temp, path);
  syncFolder(dirname(path));
}

/** Waits until the content of a file is on the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Not every system lets a folder be opened or written out; there it keeps its names in its own way. */
const NO_FOLDER_SYNC = new Set(['EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EPERM']);

/** Waits until the names in a folder are on the disk: a rename can otherwise be undone by a power cut. */
export function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (thrown) {
    if (!NO_FOLDER_SYNC.has(codeOf(thrown))) throw thrown;
  }
}

/** A file system without hard links cannot give a name only where there is none; there the check comes just before. */
function linkNew(temp: string, path: string): void {
  try {
    linkSync(temp, path);
    rmSync(temp);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') throw thrown;
    if (isThere(path)) throw Object.assign(new Error(`EEXIST: ${path} exists`), { code: 'EEXIST' });
    renameSync(temp, path);
  }
}

const STALE_MS = 3_600_000;

/** Removes what processes that died have left of this file; a write takes moments, so what is an hour old is nobody's. */
function removeStaleTempFiles(path: string): void {
  const start = `.${basename(path)}.`;
  let names: string[];
  try {
    names = readdirSync(dirname(path));
  } catch (thrown) {
    if (codeOf(thrown) === 'EACCES') return; // a folder in which one may write, and not look
    throw thrown;
  }
  for (const name of names) {
    if (!name.startsWith(start) || !/^[0-9a-f]{16}\.tmp$/.test(name.slice(start.length))) continue;
    const found = lstatSync(join(dirname(path), name), { throwIfNoEntry: false });
    if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS)
      rmSync(join(dirname(path), name), { force: true });
  }
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Owner and permissions of a file; those behind a link are another file's. */
function findOwnership(path: string): Ownership | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found : undefined;
}

/*
 * Linux exchanges two names in one step (renameat2 with RENAME_EXCHANGE), so that a name always leads to the old folder or to
 * the new one. Node has no function for it. New versions of `mv` have an option, and perl, which almost every system has,
 * can make any system call.
 */

/** The number of renameat2 by kind of processor. */
const RENAMEAT2: Readonly<Partial<Record<string, number>>> = {
  x64: 316,
  arm64: 276,
  riscv64: 276,
  ppc64: 357,
  s390x: 347,
};

const PERL =
  'my ($call, $one, $other) = @ARGV; exit(syscall($call + 0, -100, $one, -100, $other, 2) == 0 ? 0 : 1)';

/** Exchanges two folders in one step. Returns false, with nothing changed, where that is not possible. */
export function exchangeFolders(one: string, other: string): boolean {
  if (process.platform !== 'linux') return false;
  const call = RENAMEAT2[process.arch];
  if (call !== undefined && succeeds('perl', ['-e', PERL, String(call), one, other])) return true;
  return succeeds('mv', ['--exchange', '--no-target-directory', '--', one, other]);
}

/** Neither command changes anything if it fails. */
function succeeds(command: string, args: readonly string[]): boolean {
  return (
    spawnSync(command, args, { stdio: 'ignore', env: { PATH: process.env.PATH, LC_ALL: 'C' } }).status === 0
  );
}
