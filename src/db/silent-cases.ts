import type { Mirror } from './open-mirror.ts';

/** A case that is said to be ongoing, and the newest entry of its docket. */
export interface SilentCase {
  readonly id: number;
  readonly name: string | null;
  readonly court: string | null;
  readonly last_entry_date: string;
  /** When the Clearinghouse last checked the case. */
  readonly last_checked_date: string | null;
  readonly days: number;
}

export interface SilentCases {
  /** Those whose dockets have had no entry for the longest time. */
  readonly cases: readonly SilentCase[];
  /** How many cases are said to be ongoing. */
  readonly ongoing: number;
  /** How many of these have no entry with a date until then. */
  readonly undated: number;
}

const ONGOING = `FROM clean_cases WHERE case_ongoing = 'Yes'`;
/** A date after the day is a mistake, and would hide how long a docket has been silent. */
const LAST_ENTRY = `(SELECT max(date_filed) FROM clean_docket_entries
  WHERE clean_docket_entries.case_id = clean_cases.id AND date_filed <= :day)`;

/** Finds the ongoing cases on the site whose dockets have been silent for the longest time until a day (2026-03-01). */
export function findSilentCases({ sqlite }: Mirror, day: string, limit: number): SilentCases {
  // The names are read for the few rows alone: in a row of `cases` they are beside long texts.
  const cases = sqlite
    .prepare<[object], SilentCase>(
      `SELECT id, (SELECT name FROM clean_cases AS one WHERE one.id = silent.id) AS name,
        (SELECT court FROM clean_cases AS one WHERE one.id = silent.id) AS court, last_entry_date,
        (SELECT last_checked_date FROM clean_cases AS one WHERE one.id = silent.id) AS last_checked_date,
        CAST(julianday(:day) - julianday(last_entry_date) AS INTEGER) AS days
      FROM (SELECT id, ${LAST_ENTRY} AS last_entry_date ${ONGOING}) AS silent
      WHERE last_entry_date IS NOT NULL ORDER BY last_entry_date, id LIMIT :limit`,
    )
    .all({ day, limit });
  const { ongoing, dated } = sqlite
    .prepare<[object], { ongoing: number; dated: number }>(
      `SELECT count(*) AS ongoing, count(${LAST_ENTRY}) AS dated ${ONGOING}`,
    )
    .get({ day }) ?? { ongoing: 0, dated: 0 };
  return { cases, ongoing, undated: ongoing - dated };
}
