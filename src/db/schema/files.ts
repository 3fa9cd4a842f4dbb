import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { documents } from './linked.ts';
import { DOWNLOAD_PASS_OUTCOMES } from './linked-log.ts';
import { count, recordedError, traffic } from './run-log.ts';

/* The files (PDF) of documents. */

/**
 * What the host last said about a file: it sent one, it has none, it is larger than the limit, or it is no PDF. `refused`: the
 * address, or one to which it redirects, is not in `--file-hosts` or not for the public, so it was not requested. `failed`: it never said anything clear.
 */
export const FILE_OUTCOMES = ['file', 'not_offered', 'too_large', 'not_a_pdf', 'refused', 'failed'] as const;
export type FileOutcome = (typeof FILE_OUTCOMES)[number];

/**
 * The state of the file of a document, which `fetch-files` writes. A document without a row was never asked for its file. The files
 * themselves are in the folder `<database>.files`, by their hash.
 */
export const documentFiles = sqliteTable(
  'document_files',
  {
    document_id: integer('document_id')
      .primaryKey()
      .references(() => documents.id, { onDelete: 'cascade' }),
    outcome: text('outcome', { enum: FILE_OUTCOMES }).notNull(),
    /** SHA-256 of the file in hex; null if none is stored. */
    hash: text('hash'),
    bytes: integer('bytes'),
    /** `documents.file` when the outcome was last confirmed. */
    url: text('url'),
    fetched_at: text('fetched_at'),
    attempted_at: text('attempted_at').notNull(),
    /** Failures since the last clear answer. They cost nothing that is stored. */
    failures: integer('failures').notNull(),
    /** No request before this time, because of the failures. */
    paused_until: text('paused_until'),
    ...recordedError(),
    /** The fingerprint of the document when the outcome was last confirmed: a file is due again when its document changes. */
    document_fingerprint: text('document_fingerprint'),
    /** The host, with its port, if the file was refused because this host is not known. */
    refused_host: text('refused_host'),
    /** The limit that the file exceeded, if it was too large. */
    limit_bytes: integer('limit_bytes'),
  },
  (table) => [index('document_files_hash').on(table.hash)],
);

/**
 * Files that the next writer removes from the folder unless a document has them: one that was replaced, one of a redacted document,
 * and one whose row is not written yet. Any other file in the folder is kept.
 */
export const mirrorDroppedFiles = sqliteTable('mirror_dropped_files', {
  /** SHA-256 of the file in hex. */
  hash: text('hash').primaryKey().notNull(),
});

/** One row for each host of files that requested a pause. It holds only the files of that host. */
export const mirrorPausedHosts = sqliteTable('mirror_paused_hosts', {
  /** The host, with its port if it is not the usual one. */
  host: text('host').primaryKey().notNull(),
  asked_at: text('asked_at').notNull(),
  /** No request to this host before this time. */
  paused_until: text('paused_until').notNull(),
});

/**
 * One row for each `fetch-files`. `complete`: nothing that was asked for is left; `partial`: nothing is due now, but some failed, or are on
 * hosts that `--file-hosts` does not name; `budget`: the budget is spent, or a host requested a pause.
 */
export const filePasses = sqliteTable('file_passes', {
  id: integer('id').primaryKey(),
  started_at: text('started_at').notNull(),
  ended_at: text('ended_at'),
  outcome: text('outcome', { enum: DOWNLOAD_PASS_OUTCOMES }).notNull(),
  process_id: integer('process_id').notNull(),
  /** Requests that the pass may send; null for no limit. */
  budget: integer('budget'),
  ...traffic(),
  files: count('files'),
  not_offered: count('not_offered'),
  too_large: count('too_large'),
  not_a_pdf: count('not_a_pdf'),
  refused: count('refused'),
  failed: count('failed'),
  ...recordedError(),
  /** The end of the pause that a host requested last; null if none did. `mirror_paused_hosts` has the hosts. */
  paused_until: text('paused_until'),
});
