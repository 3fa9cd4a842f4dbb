import type { Mirror } from './open-mirror.ts';

/**
 * When a list was last read completely, as ISO 8601; null when it never was, or when nothing is known but times that lie in
 * the future. A run ended before any later one began: where the record says otherwise, the clock was ahead at the earlier
 * one, and the later beginning counts.
 */
export function findLastGood({ sqlite }: Mirror, statusId: number, now: Date): string | null {
  const row = sqlite
    .prepare<[number, string], { at: string }>(
      `SELECT at FROM (
         SELECT run_id, min(ended_at, coalesce(
           (SELECT min(started_at) FROM sync_runs later WHERE later.id > status_syncs.run_id), ended_at)) AS at
         FROM status_syncs
         WHERE status_id = ? AND outcome IN ('complete', 'empty') AND ended_at IS NOT NULL)
       WHERE at <= ?
       ORDER BY run_id DESC LIMIT 1`,
    )
    .get(statusId, now.toISOString());
  return row?.at ?? null;
}
