import { randomBytes } from 'node:crypto';
import { type Stats, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { type WriterLock, takeWriterLock } from '../db/lock.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { describeKind, describeMissingFolder, toRealPath } from '../lib/files.ts';
import { exchangeFolders, syncFile, syncFolder } from '../lib/replace-file.ts';

/*
 * The folder of an export: built beside its place under another name, and moved there as a whole. A folder that is not an
 * export, or that holds a file of somebody else, is never replaced.
 */

export const SUMS = 'SHA256SUMS';
export const MANIFEST = 'manifest.json';
/** What a folder can be. The manifest says so, and a folder replaces only one of its own kind. */
export type FolderKind = 'export' | 'release';
/** The value of `kind` in a manifest, by which a folder of this program is recognized. */
export const toManifestKind = (kind: FolderKind): string => `clearinghouse-mirror ${kind}`;

export interface Place {
  /** The folder to write to. */
  readonly folder: string;
  /** Writes everything to the disk, and gives the folder its name. `check` runs in between, and may throw. */
  readonly swapIn: (check: () => void) => void;
  /** Removes what was not swapped in, and what was replaced. */
  readonly release: () => void;
}

/** Begins a folder beside `named`. Fails with EXPORT_REFUSED, LOCKED or the error of the system; then nothing is changed. */
export function openPlace(named: string, kind: FolderKind): Place {
  const path = toRealPath(named);
  const parent = dirname(path);
  const fault = describeMissingFolder(parent);
  if (fault !== null)
    throw refuse(named, `cannot be written: ${fault}`, 'Create the folder around it first.');
  if (parent === path) throw refuse(named, 'is the root of a file system');
  const lockPath = join(parent, `.${basename(path)}.export`);
  const lock = takeLock(lockPath, named);
  const release = (): void => {
    removeLeftovers(path);
    rmSync(`${lockPath}.lock`, { force: true });
    lock.release();
  };
  try {
    recover(path);
    checkReplaceable(path, named, kind);
    removeLeftovers(path);
    const folder = toBeside(path, 'partial');
    mkdirSync(folder);
    return {
      folder,
      release,
      swapIn(check) {
        for (const file of listFiles(folder)) syncFile(join(folder, file));
        for (const one of listFolders(folder)) syncFolder(one);
        checkReplaceable(path, named, kind);
        check();
        putInPlace(folder, path);
        syncFolder(parent);
      },
    };
  } catch (thrown) {
    release();
    throw thrown;
  }
}

function takeLock(lockPath: string, named: string): WriterLock {
  try {
    return takeWriterLock(lockPath);
  } catch (cause) {
    if (!(cause instanceof MirrorError)) throw cause;
    if (cause.code === 'LOCKED')
      throw new MirrorError('LOCKED', `Another export is writing to ${named}.`, {
        cause,
        hint: 'Wait until it has ended, or name another folder.',
      });
    throw refuse(named, `cannot be written: this user may not write to ${dirname(lockPath)}`);
  }
}

const toBeside = (path: string, ending: string): string =>
  join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.${ending}`);

function listBeside(path: string, ending: string): string[] {
  const start = `.${basename(path)}.`;
  return readdirSync(dirname(path))
    .filter(
      (name) =>
        name.startsWith(start) &&
        /^[0-9a-f]{16}\./.test(name.slice(start.length)) &&
        name.endsWith(`.${ending}`),
    )
    .filter((name) => name.length === start.length + 17 + ending.length)
    .map((name) => join(dirname(path), name));
}

/** Only the process that holds the lock writes beside the folder, so what is there was left by one that died. */
function removeLeftovers(path: string): void {
  for (const ending of ['partial', 'replaced'])
    for (const left of listBeside(path, ending)) rmSync(left, { recursive: true, force: true });
}

/** Puts back an export that was moved away by a process that died before it moved the new one into place. */
function recover(path: string): void {
  if (look(path) !== undefined) return;
  const [replaced] = listBeside(path, 'replaced');
  if (replaced !== undefined) renameSync(replaced, path);
}

function putInPlace(folder: string, path: string): void {
  const isThere = look(path) !== undefined && readdirSync(path).length > 0;
  if (!isThere) {
    renameSync(folder, path); // also replaces an empty folder, in one step
    return;
  }
  if (exchangeFolders(folder, path)) return;
  const replaced = toBeside(path, 'replaced');
  renameSync(path, replaced);
  renameSync(folder, path);
}

const look = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

function checkReplaceable(path: string, named: string, kind: FolderKind): void {
  const found = look(path);
  if (found === undefined) return;
  if (!found.isDirectory()) throw refuse(named, `is ${describeKind(found) ?? 'a file'}, not a folder`);
  const names = readdirSync(path);
  if (names.length === 0) return;
  const foreign = findForeign(path, kind);
  if (foreign !== null) throw refuse(named, foreign);
}

/** Why a folder is not an unchanged one of its kind; null if it is. */
function findForeign(path: string, kind: FolderKind): string | null {
  const expected = readExpected(path, kind);
  if (expected === null)
    return kind === 'export' ? 'is not empty and not an export' : 'is not empty and not a release';
  for (const file of listFiles(path)) {
    const bytes = expected.get(file);
    if (bytes === undefined) return `holds ${file}, which is not part of it`;
    const found = lstatSync(join(path, file));
    if (!found.isFile()) return `holds ${file}, which is ${describeKind(found) ?? 'no file'}`;
    if (bytes !== null && found.size !== bytes)
      return `holds ${file}, which was changed since it was written`;
  }
  return null;
}

/** The files of a folder, with the size of those that the manifest names. */
function readExpected(path: string, kind: FolderKind): Map<string, number | null> | null {
  try {
    const manifest = JSON.parse(readFileSync(join(path, MANIFEST), 'utf8')) as {
      readonly kind?: unknown;
      readonly files: readonly { readonly path: string; readonly bytes: number }[];
    };
    if (manifest.kind !== toManifestKind(kind)) return null;
    const names = readFileSync(join(path, SUMS), 'utf8')
      .split('\n')
      .map((line) => line.slice(66));
    return new Map<string, number | null>([
      ...[SUMS, ...names].map((name) => [name, null] as const),
      ...manifest.files.map((file) => [file.path, file.bytes] as const),
    ]);
  } catch {
    return null;
  }
}

/** The files below a folder, by their path in it with `/`, sorted by their bytes. Links count as files. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function listFolders(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .concat(folder);
}

function refuse(named: string, why: string, hint?: string): MirrorError {
  return new MirrorError('EXPORT_REFUSED', `${named} ${why}.`, { ...(hint !== undefined && { hint }) });
}
