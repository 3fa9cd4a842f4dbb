import { sql } from 'drizzle-orm';
import { blob, check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The lists of the API: one for each of the five values of `case_ongoing`, and one of `case_status` for the cases without a value. */
export const lists = sqliteTable('lists', {
  id: integer('id').primaryKey(),
  label: text('label').notNull().unique(),
  /** The parameter that takes the id. */
  filter: text('filter', { enum: ['case_ongoing', 'case_status'] })
    .notNull()
    .default('case_ongoing'),
});

/* The run log, and what the other tables cannot store. */

export const RUN_OUTCOMES = [
  'running',
  'complete',
  'partial',
  'suspicious',
  'failed',
  'interrupted',
  'died',
] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

export const LIST_OUTCOMES = [
  'running',
  'complete',
  'empty',
  'partial',
  'failed',
  'skipped',
  'interrupted',
] as const;
export type ListOutcome = (typeof LIST_OUTCOMES)[number];

/** What a record of the API is: a case, or a record of one of the lists that a case links to. */
export const API_RECORD_KINDS = ['case', 'document', 'docket', 'docket_entry', 'resource'] as const;
export type ApiRecordKind = (typeof API_RECORD_KINDS)[number];

/** The kind of a record. Ids of different kinds may be equal. */
const recordKind = () => text('record_kind', { enum: API_RECORD_KINDS }).notNull().default('case');

/** A number that starts at 0. */
export const count = (name: string) =>
  integer(name)
    .notNull()
    .default(sql`0`);

/** The cost of the requests. */
export const traffic = () => ({
  requests: count('requests'),
  retries: count('retries'),
  /** Milliseconds of deliberate waits: delay, backoff, `Retry-After`. */
  waited_ms: count('waited_ms'),
  /** Bytes of responses, after decompression. */
  bytes: count('bytes'),
});

/** Why it failed; null when it did not. */
export const recordedError = () => ({
  error_code: text('error_code'),
  error_message: text('error_message'),
});

/**
 * One row for everything that wrote to the mirror. `died` was set by a later writer: the process was killed; `suspicious`:
 * implausibly many cases would have departed.
 */
export const syncRuns = sqliteTable(
  'sync_runs',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    outcome: text('outcome', { enum: RUN_OUTCOMES }).notNull(),
    started_at: text('started_at').notNull(),
    ended_at: text('ended_at'),
    /** `sync`, `nightly`, `demo` or `redact`. */
    trigger: text('trigger').notNull(),
    version: text('version').notNull(),
    api_url: text('api_url').notNull(),
    process_id: integer('process_id').notNull(),
    ...recordedError(),
    /** The end of the pause that the server last requested (`Retry-After`); null when it requested none. */
    paused_until: text('paused_until'),
  },
  (table) => [index('sync_runs_outcome').on(table.outcome)],
);

/** A column that names the run in which something happened. */
export const ofRun = (name: string) =>
  integer(name)
    .notNull()
    .references(() => syncRuns.id);

/** A column that names a run in which something happened; null if it did not. */
export const runOrNull = (name: string) => integer(name).references(() => syncRuns.id);

/**
 * One row for each list sync of a run. `cases_seen` = new + changed + unchanged, each case once. A list that changed
 * while it was read is read again; `complete` means that the number of distinct cases in the last pass equals the count
 * on each of its pages.
 */
export const listSyncs = sqliteTable(
  'list_syncs',
  {
    run_id: ofRun('run_id'),
    list_id: integer('list_id')
      .notNull()
      .references(() => lists.id),
    outcome: text('outcome', { enum: LIST_OUTCOMES }).notNull(),
    started_at: text('started_at').notNull(),
    ended_at: text('ended_at'),
    /** How many cases the API reported on the first page of the last pass, and on the last page read. */
    count_first: integer('count_first'),
    count_last: integer('count_last'),
    cases_seen: count('cases_seen'),
    cases_new: count('cases_new'),
    cases_changed: count('cases_changed'),
    cases_unchanged: count('cases_unchanged'),
    cases_rejected: count('cases_rejected'),
    pages: count('pages'),
    ...traffic(),
    ...recordedError(),
    passes: count('passes'),
    /** Distinct cases of the last pass; `cases_seen` has those of all passes. */
    cases_last_pass: count('cases_last_pass'),
  },
  (table) => [primaryKey({ columns: [table.run_id, table.list_id] })],
);

/**
 * Records of the API that are not cases, or that cannot be parsed exactly. A record is stored once, however often it
 * arrives, in its original bytes. One that was parsed, but not exactly, is also stored as a case.
 */
export const rejectedRecords = sqliteTable('rejected_records', {
  /**
   * SHA-256 of `bytes`, or of the text in `record` where that is null. For a linked record, the kind, a colon, the case
   * and another colon come first: the same bytes can be two things.
   */
  fingerprint: text('fingerprint').primaryKey(),
  why: text('why').notNull(),
  /** The record as JSON; if it is not JSON in UTF-8, its text as a JSON string. */
  record: text('record').notNull(),
  /** Path and query of the page on which it first arrived, and its position there, from 0. */
  source: text('source').notNull(),
  position: integer('position').notNull(),
  first_run_id: ofRun('first_run_id'),
  last_run_id: ofRun('last_run_id'),
  /**
   * The original bytes; null in rows of earlier versions of the program, which stored only what they could parse, and if
   * the record may name a redacted case: then `record` has only its id and the SHA-256 of its bytes.
   */
  bytes: blob('bytes', { mode: 'buffer' }),
  /** The case that the record names, if that can be determined; for a linked record, the case whose list has it. */
  case_id: integer('case_id'),
  record_kind: recordKind(),
  /** The id of a linked record, if that can be determined. */
  record_id: integer('record_id'),
});

