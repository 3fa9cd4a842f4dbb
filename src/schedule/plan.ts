import type { ApiList } from '../api/lists.ts';
import { ERROR_KINDS, type ErrorCode } from '../errors/mirror-error.ts';
import type { ErrorKind } from '../errors/exit-codes.ts';
import type { ListReport } from '../sync/report.ts';

/** When a scheduled run starts and when it is retried. Times are milliseconds. */
export interface RetryPolicy {
  /** Random delay between the due time and the start, so that mirrors do not all send requests in the same second. */
  readonly jitterMs: number;
  /** From the end of an incomplete attempt to the next attempt. */
  readonly retryDelayMs: number;
  /** From the start of the first attempt to the latest start of another one. */
  readonly retryWindowMs: number;
}

/** What the state file says about the scheduled run that was due last. */
export interface ScheduledRunProgress {
  /** 0 for a missed run. */
  readonly attempts: number;
  /** Null while an attempt is running, and if the last one, or the steps after it, were interrupted. */
  readonly lastEndedAt: Date | null;
  /** Nothing is left to do, whether the run succeeded or was given up. */
  readonly isOver: boolean;
}

export interface PlanInput {
  readonly now: Date;
  /** When this process started to keep the schedule. */
  readonly startedAt: Date;
  /** The last due time up to now; null if the schedule has none. */
  readonly lastDue: Date | null;
  readonly nextDue: Date | null;
  /** Null if the state file does not know the run. */
  readonly progress: ScheduledRunProgress | null;
  /** The lists that were not read completely since the run was due. */
  readonly listsLeft: readonly ApiList[];
  readonly policy: RetryPolicy;
  /** Until when the server accepts no request (`Retry-After`); null if it asked for no pause. */
  readonly pausedUntil: Date | null;
}

/** Why the scheduler waits, as a clause that follows the time. */
export type Waiting = 'for the next run' | 'for the jitter' | 'for the retry' | 'until the server allows it';

export interface WaitPlan {
  readonly kind: 'wait';
  /** Null for ever. */
  readonly until: Date | null;
  readonly waiting: Waiting;
}

export interface RunPlan {
  readonly kind: 'run';
  readonly due: Date;
  /** A catch-up run: it was due while no process kept the schedule, or while the machine slept. */
  readonly isLate: boolean;
  readonly lists: readonly ApiList[];
}

export type Plan = WaitPlan | RunPlan;

/** A run that starts later than this after its time and jitter is a catch-up run. */
const LATE_MS = 60_000;

/**
 * Decides what to do now. One catch-up run stands for all missed ones. An incomplete run is retried within its window, for
 * the lists that are still incomplete. A finished run is left alone until the next one is due or a new process starts.
 * No sync starts while the server asks for a pause.
 */
export function planNext(input: PlanInput): Plan {
  const { now, pausedUntil } = input;
  const plan = planWithoutPause(input);
  const sendsRequests = plan.kind === 'run' && plan.lists.length > 0;
  return sendsRequests && pausedUntil !== null && pausedUntil > now
    ? { kind: 'wait', until: pausedUntil, waiting: 'until the server allows it' }
    : plan;
}

function planWithoutPause(input: PlanInput): Plan {
  const { now, startedAt, lastDue, nextDue, progress, listsLeft, policy } = input;
  const waitForNext: WaitPlan = {
    kind: 'wait',
    until: nextDue && after(nextDue, policy.jitterMs),
    waiting: 'for the next run',
  };
  if (lastDue === null) return waitForNext;
  const run: RunPlan = {
    kind: 'run',
    due: lastDue,
    isLate: now.getTime() - lastDue.getTime() > policy.jitterMs + LATE_MS,
    lists: listsLeft,
  };
  if (progress === null || progress.attempts === 0) {
    const start = after(lastDue, policy.jitterMs);
    return startedAt <= lastDue && now < start
      ? { kind: 'wait', until: start, waiting: 'for the jitter' }
      : run;
  }
  const { lastEndedAt } = progress;
  if (lastEndedAt === null) return run; // it was interrupted
  if (progress.isOver) return lastEndedAt >= startedAt || listsLeft.length === 0 ? waitForNext : run;
  // If the clock was set back since the attempt ended, the delay counts from now.
  const retryAt = after(lastEndedAt < now ? lastEndedAt : now, policy.retryDelayMs);
  return lastEndedAt < now && retryAt <= now
    ? run
    : { kind: 'wait', until: retryAt, waiting: 'for the retry' };
}

/** Whether an incomplete run is given up, because no other attempt fits into its window. */
export function isGivenUp(
  firstBeganAt: Date,
  endedAt: Date,
  policy: RetryPolicy,
  pausedUntil: Date | null,
): boolean {
  const retryAt = Math.max(after(endedAt, policy.retryDelayMs).getTime(), pausedUntil?.getTime() ?? 0);
  return retryAt > after(firstBeganAt, policy.retryWindowMs).getTime();
}

/** Whether another attempt could get past at least one of these failures. */
export function isTransient(failures: readonly ErrorCode[]): boolean {
  return failures.some((code) => !lasts(code));
}

/** What is compared of a list between two attempts. */
type ListResult = Pick<ListReport, 'list' | 'outcome' | 'error'> & {
  readonly figures: Pick<ListReport['figures'], 'count_last' | 'cases_last_pass'>;
};

/** Lists that were read and still are incomplete. A list that only the network made unreadable can succeed at any attempt. */
const READ_SHORT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'COUNT_MISMATCH',
  'CASES_MISSED',
  'PAGES_UNREADABLE',
]);

/** Whether an attempt failed exactly like the one before, with the same figures: a third one would do the same. */
export function repeatsItself(lists: readonly ListResult[], before: readonly ListResult[]): boolean {
  const short = lists.filter(({ error }) => error !== null && !lasts(error.code));
  return (
    short.length > 0 &&
    short.every(({ list, error, figures }) => {
      const earlier = before.find((one) => one.list.id === list.id);
      return (
        error !== null &&
        READ_SHORT.has(error.code) &&
        earlier?.error?.code === error.code &&
        earlier.figures.count_last === figures.count_last &&
        earlier.figures.cases_last_pass === figures.cases_last_pass
      );
    })
  );
}

function lasts(code: ErrorCode): boolean {
  const kind: ErrorKind = ERROR_KINDS[code];
  return kind.lasts === true;
}

function after(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}
