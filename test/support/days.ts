import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { runCli, type CliResult } from './command-line.ts';
import { shareHistory, startHistory } from './shared-history.ts';
import type { SyncHarness } from './sync-harness.ts';

export interface Days {
  readonly harness: SyncHarness;
  /** Runs a command on the mirror. */
  readonly run: (...args: string[]) => Promise<CliResult>;
  /** The same for a command that prints one JSON object per line. */
  readonly lines: (...args: string[]) => Promise<Record<string, unknown>[]>;
  /** Changes the mirror by hand. */
  readonly write: (sql: string) => void;
}

/**
 * A mirror after a first day and one more day after each of the `edits`. Day n began on the nth of January 2030 at
 * 03:17 UTC and took an hour.
 */
export async function startDays(
  source: CaseCollection,
  ...edits: ((source: CaseCollection) => void)[]
): Promise<Days> {
  const harness = await startHistory({ source, edits });
  setTimes(harness);
  return toDays(harness);
}

/** The same days for many tests, synced once; `finish` is SQL that is executed at the end. */
export function shareDays(
  toSource: () => CaseCollection,
  edits: readonly ((source: CaseCollection) => void)[],
  finish = '',
): () => Promise<Days> {
  const start = shareHistory(
    () => ({ source: toSource(), edits }),
    (harness) => {
      setTimes(harness);
      write(harness, finish);
    },
  );
  return async () => toDays(await start());
}

function write({ database }: SyncHarness, sql: string): void {
  const mirror = openMirror(database);
  mirror.sqlite.exec(sql);
  mirror.close();
}

function setTimes(harness: SyncHarness): void {
  write(
    harness,
    `UPDATE sync_runs SET started_at = format('2030-01-%02dT03:17:00.000Z', id), ended_at = format('2030-01-%02dT04:17:00.000Z', id);
    UPDATE case_changes SET changed_at = format('2030-01-%02dT03:30:00.000Z', run_id)`,
  );
}

function toDays(harness: SyncHarness): Days {
  const run = (...args: string[]) =>
    runCli(args, { env: { CLEARINGHOUSE_DATABASE: harness.database, COLUMNS: '1000' } });
  return {
    harness,
    run,
    lines: async (...args) =>
      (await run(...args, '--json')).stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    write: (sql) => {
      write(harness, sql);
    },
  };
}

/** SQL that marks a case as departed in a run. */
export function departureSql(caseId: number, runId: number): string {
  return `INSERT INTO case_changes (case_id, run_id, changed_at, field, kind, old_value, new_value)
      VALUES (${caseId}, ${runId}, format('2030-01-%02dT04:00:00.000Z', ${runId}), 'mirror_departed_run_id', 'changed', 'null', '${runId}');
    UPDATE cases SET mirror_departed_run_id = ${runId} WHERE id = ${caseId};`;
}

/** SQL that marks it as returned in a later run. */
export function returnSql(caseId: number, runId: number): string {
  return `INSERT INTO case_changes (case_id, run_id, changed_at, field, kind, old_value, new_value)
      SELECT id, ${runId}, format('2030-01-%02dT03:30:00.000Z', ${runId}), 'mirror_departed_run_id', 'changed', mirror_departed_run_id, 'null'
      FROM cases WHERE id = ${caseId};
    UPDATE cases SET mirror_departed_run_id = NULL WHERE id = ${caseId};`;
}
