/** One thing that must hold in the record of the runs; `sql` returns the rows in which it does not. */
export interface LedgerRule {
  readonly what: string;
  readonly expected: string;
  /** Rows of `run_id` and `found`. */
  readonly sql: string;
}

const sweeps = (what: string, expected: string, found: string, wrong: string): LedgerRule => ({
  what: `status_syncs: ${what}`,
  expected,
  sql: `SELECT run_id, 'status ' || status_id || ': ' || ${found} AS found FROM status_syncs WHERE ${wrong}`,
});

const runs = (what: string, expected: string, found: string, wrong: string): LedgerRule => ({
  what: `sync_runs: ${what}`,
  expected,
  sql: `SELECT id AS run_id, ${found} AS found FROM sync_runs AS run WHERE ${wrong}`,
});

const list = (...columns: string[]): string =>
  columns.map((column) => `coalesce(${column}, 'null')`).join(` || ', ' || `);

export const LEDGER_RULES: readonly LedgerRule[] = [
  sweeps(
    'cases_seen',
    'new + changed + unchanged',
    list('cases_seen', 'cases_new', 'cases_changed', 'cases_unchanged'),
    'cases_seen <> cases_new + cases_changed + cases_unchanged',
  ),
  sweeps(
    'count_first, count_last, cases_last_walk',
    'the same number, as the sweep is complete',
    list('count_first', 'count_last', 'cases_last_walk'),
    `outcome = 'complete' AND walks > 0
      AND (count_first IS NOT count_last OR cases_last_walk IS NOT count_last)`,
  ),
  sweeps(
    'count_first, count_last, cases_seen',
    'the same number, as the sweep is complete',
    list('count_first', 'count_last', 'cases_seen'),
    `outcome = 'complete' AND walks = 0 AND (count_first IS NOT count_last OR cases_seen IS NOT count_last)`,
  ),
  sweeps(
    'count_last, cases_last_walk',
    '0, as the status is empty',
    list('count_last', 'cases_last_walk'),
    `outcome = 'empty' AND (count_last IS NOT 0 OR cases_last_walk <> 0)`,
  ),
  sweeps(
    'walks',
    'at least 1, as in the runs before',
    'walks',
    `walks = 0 AND pages > 0
      AND run_id > (SELECT min(run_id) FROM status_syncs AS counted WHERE counted.walks > 0)`,
  ),
  sweeps(
    'ended_at',
    'a time from started_at on',
    list('started_at', 'ended_at'),
    `CASE WHEN ended_at IS NULL THEN outcome <> 'running' AND error_code IS NOT 'DIED' ELSE outcome = 'running' END`,
  ),
  sweeps(
    'outcome',
    'not running, as its run is not',
    'outcome',
    `outcome = 'running' AND EXISTS (SELECT 1 FROM sync_runs AS run WHERE run.id = run_id AND run.outcome <> 'running')`,
  ),
  runs(
    'ended_at',
    'a time, as the run has ended',
    list('started_at', 'ended_at'),
    `CASE WHEN ended_at IS NULL THEN outcome NOT IN ('running', 'died')
      ELSE outcome IN ('running', 'died') END`,
  ),
  runs(
    'outcome',
    'not complete, as not every status is complete or empty',
    'outcome',
    `outcome = 'complete' AND EXISTS (SELECT 1 FROM status_syncs
      WHERE run_id = run.id AND status_syncs.outcome NOT IN ('complete', 'empty'))`,
  ),
  runs(
    'outcome',
    'not running, as a newer run has begun',
    'outcome',
    `outcome = 'running' AND id < (SELECT max(id) FROM sync_runs)`,
  ),
  runs(
    'outcome',
    'complete, as the bytes of a redacted case are removed from the file',
    'outcome',
    `"trigger" = 'redact' AND outcome <> 'complete'`,
  ),
  {
    what: 'departure_checks: cases_missing',
    expected: 'at least moved + in place + gone',
    sql: `SELECT run_id, ${list('cases_missing', 'cases_moved', 'cases_in_place', 'cases_gone')} AS found
      FROM departure_checks WHERE cases_missing < cases_moved + cases_in_place + cases_gone`,
  },
  {
    what: 'coverage_checks: counts',
    expected: 'all there, as the outcome is measured',
    sql: `SELECT run_id, ${list('count_all', 'count_approved', 'count_coding_complete', 'count_in_process')} AS found
      FROM coverage_checks WHERE outcome = 'measured' AND
      (count_all IS NULL OR count_approved IS NULL OR count_coding_complete IS NULL OR count_in_process IS NULL)`,
  },
  {
    what: 'kept_aside, payload_drift: first_run_id, last_run_id',
    expected: 'rising',
    sql: `SELECT last_run_id AS run_id, first_run_id || ', ' || last_run_id AS found FROM
      (SELECT first_run_id, last_run_id FROM kept_aside UNION ALL SELECT first_run_id, last_run_id FROM payload_drift)
      WHERE first_run_id > last_run_id`,
  },
];
