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

/* What the mirror did, and what it could not put into the other tables. */

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

/** A number that begins at 0. */
export const count = (name: string) =>
  integer(name)
    .notNull()
    .default(sql`0`);

/** What the requests cost. */
export const traffic = () => ({
  requests: count('requests'),
  retries: count('retries'),
  /** Milliseconds of deliberate waiting: politeness, backoff, `Retry-After`. */
  waited_ms: count('waited_ms'),
  /** Bytes of responses, after decompression. */
  bytes: count('bytes'),
});

/** Why it did not end well; null when it did. */
export const recordedError = () => ({
  error_code: text('error_code'),
  error_message: text('error_message'),
});

/**
 * One row for everything that wrote to the mirror. `died` was found by a later run: the process ended without a word;
 * `suspicious`: more cases would have departed than can be believed.
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
    /** Until when the server wanted no request (`Retry-After`), by what it said last; null when it asked for no pause. */
    paused_until: text('paused_until'),
  },
  (table) => [index('sync_runs_outcome').on(table.outcome)],
);

/** A column that names the run in which something happened. */
export const ofRun = (name: string) =>
  integer(name)
    .notNull()
    .references(() => syncRuns.id);

/**
 * One row for each list sync of a run. `cases_seen` = new + changed + unchanged, each case once. A list that shifted while
 * it was read is read again; `complete` means that the last pass held as many distinct cases as every page of it counted.
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
 * Records of the API that cannot be a case, or cannot be read exactly. The same record is kept once, however often it
 * comes, and always in the bytes in which it came. One that could be read, but not exactly, is a case as well.
 */
export const rejectedRecords = sqliteTable('rejected_records', {
  /** SHA-256 of `bytes`, or of the text in `record` where that is null. */
  fingerprint: text('fingerprint').primaryKey(),
  why: text('why').notNull(),
  /** The record as JSON; of one that is no JSON in UTF-8 its text, as a JSON string. */
  record: text('record').notNull(),
  /** Path and query of the page it came on first, and its place there, from 0. */
  source: text('source').notNull(),
  position: integer('position').notNull(),
  first_run_id: ofRun('first_run_id'),
  last_run_id: ofRun('last_run_id'),
  /** The record as it came; null in rows of earlier versions of the program, which kept only what they could read. */
  bytes: blob('bytes', { mode: 'buffer' }),
  /** The case that the record names, as far as that can be told. */
  case_id: integer('case_id'),
});

/** Fields that are not what the API's documentation and recorded responses had. */
export const schemaDrift = sqliteTable(
  'schema_drift',
  {
    field: text('field').notNull(),
    expected: text('expected').notNull(),
    seen: text('seen').notNull(),
    example_case_id: integer('example_case_id').notNull(),
    first_run_id: ofRun('first_run_id'),
    last_run_id: ofRun('last_run_id'),
  },
  (table) => [primaryKey({ columns: [table.field, table.seen] })],
);

/* What a run looked into after its list syncs. */

const run = () => ofRun('run_id').primaryKey();

export const DEPARTURE_OUTCOMES = ['checked', 'suspicious', 'incomplete', 'skipped'] as const;
export type DepartureOutcome = (typeof DEPARTURE_OUTCOMES)[number];

/**
 * One row a run: the cases that a complete list sync no longer brought, and what became of them. `suspicious`: too many to be
 * believed, so none was marked; `incomplete`: some could not be looked up; `skipped`: no list was read completely,
 * or the run was stopped before.
 */
export const mirrorDepartureChecks = sqliteTable('mirror_departure_checks', {
  run_id: run(),
  outcome: text('outcome', { enum: DEPARTURE_OUTCOMES }).notNull(),
  checked_at: text('checked_at').notNull(),
  /** Cases of a completely read list that was in no list that the run read. */
  cases_missing: count('cases_missing'),
  /** Of these: those that the API has in another list or in none, and those that it has where they were. */
  cases_moved: count('cases_moved'),
  cases_in_place: count('cases_in_place'),
  /** Those that the API has no more; marked in `cases` unless they, with those not looked up, are more than `max_gone`. */
  cases_gone: count('cases_gone'),
  /** Cases marked as departed before that this run saw again. */
  cases_returned: count('cases_returned'),
  /** How many were allowed to be gone without a doubt. */
  max_gone: integer('max_gone').notNull(),
  ...traffic(),
  ...recordedError(),
});

export const COVERAGE_OUTCOMES = ['measured', 'incomplete', 'skipped'] as const;

/** One row a run: how many cases the API counts in lists that the five lists do not have. */
export const mirrorCoverageChecks = sqliteTable('mirror_coverage_checks', {
  run_id: run(),
  /** `incomplete`: some count could not be had, it is null; `skipped`: nothing was asked. */
  outcome: text('outcome', { enum: COVERAGE_OUTCOMES }).notNull(),
  checked_at: text('checked_at').notNull(),
  /** The list without a filter. */
  count_all: integer('count_all'),
  /** The sum of what the five lists of `case_ongoing` counted in this run; null unless all five were asked. */
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

/* Which mirror a file is, and of which it is a copy. Each table holds one row at most. */

/** One row: which mirror this is. A migration draws the id; every copy of the file keeps it. */
export const mirrorIdentity = sqliteTable(
  'mirror_identity',
  {
    id: integer('id').primaryKey(),
    /** 128 random bits in hexadecimal. */
    mirror_id: text('mirror_id').notNull(),
  },
  (table) => [check('mirror_identity_one_row', sql`${table.id} = 1`)],
);

/** Who had a snapshot taken: the schedule, or a person. */
export const SNAPSHOT_TAKERS = ['schedule', 'hand'] as const;
export type SnapshotTaker = (typeof SNAPSHOT_TAKERS)[number];

/** One row in a snapshot, none in a mirror: what the snapshot is of. */
export const mirrorSnapshot = sqliteTable(
  'mirror_snapshot',
  {
    id: integer('id').primaryKey(),
    /** Path of the mirror, seen from the folder of the snapshot: two copies of one mirror share an id, but no path. */
    source: text('source').notNull(),
    taken_at: text('taken_at').notNull(),
    taken_by: text('taken_by', { enum: SNAPSHOT_TAKERS }).notNull(),
    /** The newest run in it; null before the first. */
    last_run_id: integer('last_run_id'),
    /** Whether each of the five lists of `case_ongoing` was read completely at least once. */
    is_complete: integer('is_complete', { mode: 'boolean' }).notNull(),
    /** The run whose state was rebuilt; null for the state of the moment in which the snapshot was taken. */
    as_of_run_id: integer('as_of_run_id'),
  },
  (table) => [check('mirror_snapshot_one_row', sql`${table.id} = 1`)],
);

/**
 * One row for each table whose rows nothing else proves: how many it has, and a digest of all of them. Written together
 * with the rows themselves; `verify` compares it with what is there.
 */
export const mirrorSeals = sqliteTable('mirror_seals', {
  table_name: text('table_name').primaryKey(),
  row_count: integer('row_count').notNull(),
  /** The SHA-256 of each row, combined by XOR, in hex: the order of the rows carries no meaning. */
  digest: text('digest').notNull(),
});
