import { createHash } from 'node:crypto';
import { toRejectedKey } from '../db/linked/write-oddities.ts';
import type { Mirror } from '../db/open-mirror.ts';
import {
  type Rule,
  type Violation,
  type Violations,
  checkRules,
  joinColumns,
  show,
  toTimeRule,
} from './checks.ts';

const listSyncs = (what: string, expected: string, found: string, wrong: string): Rule => ({
  what: `list_syncs: ${what}`,
  expected,
  sql: `SELECT run_id, 'list ' || list_id || ': ' || ${found} AS found FROM list_syncs WHERE ${wrong}`,
});

const runs = (what: string, expected: string, found: string, wrong: string): Rule => ({
  what: `sync_runs: ${what}`,
  expected,
  sql: `SELECT id AS run_id, ${found} AS found FROM sync_runs AS run WHERE ${wrong}`,
});

const LEDGER_RULES: readonly Rule[] = [
  listSyncs(
    'cases_seen',
    'new + changed + unchanged',
    joinColumns('cases_seen', 'cases_new', 'cases_changed', 'cases_unchanged'),
    'cases_seen <> cases_new + cases_changed + cases_unchanged',
  ),
  listSyncs(
    'count_first, count_last, cases_last_pass',
    'the same number, as the list sync is complete',
    joinColumns('count_first', 'count_last', 'cases_last_pass'),
    `outcome = 'complete' AND passes > 0
      AND (count_first IS NOT count_last OR cases_last_pass IS NOT count_last)`,
  ),
  listSyncs(
    'count_first, count_last, cases_seen',
    'the same number, as the list sync is complete',
    joinColumns('count_first', 'count_last', 'cases_seen'),
    `outcome = 'complete' AND passes = 0 AND (count_first IS NOT count_last OR cases_seen IS NOT count_last)`,
  ),
  listSyncs(
    'count_last, cases_last_pass',
    '0, as the list is empty',
    joinColumns('count_last', 'cases_last_pass'),
    `outcome = 'empty' AND (count_last IS NOT 0 OR cases_last_pass <> 0)`,
  ),
  listSyncs(
    'passes',
    'at least 1, as in the runs before',
    'passes',
    `passes = 0 AND pages > 0
      AND run_id > (SELECT min(run_id) FROM list_syncs AS counted WHERE counted.passes > 0)`,
  ),
  listSyncs(
    'ended_at',
    'a time from started_at on',
    joinColumns('started_at', 'ended_at'),
    `CASE WHEN ended_at IS NULL THEN outcome <> 'running' AND error_code IS NOT 'PROCESS_DIED' ELSE outcome = 'running' END`,
  ),
  listSyncs(
    'outcome',
    'not running, as its run is not',
    'outcome',
    `outcome = 'running' AND EXISTS (SELECT 1 FROM sync_runs AS run WHERE run.id = run_id AND run.outcome <> 'running')`,
  ),
  runs(
    'ended_at',
    'a time, as the run has ended',
    joinColumns('started_at', 'ended_at'),
    `CASE WHEN ended_at IS NULL THEN outcome NOT IN ('running', 'died')
      ELSE outcome IN ('running', 'died') END`,
  ),
  runs(
    'outcome',
    'not complete, as not every list is complete or empty',
    'outcome',
    `outcome = 'complete' AND EXISTS (SELECT 1 FROM list_syncs
      WHERE run_id = run.id AND list_syncs.outcome NOT IN ('complete', 'empty'))`,
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
    what: 'mirror_departure_checks: cases_missing',
    expected: 'at least moved + in place + gone',
    sql: `SELECT run_id, ${joinColumns('cases_missing', 'cases_moved', 'cases_in_place', 'cases_gone')} AS found
      FROM mirror_departure_checks WHERE cases_missing < cases_moved + cases_in_place + cases_gone`,
  },
  {
    what: 'mirror_coverage_checks: counts',
    expected: 'all there, as the outcome is measured',
    sql: `SELECT run_id, ${joinColumns('count_all', 'count_approved', 'count_coding_complete', 'count_in_process')} AS found
      FROM mirror_coverage_checks WHERE outcome = 'measured' AND
      (count_all IS NULL OR count_approved IS NULL OR count_coding_complete IS NULL OR count_in_process IS NULL)`,
  },
  ...[
    ['sync_runs', 'id', 'started_at'],
    ['sync_runs', 'id', 'ended_at'],
    ['list_syncs', 'run_id', 'started_at'],
    ['list_syncs', 'run_id', 'ended_at'],
    ['mirror_departure_checks', 'run_id', 'checked_at'],
    ['mirror_coverage_checks', 'run_id', 'checked_at'],
    ['mirror_document_list_checks', 'run_id', 'checked_at'],
    ['mirror_moved_cases', 'run_id', 'seen_at'],
  ].map(([table = '', run = '', column = '']) => toTimeRule(table, column, `${run} AS run_id`)),
  {
    what: 'sqlite_sequence: sync_runs',
    expected: 'the newest run, as no run is ever removed',
    sql: `SELECT seq AS run_id, seq AS found FROM sqlite_sequence
      WHERE name = 'sync_runs' AND seq IS NOT (SELECT max(id) FROM sync_runs)`,
  },
  {
    what: 'sqlite_sequence: case_changes',
    expected: 'the newest change, or more where changes were removed with what a case said',
    sql: `SELECT seq AS run_id, seq AS found FROM sqlite_sequence
      WHERE name = 'case_changes' AND (typeof(seq) <> 'integer' OR seq < (SELECT max(id) FROM case_changes)
        OR (seq > (SELECT max(id) FROM case_changes)
          AND NOT EXISTS (SELECT 1 FROM cases WHERE mirror_redacted_run_id IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM sync_runs WHERE "trigger" = 'redact')))`,
  },
  {
    what: 'sqlite_sequence',
    expected: 'a row for each of sync_runs and case_changes that has rows, and no others',
    sql: `SELECT NULL AS run_id, coalesce(name, 'null') AS found FROM sqlite_sequence
      WHERE name IS NULL OR name NOT IN ('sync_runs', 'case_changes')
      UNION ALL SELECT NULL, 'sync_runs' WHERE EXISTS (SELECT 1 FROM sync_runs)
        AND (SELECT count(*) FROM sqlite_sequence WHERE name = 'sync_runs') <> 1
      UNION ALL SELECT NULL, 'case_changes' WHERE EXISTS (SELECT 1 FROM case_changes)
        AND (SELECT count(*) FROM sqlite_sequence WHERE name = 'case_changes') <> 1`,
  },
  {
    what: 'rejected_records, schema_drift: first_run_id, last_run_id',
    expected: 'rising',
    sql: `SELECT last_run_id AS run_id, first_run_id || ', ' || last_run_id AS found FROM
      (SELECT first_run_id, last_run_id FROM rejected_records UNION ALL SELECT first_run_id, last_run_id FROM schema_drift)
      WHERE first_run_id > last_run_id`,
  },
];

