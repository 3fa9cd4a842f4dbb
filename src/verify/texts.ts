import { createHash } from 'node:crypto';
import type { Mirror } from '../db/open-mirror.ts';
import { toTextWords } from '../linked/text-words.ts';
import { type Rule, type Violations, checkRules, joinColumns, show, toTimeRule } from './checks.ts';
import { toDownloadRules } from './downloads.ts';

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
