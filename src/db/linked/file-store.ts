import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MirrorError } from '../../errors/mirror-error.ts';
import { renderPlural } from '../../lib/layout.ts';
import { giveTo, takeAfter, toRealPath } from '../../lib/files.ts';
import { createNewFile, moveIntoPlace, syncFolder } from '../../lib/replace-file.ts';
import { wordsOf } from '../../lib/system-errors.ts';
import type { Mirror } from '../open-mirror.ts';
import { ALL_DOCUMENTS } from './downloads.ts';
import {
  type FileSums,
  type FileTerms,
  forgetDroppedFile,
  isFileUsed,
  listDroppedFiles,
  listFileHashes,
  measureFiles,
} from './files.ts';
import {
  type HeldHost,
  type Selectable,
  type SortedFiles,
  listPausedHosts,
  sortFiles,
  summarizeMissing,
} from './due-files.ts';
import { type FilePassRow, findNewestPass } from './passes.ts';

/*
 * The files of documents lie beside the mirror: `<database>.files/<first two hex digits>/<SHA-256>.pdf`. A file is written under
 * `partial/`, and moved when it is whole; its row is committed after that. So a process that dies leaves a partial file or a
 * file without a row, never a row without its file. Which files the next writer removes is on record (`mirror_dropped_files`)
 * before they are dropped or moved; any other file is kept, for example one that a document had before an older snapshot was restored.
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
 * What lies where the folder of the files should: nothing, a link that leads nowhere (a disk that is not mounted), a folder
 * with none of the mirror's files (likewise), or the folder that the mirror filled, which has the subfolder of partial files or a
 * file that a document has.
 */
export type FolderState = 'absent' | 'dangling' | 'empty' | 'filled';

function judgeFolder(mirror: Mirror): FolderState {
  const folder = toFilesFolder(mirror.path);
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return 'absent';
  if (!existsSync(folder)) return 'dangling';
  const isKnown =
    existsSync(join(folder, PARTIAL)) ||
    listFileHashes(mirror).some((hash) => existsSync(toFilePath(folder, hash)));
  return isKnown ? 'filled' : 'empty';
}

const WHY_NOT_FILLED = {
  absent: 'does not exist',
  dangling: 'is a link that leads nowhere',
  empty: 'has none of them',
} as const;

/**
 * Makes sure that the folder is the one that the mirror filled, if the mirror stored any file, so that nothing is decided by a disk
 * that is not mounted. Throws FILES_MISSING. With `isAccepted`, a new folder begins in its place.
 */
export function proveFolder(mirror: Mirror, isAccepted: boolean): void {
  const state = judgeFolder(mirror);
  const { path } = mirror;
  const folder = toFilesFolder(path);
  const stored = listFileHashes(mirror).length;
  if (state === 'filled') return;
  if (state === 'dangling' || (stored > 0 && !isAccepted))
    throw new MirrorError(
      'FILES_MISSING',
      `The mirror stored ${renderPlural(stored, 'file')} of documents, but ${folder} ${WHY_NOT_FILLED[state]}.`,
    );
  inStore(folder, () => {
    makeFolder(folder, path);
    makeFolder(join(folder, PARTIAL), path);
  });
}

/**
 * Removes partial files, and the files that are on record as dropped and that no document has: what a process that died left behind,
 * what was replaced, and what a redaction has to remove. Any other file is left alone. Without the folder, the record stays
 * until the folder is there. The caller holds the writer lock. Throws FILES_MISSING if a link
 * leads nowhere, or if the folder has none of the mirror's files.
 */
export function removeDroppedFiles(mirror: Mirror): void {
  const folder = toFilesFolder(mirror.path);
  const dropped = listDroppedFiles(mirror);
  const state = judgeFolder(mirror);
  if (state === 'absent' || (state !== 'filled' && dropped.length === 0)) return;
  if (state !== 'filled')
    throw new MirrorError(
      'FILES_MISSING',
      `${renderPlural(dropped.length, 'file')} cannot be removed: ${folder} ${WHY_NOT_FILLED[state]}.`,
    );
  inStore(folder, () => {
    const partial = join(folder, PARTIAL);
    if (existsSync(partial))
      for (const name of readdirSync(partial)) rmSync(join(partial, name), { force: true });
    for (const hash of dropped) {
      if (!isFileUsed(mirror, hash)) removeFile(folder, hash);
      forgetDroppedFile(mirror, hash);
    }
  });
}

/** Removes a file, and its subfolder if nothing else is there, so that it does not come back after a loss of power. */
function removeFile(folder: string, hash: string): void {
  const path = toFilePath(folder, hash);
  const sub = join(path, '..');
  rmSync(path, { force: true });
  if (!existsSync(sub)) return;
  syncFolder(sub);
  removeIfEmpty(sub);
}

/** The hashes of the stored files that are not in the folder. */
function listMissingFiles(mirror: Mirror): string[] {
  const there = new Set<string>();
  for (const { hash } of listStoredFiles(toFilesFolder(mirror.path))) if (hash !== null) there.add(hash);
  return listFileHashes(mirror).filter((hash) => !there.has(hash));
}

/** How many files in the folder no document has, and nothing dropped. */
export function countUnknownFiles(mirror: Mirror): number {
  const known = new Set([...listFileHashes(mirror), ...listDroppedFiles(mirror)]);
  let unknown = 0;
  for (const { hash } of listStoredFiles(toFilesFolder(mirror.path)))
    if (hash !== null && !known.has(hash)) unknown++;
  return unknown;
}

function removeIfEmpty(folder: string): void {
  if (lstatSync(folder).isDirectory() && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Removes the file with this hash, which a document had, if none has it any more. */
export function removeUnusedFile(mirror: Mirror, hash: string): void {
  const folder = toFilesFolder(mirror.path);
  inStore(toFilePath(folder, hash), () => {
    if (!isFileUsed(mirror, hash)) removeFile(folder, hash);
    forgetDroppedFile(mirror, hash);
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

/** What is known of all files, and the newest pass over them. */
export interface FileState {
  readonly stored: FileSums;
  /** Stored files that are not in the folder, and the documents that have them. */
  readonly missing: number;
  readonly missingOf: Selectable;
  /** All files, and the due ones by their hosts; null if no file was ever requested. */
  readonly sorted: SortedFiles | null;
  /** The hosts that requested a pause. */
  readonly pausedHosts: readonly HeldHost[];
  readonly pass: FilePassRow | null;
}

export function findFilesState(mirror: Mirror, terms: FileTerms): FileState {
  const pass = findNewestPass(mirror, 'files');
  const paused = new Map(listPausedHosts(mirror, terms.now).map((one) => [one.host, one]));
  const sorted = pass === null ? null : sortFiles(mirror, ALL_DOCUMENTS, terms, (host) => paused.has(host));
  const missing = listMissingFiles(mirror);
  return {
    stored: measureFiles(mirror),
    missing: missing.length,
    missingOf: summarizeMissing(mirror, missing),
    sorted,
    pausedHosts: [...paused.values()].map((one) => ({ ...one, documents: sorted?.held.get(one.host) ?? 0 })),
    pass,
  };
}
