import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { DOWNLOAD_PASS_OUTCOMES } from './linked-log.ts';
import { documents } from './linked.ts';
import { recordedError, traffic } from './run-log.ts';

/* The texts of documents. They are fetched on request, and only for documents that the public may see. */

/** Each text once, however many documents have it. Plain, so that every program can read it. */
export const texts = sqliteTable(
  'texts',
  {
    mirror_id: integer('mirror_id').primaryKey(),
    /** SHA-256 of the text in UTF-8, followed by `mirror_raw`, in hex. */
    hash: text('hash').notNull(),
    /** Code points; `length()` of SQLite stops at a NUL. */
    characters: integer('characters').notNull(),
    /** Bytes of UTF-8. */
    bytes: integer('bytes').notNull(),
    value: text('value').notNull(),
    /**
     * The body of the response, if `value` is not all of it: U+FFFD stands for what UTF-8 cannot hold, and of a name that
     * stood twice, the last counts.
     */
    mirror_raw: blob('mirror_raw', { mode: 'buffer' }),
    /**
     * For the search index: the passages of the text in which a hyphen at the end of a line, a character that nobody sees
     * or a ligature is in the way of a word, without these. Null if nothing is in the way.
     */
    mirror_words: text('mirror_words'),
  },
  (table) => [uniqueIndex('texts_hash').on(table.hash)],
);

/**
 * What the API last said about a text: it sent one, it sent an empty one, it has none, or it is larger than the limit.
 * `failed`: it never said anything clear.
 */
export const TEXT_OUTCOMES = ['text', 'empty', 'not_offered', 'too_large', 'failed'] as const;
export type TextOutcome = (typeof TEXT_OUTCOMES)[number];

/** The state of the text of a document. A document without a row was never asked for its text. */
export const documentTexts = sqliteTable(
  'document_texts',
  {
    document_id: integer('document_id')
      .primaryKey()
      .references(() => documents.id, { onDelete: 'cascade' }),
    outcome: text('outcome', { enum: TEXT_OUTCOMES }).notNull(),
    text_id: integer('text_id').references(() => texts.mirror_id),
    /** When the outcome was last confirmed; null if the API never said anything clear. */
    fetched_at: text('fetched_at'),
    /** The fingerprint that the document had then. */
    document_fingerprint: text('document_fingerprint'),
    attempted_at: text('attempted_at').notNull(),
    /** Failures since the last clear answer. They cost nothing that is stored. */
    failures: integer('failures').notNull(),
    /** No request before this time, because of the failures. */
    paused_until: text('paused_until'),
    ...recordedError(),
  },
  (table) => [
    index('document_texts_text_id').on(table.text_id),
    index('document_texts_outcome').on(table.outcome),
  ],
);

/** A text that was replaced by another one. Only its hash and its length are kept. */
export const mirrorReplacedTexts = sqliteTable(
  'mirror_replaced_texts',
  {
    id: integer('id').primaryKey(),
    document_id: integer('document_id')
      .notNull()
      .references(() => documents.id, { onDelete: 'cascade' }),
    hash: text('hash').notNull(),
    characters: integer('characters').notNull(),
    fetched_at: text('fetched_at').notNull(),
    replaced_at: text('replaced_at').notNull(),
  },
  (table) => [index('mirror_replaced_texts_document_id').on(table.document_id)],
);

/**
 * One row for each time that texts were fetched. `complete`: nothing that was asked for is left; `partial`: nothing is due now, but some
 * failed; `budget`: the budget is spent.
 */
export const textPasses = sqliteTable('text_passes', {
  id: integer('id').primaryKey(),
  started_at: text('started_at').notNull(),
  ended_at: text('ended_at'),
  outcome: text('outcome', { enum: DOWNLOAD_PASS_OUTCOMES }).notNull(),
  process_id: integer('process_id').notNull(),
  /** Requests that the pass may send; null for no limit. */
  budget: integer('budget'),
  ...traffic(),
  texts: integer('texts').notNull().default(0),
  empty: integer('empty').notNull().default(0),
  not_offered: integer('not_offered').notNull().default(0),
  too_large: integer('too_large').notNull().default(0),
  failed: integer('failed').notNull().default(0),
  ...recordedError(),
  /** The end of the pause that the server requested for texts; null if it requested none. */
  paused_until: text('paused_until'),
});
