import { and, between, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import type { ErrorCode } from '../error-kinds.ts';
import type { Mirror } from './open-mirror.ts';
import { departureChecks, statusSyncs } from './schema.ts';

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

/** A reading of a list that brought all of it, or all that can be had. */
export interface GoodReading {
  /** When it ended, as ISO 8601. */
  readonly at: string;
  readonly completeness: Exclude<Completeness, 'incomplete'>;
  /** Why it is not proven to be complete; null where it is. */
  readonly errorCode: string | null;
}

/**
 * Lists when a list was read, all of it or all that can be had, the newest first; nothing of times that lie in the future.
 * A run ended before any later one began: where the record says otherwise, the clock was ahead at the earlier one, and the
 * later beginning counts.
 */
export function* listGoodReadings({ sqlite }: Mirror, statusId: number, now: Date): Generator<GoodReading> {
  const rows = sqlite
    .prepare<[number, string], ListEnding & { at: string }>(
      `SELECT at, outcome, error_code FROM (
         SELECT run_id, outcome, error_code, min(ended_at, coalesce(
           (SELECT min(started_at) FROM sync_runs later WHERE later.id > status_syncs.run_id), ended_at)) AS at
         FROM status_syncs
         WHERE status_id = ? AND ended_at IS NOT NULL)
       WHERE at <= ?
       ORDER BY run_id DESC`,
    )
    .iterate(statusId, now.toISOString());
  for (const { at, outcome, error_code } of rows) {
    const completeness = judgeCompleteness([{ outcome, error_code }]);
    if (completeness !== 'incomplete')
      yield { at, completeness, errorCode: completeness === 'complete' ? null : error_code };
  }
}

/**
 * The ids of the statuses that a sweep which began in that time has read completely, in a run that could look up every
 * case that it missed.
 */
export function listSweptStatuses({ db }: Mirror, since: Date, upTo: Date): number[] {
  return db
    .selectDistinct({ id: statusSyncs.status_id })
    .from(statusSyncs)
    .leftJoin(departureChecks, eq(departureChecks.run_id, statusSyncs.run_id))
    .where(
      and(
        inArray(statusSyncs.outcome, GOOD_OUTCOMES),
        between(statusSyncs.started_at, since.toISOString(), upTo.toISOString()),
        or(isNull(departureChecks.outcome), ne(departureChecks.outcome, 'incomplete')),
        // A run that began before an earlier one shows that the clock was ahead at the earlier one.
        sql`NOT EXISTS (SELECT 1 FROM sync_runs later WHERE later.id > ${statusSyncs.run_id} AND later.started_at < ${statusSyncs.started_at})`,
      ),
    )
    .all()
    .map(({ id }) => id);
}
