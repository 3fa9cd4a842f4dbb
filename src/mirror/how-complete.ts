import type { ErrorCode } from '../error-kinds.ts';

/** How the newest sweep of a list ended, as the ledger has it. */
export interface ListEnding {
  readonly outcome: string;
  readonly error_code: string | null;
}

/**
 * Why a list that was read to its last page is not complete all the same, where another try brings nothing more: the
 * mirror then holds everything that can be had.
 */
export const LASTING_SHORTFALLS = [
  'COUNT_MISMATCH_STABLE',
  'RECORDS_KEPT_ASIDE',
  'CASES_MISSED',
  'JSON_MALFORMED',
] as const satisfies readonly ErrorCode[];

/** Short of pages that could not be read, the cases of which were looked up as far as they were known. */
const ALLOWS_SNAPSHOT: readonly (string | null)[] = [
  ...LASTING_SHORTFALLS,
  'PAGES_UNREADABLE',
] satisfies readonly ErrorCode[];

/** How much of the site a mirror holds: proven to be all; all that can be had; or less. */
export const COMPLETENESS = ['complete', 'as far as possible', 'incomplete'] as const;
export type Completeness = (typeof COMPLETENESS)[number];

/** How a list ends that is proven to be all that there is. */
export const GOOD_OUTCOMES = ['complete', 'empty'] as const;

export const isGood = ({ outcome }: Pick<ListEnding, 'outcome'>): boolean =>
  (GOOD_OUTCOMES as readonly string[]).includes(outcome);

/**
 * Judges a mirror, or a run, by how its lists ended. It says what a snapshot may be called and whether a run allows one:
 * `complete` and `as far as possible` do, and a snapshot of the second kind is marked as not complete, so that retention
 * never gives a complete one away for it. `incomplete` allows none. No list at all proves nothing.
 */
export function judgeCompleteness(lists: readonly ListEnding[]): Completeness {
  if (lists.length === 0) return 'incomplete';
  if (lists.every(isGood)) return 'complete';
  return lists.every((list) => isGood(list) || allowsSnapshot(list)) ? 'as far as possible' : 'incomplete';
}

const allowsSnapshot = ({ outcome, error_code }: ListEnding): boolean =>
  outcome === 'partial' && ALLOWS_SNAPSHOT.includes(error_code);

/** Whether every page of a list was read although it does not count as complete. */
export function isReadToItsEnd({ outcome, error_code }: ListEnding): boolean {
  return outcome === 'partial' && (LASTING_SHORTFALLS as readonly (string | null)[]).includes(error_code);
}
