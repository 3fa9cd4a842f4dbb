import { closeSync, openSync, rmSync, statSync, writeSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { MirrorError } from '../errors.ts';
import { leadsToStream, toRealPath } from '../files/real-path.ts';
import {
  describeKind,
  describeMissingFolder,
  FILE_IN_FOLDER_HINT,
  MAKE_FOLDER_HINT,
  readSqliteHeader,
} from '../files/regular-file.ts';
import { createTempFile, moveIntoPlace } from '../files/replace-file.ts';
import { takeAfter } from '../files/take-after.ts';
import { toPath } from '../path-setting.ts';
import { codeOf, wordsOf } from '../system-words.ts';

export interface OutputFile {
  readonly path: string;
  /** The folder that a relative path is in. */
  readonly folder: string;
  /** The mirror, which is never written over: an absolute path. */
  readonly database: string;
  readonly mayReplace: boolean;
}

const WHOLE = 64 * 1024;

/**
 * Writes pieces into a file that is there whole or not at all. A link is followed, so that it stays one. Fails with
 * OUTPUT_REFUSED or OUTPUT_FAILED.
 */
export function writeOutputFile(output: OutputFile, pieces: Iterable<string>): void {
  const { path, old } = checkTarget(output);
  let temp: string | null = null;
  try {
    temp = createTempFile(path, old === null ? 0o666 : 0o600);
    writeAll(temp, pieces);
    if (old !== null) takeAfter(temp, old);
    moveIntoPlace(temp, path, { mustBeNew: old === null });
  } catch (thrown) {
    if (thrown instanceof MirrorError) throw thrown;
    if (codeOf(thrown) === 'EEXIST') throw toExists(output.path);
    if (!(thrown instanceof Error && 'syscall' in thrown)) throw thrown;
    throw new MirrorError('OUTPUT_FAILED', `${output.path} cannot be written: ${wordsOf(thrown)}.`, {
      cause: thrown,
    });
  } finally {
    if (temp !== null) rmSync(temp, { force: true });
  }
}

/** Writes in blocks: a system call for each row would take most of the time. */
function writeAll(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, 'w');
  try {
    let block = '';
    for (const piece of pieces) {
      block += piece;
      if (block.length < WHOLE) continue;
      writeWhole(file, block);
      block = '';
    }
    writeWhole(file, block);
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

interface Target {
  readonly path: string;
  /** The file that is replaced; null where there must be none. */
  readonly old: Stats | null;
}

function checkTarget({ path: named, folder, database, mayReplace }: OutputFile): Target {
  const target = toPath(named, '--output', folder, true);
  if (SPREADSHEET.test(target))
    throw refuse(named, 'would hold text, which no spreadsheet opens under that name', SPREADSHEET_HINT);
  if (leadsToStream(target)) throw refuse(named, 'is a stream of this process', STREAM_HINT);
  const path = toRealPath(target);
  const found = look(path, named);
  if (isOfMirror(path, found, database)) throw refuse(named, 'is the mirror, or a file that belongs to it');
  if (found === undefined) {
    const fault = describeMissingFolder(dirname(path));
    if (fault !== null) throw refuse(named, `cannot be written: ${fault}`, MAKE_FOLDER_HINT);
    return { path, old: null };
  }
  const kind = describeKind(found);
  if (found.isDirectory()) throw refuse(named, 'is a folder', FILE_IN_FOLDER_HINT);
  if (kind !== null) throw refuse(named, `is ${kind}, and no regular file`, STREAM_HINT);
  if (isDatabase(path)) throw refuse(named, 'is an SQLite database');
  if (!mayReplace) throw toExists(named);
  return { path, old: found };
}

const SPREADSHEET = /\.(?:xls[xmb]?|ods|numbers)$/i;
const SPREADSHEET_HINT = 'Add --excel and give the file a name that ends in .csv: spreadsheets open that.';

const STREAM_HINT =
  'Leave --output out, and redirect standard output to where the answer is to go, as with "> /dev/null".';

/** Fails with OUTPUT_FAILED where this user may not even look. */
function look(path: string, named: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new MirrorError('OUTPUT_FAILED', `${named} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}

function refuse(path: string, why: string, hint?: string): MirrorError {
  return new MirrorError('OUTPUT_REFUSED', `${path} ${why}.`, { ...(hint !== undefined && { hint }) });
}

function toExists(path: string): MirrorError {
  return new MirrorError('OUTPUT_REFUSED', `${path} is there already.`, {
    hint: 'Add --force to replace it, or give another name.',
  });
}

/** What SQLite and this program keep beside the mirror; to SQLite a text there would be a damaged log. */
const BESIDE = /^(?:-wal|-shm|-journal|\.lock.*|\.nightly\.json.*)$/;

function isOfMirror(path: string, found: Stats | undefined, database: string): boolean {
  const mirror = toRealPath(database);
  const place = statSync(mirror, { throwIfNoEntry: false });
  if (place !== undefined && found?.dev === place.dev && found.ino === place.ino) return true;
  return path === mirror || (path.startsWith(mirror) && BESIDE.test(path.slice(mirror.length)));
}

/** A file that may be written and not read is none, as far as can be told. */
function isDatabase(path: string): boolean {
  try {
    return readSqliteHeader(path) !== null;
  } catch {
    return false;
  }
}
