import { createTask } from 'node-cron';

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
