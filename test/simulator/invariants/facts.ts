import type { Mirror } from '../../../src/db/open-mirror.ts';
import type { Day } from '../day.ts';

/** The facts that are checked after a day. */
export interface DayFacts {
  readonly day: Day;
  /** The file after the day, opened for reading. */
  readonly mirror: Mirror;
  readonly token: string;
  /** Whether each list was read until two passes agreed. */
  readonly confirms: boolean;
}

/** Returns the violations; an empty list if there are none. */
export type Invariant = (facts: DayFacts) => string[];

export interface ListSyncRow {
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

/** The list syncs of the day's run; empty if none were stored. */
export function listListSyncRows({ mirror, day }: DayFacts): ListSyncRow[] {
  return mirror.sqlite
    .prepare<[number | null], ListSyncRow>('SELECT * FROM list_syncs WHERE run_id = ?')
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
