import { type SQL, and, asc, desc, eq, ne, sql } from 'drizzle-orm';
import { seeDead } from '../db/dead-rows.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { syncRuns } from '../db/schema/schema.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { AsOf } from './moments.ts';

/** The run whose final state a query reads. */
export interface RunAsOf {
  readonly runId: number;
  readonly startedAt: string;
  /** Null for a run that died, whose end is unknown. */
  readonly endedAt: string | null;
  readonly outcome: string;
}

/** A run that died has no end time; only its start is known. */
const endedAt = sql<string>`coalesce(${syncRuns.ended_at}, ${syncRuns.started_at})`;
const asRun = {
  runId: syncRuns.id,
  startedAt: syncRuns.started_at,
  endedAt: syncRuns.ended_at,
  outcome: syncRuns.outcome,
};
const hasEnded = ne(syncRuns.outcome, 'running');

/**
 * Finds the newest run that had ended at a given time; a run in progress never counts. Fails with TIME_NOT_MIRRORED, or
 * with RUN_UNKNOWN if there is no such run.
 */
export function findRunAsOf(mirror: Mirror, asOf: AsOf): RunAsOf {
  const { db, path } = mirror;
  const found = db
    .select(asRun)
    .from(syncRuns)
    .where(and(hasEnded, endedBy(asOf)))
    .orderBy(desc(syncRuns.id))
    .limit(1)
    .get();
  if (found !== undefined) return found;
  if (asOf.kind === 'run') {
    const { runId } = asOf;
    const running = db.select(asRun).from(syncRuns).where(eq(syncRuns.id, runId)).get();
    if (running === undefined) throw new MirrorError('RUN_UNKNOWN', `${path} has no run ${runId}.`);
    throw new MirrorError('TIME_NOT_MIRRORED', `Run ${runId} of ${path} has not ended.`, {
      hint: 'Wait for its end, or ask for the run before it.',
    });
  }
  const first = db.select(asRun).from(syncRuns).where(hasEnded).orderBy(asc(syncRuns.id)).limit(1).get();
  const begins =
    first === undefined
      ? 'no run has ended in it yet'
      : `it begins with run ${first.runId}, which ended at ${first.endedAt ?? first.startedAt}`;
  throw new MirrorError('TIME_NOT_MIRRORED', `${path} has no state of that time; ${begins}.`);
}

function endedBy(asOf: AsOf): SQL {
  return asOf.kind === 'run' ? eq(syncRuns.id, asOf.runId) : sql`${endedAt} <= ${asOf.until.toISOString()}`;
}

/** The name of a run in a message, with its time. */
export function describeRun({ db }: Mirror, runId: number): string {
  const run = db.select(asRun).from(syncRuns).where(eq(syncRuns.id, runId)).get();
  return run === undefined ? `run ${runId}` : `run ${runId} of ${run.startedAt}`;
}

/** The columns of a run that readers of the history need. */
export interface RunRef {
  readonly id: number;
  readonly started_at: string;
  readonly outcome: string;
  readonly trigger: string;
}

/** The runs from `first` to `last`, inclusive. */
export interface Period {
  readonly first: RunRef;
  readonly last: RunRef;
  /** The newest run of the period that is a sync; null if it has only redactions, which read no lists. */
  readonly lastSync: RunRef | null;
  /** The runs that ended after `last` and found nothing new; only if the period was not given. */
  readonly laterRuns?: LaterRuns;
  /** The first run, which filled the mirror, if the period has no later run: there was nothing to compare it with. */
  readonly baselineId?: number;
}

export interface LaterRuns {
  readonly count: number;
  readonly newest: RunRef;
}

/** Finds the newest finished run that found what a command lists; undefined if there is none. */
export type FindNewestRun = () => number | undefined;

export interface PeriodRequest {
  readonly since?: AsOf | undefined;
  readonly until?: AsOf | undefined;
  /** The default for a period without an end and without a start, and for the start of one without `since`. */
  readonly otherwise: FindNewestRun | 'first run';
}

const COLUMNS = 'SELECT id, started_at, outcome, trigger FROM sync_runs';
/** The end of a run that died is unknown. A run in progress ends later than any time in a query. */
const END = `CASE outcome WHEN 'running' THEN '9999' ELSE coalesce(ended_at, started_at) END`;
const IS_ENDED_SYNC = `outcome <> 'running' AND trigger <> 'redact'`;

/**
 * Finds the runs of a period. The time of a run is its end: `since` a day starts with the first run that ended on that
 * day or later, and `until` a day ends with the last run that had ended when the day was over. The changes since a day
 * therefore lead from the state at the end of the previous day to the present. Null if the period contains no run.
 * Fails with RUN_UNKNOWN, or with USAGE if the end lies before the start.
 */
