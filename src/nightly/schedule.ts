import { Cron } from 'croner';
import { messageOf, MirrorError } from '../errors.ts';

/** When a night is due: a checked cron expression in a checked time zone. */
export interface Schedule {
  readonly cron: string;
  readonly timezone: string;
  /** The first time that is due after this moment; null when there is none any more. */
  readonly findNext: (after: Date) => Date | null;
  /** The last `most` times that were due up to this moment, itself included; the newest first. */
  readonly listLast: (upTo: Date, most: number) => readonly Date[];
}

const MS = 1;

/**
 * Fails with SETTING_INVALID when either is not valid. A fixed time is due once a day, also where clocks are set: what
 * falls into the hour that is left out is due at its end, and of an hour that comes twice the first one counts.
 */
export function parseSchedule(cron: string, timezone: string): Schedule {
  const fail = (message: string, hint: string, cause?: unknown): never => {
    throw new MirrorError('SETTING_INVALID', message, { cause, hint });
  };
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch (cause) {
    fail(
      `--timezone ${JSON.stringify(timezone)} is not a time zone.`,
      'Use a name such as UTC or America/Detroit.',
      cause,
    );
  }
  const hint =
    'Five fields: minute hour day-of-month month day-of-week, for example "17 3 * * *" for 03:17 every day.';
  let times: Cron;
  try {
    // Both a day of the month and a day of the week have to match, as they stand beside each other.
    times = new Cron(cron, { timezone, domAndDow: true, paused: true });
  } catch (cause) {
    return fail(`--at ${JSON.stringify(cron)} is not a cron expression: ${messageOf(cause)}`, hint, cause);
  }
  if (times.nextRun() === null) fail(`--at ${JSON.stringify(cron)} never comes.`, hint);
  return {
    cron,
    timezone,
    findNext: (after) => times.nextRun(after),
    listLast: (upTo, most) => times.previousRuns(most, new Date(upTo.getTime() + MS)),
  };
}
