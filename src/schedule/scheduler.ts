import type { ApiList } from '../api/lists.ts';
import type { NightlySettings } from '../config/settings.ts';
import { readOrElse } from '../db/open-mirror.ts';
import { findPausedUntil } from '../db/run-log.ts';
import { listReadLists } from '../db/state.ts';
import type { ExitName } from '../errors/exit-codes.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { type LinkedReport, type SkippedPass, isSkipped, toExit } from '../sync/linked/report.ts';
import type { RunReport } from '../sync/report.ts';
import { type AfterRunStep, type RunSummary, runSteps } from './after-run.ts';
import {
  endAttempt,
  findScheduledRun,
  recordSteps,
  runAttempt,
  startAttempt,
  toAttemptResult,
  isDone,
  toProgress,
} from './attempt.ts';
import type { Schedule } from './cron.ts';
import {
  type Plan,
  type RetryPolicy,
  type RunPlan,
  type WaitPlan,
  isGivenUp,
  planNext,
  repeatsItself,
} from './plan.ts';
import {
  type ScheduledRun,
  type SchedulerProcess,
  type SchedulerState,
  dropAhead,
  loadState,
  takeBackAhead,
  toStateFilePath,
  writeStateFile,
} from './state-file.ts';
import { listUnreported, recordRunIds } from './unreported-runs.ts';

const MINUTE_MS = 60_000;

/** What a scheduled run consists of, according to the current settings. */
export interface NightlyJob {
  readonly database: string;
  readonly apiUrl: string;
  readonly schedule: Schedule;
  readonly settings: NightlySettings;
  readonly lists: readonly ApiList[];
  readonly runSync: (lists: readonly ApiList[]) => Promise<RunReport>;
  /** Notifies others that an attempt starts. */
  readonly announce?: ((run: ScheduledRun, signal: AbortSignal) => Promise<void>) | undefined;
  /** The steps that follow a scheduled run. */
  readonly steps: readonly AfterRunStep[];
  /** The linked pass, which begins when the run and its steps are over; undefined if no linked lists are read. */
  readonly linked?: LinkedJob | undefined;
}

export interface LinkedJob {
  /** No list begins after `endsBy`. Rejects only if the database or this program fails. */
  readonly read: (endsBy: Date | null) => Promise<LinkedReport | SkippedPass>;
  /** The steps that follow a pass; none of them concerns the run. */
  readonly steps: (report: LinkedReport, ofRun: RunSummary) => readonly AfterRunStep[];
}

export interface SchedulerEvents {
  readonly onWait: (plan: WaitPlan) => void;
  readonly onBegin: (plan: RunPlan, run: ScheduledRun, missed: number) => void;
  readonly onEnd: (run: ScheduledRun) => void;
  /** An error that does not stop the scheduler. */
  readonly onFailed: (error: unknown) => void;
}

export interface Clock {
  readonly now: () => Date;
  /** Resolves after this many milliseconds, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Resolves at the next full minute, or rejects with the signal's reason. */
  readonly nextMinute: (signal: AbortSignal) => Promise<void>;
}

export interface SchedulerOptions {
  /** Called for each plan and each attempt, because the settings can be reloaded. */
  readonly job: () => NightlyJob;
  readonly clock: Clock;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly who: Pick<SchedulerProcess, 'process_id' | 'version'>;
  readonly events: SchedulerEvents;
  /** Stops the scheduler. Steps that have not started are then left to the next process. */
  readonly signal: AbortSignal;
  /** The process does one run and keeps no schedule. */
  readonly isOnce?: boolean;
}

export interface Scheduler {
  /** Plans, waits or makes an attempt, and plans again, until the signal is aborted. */
  readonly run: () => Promise<void>;
  /** Makes one attempt now, independent of the schedule: of the latest due time, or of its own if that one is complete and over. */
  readonly runOnce: () => Promise<void>;
  /** Ends the current wait, so that reloaded settings take effect. */
  readonly replan: () => void;
  /** How the last attempt ended; `complete` if there was none. */
  readonly lastExit: () => ExitName;
}

