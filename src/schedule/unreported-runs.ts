import { and, desc, eq, gt } from 'drizzle-orm';
import { API_LISTS } from '../api/lists.ts';
import { ERROR_KINDS, type ErrorCode, MirrorError } from '../errors/mirror-error.ts';
import type { ExitName } from '../errors/exit-codes.ts';
import { type Mirror, readOrElse } from '../db/open-mirror.ts';
import { mirrorCoverageChecks, mirrorDepartureChecks, listSyncs, syncRuns } from '../db/schema/schema.ts';
import type { CoverageReport, DepartureReport, RunReport, ListReport } from '../sync/report.ts';
import type { ScheduledRun } from './state-file.ts';

type RunRow = typeof syncRuns.$inferSelect;

/** Not more runs than these are reported at once. It takes years without a finished run to get there. */
const MAX_RUNS = 50;

/**
 * The reports of the `nightly` runs after this one, from the run log, oldest first; also of runs whose process died. Empty
 * if the mirror cannot be read.
 */
export function findRunReports(database: string, afterRunId: number, since: string): RunReport[] {
  return readOrElse(
    database,
    (mirror) =>
      mirror.db
        .select()
        .from(syncRuns)
        .where(and(gt(syncRuns.id, afterRunId), eq(syncRuns.trigger, 'nightly')))
        .orderBy(desc(syncRuns.id))
        .limit(MAX_RUNS)
        .all()
        .filter(({ started_at }) => afterRunId > 0 || started_at >= since)
        .reverse()
        .map((run) => toReport(mirror, run)),
    [],
  );
}

const PROCESS_DIED = { code: 'PROCESS_DIED', message: 'The process died during the run.' } as const;

function toReport({ db }: Mirror, run: RunRow): RunReport {
  const isDead = run.outcome === 'died' || run.outcome === 'running';
  const error = isDead ? new MirrorError(PROCESS_DIED.code, PROCESS_DIED.message) : toError(run);
  const startedAt = new Date(run.started_at);
  const departures = db
    .select()
    .from(mirrorDepartureChecks)
    .where(eq(mirrorDepartureChecks.run_id, run.id))
    .get();
  const coverage = db
    .select()
    .from(mirrorCoverageChecks)
    .where(eq(mirrorCoverageChecks.run_id, run.id))
    .get();
  return {
    runId: run.id,
    startedAt,
    endedAt: run.ended_at === null ? startedAt : new Date(run.ended_at),
    outcome: isDead ? 'interrupted' : (run.outcome as RunReport['outcome']),
    exit: toExit(run, error),
    lists: db
      .select()
      .from(listSyncs)
      .where(eq(listSyncs.run_id, run.id))
      .orderBy(listSyncs.list_id)
      .all()
      .flatMap(toListReport),
    departures: departures === undefined ? null : toDepartureReport(departures),
    coverage: coverage === undefined ? null : toCoverageReport(coverage),
    error,
  };
}

function toListReport(row: typeof listSyncs.$inferSelect): ListReport[] {
  const list = API_LISTS.find(({ id }) => id === row.list_id);
  if (list === undefined) return [];
  const figures = omit(
    row,
    'run_id',
    'list_id',
    'outcome',
    'started_at',
    'ended_at',
    'error_code',
    'error_message',
  );
  const outcome = row.outcome === 'running' ? 'interrupted' : row.outcome;
  return [{ list, outcome, figures, error: toError(row) }];
}

function toDepartureReport(row: typeof mirrorDepartureChecks.$inferSelect): DepartureReport {
  return { ...omit(row, 'run_id', 'checked_at'), error: toError(row) };
}

function toCoverageReport(row: typeof mirrorCoverageChecks.$inferSelect): CoverageReport {
  return { ...omit(row, 'run_id', 'checked_at'), error: toError(row) };
}

function omit<Row extends object, Name extends keyof Row>(
  row: Row,
  ...names: readonly Name[]
): Omit<Row, Name> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name as Name))) as Omit<
    Row,
    Name
  >;
}

function toError(row: Pick<RunRow, 'error_code' | 'error_message'>): MirrorError | null {
  const { error_code: code, error_message: message } = row;
  if (code === null || !Object.hasOwn(ERROR_KINDS, code)) return null;
  return new MirrorError(code as ErrorCode, message ?? '');
}

function toExit({ outcome }: RunRow, error: MirrorError | null): ExitName {
  if (outcome === 'complete') return 'complete';
  if (outcome === 'partial') return error?.code === 'UNAUTHORIZED' ? 'unauthorized' : 'partial';
  return error?.exit ?? 'unexpected';
}

/**
 * The reports to send when a scheduled run ends: its own, those of a process that died, and those of earlier scheduled runs
 * that never ended. What this process knows takes precedence over the run log.
 */
export function listUnreported(
  database: string,
  runs: readonly ScheduledRun[],
  current: ScheduledRun,
  known: readonly RunReport[],
): readonly RunReport[] {
  const others = runs.filter(({ due_at }) => due_at !== current.due_at);
  const reported = others.filter(({ is_over }) => is_over).flatMap(({ run_ids }) => run_ids);
  const begins = [current, ...others.filter(({ is_over }) => !is_over)].map(
    ({ first_began_at, due_at }) => first_began_at ?? due_at,
  );
  const since = begins.reduce((a, b) => (a < b ? a : b));
  const recorded = findRunReports(database, Math.max(0, ...reported), since);
  return [
    ...recorded.map((report) => known.find(({ runId }) => runId === report.runId) ?? report),
    ...known.filter(({ runId }) => !recorded.some((report) => report.runId === runId)),
  ];
}

/** Adds the reported runs to the current scheduled run, except those that belong to another one. */
export function recordRunIds(
  runs: readonly ScheduledRun[],
  current: ScheduledRun,
  reports: readonly RunReport[],
): readonly ScheduledRun[] {
  const elsewhere = runs.filter(({ due_at }) => due_at !== current.due_at).flatMap(({ run_ids }) => run_ids);
  return runs.map((run) => {
    if (run.due_at !== current.due_at) return run;
    const ids = reports.flatMap(({ runId }) => (runId === null || elsewhere.includes(runId) ? [] : [runId]));
    return { ...run, run_ids: [...new Set([...run.run_ids, ...ids])].sort((a, b) => a - b) };
  });
}
