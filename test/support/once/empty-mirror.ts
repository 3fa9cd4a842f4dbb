import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMirror } from '../../../src/db/open-mirror.ts';

let bytes: Buffer | undefined;

/** Writes an empty mirror to a file. The migrations run once: they take longer than most syncs of a test. */
export function writeEmptyMirror(path: string): void {
  bytes ??= makeEmptyMirror();
  writeFileSync(path, bytes);
}

function makeEmptyMirror(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'empty-mirror-'));
  try {
    openMirror(join(folder, 'mirror.db')).close();
    return readFileSync(join(folder, 'mirror.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
