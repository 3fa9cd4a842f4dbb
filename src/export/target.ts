import { createHash, randomBytes } from 'node:crypto';
import {
  type Stats,
  createReadStream,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { listNamesIn } from '../db/leftovers.ts';
import { type WriterLock, takeWriterLock } from '../db/lock.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { quoteWord } from '../lib/command-line.ts';
import { describeKind, describeMissingFolder, toRealPath } from '../lib/files.ts';
import { findForeignInTables } from './delta/foreign.ts';
import { exchangeFolders, syncFile, syncFolder } from '../lib/replace-file.ts';

/*
 * The folder of an export: built beside its place under another name, and moved there as a whole. A folder that is not an
 * export, or in which a file was added, removed or changed, is never replaced.
 */

export const SUMS = 'SHA256SUMS';
export const MANIFEST = 'manifest.json';
/** What to do with a folder that an export must not replace. */
export const HINT_AT_OTHER = 'Name another folder, or delete this one first.';
/** What a folder can be. The manifest says so, and a folder replaces only one of its own kind. */
export type FolderKind = 'export' | 'release' | 'delta';
/** The value of `kind` in a manifest, by which a folder of this program is recognized. */
export const toManifestKind = (kind: FolderKind): string => `clearinghouse-mirror ${kind}`;

export interface Place {
  /** Where the folder gets its name. */
  readonly path: string;
  /** The folder to write to. */
  readonly folder: string;
  /** What the folder replaces; null if there is nothing. */
  readonly replaced: Replaced | null;
  /** Writes everything to the disk, and gives the folder its name. `check` runs in between, and may throw. */
  readonly swapIn: (check: () => void) => Promise<void>;
  /** Removes what was not swapped in, and what was replaced. */
  readonly release: () => void;
}

/** An earlier export or release that a new one replaces. */
export interface Replaced {
  readonly runId: number;
  readonly tables: number;
  /** What its manifest says. */
  readonly manifest: Manifest;
}

/** Says why the export of a manifest must not be replaced, to follow the name of its folder; null if it may be. */
type ExplainOther = (manifest: Manifest) => string | null;

/** Begins a folder beside `named`. Fails with EXPORT_REFUSED, LOCKED or the error of the system; then nothing is changed. */
export async function openPlace(
  named: string,
  kind: FolderKind,
  explainOther: ExplainOther = () => null,
): Promise<Place> {
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
    const replaced = await checkReplaceable(path, named, kind, explainOther);
    removeLeftovers(path);
    const folder = toBeside(path, 'partial');
    mkdirSync(folder);
    return {
      path,
      folder,
      replaced,
      release,
      async swapIn(check) {
        for (const file of listFiles(folder)) syncFile(join(folder, file));
        for (const one of listFolders(folder)) syncFolder(one);
        await checkReplaceable(path, named, kind, explainOther);
        check();
        putInPlace(folder, path);
        syncFolder(parent);
        // What was replaced is not kept as long as the folder is locked.
        removeLeftovers(path);
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
  return listNamesIn(dirname(path))
    .filter(
      (name) =>
        name.startsWith(start) &&
        /^[0-9a-f]{16}\./.test(name.slice(start.length)) &&
        name.endsWith(`.${ending}`),
    )
    .filter((name) => name.length === start.length + 17 + ending.length)
    .map((name) => join(dirname(path), name));
}

/** A folder that holds what was once read from a mirror. */
export interface ExportedFolder {
  readonly path: string;
  /** Whether a process that died left it, or one still writes it. Its name begins with a dot. */
  readonly isUnfinished: boolean;
  /** What the manifest says; null if there is none yet. */
  readonly manifest: Manifest | null;
}

const UNFINISHED = /^\..+\.[0-9a-f]{16}\.(?:partial|replaced)$/;

/** Finds the exports and releases in a folder, of any mirror, and those that were never finished. */
export function listExportedFolders(folder: string): ExportedFolder[] {
  return listNamesIn(folder)
    .filter((name) => look(join(folder, name))?.isDirectory() === true)
    .flatMap((name) => {
      const path = join(folder, name);
      const isUnfinished = UNFINISHED.test(name);
      const earlier = readEarlier(path);
      return isUnfinished || KINDS.has(earlier?.kind)
        ? [{ path, isUnfinished, manifest: earlier?.manifest ?? null }]
        : [];
    });
}

/** Whether a folder is an export, a release or a folder of Delta tables. */
export const isExportedFolder = (path: string): boolean => KINDS.has(readEarlier(path)?.kind);

/** What an export to a folder left beside it when it died, or still writes there. The next one to the folder removes it. */
export const listUnfinished = (path: string): string[] =>
  ENDINGS.flatMap((ending) => listBeside(path, ending));

const ENDINGS = ['partial', 'replaced'] as const;

/** Only the process that holds the lock writes beside the folder, so what is there was left by one that died. */
function removeLeftovers(path: string): void {
  for (const left of listUnfinished(path)) rmSync(left, { recursive: true, force: true });
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

/**
 * Finds what a new folder would replace. Fails with EXPORT_REFUSED unless it is an unchanged one of its kind that is not another, or empty.
 */
async function checkReplaceable(
  path: string,
  named: string,
  kind: FolderKind,
  explainOther: ExplainOther,
): Promise<Replaced | null> {
  const found = look(path);
  if (found === undefined) return null;
  if (!found.isDirectory()) throw refuse(named, `is ${describeKind(found) ?? 'a file'}, not a folder`);
  const names = readdirSync(path);
  if (names.length === 0) return null;
  const earlier = readEarlier(path);
  if (earlier?.kind !== toManifestKind(kind))
    throw refuse(named, `is not empty and not ${WITH_ARTICLE[kind]}`, hintAtOther(earlier?.kind, path));
  const isDelta = kind === 'delta';
  const foreign = isDelta ? findForeignInTables(path) : findForeign(path, earlier);
  const other = foreign === null ? explainOther(earlier.manifest) : null;
  if (other !== null) throw refuse(named, other, HINT_AT_OTHER);
  const fault = foreign ?? (isDelta ? null : await findChanged(path, earlier));
  if (fault !== null) throw refuse(named, fault, 'Move it away, or name another folder.');
  return { runId: earlier.runId, tables: earlier.tables, manifest: earlier.manifest };
}

const WITH_ARTICLE = {
  export: 'an export',
  release: 'a release',
  delta: 'a folder of Delta tables',
} as const satisfies Record<FolderKind, string>;

const COMMANDS = {
  export: (path) => `export ${path}`,
  release: (path) => `release ${path}`,
  delta: (path) => `export ${path} --format delta`,
} as const satisfies Record<FolderKind, (path: string) => string>;

const KINDS: ReadonlySet<unknown> = new Set((Object.keys(COMMANDS) as FolderKind[]).map(toManifestKind));

/** Names the command that replaces a folder of the other kind. */
function hintAtOther(kind: unknown, path: string): string | undefined {
  const other = (Object.keys(WITH_ARTICLE) as FolderKind[]).find((one) => toManifestKind(one) === kind);
  return other === undefined
    ? undefined
    : `It is ${WITH_ARTICLE[other]}: \`clearinghouse-mirror ${COMMANDS[other](quoteWord(path))}\` ${other === 'delta' ? 'adds to it' : 'replaces it'}. Or name another folder.`;
}

/** Why a folder does not have the files that it had when it was written; null if it has them. */
function findForeign(path: string, { sums, data }: Earlier): string | null {
  const files = listFiles(path);
  for (const file of files) {
    if (file !== SUMS && !sums.has(file)) return `holds ${file}, which is not part of it`;
    const found = lstatSync(join(path, file));
    if (!found.isFile()) return `holds ${file}, which is ${describeKind(found) ?? 'no file'}`;
    if (found.size !== (data.get(file)?.bytes ?? found.size)) return toChanged(file);
  }
  const present = new Set(files);
  const missing = [...sums.keys(), ...data.keys()].find((file) => !present.has(file));
  return missing === undefined ? null : `lacks ${missing}, which was part of it`;
}

/** Compares every file with its hash, and the sums and the manifest with both. */
async function findChanged(path: string, { sums, sumsText, data }: Earlier): Promise<string | null> {
  let expected = '';
  for (const file of listFiles(path)) {
    if (file === SUMS) continue;
    const sha256 = await hashFile(join(path, file));
    if (sha256 !== sums.get(file) || sha256 !== (data.get(file)?.sha256 ?? sha256)) return toChanged(file);
    expected += `${sha256}  ${file}\n`;
  }
  return expected === sumsText ? null : toChanged(SUMS);
}

const toChanged = (file: string): string => `holds ${file}, which was changed since it was written`;

/** A manifest as it was read, with whatever it says. */
export type Manifest = Readonly<Record<string, unknown>>;

/** What an export that is in the place of a new one says of itself. */
interface Earlier extends Replaced {
  readonly kind: unknown;
  /** The hash of each file but the sums themselves. */
  readonly sums: ReadonlyMap<string, string>;
  readonly sumsText: string;
  /** The files of the data, which the manifest names. */
  readonly data: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>;
}

function readEarlier(path: string): Earlier | null {
  try {
    const manifest = JSON.parse(readFileSync(join(path, MANIFEST), 'utf8')) as Manifest & {
      readonly run: { readonly id: number };
      readonly tables: object;
      /** Delta tables name their files in their logs. */
      readonly files?: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
    };
    const sumsText = manifest.files === undefined ? '' : readFileSync(join(path, SUMS), 'utf8');
    return {
      kind: manifest.kind,
      manifest,
      runId: manifest.run.id,
      tables: Object.keys(manifest.tables).length,
      sums: parseSums(sumsText),
      sumsText,
      data: new Map(manifest.files?.map((file) => [file.path, file])),
    };
  } catch {
    return null;
  }
}

/** The hash of each file that the sums name, by its path. */
export function parseSums(text: string): Map<string, string> {
  const lines = text.split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

/** SHA-256 of a file, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
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