/**
 * Fields that differ from the API's documentation and recorded responses. The path of a field of a linked record begins
 * with its list: `documents[].title`.
 */
export const schemaDrift = sqliteTable(
  'schema_drift',
  {
    field: text('field').notNull(),
    expected: text('expected').notNull(),
    seen: text('seen').notNull(),
    example_case_id: integer('example_case_id').notNull(),
    first_run_id: ofRun('first_run_id'),
    last_run_id: ofRun('last_run_id'),
    record_kind: recordKind(),
  },
  (table) => [primaryKey({ columns: [table.field, table.seen] })],
);

/* The checks of a run after its list syncs. */

const run = () => ofRun('run_id').primaryKey();

export const DEPARTURE_OUTCOMES = ['checked', 'suspicious', 'incomplete', 'skipped'] as const;
export type DepartureOutcome = (typeof DEPARTURE_OUTCOMES)[number];

/**
 * One row per run: the cases that a complete list sync no longer found, and what became of them. `suspicious`:
 * implausibly many, so none was marked; `incomplete`: some could not be looked up; `skipped`: no list was read
 * completely, or the run was stopped before.
 */
export const mirrorDepartureChecks = sqliteTable('mirror_departure_checks', {
  run_id: run(),
  outcome: text('outcome', { enum: DEPARTURE_OUTCOMES }).notNull(),
  checked_at: text('checked_at').notNull(),
  /** Cases of a completely read list that were in no list that the run read. */
  cases_missing: count('cases_missing'),
  /** Of these: those that the API has in another list or in none, and those that are still in their list. */
  cases_moved: count('cases_moved'),
  cases_in_place: count('cases_in_place'),
  /**
   * Those that the API no longer has; marked in `cases` unless they, with those not looked up, are more than
   * `max_gone`.
   */
  cases_gone: count('cases_gone'),
  /** Cases marked as departed earlier that this run saw again. */
  cases_returned: count('cases_returned'),
  /** The maximum number of departures that is plausible. */
  max_gone: integer('max_gone').notNull(),
  ...traffic(),
  ...recordedError(),
});

export const COVERAGE_OUTCOMES = ['measured', 'incomplete', 'skipped'] as const;

/** One row per run: how many cases the API counts outside the five lists. */
export const mirrorCoverageChecks = sqliteTable('mirror_coverage_checks', {
  run_id: run(),
  /** `incomplete`: some count is unknown and null; `skipped`: nothing was requested. */
  outcome: text('outcome', { enum: COVERAGE_OUTCOMES }).notNull(),
  checked_at: text('checked_at').notNull(),
  /** The list without a filter. */
  count_all: integer('count_all'),
  /** The sum of the counts of the five lists of `case_ongoing` in this run; null unless all five were read. */
  count_ongoing: integer('count_ongoing'),
  /** The lists of `case_status` 5069, 5071 and 5074. */
  count_approved: integer('count_approved'),
  count_coding_complete: integer('count_coding_complete'),
  count_in_process: integer('count_in_process'),
  /** Cases in the mirror that have not departed, after this run. */
  cases_mirrored: integer('cases_mirrored').notNull(),
  ...traffic(),
  ...recordedError(),
});

/* Which mirror a file is, and of which it is a copy. Each table has at most one row. */

/** One row: the identity of this mirror. A migration creates a random id; every copy of the file keeps it. */
export const mirrorIdentity = sqliteTable(
  'mirror_identity',
  {
    id: integer('id').primaryKey(),
    /** 128 random bits in hexadecimal. */
    mirror_id: text('mirror_id').notNull(),
  },
  (table) => [check('mirror_identity_one_row', sql`${table.id} = 1`)],
);

/** Who took a snapshot: the schedule, or a person. */
export const SNAPSHOT_TAKERS = ['schedule', 'hand'] as const;
export type SnapshotTaker = (typeof SNAPSHOT_TAKERS)[number];

/** One row in a snapshot, none in a mirror: the source of the snapshot. */
export const mirrorSnapshot = sqliteTable(
  'mirror_snapshot',
  {
    id: integer('id').primaryKey(),
    /**
     * Path of the mirror, relative to the folder of the snapshot: two copies of one mirror share an id, but not a path.
     */
    source: text('source').notNull(),
    taken_at: text('taken_at').notNull(),
    taken_by: text('taken_by', { enum: SNAPSHOT_TAKERS }).notNull(),
    /** The newest run in it; null before the first. */
    last_run_id: integer('last_run_id'),
    /** Whether each of the five lists of `case_ongoing` was read completely at least once. */
    is_complete: integer('is_complete', { mode: 'boolean' }).notNull(),
    /** The run whose state was rebuilt; null for the state at the time of the snapshot. */
    as_of_run_id: integer('as_of_run_id'),
  },
  (table) => [check('mirror_snapshot_one_row', sql`${table.id} = 1`)],
);

/**
 * One row for each table whose rows nothing else proves: its number of rows and a digest of them. It is written
 * together with the rows; `verify` compares it with them.
 */
export const mirrorSeals = sqliteTable('mirror_seals', {
  table_name: text('table_name').primaryKey(),
  row_count: integer('row_count').notNull(),
  /** The SHA-256 of each row, combined by XOR, in hex: the order of the rows does not matter. */
  digest: text('digest').notNull(),
});
