import { createTask } from 'node-cron';

/** Resolves at the next full minute, or rejects with the signal's reason. */
export async function nextMinute(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const task = createTask('* * * * *', () => undefined, { timezone: 'UTC', suppressMissedWarning: true });
  let stop: (() => void) | undefined;
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
      void task.start();
    });
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    await task.destroy();
  }
}
