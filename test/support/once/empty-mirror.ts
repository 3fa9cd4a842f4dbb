import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mirror, openMirror } from '../../../src/db/open-mirror.ts';

let whole: Buffer | undefined;
let withoutViews: Buffer | undefined;

/**
 * Writes an empty mirror to a file. The migrations run only once, because they take longer than most syncs of a test.
 */
export function writeEmptyMirror(path: string): void {
  whole ??= makeEmptyMirror();
  writeFileSync(path, whole);
}

/**
 * Writes an empty mirror without its views, for tests that open a mirror thousands of times and read no view. SQLite
 * parses the whole schema each time it opens a file, and the views are four fifths of the schema.
 */
export function writeMirrorWithoutViews(path: string): void {
  withoutViews ??= makeEmptyMirror(dropViews);
  writeFileSync(path, withoutViews);
}

/** Drops the views, where a transaction that is rolled back would make SQLite parse them again each time. */
export function dropViews(sqlite: Mirror['sqlite']): void {
  const views = sqlite.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'view'").pluck();
  for (const name of views.all()) sqlite.exec(`DROP VIEW "${name}"`);
}

function makeEmptyMirror(change: (sqlite: Mirror['sqlite']) => void = () => undefined): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'empty-mirror-'));
  try {
    const mirror = openMirror(join(folder, 'mirror.db'));
    change(mirror.sqlite);
    mirror.close();
    return readFileSync(join(folder, 'mirror.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
