import type { Mirror } from '../db/open-mirror.ts';
import type { ExportedRun } from './choose-run.ts';

/** How much of the site the exported state has, with the runs that prove it. */
export interface Coverage {
  /** For each list of the API, the newest run that read it to its end. */
  readonly lists: readonly {
    readonly list: string;
    readonly run: number | null;
    readonly cases: number | null;
  }[];
  /** How many cases the site counted, as far as the run asked. */
  readonly cases_on_site: number | null;
  /** Lists of documents, dockets and resources of the cases: how many there are, and how many were read. */
  readonly linked_lists: number;
  readonly linked_lists_read: number;
  /** Records of the API that could not be read as cases. */
  readonly rejected_records: number;
}

/** Reads the coverage of a run. The tables of the connection have their state after that run. */
export function findCoverage({ sqlite }: Mirror, { id }: ExportedRun): Coverage {
  const count = (sql: string): number => sqlite.prepare<[], number>(sql).pluck().get() ?? 0;
  const lists = sqlite
    .prepare<[number], Coverage['lists'][number]>(
      `SELECT lists.label AS list, newest.run_id AS run, newest.count_last AS cases
       FROM lists LEFT JOIN list_syncs AS newest ON newest.list_id = lists.id AND newest.run_id =
         (SELECT max(run_id) FROM list_syncs WHERE list_id = lists.id AND outcome IN ('complete', 'empty') AND run_id <= ?)
       ORDER BY lists.id`,
    )
    .all(id);
  const cases_on_site =
    sqlite
      .prepare<[number], number | null>('SELECT count_all FROM mirror_coverage_checks WHERE run_id = ?')
      .pluck()
      .get(id) ?? null;
  return {
    lists,
    cases_on_site,
    linked_lists: 3 * count('SELECT count(*) FROM cases WHERE mirror_departed_run_id IS NULL'),
    linked_lists_read: count(
      'SELECT count(*) FROM linked_lists JOIN cases ON cases.id = case_id WHERE mirror_departed_run_id IS NULL AND read_run_id IS NOT NULL',
    ),
    rejected_records: count('SELECT count(*) FROM rejected_records'),
  };
}
