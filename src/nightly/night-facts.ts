import type { SweptStatus } from '../clearinghouse/swept-status.ts';
import { listSweptStatuses } from '../mirror/list-swept.ts';
import { readOrElse } from '../mirror/read-or-else.ts';
import type { NightlySettings } from '../settings-nightly.ts';
import { MOST_NIGHTS, type Night } from './night-book.ts';
import type { NightPatience } from './plan-night.ts';
import type { Schedule } from './schedule.ts';

/* What the planning of nights goes by, from the mirror, the schedule and the settings. */

const MINUTE_MS = 60_000;

/** Where the mirror cannot be read nothing is known to have been swept; the run that follows says what is wrong. */
export function listLeft(
  database: string,
  statuses: readonly SweptStatus[],
  due: Date,
  upTo: Date,
): readonly SweptStatus[] {
  return readOrElse(
    database,
    (mirror) => {
      const swept = listSweptStatuses(mirror, due, upTo);
      return statuses.filter(({ id }) => !swept.includes(id));
    },
    statuses,
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
  return schedule.listLast(new Date(due.getTime() - 1), MOST_NIGHTS).filter((one) => one > since);
}

/** A schedule that is due more often than the delay is long would never begin: half of the time between is the most. */
export function toPatience(
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
