import type { ApiList } from '../api/lists.ts';
import type { ExitName } from '../errors/exit-codes.ts';
import { findPausedUntil } from '../db/run-log.ts';
import { listReadLists } from '../db/state.ts';
import { readOrElse } from '../db/open-mirror.ts';
import type { NightlySettings } from '../config/settings.ts';
import type { RunReport } from '../sync/report.ts';
import type { NightKeeper } from './heartbeat.ts';
import {
  EMPTY_BOOK,
  MAX_NIGHTS,
  type Night,
  type NightBook,
  type Watch,
  dropAhead,
  readNightBook,
  setNightBookAside,
  takeBackAhead,
  toNightBookPath,
  writeNightBook,
} from './state-file.ts';
import { type NightStep, runSteps } from './after-run.ts';
import {
  type TryEnding,
  findNight,
  noteBeginning,
  noteEnding,
  noteSteps,
  toNightSoFar,
  toTryEnding,
  tryNight,
} from './attempt.ts';
import {
  type NightPatience,
  type NightPlan,
  type RunPlan,
  type WaitPlan,
  isGivenUp,
  planNight,
  repeatsItself,
} from './plan.ts';
import type { Schedule } from './cron.ts';
import { listUntold, noteRuns } from './unreported-runs.ts';

/* What the planning of nights goes by, from the mirror, the schedule and the settings. */

const MINUTE_MS = 60_000;

/** Where the mirror cannot be read nothing is known to have been read; the run that follows says what is wrong. */
function listLeft(database: string, lists: readonly ApiList[], due: Date, upTo: Date): readonly ApiList[] {
  return readOrElse(
    database,
    (mirror) => {
      const read = listReadLists(mirror, due, upTo);
      return lists.filter(({ id }) => !read.includes(id));
    },
    lists,
  );
}

/**
 * What was due after the newest night of the book and before this one, as far back as a book goes. Of a book without
 * nights nobody knows since when somebody should have kept the schedule.
 */
export function listDueBefore(schedule: Schedule, newest: Night | undefined, due: Date): readonly Date[] {
  const since = newest === undefined ? due : new Date(newest.due_at);
  const next = schedule.findNext(since);
  if (next === null || next >= due) return [];
  return schedule.listLast(new Date(due.getTime() - 1), MAX_NIGHTS).filter((one) => one > since);
}

/** A schedule that is due more often than the delay is long would never begin: half of the time between is the most. */
function toPatience(
  { startDelayMinutes, retryPauseMinutes, windowMinutes }: NightlySettings,
  share: number,
  lastDue: Date | null,
  nextDue: Date | null,
): NightPatience {
  const most = lastDue === null || nextDue === null ? Infinity : (nextDue.getTime() - lastDue.getTime()) / 2;
  return {
    startDelayMs: Math.round(Math.min(most, share * startDelayMinutes * MINUTE_MS)),
    retryPauseMs: retryPauseMinutes * MINUTE_MS,
    windowMs: windowMinutes * MINUTE_MS,
  };
}

/** What a night is made of, by the settings that hold now. */
export interface NightlyJob {
  readonly database: string;
  readonly apiUrl: string;
  readonly schedule: Schedule;
  readonly settings: NightlySettings;
  readonly lists: readonly ApiList[];
  readonly runSync: (lists: readonly ApiList[]) => Promise<RunReport>;
  /** Tells others that a try of a night begins. */
  readonly announce?: ((night: Night, signal: AbortSignal) => Promise<void>) | undefined;
  /** What is done when a night is over. */
  readonly steps: readonly NightStep[];
}

/** What the keeping of nights tells while it goes on. */
export interface NightTalk {
  readonly onWait: (plan: WaitPlan) => void;
  readonly onBegin: (plan: RunPlan, night: Night, missed: number) => void;
  readonly onEnd: (night: Night) => void;
  /** Something failed that ends neither the night nor the keeping of the schedule, or that ends the night. */
  readonly onFailed: (error: unknown) => void;
}

export interface NightKeeperOptions {
  /** Asked anew for each plan, because settings may be read again. */
  readonly job: () => NightlyJob;
  readonly now: () => Date;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly who: Pick<Watch, 'process_id' | 'version'>;
  readonly talk: NightTalk;
  /** Told to end, the steps that are left are left out. */
  readonly signal: AbortSignal;
  /** One night is run, and no schedule kept. */
  readonly isSingle?: boolean;
}

export interface KeeperOfNights extends NightKeeper {
  /** Tries a night now, whatever is due, and once. */
  readonly attemptNow: () => Promise<void>;
  /** How the last attempt ended; `complete` when there was none. */
  readonly lastExit: () => ExitName;
}