/** The scheduler of one mirror. It is the only writer of the state file. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { job, clock, random, who, events, signal, isOnce = false } = options;
  const { now } = clock;
  let startedAt = now();
  let state = loadState(job().database, events.onFailed);
  let jitterShare = random();
  let exit: ExitName = 'complete';
  /** The reports of the earlier attempts of the same scheduled run. */
  let reports: RunReport[] = [];
  let wakeUp = new AbortController();

  const save = (changes: Partial<SchedulerState>, wait: WaitPlan | null = null): void => {
    const { database, schedule } = job();
    const process: SchedulerProcess = {
      ...who,
      started_at: startedAt.toISOString(),
      schedule: schedule.cron,
      timezone: schedule.timezone,
      is_once: isOnce,
      waiting: wait?.waiting ?? null,
      until: wait?.until?.toISOString() ?? null,
    };
    state = { ...state, ...changes, process };
    try {
      writeStateFile(toStateFilePath(database), state, database);
    } catch (error) {
      events.onFailed(error); // a run does not depend on the state file
    }
  };

  const plan = (): Plan => {
    const { schedule, settings, lists, database, apiUrl } = job();
    const at = now();
    if (at < startedAt) startedAt = at; // the clock was set back
    const lastDue = schedule.listLast(at, 1)[0] ?? null;
    const nextDue = schedule.findNext(at);
    return planNext({
      now: at,
      startedAt,
      lastDue,
      nextDue,
      progress: lastDue === null ? null : toProgress(findScheduledRun(state.scheduled_runs, lastDue)),
      listsLeft: lastDue === null ? [] : listIncomplete(database, lists, lastDue, at),
      policy: toRetryPolicy(settings, jitterShare, lastDue, nextDue),
      pausedUntil: findPausedUntil(database, apiUrl, at),
    });
  };

  const announce = async (run: ScheduledRun): Promise<void> => {
    try {
      await job().announce?.(run, signal);
    } catch (error) {
      events.onFailed(error);
    }
  };

  /** Makes one attempt. After the last one, the steps follow. Fails only if this program is faulty. */
  const attempt = async (runPlan: RunPlan, isOnly: boolean): Promise<void> => {
    const { schedule, settings, runSync, database, apiUrl } = job();
    const { due, lists } = runPlan;

    state = takeBackAhead(dropAhead(state, due), due);
    const { begun, runs, missed } = startAttempt(state.scheduled_runs, schedule, due, now());
    save({ scheduled_runs: runs });
    events.onBegin(runPlan, begun, missed);
    if (begun.attempts === 1) reports = [];
    await announce(begun);

    const result = await runAttempt(lists, runSync, events.onFailed);
    const canImprove =
      result.isTransient && !repeatsItself(result.report?.lists ?? [], reports.at(-1)?.lists ?? []);
    if (result.report !== null) reports.push(result.report);

    const unreported = listUnreported(database, runs, begun, reports);
    const lastReport = unreported.at(-1);
    // An attempt without a sync completes a run whose process died: suspicious departures still are suspicious.
    const ending =
      lists.length === 0 && lastReport?.outcome === 'suspicious'
        ? { ...toAttemptResult(lastReport), runId: null }
        : result;
    ({ exit } = ending);
    const endedAt = now();
    const ended = endAttempt(state.scheduled_runs, due, { ...ending, endedAt });
    save({ scheduled_runs: recordRunIds(ended, begun, unreported) });

    const firstBeganAt = new Date(begun.first_began_at ?? due);
    const policy = toRetryPolicy(settings, jitterShare, null, null);
    const isLast =
      isOnly ||
      !canImprove ||
      isGivenUp(firstBeganAt, endedAt, policy, findPausedUntil(database, apiUrl, endedAt));
    let summary: RunSummary | null = null;
    if (isLast && ending.outcome !== 'interrupted') {
      // The steps tell others of the last attempt, which is not recorded as over before they are done.
      const run = { ...(findScheduledRun(state.scheduled_runs, due) ?? begun), is_over: true };
      const done = await runSteps(job().steps, { run, exit, reports: unreported }, signal, events.onFailed);
      ({ exit } = done);
      summary = { run, exit, reports: unreported, steps: done.steps };
      // If the process dies or is stopped before this, the next process does the steps.
      save({ scheduled_runs: recordSteps(state.scheduled_runs, due, done.steps, !done.isCut) });
    }
    jitterShare = random();
    events.onEnd(findScheduledRun(state.scheduled_runs, due) ?? begun);
    if (summary !== null) await readLinked(summary);
  };

  /** The run is over, recorded and told: whatever the pass does, it stays so. */
  const readLinked = async (ofRun: RunSummary): Promise<void> => {
    const { linked, schedule } = job();
    if (linked === undefined || signal.aborted) return;
    try {
      const result = await linked.read(isOnce ? null : schedule.findNext(now()));
      if (isSkipped(result)) return;
      exit = toExit(exit, result);
      const done = await runSteps(linked.steps(result, ofRun), { ...ofRun, exit }, signal, events.onFailed);
      ({ exit } = done);
    } catch (error) {
      events.onFailed(error);
      if (exit === 'complete') exit = error instanceof MirrorError ? error.exit : 'unexpected';
    }
  };

  return {
    run: async () => {
      while (!signal.aborted) {
        const next = plan();
        if (next.kind === 'run') {
          await attempt(next, false);
          continue;
        }
        save({}, next);
        events.onWait(next);
        wakeUp = new AbortController();
        await waitUntil(clock, next.until, AbortSignal.any([signal, wakeUp.signal]));
      }
    },
    runOnce: () => {
      const { schedule, lists } = job();
      const at = now();
      const latest = schedule.listLast(at, 1)[0] ?? at;
      // What was complete for a due time stays so. Another run is one of its own, due now.
      const due = isDone(findScheduledRun(state.scheduled_runs, latest)) ? at : latest;
      return attempt({ kind: 'run', due, isLate: false, lists }, true);
    },
    replan: () => {
      wakeUp.abort();
    },
    lastExit: () => exit,
  };
}

