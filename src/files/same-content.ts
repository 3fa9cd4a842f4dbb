import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1_048_576;

/** Whether two regular files are one, or hold the same bytes. Reads no further than the first difference. */
export function hasSameContent(one: string, other: string): boolean {
  return inFile(one, (a) => inFile(other, (b) => hasSameBytes(a, b)));
}

function hasSameBytes(a: number, b: number): boolean {
  const [first, second] = [fstatSync(a), fstatSync(b)];
  if (first.ino === second.ino && first.dev === second.dev) return true;
  if (first.size !== second.size) return false;
  const [left, right] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)];
  for (let at = 0; at < first.size; at += CHUNK_BYTES) {
    const bytes = Math.min(CHUNK_BYTES, first.size - at);
    if (readWhole(a, left, at, bytes) < bytes || readWhole(b, right, at, bytes) < bytes) return false;
    if (left.compare(right, 0, bytes, 0, bytes) !== 0) return false;
  }
  return true;
}

/** How many bytes could be read. */
function readWhole(file: number, into: Buffer, position: number, bytes: number): number {
  let done = 0;
  while (done < bytes) {
    const read = readSync(file, into, done, bytes - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

function inFile<Result>(path: string, use: (file: number) => Result): Result {
  const file = openSync(path, 'r');
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}
