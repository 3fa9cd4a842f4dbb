import type { Mirror } from '../../../src/db/open-mirror.ts';
import type { Day } from '../day.ts';

/** What is looked at after a day. */
export interface DayFacts {
  readonly day: Day;
  /** The file that the day left, opened for reading. */
  readonly mirror: Mirror;
  readonly token: string;
  /** Whether each list was read until two passes agreed. */
  readonly confirms: boolean;
}

/** Says what violates it; an empty list when nothing does. */
export type Invariant = (facts: DayFacts) => string[];

export interface StatusRow {
  readonly list_id: number;
  readonly outcome: string;
  readonly error_code: string | null;
  readonly count_first: number | null;
  readonly count_last: number | null;
  readonly cases_last_pass: number;
  readonly cases_new: number;
  readonly cases_changed: number;
  readonly pages: number;
}

/** The record of the day's own run; empty when nothing of it has survived. */
export function listStatusRows({ mirror, day }: DayFacts): StatusRow[] {
  return mirror.sqlite
    .prepare<[number | null], StatusRow>('SELECT * FROM list_syncs WHERE run_id = ?')
    .all(day.runId);
}

/** A number that a query returns. */
export function countRows({ mirror }: DayFacts, sql: string, ...values: readonly unknown[]): number {
  return Number(
    mirror.sqlite
      .prepare(sql)
      .pluck()
      .get(...values) ?? 0,
  );
}
