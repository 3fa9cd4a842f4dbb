import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { openMirrorReadOnly, type Mirror } from '../../src/db/open-mirror.ts';
import type { Random } from '../../fake-api/invent/random.ts';

/** The files of a mirror, by the ending of their names. */
const PARTS = ['', '-wal', '-shm', '.lock'] as const;

/** Up to this size of the log, SQLite has moved nothing to the file by itself, so the log may end anywhere. */
const CHECKPOINT_BYTES = 990 * (4096 + 24);
const HEADER_BYTES = 32;

/** Whether the file contains a mirror whose tables have been created. */
export function holdsMirror(path: string): boolean {
  try {
    return readMirror(path, () => true);
  } catch (error) {
    if (error instanceof MirrorError && ['DATABASE_OLDER', 'DATABASE_MISSING'].includes(error.code))
      return false;
    throw error;
  }
}

/**
 * Copies the files as they would be on disk if the process died now; with `cut`, as after a power failure, when the
 * end of the log had not reached the disk yet.
 */
export function copyAsAfterDeath(from: string, to: string, cut: Random | null): void {
  for (const part of ['', '-wal']) if (existsSync(from + part)) copyFileSync(from + part, to + part);
  const log = `${to}-wal`;
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (cut === null || size <= HEADER_BYTES || size > CHECKPOINT_BYTES) return;
  const file = openSync(log, 'r+');
  ftruncateSync(file, HEADER_BYTES + cut.below(size - HEADER_BYTES));
  closeSync(file);
}

/**
 * The files of a mirror that contain these bytes. Call this only between two runs, because closing a file releases
 * SQLite's locks.
 */
export function listFilesWith(path: string, text: string): string[] {
  const files = PARTS.map((part) => path + part).filter((file) => existsSync(file));
  return files.filter((file) => readFileSync(file).includes(text));
}

export function removeMirror(path: string): void {
  for (const part of PARTS) rmSync(path + part, { force: true });
}

/** Opens the mirror for reading, and closes it after use. */
export function readMirror<Result>(path: string, use: (mirror: Mirror) => Result): Result {
  const mirror = openMirrorReadOnly(path);
  try {
    return use(mirror);
  } finally {
    mirror.close();
  }
}
