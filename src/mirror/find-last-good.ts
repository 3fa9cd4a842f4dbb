import { judgeCompleteness, type Completeness, type ListEnding } from './how-complete.ts';
import type { Mirror } from './open-mirror.ts';

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
