import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MirrorError } from '../../errors/mirror-error.ts';
import { giveTo, takeAfter, toRealPath } from '../../lib/files.ts';
import { createNewFile, moveIntoPlace, syncFolder } from '../../lib/replace-file.ts';
import { wordsOf } from '../../lib/system-errors.ts';
import type { Mirror } from '../open-mirror.ts';
import { isFileUsed } from './files.ts';

/*
 * The files of documents lie beside the mirror: `<database>.files/<first two hex digits>/<SHA-256>.pdf`. A file is written under
 * `partial/`, and moved when it is whole; its row is committed after that. So a process that dies leaves a partial file or a
 * file without a row, never a row without its file. The next writer removes both.
 */

const PARTIAL = 'partial';
const NAME = /^([0-9a-f]{2})[0-9a-f]{62}\.pdf$/;

export const toFilesFolder = (database: string): string => `${toRealPath(database)}.files`;

export const toFilePath = (folder: string, hash: string): string =>
  join(folder, hash.slice(0, 2), `${hash}.pdf`);

/** Creates the folder for partial files if it does not exist, and an empty partial file. Returns its path. */
export function createPartialFile(database: string, documentId: number): string {
  const folder = toFilesFolder(database);
  const path = join(folder, PARTIAL, `${documentId}.part`);
  return inStore(path, () => {
    makeFolder(folder, database);
    makeFolder(join(folder, PARTIAL), database);
    rmSync(path, { force: true });
    createNewFile(path, 0o600);
    return path;
  });
}

/** Moves a whole partial file to its place. An equal file that lies there is replaced by it. */
export function keepFile(database: string, partial: string, hash: string): void {
  const folder = toFilesFolder(database);
  const path = toFilePath(folder, hash);
  inStore(path, () => {
    makeFolder(join(folder, hash.slice(0, 2)), database);
    const model = statSync(toRealPath(database));
    takeAfter(partial, { uid: model.uid, gid: model.gid, mode: model.mode & 0o666 });
    moveIntoPlace(partial, path);
  });
}

function makeFolder(folder: string, database: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder);
  giveTo(folder, statSync(toRealPath(database)));
  syncFolder(join(folder, '..'));
}

export function removePartialFile(path: string): void {
  for (const one of [path, `${path}.decoded`]) rmSync(one, { force: true });
}

/** A file in the folder. */
export interface StoredFile {
  readonly path: string;
  /** According to its name; null if the program gives no file such a name. */
  readonly hash: string | null;
  readonly isPartial: boolean;
}

/** Lists what is in the folder of the files, one subfolder at a time; nothing if there is no folder. */
export function* listStoredFiles(folder: string): Generator<StoredFile, void> {
  if (!existsSync(folder)) return;
  for (const sub of readdirSync(folder).sort()) {
    const path = join(folder, sub);
    if (!lstatSync(path).isDirectory()) {
      yield { path, hash: null, isPartial: false };
      continue;
    }
    for (const name of readdirSync(path).sort()) {
      const isOwn = NAME.exec(name)?.[1] === sub;
      yield { path: join(path, name), hash: isOwn ? name.slice(0, 64) : null, isPartial: sub === PARTIAL };
    }
  }
}

/**
 * Removes partial files, and files that no document has: what a process that died left behind, and what a redaction has to remove.
 * Files with other names are left alone. Returns how many it removed. The caller holds the writer lock.
 */
export function removeStrayFiles(mirror: Mirror): number {
  const folder = toFilesFolder(mirror.path);
  let removed = 0;
  inStore(folder, () => {
    for (const { path, hash, isPartial } of listStoredFiles(folder)) {
      if (!isPartial && (hash === null || isFileUsed(mirror, hash))) continue;
      rmSync(path, { force: true });
      removed++;
      syncFolder(join(path, '..'));
    }
    for (const sub of existsSync(folder) ? readdirSync(folder) : [])
      if (/^[0-9a-f]{2}$/.test(sub)) removeIfEmpty(join(folder, sub));
  });
  return removed;
}

function removeIfEmpty(folder: string): void {
  if (lstatSync(folder).isDirectory() && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Removes the file with this hash if no document has it any more. */
export function removeUnusedFile(mirror: Mirror, hash: string): void {
  if (isFileUsed(mirror, hash)) return;
  const path = toFilePath(toFilesFolder(mirror.path), hash);
  inStore(path, () => {
    rmSync(path, { force: true });
  });
}

function inStore<Result>(path: string, use: () => Result): Result {
  try {
    return use();
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    throw new MirrorError('FILE_UNWRITABLE', `${path} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}
