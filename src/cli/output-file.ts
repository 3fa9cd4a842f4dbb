import { chmodSync, closeSync, openSync, readSync, rmSync, statSync, writeSync, type Stats } from 'node:fs';
import { messageOf, MirrorError } from '../errors.ts';
import { toRealPath } from '../files/real-path.ts';
import { createTempFile, moveIntoPlace } from '../files/replace-file.ts';
import { toPath } from '../path-setting.ts';
import { codeOf } from '../system-words.ts';

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
  const { path, mode, mustBeNew } = checkTarget(output);
  let temp: string | null = null;
  try {
    temp = createTempFile(path, mode ?? 0o666);
    writeAll(temp, pieces);
    if (mode !== null) chmodSync(temp, mode);
    moveIntoPlace(temp, path, { mustBeNew });
  } catch (thrown) {
    if (thrown instanceof MirrorError) throw thrown;
    if (codeOf(thrown) === 'EEXIST') throw toExists(output.path);
    if (!(thrown instanceof Error && 'syscall' in thrown)) throw thrown;
    throw new MirrorError('OUTPUT_FAILED', `${output.path} cannot be written: ${messageOf(thrown)}.`, {
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
  /** That of the file which is replaced; null where the umask decides. */
  readonly mode: number | null;
  readonly mustBeNew: boolean;
}

function checkTarget({ path: named, folder, database, mayReplace }: OutputFile): Target {
  const path = toRealPath(toPath(named, '--output', folder, true));
  const found = statSync(path, { throwIfNoEntry: false });
  if (isOfMirror(path, found, database)) throw refuse(named, 'is the mirror, or a file that belongs to it');
  if (found === undefined) return { path, mode: null, mustBeNew: true };
  if (!found.isFile()) throw refuse(named, 'is not a regular file');
  if (isDatabase(path)) throw refuse(named, 'is an SQLite database');
  if (!mayReplace) throw toExists(named);
  return { path, mode: found.mode & 0o777, mustBeNew: false };
}

function refuse(path: string, why: string): MirrorError {
  return new MirrorError('OUTPUT_REFUSED', `${path} ${why}.`);
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

const SQLITE_HEADER = 'SQLite format 3\0';

function isDatabase(path: string): boolean {
  let file;
  try {
    file = openSync(path, 'r');
  } catch {
    return false; // a file that may be written and not read; opening it says so where that matters
  }
  try {
    const head = Buffer.alloc(SQLITE_HEADER.length);
    readSync(file, head, 0, head.length, 0);
    return head.toString('latin1') === SQLITE_HEADER;
  } finally {
    closeSync(file);
  }
}
