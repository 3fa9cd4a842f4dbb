import type { ApiList } from '../api/lists.ts';
import { ERROR_KINDS, type ErrorCode } from '../errors/codes.ts';
import type { ErrorKind } from '../errors/api-codes.ts';
import type { ListReport } from '../sync/report.ts';

/** How a night is tried. Times are milliseconds. */
export interface NightPatience {
  /** From the time a night is due to its beginning: chosen at random, so that not everyone asks at the same second. */
  readonly startDelayMs: number;
  /** Between the end of an attempt that did not bring everything and the next one. */
  readonly retryPauseMs: number;
  /** No attempt is begun later than this after the first one. */
  readonly windowMs: number;
}

/** What the mirror has on record of the night that was due last. */
export interface NightSoFar {
  /** None for a night that was missed. */
  readonly attempts: number;
  /** Null while an attempt goes on, and after one that was cut short, be it only in what is done afterwards. */
  readonly lastEndedAt: Date | null;
  /** The night has come to its end, whatever end that is. */
  readonly isOver: boolean;
}

export interface NightFacts {
  readonly now: Date;
  /** When this process began to keep the schedule. */
  readonly watchingSince: Date;
  /** The last time up to now that was due; null when the schedule has none. */
  readonly lastDue: Date | null;
  readonly nextDue: Date | null;
  /** Null when nothing is on record of it. */
  readonly night: NightSoFar | null;
  /** The lists that no list sync has read completely from when the night was due until now. */
  readonly listsLeft: readonly ApiList[];
  readonly patience: NightPatience;
  /** Until when the server wants no request (`Retry-After`); null where it asked for no pause. */
  readonly pausedUntil: Date | null;
}

/** Why a process waits: the next word on it to a person. */
export type Waiting =
  'for the next night' | 'to spread the load' | 'to try again' | 'until the server allows it';

export interface WaitPlan {
  readonly kind: 'wait';
  /** Null for ever. */
  readonly until: Date | null;
  readonly waiting: Waiting;
}

export interface RunPlan {
  readonly kind: 'run';
  readonly due: Date;
  /** The night was due while nobody kept the schedule, or slept. */
  readonly isLate: boolean;
  readonly lists: readonly ApiList[];
}

export type NightPlan = WaitPlan | RunPlan;

/** A night that begins later than this after its time was slept through. */
const LATE_MS = 60_000;

/**
 * Says what is to be done now. What was due and has not been brought is made up for once, however many nights were
 * missed; a night that brought only a part is tried again within its window, for the lists that lack; a night that is
 * over is left alone until the next one is due, or until the process is begun anew. Nothing is begun while the server
 * wants no request.
 */
export function planNight(facts: NightFacts): NightPlan {
  const { now, pausedUntil } = facts;
  const plan = planRegardlessOfPauses(facts);
  const asks = plan.kind === 'run' && plan.lists.length > 0;
  return asks && pausedUntil !== null && pausedUntil > now
    ? { kind: 'wait', until: pausedUntil, waiting: 'until the server allows it' }
    : plan;
}

function planRegardlessOfPauses(facts: NightFacts): NightPlan {
  const { now, lastDue, nextDue, night, listsLeft, patience } = facts;
  const untilNext: WaitPlan = {
    kind: 'wait',
    until: nextDue && after(nextDue, patience.startDelayMs),
    waiting: 'for the next night',
  };
  if (lastDue === null) return untilNext;
  const run: RunPlan = {
    kind: 'run',
    due: lastDue,
    isLate: now.getTime() - lastDue.getTime() > patience.startDelayMs + LATE_MS,
    lists: listsLeft,
  };
  if (night === null || night.attempts === 0) {
    const start = after(lastDue, patience.startDelayMs);
    const wasWatching = facts.watchingSince <= lastDue;
    return wasWatching && now < start ? { kind: 'wait', until: start, waiting: 'to spread the load' } : run;
  }
  const { lastEndedAt } = night;
  if (lastEndedAt === null) return run; // it was cut short
  if (night.isOver) {
    const isOfThisProcess = lastEndedAt >= facts.watchingSince;
    return isOfThisProcess || listsLeft.length === 0 ? untilNext : run;
  }
  // Where the clock was set back meanwhile, the pause is counted from now.
  const again = after(lastEndedAt < now ? lastEndedAt : now, patience.retryPauseMs);
  return lastEndedAt < now && again <= now ? run : { kind: 'wait', until: again, waiting: 'to try again' };
}

/** Whether a night that has not brought everything is given up, because no other attempt fits into its window. */
export function isGivenUp(
  firstBeganAt: Date,
  endedAt: Date,
  patience: NightPatience,
  pausedUntil: Date | null,
): boolean {
  const again = Math.max(after(endedAt, patience.retryPauseMs).getTime(), pausedUntil?.getTime() ?? 0);
  return again > after(firstBeganAt, patience.windowMs).getTime();
}

/** Whether one of the failures of an attempt may be gone at the next one. */
export function mayPass(failures: readonly ErrorCode[]): boolean {
  return failures.some((code) => !lasts(code));
}

/** What is compared of a list between two attempts. */
type ListResult = Pick<ListReport, 'status' | 'outcome' | 'error'> & {
  readonly figures: Pick<ListReport['figures'], 'count_last' | 'cases_last_pass'>;
};

/** Lists that were read and yet fell short. What only the network kept from being read may come at any other attempt. */
const READ_SHORT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'COUNT_MISMATCH',
  'CASES_MISSED',
  'PAGES_UNREADABLE',
]);

/** Whether an attempt fell short in the very same way, by the same figures, as the one before: a third would as well. */
export function repeatsItself(lists: readonly ListResult[], before: readonly ListResult[]): boolean {
  const short = lists.filter(({ error }) => error !== null && !lasts(error.code));
  return (
    short.length > 0 &&
    short.every(({ status, error, figures }) => {
      const earlier = before.find((one) => one.status.id === status.id);
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

function after(moment: Date, ms: number): Date {
  return new Date(moment.getTime() + ms);
}
