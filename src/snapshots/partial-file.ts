import { lstatSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { createNewFile } from '../files/replace-file.ts';
import { isWriterLockHeld, takeWriterLock } from '../mirror/writer-lock.ts';
import { listNames } from './snapshot-folder.ts';

/** A copy that is being made. Its maker holds a lock on it for as long as it lives. */
export interface PartialFile {
  readonly path: string;
  /** Removes what is left of it. */
  release(): void;
}

/* `NAME.0123456789abcdef.partial`, with the files of SQLite and the lock beside it; earlier versions had no random part and no lock. */
const PARTIAL = /^(?:.+\.[0-9a-f]{16}|.+-\d{8}T\d{6}Z\.db)\.partial$/;
const ENDINGS = ['', '-journal', '-wal', '-shm', '.before-upgrade', '.lock'] as const;

/** Creates an empty file beside `path`, under a name that nobody can guess. */
export function createPartialFile(path: string): PartialFile {
  const partial = join(dirname(path), `${basename(path)}.${randomBytes(8).toString('hex')}.partial`);
  const lock = takeWriterLock(partial);
  const release = (): void => {
    removeWithEndings(partial);
    lock.release();
  };
  try {
    createNewFile(partial, 0o600);
  } catch (thrown) {
    release();
    throw thrown;
  }
  return { path: partial, release };
}

/** Whether a file is a copy that is being made, by its name. */
export const isPartialName = (name: string): boolean => PARTIAL.test(name);

/** Removes the copies in a folder whose makers have died. */
export function removeDeadPartialFiles(folder: string): void {
  const names = listNames(folder);
  const found = names.flatMap((name) => {
    const ending = ENDINGS.findLast((one) => one !== '' && name.endsWith(one)) ?? '';
    const base = name.slice(0, name.length - ending.length);
    return PARTIAL.test(base) ? [base] : [];
  });
  for (const name of new Set(found)) {
    const path = join(folder, name);
    if (names.includes(name) || isOld(`${path}.lock`)) removeIfDead(path);
  }
}

function removeIfDead(path: string): void {
  if (!isWriterLockHeld(path)) removeWithEndings(path);
}

const A_MINUTE_MS = 60_000;

/** A lock alone belongs to a copy that is just beginning, or to one that ended by force. */
function isOld(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined || Date.now() - found.mtimeMs > A_MINUTE_MS;
}

function removeWithEndings(path: string): void {
  for (const ending of ENDINGS) {
    const found = lstatSync(`${path}${ending}`, { throwIfNoEntry: false });
    if (found?.isDirectory() === false) rmSync(`${path}${ending}`, { force: true });
  }
}