export function findPeriod(mirror: Mirror, { since, until, otherwise }: PeriodRequest): Period | null {
  refuseBackwards(since, until);
  if (since === undefined && until === undefined && otherwise !== 'first run')
    return markBaseline(mirror, findNewest(mirror, otherwise));
  const first = since === undefined ? findRun(mirror, 'ORDER BY id') : findFirst(mirror, since);
  const last = until === undefined ? findRun(mirror, 'ORDER BY id DESC') : findLast(mirror, until);
  if (first === undefined || last === undefined || first.id > last.id) return null;
  return markBaseline(mirror, { first, last, lastSync: findLastSync(mirror, first, last) });
}

function findLastSync(mirror: Mirror, first: RunRef, last: RunRef): RunRef | null {
  if (last.trigger !== 'redact') return last;
  const condition = `WHERE trigger <> 'redact' AND id BETWEEN ? AND ? ORDER BY id DESC`;
  return findRun(mirror, condition, first.id, last.id) ?? null;
}

/** The run that filled the mirror, with which later runs are compared; undefined while there is no case. */
export function findBaselineId({ sqlite }: Mirror): number | undefined {
  return (
    sqlite.prepare<[], number | null>('SELECT min(mirror_first_run_id) FROM cases').pluck().get() ?? undefined
  );
}

/** Whether a run after the baseline has ended: only such a run can find changes. */
export function hasComparedRun(mirror: Mirror): boolean {
  const newest = findRun(mirror, `WHERE ${IS_ENDED_SYNC} ORDER BY id DESC`);
  const baselineId = findBaselineId(mirror);
  return newest !== undefined && baselineId !== undefined && newest.id > baselineId;
}

function markBaseline(mirror: Mirror, period: Period | null): Period | null {
  if (period === null) return null;
  const baselineId = findBaselineId(mirror);
  const newest = period.laterRuns?.newest ?? period.last;
  return baselineId !== undefined && newest.id <= baselineId ? { ...period, baselineId } : period;
}

/** The newest run that ended, and the run in progress, if any. */
function findNewest(mirror: Mirror, findNewestRun: FindNewestRun): Period | null {
  const newest = findRun(mirror, `WHERE ${IS_ENDED_SYNC} ORDER BY id DESC`);
  if (newest === undefined) return null;
  const found = findNewestRun();
  const first = found === undefined ? newest : findNamedRun(mirror, found);
  const running = findRun(mirror, `WHERE outcome = 'running' AND id > ? ORDER BY id DESC`, newest.id);
  if (running !== undefined) return { first, last: running, lastSync: running };
  if (first.id >= newest.id) return { first, last: first, lastSync: findLastSync(mirror, first, first) };
  const count = mirror.sqlite
    .prepare<[number], number>(`SELECT count(*) FROM sync_runs WHERE ${IS_ENDED_SYNC} AND id > ?`)
    .pluck()
    .get(first.id);
  return { first, last: first, lastSync: first, laterRuns: { count: count ?? 0, newest } };
}

function findFirst(mirror: Mirror, since: AsOf): RunRef | undefined {
  if (since.kind === 'run') return findNamedRun(mirror, since.runId);
  return findRun(mirror, `WHERE ${END} >= ? ORDER BY id`, since.from.toISOString());
}

function findLast(mirror: Mirror, until: AsOf): RunRef | undefined {
  if (until.kind === 'run') return findNamedRun(mirror, until.runId);
  return findRun(mirror, `WHERE ${END} <= ? ORDER BY id DESC`, until.until.toISOString());
}

function findNamedRun(mirror: Mirror, runId: number): RunRef {
  const run = findRun(mirror, 'WHERE id = ?', runId);
  if (run === undefined) throw new MirrorError('RUN_UNKNOWN', `${mirror.path} has no run ${runId}.`);
  return run;
}

function findRun(mirror: Mirror, condition: string, ...values: (string | number)[]): RunRef | undefined {
  const run = mirror.sqlite.prepare<unknown[], RunRef>(`${COLUMNS} ${condition} LIMIT 1`).get(...values);
  return run && seeDead(mirror, 'sync_runs', run);
}

function refuseBackwards(since: AsOf | undefined, until: AsOf | undefined): void {
  if (since === undefined || until === undefined) return;
  const isBackwards =
    since.kind === 'run' || until.kind === 'run'
      ? since.kind === 'run' && until.kind === 'run' && since.runId > until.runId
      : since.from > until.until;
  if (isBackwards) throw new MirrorError('USAGE', '--until lies before --since.', { hint: 'Swap the two.' });
}
