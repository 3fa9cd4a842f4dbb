import type { ApiList } from '../api/lists.ts';
import type { ExitName } from '../errors/exit-codes.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import type { RunReport } from '../sync/report.ts';
import type { Schedule } from './cron.ts';
import { type ScheduledRunProgress, isTransient } from './plan.ts';
import {
  MAX_SCHEDULED_RUNS,
  type ScheduledRun,
  type ScheduledRunError,
  type ScheduledRunOutcome,
  type StepRecord,
} from './state-file.ts';

/** The result of one attempt of a scheduled run. */
export interface AttemptResult {
  readonly outcome: ScheduledRunOutcome;
  /** Null if no sync was needed, or none could start. */
  readonly runId: number | null;
  readonly error: ScheduledRunError | null;
  readonly exit: ExitName;
  /** Whether another attempt could do better. */
  readonly isTransient: boolean;
  /** Null if no sync was needed, or none came to an end. */
  readonly report: RunReport | null;
}

const NOTHING_LEFT: AttemptResult = {
  outcome: 'complete',
  runId: null,
  error: null,
  exit: 'complete',
  isTransient: false,
  report: null,
};

/** Syncs the incomplete lists. Never rejects: an error becomes the result of the attempt. */
export async function runAttempt(
  lists: readonly ApiList[],
  runSync: (lists: readonly ApiList[]) => Promise<RunReport>,
  onFailed: (error: unknown) => void,
): Promise<AttemptResult> {
  if (lists.length === 0) return NOTHING_LEFT;
  try {
    return toAttemptResult(await runSync(lists));
  } catch (error) {
    onFailed(error);
    const isExpected = error instanceof MirrorError;
    return {
      ...NOTHING_LEFT,
      outcome: 'failed',
      error: toRunError(error),
      exit: isExpected ? error.exit : 'unexpected',
      isTransient: !isExpected || isTransient([error.code]),
    };
  }
}

/** Suspicious departures need a person, not another attempt. */
export function toAttemptResult(report: RunReport): AttemptResult {
  const { outcome, runId, error, exit, lists, departures } = report;
  const failures =
    outcome === 'suspicious' ? [] : [...lists, departures].flatMap((one) => one?.error?.code ?? []);
  return {
    outcome,
    runId,
    error: error && toRunError(error),
    exit,
    isTransient: isTransient(failures),
    report,
  };
}

function toRunError(error: unknown): ScheduledRunError {
  if (error instanceof MirrorError) return { code: error.code, message: error.message, hint: error.hint };
  return {
    code: 'UNEXPECTED',
    message: messageOf(error),
    hint: 'This is a bug in this program. Please report it.',
  };
}

/* The functions below are pure: each takes the scheduled runs, newest first, and returns the changed list. */

export function findScheduledRun(runs: readonly ScheduledRun[], due: Date): ScheduledRun | undefined {
  return runs.find(({ due_at }) => due_at === due.toISOString());
}

/** Whether a scheduled run is complete, and its steps are done. */
export const isDone = (run: ScheduledRun | undefined): boolean =>
  run !== undefined && run.is_over && run.outcome === 'complete';

export function toProgress(run: ScheduledRun | undefined): ScheduledRunProgress | null {
  if (run === undefined) return null;
  const { outcome, attempts, last_ended_at, is_over: isOver } = run;
  // Every list was read, and yet the run is not over: the steps after it were interrupted.
  const isCut = !isOver && (outcome === 'complete' || outcome === 'suspicious');
  return { attempts, lastEndedAt: last_ended_at === null || isCut ? null : new Date(last_ended_at), isOver };
}

/** Starts an attempt. Times that were due since the newest known run, and that the state file lacks, were missed. */
export function startAttempt(
  runs: readonly ScheduledRun[],
  schedule: Schedule,
  due: Date,
  at: Date,
): { readonly begun: ScheduledRun; readonly runs: readonly ScheduledRun[]; readonly missed: number } {
  const known = findScheduledRun(runs, due);
  const begun: ScheduledRun = {
    due_at: due.toISOString(),
    outcome: 'running',
    attempts: (known?.attempts ?? 0) + 1,
    first_began_at: known?.first_began_at ?? at.toISOString(),
    last_ended_at: null,
    is_over: false,
    run_ids: known?.run_ids ?? [],
    error: known?.error ?? null,
    steps: [],
  };
  const missed = listMissed(schedule, runs[0], due);
  const all = [...runs.filter((one) => one !== known), ...missed.map(toMissed), begun];
  return {
    begun,
    runs: all.toSorted((a, b) => b.due_at.localeCompare(a.due_at)).slice(0, MAX_SCHEDULED_RUNS),
    missed: missed.length,
  };
}

/** What was due between the newest run and this one. An empty state file does not say since when a schedule is kept. */
export function listMissed(schedule: Schedule, newest: ScheduledRun | undefined, due: Date): readonly Date[] {
  const since = newest === undefined ? due : new Date(newest.due_at);
  const next = schedule.findNext(since);
  if (next === null || next >= due) return [];
  return schedule.listLast(new Date(due.getTime() - 1), MAX_SCHEDULED_RUNS).filter((one) => one > since);
}

function toMissed(due: Date): ScheduledRun {
  return {
    due_at: due.toISOString(),
    outcome: 'missed',
    attempts: 0,
    first_began_at: null,
    last_ended_at: null,
    is_over: true,
    run_ids: [],
    error: null,
    steps: [],
  };
}

/** Ends the current attempt. An interrupted one has no end of its own: the next process continues it. */
export function endAttempt(
  runs: readonly ScheduledRun[],
  due: Date,
  {
    outcome,
    endedAt,
    runId,
    error,
  }: Pick<AttemptResult, 'outcome' | 'runId' | 'error'> & { readonly endedAt: Date },
): readonly ScheduledRun[] {
  return change(runs, due, (run) => ({
    ...run,
    outcome,
    last_ended_at: outcome === 'interrupted' ? null : endedAt.toISOString(),
    run_ids: runId === null ? run.run_ids : [...run.run_ids, runId],
    error,
  }));
}

/**
 * Records the steps after the run. Without an interruption, the run is then over, and so is each before it whose process died or was
 * stopped: what it did was reported with this one, and nothing continues it.
 */
export function recordSteps(
  runs: readonly ScheduledRun[],
  due: Date,
  steps: readonly StepRecord[],
  is_over: boolean,
): readonly ScheduledRun[] {
  const recorded = change(runs, due, (run) => ({ ...run, steps, is_over }));
  return is_over
    ? recorded.map((run) => (Date.parse(run.due_at) < due.getTime() ? endLeft(run) : run))
    : recorded;
}

const endLeft = (run: ScheduledRun): ScheduledRun =>
  run.is_over
    ? run
    : { ...run, outcome: run.outcome === 'running' ? 'interrupted' : run.outcome, is_over: true };

function change(
  runs: readonly ScheduledRun[],
  due: Date,
  apply: (run: ScheduledRun) => ScheduledRun,
): readonly ScheduledRun[] {
  return runs.map((run) => (run.due_at === due.toISOString() ? apply(run) : run));
}
