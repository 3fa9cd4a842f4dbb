import { createTask } from 'node-cron';

const MINUTE_MS = 60_000;

/**
 * Resolves at the next full minute, or rejects with the signal's reason. Where the clock is set back meanwhile, the minute
 * that was waited for may be a day or a year off: no wait is longer than a minute, whatever the clock shows.
 */
export async function nextMinute(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const task = createTask('* * * * *', () => undefined, { timezone: 'UTC', suppressMissedWarning: true });
  let stop: (() => void) | undefined;
  let longest: NodeJS.Timeout | undefined;
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
      longest = setTimeout(resolve, MINUTE_MS);
      void task.start();
    });
  } finally {
    clearTimeout(longest);
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    await task.destroy();
  }
}
