import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { listStoredFiles, toFilePath, toFilesFolder } from '../db/linked/file-store.ts';
import { isFileUsed, listDroppedFiles } from '../db/linked/files.ts';
import { isWriterLockHeld } from '../db/lock.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { type Rule, type Violations, checkRules, joinColumns, show } from './checks.ts';
import { toDownloadRules } from './downloads.ts';

const FILE_RULES: readonly Rule[] = [
  {
    what: 'document_files: outcome, hash, bytes, fetched_at',
    expected:
      'a hash and a length exactly if the outcome is a file, and a time unless nothing clear was ever said',
    sql: `SELECT document_id || ': ' || ${joinColumns('outcome', 'hash', 'bytes', 'fetched_at')} AS found FROM document_files
      WHERE (outcome = 'file') <> (hash IS NOT NULL) OR (hash IS NULL) <> (bytes IS NULL)
        OR (outcome = 'failed') <> (fetched_at IS NULL)`,
  },
  {
    what: 'document_files: hash',
    expected: 'a SHA-256 in hex',
    sql: `SELECT document_id || ': ' || hash AS found FROM document_files
      WHERE hash IS NOT NULL AND (length(hash) <> 64 OR hash GLOB '*[^0-9a-f]*')`,
  },
  ...toDownloadRules('files'),
];

interface FileRow {
  readonly hash: string;
  readonly bytes: number;
  readonly documentId: number;
}

/**
 * Checks that each row has its file with its hash and its length, and that no file is left that was dropped. A snapshot has no files, so of a
 * snapshot only the rows are checked.
 */
export function* checkFiles(mirror: Mirror): Violations {
  yield* checkRules(mirror, FILE_RULES);
  const { sqlite } = mirror;
  const checked = Number(sqlite.prepare('SELECT count(*) FROM document_files').pluck().get());
  const isSnapshot = sqlite.prepare('SELECT 1 FROM mirror_snapshot').get() !== undefined;
  if (isSnapshot || mirror.path === ':memory:') return checked;
  const folder = toFilesFolder(mirror.path);
  const rows = sqlite
    .prepare<[], FileRow>(
      `SELECT hash, bytes, document_id AS documentId FROM document_files
       WHERE length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*' ORDER BY hash, document_id`,
    )
    .all();
  // A pass moves a file before it commits its row, so only the rows that have a file can be checked then.
  const isWriting = isWriterLockHeld(mirror.path);
  let known: { hash: string; found: Measured | null } | undefined;
  for (const { hash, bytes, documentId } of rows) {
    if (known?.hash !== hash) {
      known = { hash, found: measure(toFilePath(folder, hash)) };
    }
    const what = `document_files ${documentId}`;
    const { found } = known;
    if (found === null) {
      if (!isWriting)
        yield { what: `${what}: hash`, expected: `the file ${hash}.pdf`, found: 'no such file' };
    } else if (found.hash !== hash)
      yield { what: `${what}: hash`, expected: show(hash), found: show(found.hash) };
    else if (found.bytes !== bytes)
      yield { what: `${what}: bytes`, expected: show(found.bytes), found: show(bytes) };
  }
  // What no document has and nothing dropped is kept: for example, it was fetched after the snapshot that was restored.
  const dropped = new Set(listDroppedFiles(mirror));
  for (const { path, hash, isPartial } of listStoredFiles(folder))
    if (!isPartial && !isWriting && (hash === null || (dropped.has(hash) && !isFileUsed(mirror, hash))))
      yield {
        what: 'files',
        expected: 'only files that a document has',
        found: path.slice(folder.length + 1),
      };
  return checked;
}

interface Measured {
  readonly hash: string;
  readonly bytes: number;
}

const CHUNK_BYTES = 1_048_576;

/** The hash and the length of a file; null if there is none. */
function measure(path: string): Measured | null {
  if (!existsSync(path)) return null;
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let bytes = 0;
    for (;;) {
      const read = readSync(file, chunk, 0, chunk.length, null);
      if (read === 0) return { hash: hash.digest('hex'), bytes };
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
}
