import type { Mirror } from '../mirror/open-mirror.ts';

/** How long cases stood under a status, as far as the mirror saw it. */
export interface SpellFigures {
  readonly status: string;
  readonly spells: number;
  /** Those that the mirror saw begin and end. */
  readonly whole_spells: number;
  readonly median_days_of_whole: number | null;
  /** Of all spells; those that had begun before, or go on, count with the days that were seen. */
  readonly median_days_seen: number;
}

/** Counts the spells of each status over all runs. The two middle places of an odd number are the same one. */
export function listSpells({ sqlite }: Mirror): SpellFigures[] {
  return sqlite
    .prepare<[], SpellFigures>(
      `WITH spells AS (
        SELECT status, days, began_at IS NOT NULL AND ended_at IS NOT NULL AS is_whole FROM status_spells
      ),
      ranked AS (
        SELECT status, days, is_whole,
          row_number() OVER of_all AS place, count(*) OVER (PARTITION BY status) AS size,
          row_number() OVER of_alike AS place_alike, count(*) OVER (PARTITION BY status, is_whole) AS size_alike
        FROM spells
        WINDOW of_all AS (PARTITION BY status ORDER BY days), of_alike AS (PARTITION BY status, is_whole ORDER BY days)
      )
      SELECT status, count(*) AS spells, sum(is_whole) AS whole_spells,
        round(avg(CASE WHEN is_whole AND place_alike IN ((size_alike + 1) / 2, (size_alike + 2) / 2) THEN days END), 1)
          AS median_days_of_whole,
        round(avg(CASE WHEN place IN ((size + 1) / 2, (size + 2) / 2) THEN days END), 1) AS median_days_seen
      FROM ranked GROUP BY status ORDER BY spells DESC, status`,
    )
    .all();
}
