import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { listStoredFiles, toFilePath, toFilesFolder } from '../db/linked/file-store.ts';
import { isFileUsed, listDroppedFiles } from '../db/linked/files.ts';
import type { DownloadKind } from '../db/linked/passes.ts';
import { isWriterLockHeld } from '../db/lock.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { toTextWords } from '../linked/text-words.ts';
import { type Rule, type Violations, checkRules, joinColumns, show, toTimeRule } from './checks.ts';

const PASSES = { texts: 'text_passes', files: 'file_passes' } as const;

/** What holds for the rows of texts as for those of files: the state of each document, and the passes. */
function toDownloadRules(kind: DownloadKind): Rule[] {
  const states = `document_${kind}`;
  const passes = PASSES[kind];
  return [
    {
      what: `${states}: failures, paused_until`,
      expected: 'a pause exactly after failures',
      sql: `SELECT document_id || ': ' || ${joinColumns('failures', 'paused_until')} AS found FROM ${states}
        WHERE (failures > 0) <> (paused_until IS NOT NULL)`,
    },
    {
      what: `${passes}: ended_at`,
      expected: 'a time exactly if the pass has ended',
      sql: `SELECT id || ': ' || ${joinColumns('outcome', 'ended_at')} AS found FROM ${passes}
        WHERE (ended_at IS NULL) <> (outcome IN ('running', 'died'))`,
    },
    ...['fetched_at', 'attempted_at', 'paused_until'].map((column) => toTimeRule(states, column)),
    ...['started_at', 'ended_at', 'paused_until'].map((column) => toTimeRule(passes, column)),
  ];
}

interface StoredText {
  readonly mirror_id: number;
  readonly hash: unknown;
  readonly characters: unknown;
  readonly bytes: unknown;
  /** A text is read as bytes, because SQLite's functions end it at a NUL. */
  readonly value: unknown;
  readonly raw: unknown;
  readonly mirror_words: unknown;
}

const TEXT_RULES: readonly Rule[] = [
  {
    what: 'texts: mirror_id',
    expected: 'a document that has the text',
    sql: `SELECT mirror_id AS found FROM texts
      WHERE mirror_id NOT IN (SELECT text_id FROM document_texts WHERE text_id IS NOT NULL)`,
  },
  {
    what: 'document_texts: outcome, text_id, fetched_at',
    expected: 'a text exactly if the outcome is one, and a time unless nothing clear was ever said',
    sql: `SELECT document_id || ': ' || ${joinColumns('outcome', 'text_id', 'fetched_at')} AS found FROM document_texts
      WHERE (outcome = 'text') <> (text_id IS NOT NULL) OR (outcome = 'failed') <> (fetched_at IS NULL)
        OR (fetched_at IS NULL) <> (document_fingerprint IS NULL)`,
  },
  ...toDownloadRules('texts'),
  toTimeRule('mirror_replaced_texts', 'fetched_at'),
  toTimeRule('mirror_replaced_texts', 'replaced_at'),
];

/** Checks each text against its hash and its length, and that texts, documents and passes agree with each other. */
export function* checkTexts(mirror: Mirror): Violations {
  let checked = 0;
  const rows = mirror.sqlite
    .prepare<[], StoredText>(
      `SELECT mirror_id, hash, characters, bytes, CAST(value AS BLOB) AS value, mirror_raw AS raw, mirror_words
       FROM texts ORDER BY mirror_id`,
    )
    .iterate(); // One by one, because a text may have megabytes.
  for (const { mirror_id, hash, characters, bytes, value, raw, mirror_words } of rows) {
    checked++;
    const what = `texts ${mirror_id}`;
    if (!(value instanceof Buffer)) {
      yield { what: `${what}: value`, expected: 'a text', found: show(value) };
      continue;
    }
    const ofValue = createHash('sha256').update(value);
    // Before the bytes were part of it, the hash was that of the text alone.
    const alone = ofValue.copy().digest('hex');
    const actual = raw instanceof Buffer ? ofValue.update(raw).digest('hex') : alone;
    if (actual !== hash && alone !== hash)
      yield { what: `${what}: hash`, expected: actual, found: show(hash) };
    if (value.length !== bytes)
      yield { what: `${what}: bytes`, expected: show(value.length), found: show(bytes) };
    const length = countCharacters(value);
    if (length !== characters)
      yield { what: `${what}: characters`, expected: show(length), found: show(characters) };
    const words = toTextWords(value.toString());
    if (words !== mirror_words)
      yield { what: `${what}: mirror_words`, expected: show(words), found: show(mirror_words) };
  }
  yield* checkRules(mirror, TEXT_RULES);
  return checked;
}

const [CONTINUATION_MASK, CONTINUATION] = [0xc0, 0x80];

/** The code points of UTF-8: every byte that does not continue one. */
function countCharacters(utf8: Buffer): number {
  let count = 0;
  for (const byte of utf8) if ((byte & CONTINUATION_MASK) !== CONTINUATION) count++;
  return count;
}

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
  {
    what: 'document_files: refused_host, limit_bytes',
    expected: 'only where the answer was that the file is refused or too large',
    sql: `SELECT document_id || ': ' || ${joinColumns('outcome', 'refused_host', 'limit_bytes')} AS found FROM document_files
      WHERE (refused_host IS NOT NULL AND outcome NOT IN ('refused', 'file'))
        OR (limit_bytes IS NOT NULL AND outcome NOT IN ('too_large', 'file'))`,
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