const TABLES = [
  'sync_runs',
  'list_syncs',
  'mirror_departure_checks',
  'mirror_coverage_checks',
  'rejected_records',
  'schema_drift',
];

/** Checks the run log. */
export function* checkLedger(mirror: Mirror): Violations {
  const { sqlite } = mirror;
  yield* checkRules(mirror, LEDGER_RULES);
  yield* checkRejectedRecords(sqlite);
  let checked = 0;
  for (const table of TABLES)
    checked += sqlite.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  return checked;
}

function* checkRejectedRecords(sqlite: Mirror['sqlite']): Generator<Violation> {
  const records = sqlite.prepare<
    [],
    {
      fingerprint: string;
      record: unknown;
      bytes: unknown;
      first_run_id: number;
      kind: string;
      case_id: number | null;
    }
  >('SELECT fingerprint, record, bytes, first_run_id, record_kind AS kind, case_id FROM rejected_records');
  for (const { fingerprint, record, bytes, first_run_id: runId, kind, case_id } of records.iterate()) {
    const kept = Buffer.isBuffer(bytes) ? bytes : String(bytes ?? record);
    const found =
      kind === 'case' ? createHash('sha256').update(kept).digest('hex') : toRejectedKey(kind, case_id, kept);
    if (found !== fingerprint)
      yield {
        what: `rejected_records: the fingerprint of ${show(record)}`,
        expected: fingerprint,
        found,
        runId,
      };
  }
}
