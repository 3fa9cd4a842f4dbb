import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { count, ofRun, recordedError, traffic } from './ledger.ts';

/* What a run looked into after its sweeps. */

const run = () => ofRun('run_id').primaryKey();

export const DEPARTURE_OUTCOMES = ['checked', 'doubtful', 'incomplete', 'skipped'] as const;
export type DepartureOutcome = (typeof DEPARTURE_OUTCOMES)[number];

/**
 * One row a run: the cases that a complete sweep no longer brought, and what became of them. `doubtful`: too many to be
 * believed, so none was marked; `incomplete`: some could not be looked up; `skipped`: no status was swept completely,
 * or the run was stopped before.
 */
export const departureChecks = sqliteTable('departure_checks', {
  run_id: run(),
  outcome: text('outcome', { enum: DEPARTURE_OUTCOMES }).notNull(),
  checked_at: text('checked_at').notNull(),
  /** Cases of a completely swept status that no sweep of the run brought. */
  cases_missing: count('cases_missing'),
  /** Of these: those that the API has under another status or none, and those that it has where they were. */
  cases_moved: count('cases_moved'),
  cases_in_place: count('cases_in_place'),
  /** Those that the API has no more; marked in `cases` unless they, with those not looked up, are more than `most_gone`. */
  cases_gone: count('cases_gone'),
  /** Cases marked as departed before that this run saw again. */
  cases_returned: count('cases_returned'),
  /** How many were allowed to be gone without a doubt. */
  most_gone: integer('most_gone').notNull(),
  ...traffic(),
  ...recordedError(),
});

export const COVERAGE_OUTCOMES = ['measured', 'incomplete', 'skipped'] as const;

/** One row a run: how many cases the API counts in lists that the five sweeps do not walk. */
export const coverageChecks = sqliteTable('coverage_checks', {
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
