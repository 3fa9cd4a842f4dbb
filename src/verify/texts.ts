import { createHash } from 'node:crypto';
import type { Mirror } from '../db/open-mirror.ts';
import { type Violations, show } from './checks.ts';

interface StoredText {
  readonly mirror_id: number;
  readonly hash: unknown;
  readonly characters: unknown;
  readonly bytes: unknown;
  /** A text is read as bytes, because SQLite's functions end it at a NUL. */
  readonly value: unknown;
}

/** Checks each text against its hash and its length, and that each text and each document that has one belong together. */
export function* checkTexts({ sqlite }: Mirror): Violations {
  let checked = 0;
  const rows = sqlite
    .prepare<[], StoredText>(
      'SELECT mirror_id, hash, characters, bytes, CAST(value AS BLOB) AS value FROM texts ORDER BY mirror_id',
    )
    .iterate(); // One by one, because a text may have megabytes.
  for (const { mirror_id, hash, characters, bytes, value } of rows) {
    checked++;
    const what = `texts ${mirror_id}`;
    if (!(value instanceof Buffer)) {
      yield { what: `${what}: value`, expected: 'a text', found: show(value) };
      continue;
    }
    const actual = createHash('sha256').update(value).digest('hex');
    if (actual !== hash) yield { what: `${what}: hash`, expected: actual, found: show(hash) };
    if (value.length !== bytes)
      yield { what: `${what}: bytes`, expected: show(value.length), found: show(bytes) };
    const length = countCharacters(value);
    if (length !== characters)
      yield { what: `${what}: characters`, expected: show(length), found: show(characters) };
  }
  const unused = sqlite
    .prepare<[], number>(
      'SELECT mirror_id FROM texts WHERE mirror_id NOT IN (SELECT text_id FROM document_texts WHERE text_id IS NOT NULL)',
    )
    .pluck();
  for (const id of unused.iterate())
    yield { what: `texts ${id}`, expected: 'a document that has it', found: 'none' };
  const mismatched = sqlite.prepare<[], { document_id: number; outcome: unknown; text_id: unknown }>(
    "SELECT document_id, outcome, text_id FROM document_texts WHERE (outcome = 'text') <> (text_id IS NOT NULL)",
  );
  for (const { document_id, outcome, text_id } of mismatched.iterate())
    yield {
      what: `document_texts ${document_id}: text_id`,
      expected: outcome === 'text' ? 'a text' : 'null',
      found: show(text_id),
    };
  return checked;
}

const [CONTINUATION_MASK, CONTINUATION] = [0xc0, 0x80];

/** The code points of UTF-8: every byte that does not continue one. */
function countCharacters(utf8: Buffer): number {
  let count = 0;
  for (const byte of utf8) if ((byte & CONTINUATION_MASK) !== CONTINUATION) count++;
  return count;
}
