import { and, asc, desc, eq, ne, sql, type SQL } from 'drizzle-orm';
import { MirrorError } from '../errors.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { syncRuns } from '../mirror/schema.ts';
import type { Moment } from './parse-moment.ts';

/** The run whose end is the state that a question is about. */
export interface RunAsOf {
  readonly runId: number;
  readonly startedAt: string;
  /** Null for a run that died: nobody knows when. */
  readonly endedAt: string | null;
}

/** A run that died has no end; that it had begun by then is all that is known. */
const endedAt = sql<string>`coalesce(${syncRuns.ended_at}, ${syncRuns.started_at})`;
const asRun = { runId: syncRuns.id, startedAt: syncRuns.started_at, endedAt: syncRuns.ended_at };
const hasEnded = ne(syncRuns.outcome, 'running');

/**
 * Finds the newest run that had ended by a moment; one that is still going on never counts. Fails with
 * MOMENT_NOT_MIRRORED, or with RUN_UNKNOWN for a run that is not there.
 */
export function findRunAsOf(mirror: Mirror, moment: Moment): RunAsOf {
  const { db, path } = mirror;
  const found = db
    .select(asRun)
    .from(syncRuns)
    .where(and(hasEnded, endedBy(moment)))
    .orderBy(desc(syncRuns.id))
    .limit(1)
    .get();
  if (found !== undefined) return found;
  if (moment.kind === 'run') {
    const { runId } = moment;
    const running = db.select(asRun).from(syncRuns).where(eq(syncRuns.id, runId)).get();
    if (running === undefined) throw new MirrorError('RUN_UNKNOWN', `${path} has no run ${runId}.`);
    throw new MirrorError('MOMENT_NOT_MIRRORED', `Run ${runId} of ${path} has not ended.`, {
      hint: 'Wait for its end, or ask for the run before it.',
    });
  }
  const first = db.select(asRun).from(syncRuns).where(hasEnded).orderBy(asc(syncRuns.id)).limit(1).get();
  const begins =
    first === undefined
      ? 'no run has ended in it yet'
      : `it begins with run ${first.runId}, which ended at ${first.endedAt ?? first.startedAt}`;
  throw new MirrorError('MOMENT_NOT_MIRRORED', `${path} had stored nothing by then; ${begins}.`);
}

function endedBy(moment: Moment): SQL {
  return moment.kind === 'run'
    ? eq(syncRuns.id, moment.runId)
    : sql`${endedAt} <= ${moment.until.toISOString()}`;
}

/** A run as it is named in a message, with when it began. */
export function describeRun({ db }: Mirror, runId: number): string {
  const run = db.select(asRun).from(syncRuns).where(eq(syncRuns.id, runId)).get();
  return run === undefined ? `run ${runId}` : `run ${runId} of ${run.startedAt}`;
}
