import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { closing } from '../db/engine.ts';
import { inDatabase } from '../db/errors.ts';
import { type Mirror, openMirrorReadOnly } from '../db/open-mirror.ts';
import { toRealPath } from '../lib/files.ts';

/** Reads the file for one page after another. */
export interface MirrorReader {
  /**
   * Reads in one transaction, so that a page shows one moment even while a sync writes. The connection is opened for
   * the page and closed after it: a restore needs a moment without readers, and the next page reads the file that is
   * then at the path. `stamp` stays the same for as long as nobody writes.
   */
  readonly read: <Result>(use: (mirror: Mirror, stamp: string) => Result) => Result;
}

export function createReader(path: string): MirrorReader {
  return {
    read: (use) =>
      inDatabase(path, () => {
        const stamp = readStamp(path); // before the file is read, so that a write in between makes a new stamp
        return closing(openMirrorReadOnly(path), (mirror) => {
          mirror.sqlite.exec('BEGIN');
          return use(mirror, stamp);
        });
      }),
  };
}

/** The head of the index of the write-ahead log, which counts the commits. */
const HEAD_BYTES = 48;

/** What changes with every commit, and with another file at the path. */
function readStamp(path: string): string {
  const real = toRealPath(path);
  const stats = ['', '-wal'].map((ending) => {
    const found = statSync(`${real}${ending}`, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? '' : `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`;
  });
  return [...stats, readHead(`${real}-shm`)].join(';');
}

function readHead(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return '';
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return ''; // This user may not read it; then the file is read without locks, and its own stamp is enough.
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    readSync(file, head, 0, HEAD_BYTES, 0);
    return head.toString('base64');
  } finally {
    closeSync(file);
  }
}