/**
 * The lists that were not read completely since the run was due. If the mirror cannot be read, all of them: the sync that
 * follows reports what is wrong.
 */
function listIncomplete(
  database: string,
  lists: readonly ApiList[],
  due: Date,
  upTo: Date,
): readonly ApiList[] {
  return readOrElse(
    database,
    (mirror) => {
      const complete = listReadLists(mirror, due, upTo);
      return lists.filter(({ id }) => !complete.includes(id));
    },
    lists,
  );
}

/** The jitter is at most half the time between two runs: with a longer one, a frequent schedule would never start. */
function toRetryPolicy(
  { jitterMinutes, retryDelayMinutes, retryWindowMinutes }: NightlySettings,
  jitterShare: number,
  lastDue: Date | null,
  nextDue: Date | null,
): RetryPolicy {
  const max = lastDue === null || nextDue === null ? Infinity : (nextDue.getTime() - lastDue.getTime()) / 2;
  return {
    jitterMs: Math.round(Math.min(max, jitterShare * jitterMinutes * MINUTE_MS)),
    retryDelayMs: retryDelayMinutes * MINUTE_MS,
    retryWindowMs: retryWindowMinutes * MINUTE_MS,
  };
}

/**
 * Waits until this time. It looks at the clock every minute, so that it notices within a minute that the machine slept or
 * that the clock was set. Returns early if the clock goes back or the signal is aborted.
 */
async function waitUntil(clock: Clock, until: Date | null, signal: AbortSignal): Promise<void> {
  let last = clock.now();
  try {
    for (;;) {
      const left = until === null ? Infinity : until.getTime() - clock.now().getTime();
      if (left <= 0) return;
      if (left <= MINUTE_MS) await clock.sleep(left, signal);
      else await clock.nextMinute(signal);
      const now = clock.now();
      if (now < last) return;
      last = now;
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
}
