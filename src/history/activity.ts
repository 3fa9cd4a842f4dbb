import { MirrorError } from '../errors/mirror-error.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { Period } from './period.ts';

export interface ActivityFilter {
  readonly period: Period;
  readonly caseId?: number | undefined;
}

/**
 * A case that got docket entries. Their ids are `docket_entries.mirror_id`, newest day first, and within a day the
 * highest number first.
 */
export interface ActiveCase {
  readonly caseId: number;
  readonly entryIds: readonly number[];
}

/** A docket entry with the columns of the view `docket_activity`, and its address. */
export interface NewEntry {
  readonly run_id: number;
  readonly seen_at: string;
  readonly case_id: number;
  readonly case_name: string | null;
  readonly entry_key: number;
  readonly id: number | null;
  readonly entry_number: string | null;
  readonly date_filed: string | null;
  readonly description: string | null;
  readonly url: string | null;
}

/**
 * The cases that were in the mirror and got docket entries in a period. Cases of the newest run come first, and within
 * a run those with the newest filing. Read while iterating; only keys are sorted and held in memory.
 */
export function* listActiveCases({ sqlite }: Mirror, filter: ActivityFilter): Generator<ActiveCase> {
  const { period, caseId } = filter;
  const rows = sqlite
    .prepare<[object], { case_id: number; mirror_id: number }>(
      `SELECT case_id, mirror_id FROM (
        SELECT case_id, mirror_id, mirror_first_run_id AS run_id, date_filed, entry_number,
          max(mirror_first_run_id) OVER of_case AS newest_run, max(date_filed) OVER of_case AS newest_filing
        FROM docket_entries
        WHERE mirror_first_run_id BETWEEN :first AND :last
          AND mirror_first_run_id > (SELECT min(mirror_first_run_id) FROM cases)
          AND mirror_first_run_id > (SELECT mirror_first_run_id FROM cases WHERE cases.id = case_id)
          ${caseId === undefined ? '' : 'AND case_id = :caseId'}
        WINDOW of_case AS (PARTITION BY case_id)
      )
      ORDER BY newest_run DESC, newest_filing DESC, case_id, run_id DESC,
        date_filed DESC, CAST(entry_number AS INTEGER) DESC, mirror_id DESC`,
    )
    .iterate({ first: period.first.id, last: period.last.id, caseId });
  let current: { caseId: number; entryIds: number[] } | undefined;
  for (const { case_id, mirror_id } of rows) {
    if (current?.caseId !== case_id) {
      if (current !== undefined) yield current;
      current = { caseId: case_id, entryIds: [] };
    }
    current.entryIds.push(mirror_id);
  }
  if (current !== undefined) yield current;
}

/** The newest finished run that added docket entries to an existing case. */
export function findNewestActiveRun({ sqlite }: Mirror): number | undefined {
  return sqlite
    .prepare<[], number>(
      `SELECT id FROM sync_runs
       WHERE outcome <> 'running' AND id > (SELECT min(mirror_first_run_id) FROM cases) AND EXISTS (
         SELECT 1 FROM docket_entries JOIN cases ON cases.id = docket_entries.case_id
         WHERE docket_entries.mirror_first_run_id = sync_runs.id AND cases.mirror_first_run_id < sync_runs.id
       )
       ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .get();
}

export type FindNewEntry = (mirrorId: number) => NewEntry;

/** Prepares reading one of these entries. */
export function prepareFindNewEntry({ sqlite, path }: Mirror): FindNewEntry {
  const statement = sqlite.prepare<[number], NewEntry>(
    `SELECT docket_entries.mirror_first_run_id AS run_id, sync_runs.started_at AS seen_at, docket_entries.case_id,
      cases.name AS case_name, docket_entries.mirror_key AS entry_key, docket_entries.id, docket_entries.entry_number,
      substr(docket_entries.date_filed, 1, 10) AS date_filed, docket_entries.description, docket_entries.url
    FROM docket_entries
    JOIN cases ON cases.id = docket_entries.case_id
    JOIN sync_runs ON sync_runs.id = docket_entries.mirror_first_run_id
    WHERE docket_entries.mirror_id = ?`,
  );
  return (mirrorId) => {
    const row = statement.get(mirrorId);
    if (row === undefined)
      throw new MirrorError(
        'DATABASE_DAMAGED',
        `${path}: the docket entry ${mirrorId} has no case or no run.`,
      );
    return row;
  };
}
