import { createTask, validate, type ScheduledTask } from 'node-cron';
import { MirrorError } from '../errors.ts';
import { untilAborted } from '../until-aborted.ts';
import type { ExitName } from '../exit-codes.ts';

/** A checked cron expression in a checked time zone. */
export interface Schedule {
  readonly cron: string;
  readonly timezone: string;
}

/** Fails with SETTING_INVALID when either is not valid; node-cron itself would find a bad time zone only later. */
export function parseSchedule(cron: string, timezone: string): Schedule {
  if (!validate(cron)) {
    throw new MirrorError('SETTING_INVALID', `--at ${JSON.stringify(cron)} is not a cron expression.`, {
      hint: 'Five fields: minute hour day-of-month month day-of-week, for example "17 3 * * *" for 03:17 every day.',
    });
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch (cause) {
    throw new MirrorError('SETTING_INVALID', `--timezone ${JSON.stringify(timezone)} is not a time zone.`, {
      cause,
      hint: 'Use a name such as UTC or America/Detroit.',
    });
  }
  return { cron, timezone };
}

export interface Nights {
  /** Runs one night. What it throws ends that night only. */
  readonly night: () => Promise<ExitName>;
  readonly onNext: (at: Date) => void;
  /** A night was due while one was still going on. */
  readonly onSkipped: () => void;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Runs a night whenever the schedule says so, never two at once, until the signal is aborted; then it waits for the
 * night in hand, which hears the same signal. Returns how that night ended, or `complete` when none was going on.
 */
export async function runNightly(schedule: Schedule, signal: AbortSignal, nights: Nights): Promise<ExitName> {
  const inHand: { night: Promise<ExitName> | null } = { night: null };
  const run = async (): Promise<ExitName> => {
    try {
      return await nights.night();
    } catch (error) {
      nights.onFailed(error);
      return error instanceof MirrorError ? error.exit : 'unexpected';
    }
  };
  const task: ScheduledTask = createTask(
    schedule.cron,
    async () => {
      inHand.night = run();
      await inHand.night;
      inHand.night = null;
      if (!signal.aborted) tellNext(task, nights);
    },
    { timezone: schedule.timezone, noOverlap: true },
  );
  task.on('execution:overlap', nights.onSkipped);
  await task.start();
  try {
    tellNext(task, nights);
    await untilAborted(signal);
    return (await inHand.night) ?? 'complete';
  } finally {
    await task.destroy();
  }
}

function tellNext(task: ScheduledTask, { onNext }: Nights): void {
  const next = task.getNextRun();
  if (next !== null) onNext(next);
}
