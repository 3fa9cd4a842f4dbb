import { createTask } from 'node-cron';
import type { NightPlan, RunPlan, WaitPlan } from './plan.ts';

const MINUTE_MS = 60_000;
/** So long before the full minute the clock is looked at, ahead of node-cron. */
const HEAD_START_MS = 250;

/**
 * Resolves at the next full minute, or rejects with the signal's reason; within a minute, whatever the clock shows. Where
 * the clock is set back, node-cron would wait for the minute that it had planned, a day or a year off. Where it is set
 * forward, as from 1970 by a machine that has just found the time, node-cron would count each minute in between.
 */
export async function nextMinute(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const task = createTask('* * * * *', () => undefined, { timezone: 'UTC', suppressMissedWarning: true });
  let stop: (() => void) | undefined;
  const timers: NodeJS.Timeout[] = [];
  const start = Date.now();
  const startOnStopwatch = performance.now();
  const wasSet = (): boolean =>
    Math.abs(Date.now() - start - (performance.now() - startOnStopwatch)) > MINUTE_MS;
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', stop);
      // A minute that was slept through is reported as missed, and has passed all the same.
      for (const event of ['execution:finished', 'execution:missed'] as const) {
        task.on(event, () => {
          resolve();
        });
      }
      const look = (): void => {
        if (wasSet()) resolve();
      };
      timers.push(
        setTimeout(look, MINUTE_MS - (start % MINUTE_MS) - HEAD_START_MS),
        setTimeout(resolve, MINUTE_MS),
      );
      void task.start();
    });
  } finally {
    timers.forEach(clearTimeout);
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    await task.destroy();
  }
}

/** What wakes a process that waits. */
export interface Pulse {
  readonly now: () => Date;
  /** Resolves at the next full minute, or rejects with the signal's reason. */
  readonly nextBeat: (signal: AbortSignal) => Promise<void>;
  /** Resolves after so many milliseconds, or rejects likewise. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What is done when a night is due. */
export interface NightKeeper {
  /** What is to be done now. */
  readonly plan: () => NightPlan;
  /** Called before each wait. */
  readonly onWait: (plan: WaitPlan) => void;
  /** Tries a night once, and fails only with a fault of the program. */
  readonly attempt: (plan: RunPlan) => Promise<void>;
}

/**
 * Keeps the schedule until the signal is aborted: plans, waits or tries a night, and plans again. `replan` hands out a
 * signal that is aborted when the settings have changed, so that whoever waits looks at them.
 */
export async function keepSchedule(
  pulse: Pulse,
  keeper: NightKeeper,
  signal: AbortSignal,
  replan: () => AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const plan = keeper.plan();
    if (plan.kind === 'run') {
      await keeper.attempt(plan);
      continue;
    }
    keeper.onWait(plan);
    await waitUntil(pulse, plan.until, AbortSignal.any([signal, replan()]));
  }
}

/**
 * Waits until that moment by the clock, looking at it every minute: a machine that sleeps, or whose clock is set, is
 * noticed within one. Returns early when the clock goes back or the signal is aborted.
 */
async function waitUntil(pulse: Pulse, until: Date | null, signal: AbortSignal): Promise<void> {
  let last = pulse.now();
  try {
    for (;;) {
      const left = until === null ? Infinity : until.getTime() - pulse.now().getTime();
      if (left <= 0) return;
      if (left <= MINUTE_MS) await pulse.sleep(left, signal);
      else await pulse.nextBeat(signal);
      const now = pulse.now();
      if (now < last) return;
      last = now;
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
}