/** Keeps the nights of one mirror, and their book. */
export function keepNights({
  job,
  now,
  random,
  who,
  talk,
  signal,
  isSingle = false,
}: NightKeeperOptions): KeeperOfNights {
  let watchingSince = now();
  let book = openBook(job().database, talk);
  let share = random();
  let exit: ExitName = 'complete';
  let reports: RunReport[] = [];

  const announce = async (night: Night): Promise<void> => {
    try {
      await job().announce?.(night, signal);
    } catch (error) {
      talk.onFailed(error);
    }
  };

  const save = (changes: Partial<NightBook>, waiting: WaitPlan | null): void => {
    const { database, schedule } = job();
    const watch: Watch = {
      ...who,
      watching_since: watchingSince.toISOString(),
      at: schedule.cron,
      timezone: schedule.timezone,
      is_single: isSingle,
      waiting: waiting?.waiting ?? null,
      until: waiting?.until?.toISOString() ?? null,
    };
    book = { ...book, ...changes, watch };
    try {
      writeNightBook(toNightBookPath(database), book, database);
    } catch (error) {
      talk.onFailed(error); // a book that cannot be written must not keep the nights from being run
    }
  };

  const plan = (): NightPlan => {
    const { schedule, settings, lists, database, apiUrl } = job();
    const moment = now();
    if (moment < watchingSince) watchingSince = moment; // the clock was set back
    const lastDue = schedule.listLast(moment, 1)[0] ?? null;
    const nextDue = schedule.findNext(moment);
    return planNight({
      now: moment,
      watchingSince,
      lastDue,
      nextDue,
      night: lastDue === null ? null : toNightSoFar(findNight(book.nights, lastDue)),
      listsLeft: lastDue === null ? [] : listLeft(database, lists, lastDue, moment),
      patience: toPatience(settings, share, lastDue, nextDue),
      pausedUntil: findPausedUntil(database, apiUrl, moment),
    });
  };

  const attempt = async (run: RunPlan, isOnly = false): Promise<void> => {
    const { schedule, settings, runSync, database, apiUrl } = job();
    book = takeBackAhead(dropAhead(book, run.due), run.due);
    const nights = noteBeginning(
      book.nights,
      run.due,
      now(),
      listDueBefore(schedule, book.nights[0], run.due),
    );
    const begun = findNight(nights, run.due);
    if (begun === undefined) throw new TypeError('a night that has begun is not in its book');
    const missed = countMissed(nights) - countMissed(book.nights);
    save({ nights }, null);
    talk.onBegin(run, begun, missed);
    if (begun.attempts === 1) reports = [];
    await announce(begun);
    const firstBeganAt = new Date(begun.first_began_at ?? run.due);
    const tried = await tryNight(run.lists, runSync, talk.onFailed);
    const mayPass = tried.mayPass && !repeatsItself(tried.report?.lists ?? [], reports.at(-1)?.lists ?? []);
    if (tried.report !== null) reports.push(tried.report);
    const untold = listUntold(database, nights, begun, reports);
    const ending = toEnding(tried, untold, run);
    exit = ending.exit;
    const patience = toPatience(settings, share, null, null);
    const endedAt = now();
    const isLast =
      ending.outcome !== 'interrupted' &&
      (isOnly ||
        !mayPass ||
        isGivenUp(firstBeganAt, endedAt, patience, findPausedUntil(database, apiUrl, endedAt)));
    const noted = noteEnding(book.nights, run.due, { ...ending, endedAt: now() });
    save({ nights: noteRuns(noted, begun, untold) }, null);
    const ended = findNight(book.nights, run.due) ?? begun;
    if (isLast) {
      const after = await runSteps(
        job().steps,
        { night: ended, exit, reports: untold },
        signal,
        talk.onFailed,
      );
      ({ exit } = after);
      // Where the process dies or is told to end before this, the next one does the steps.
      save({ nights: noteSteps(book.nights, run.due, after.steps, !after.isCut) }, null);
    }
    share = random();
    talk.onEnd(findNight(book.nights, run.due) ?? ended);
  };

  return {
    plan,
    attempt,
    onWait: (waiting) => {
      save({}, waiting);
      talk.onWait(waiting);
    },
    attemptNow: () => {
      const { schedule, lists } = job();
      const due = schedule.listLast(now(), 1)[0] ?? now();
      return attempt({ kind: 'run', due, isLate: false, lists }, true);
    },
    lastExit: () => exit,
  };
}

/**
 * How a try ended. One that had nothing to do makes up for a process that died after its run: departures that were doubted
 * then still are.
 */
function toEnding(tried: TryEnding, untold: readonly RunReport[], { lists }: RunPlan): TryEnding {
  const last = untold.at(-1);
  return lists.length === 0 && last?.outcome === 'suspicious' ? { ...toTryEnding(last), runId: null } : tried;
}

/** A book that cannot be read is put aside: the ledger of the mirror knows what lacks. */
function openBook(database: string, talk: NightTalk): NightBook {
  const path = toNightBookPath(database);
  try {
    return readNightBook(path);
  } catch (error) {
    talk.onFailed(error);
    try {
      setNightBookAside(path);
    } catch (failure) {
      talk.onFailed(failure); // no reason not to run the nights
    }
    return EMPTY_BOOK;
  }
}

function countMissed(nights: readonly Night[]): number {
  return nights.filter(({ outcome }) => outcome === 'missed').length;
}
