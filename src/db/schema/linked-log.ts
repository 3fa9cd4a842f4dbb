import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { caseId } from './cases.ts';
import { count, ofRun, recordedError, runOrNull } from './run-log.ts';

/* What is known of each linked list, and what each linked pass did. */

/** Why a complete read is not believed at once: nothing is left of the list, or many cases have the same list. */
export const DOUBTS = ['empty', 'same'] as const;
export type Doubt = (typeof DOUBTS)[number];

/** One row for each linked list of a case that was requested. A list without a row, or with a null in `read_at`, was never read. */
export const linkedLists = sqliteTable(
  'linked_lists',
  {
    case_id: caseId(),
    kind: text('kind', { enum: ['documents', 'dockets', 'resources'] }).notNull(),
    /** The last request of the list, and the run that it followed, whatever came of it. */
    attempted_at: text('attempted_at').notNull(),
    attempted_run_id: ofRun('attempted_run_id'),
    /** Failures in a row; after each the pause grows. */
    failures: count('failures'),
    pause_until: text('pause_until'),
    ...recordedError(),
    /** The last complete read, and the first one. */
    read_at: text('read_at'),
    read_run_id: runOrNull('read_run_id'),
    first_read_run_id: runOrNull('first_read_run_id'),
    /** Records, pages and requests of the last complete read. */
    records: integer('records'),
    pages: integer('pages'),
    requests: integer('requests'),
    /** In what form the list arrived. */
    envelope: text('envelope', {
      enum: ['count', 'no_count', 'bare', 'empty_list', 'no_results_400', 'not_found_404'],
    }),
    /** Hash of the keys of the records. The same list for many cases means that the server ignores the case. */
    records_hash: text('records_hash'),
    /** The run whose read is doubted and not stored, until another run reads the same; null if none is. */
    doubted_run_id: runOrNull('doubted_run_id'),
    /** Why: the list is suddenly empty, or the same for many cases. */
    doubt: text('doubt', { enum: DOUBTS }),
    /** The last run that found a new, changed, missing or gone record. */
    changed_run_id: runOrNull('changed_run_id'),
  },
  (table) => [
    primaryKey({ columns: [table.case_id, table.kind] }),
    index('linked_lists_kind_attempted_at').on(table.kind, table.attempted_at),
    index('linked_lists_kind_records_hash').on(table.kind, table.records_hash),
    index('linked_lists_doubted_run_id').on(table.doubted_run_id),
  ],
);

/**
 * What the list of all documents said: it is not offered; its documents name no case, or cases whose lists do not have them; too few of
 * them are known to tell; they name their cases; or there was no clear answer.
 */
export const DOCUMENT_LIST_ANSWERS = [
  'not_offered',
  'without_case',
  'wrong_case',
  'unconfirmed',
  'names_case',
  'unclear',
] as const;
export type DocumentListAnswer = (typeof DOCUMENT_LIST_ANSWERS)[number];

/** One row for each time that the newest pages of the list of all documents were requested. Nothing is stored from them. */
export const mirrorDocumentListChecks = sqliteTable('mirror_document_list_checks', {
  id: integer('id').primaryKey(),
  run_id: ofRun('run_id'),
  checked_at: text('checked_at').notNull(),
  answer: text('answer', { enum: DOCUMENT_LIST_ANSWERS }).notNull(),
  /** The field that leads to the case, the same in all documents. */
  case_field: text('case_field'),
  /** Documents on the pages that were read. */
  documents: count('documents'),
  /** Known documents that the list of that case has, and those that it does not have. */
  confirmed: count('confirmed'),
  contradicted: count('contradicted'),
  /** Cases whose lists are read earlier because of it. */
  changed_cases: count('changed_cases'),
  requests: count('requests'),
  ...recordedError(),
});

/** How a pass over linked lists or texts ended. */
export const PASS_OUTCOMES = ['running', 'complete', 'budget', 'failed', 'interrupted', 'died'] as const;
export type PassOutcome = (typeof PASS_OUTCOMES)[number];
/** The same of a pass over texts or files, which can leave some for good reasons. */
export const DOWNLOAD_PASS_OUTCOMES = [...PASS_OUTCOMES, 'partial'] as const;
export type DownloadPassOutcome = (typeof DOWNLOAD_PASS_OUTCOMES)[number];

/** One row for each linked pass: the part after a run that reads linked lists. `complete`: no further list was due; `budget`: the budget was spent. */
export const linkedPasses = sqliteTable(
  'linked_passes',
  {
    id: integer('id').primaryKey(),
    /** The run that the pass followed. */
    run_id: ofRun('run_id'),
    outcome: text('outcome', { enum: PASS_OUTCOMES }).notNull(),
    started_at: text('started_at').notNull(),
    ended_at: text('ended_at'),
    process_id: integer('process_id').notNull(),
    /** The budget; null without a limit. */
    budget_requests: integer('budget_requests'),
    budget_minutes: integer('budget_minutes'),
    requests: count('requests'),
    retries: count('retries'),
    lists_read: count('lists_read'),
    lists_failed: count('lists_failed'),
    lists_empty: count('lists_empty'),
    lists_doubted: count('lists_doubted'),
    records_new: count('records_new'),
    records_changed: count('records_changed'),
    records_gone: count('records_gone'),
    ...recordedError(),
    /** The end of the pause that the server requested of linked lists; null when it requested none. */
    paused_until: text('paused_until'),
  },
  (table) => [index('linked_passes_run_id').on(table.run_id)],
);
