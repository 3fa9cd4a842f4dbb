/**
 * A clock for the record of one run, in which nothing may seem to have happened before what came earlier: where the real
 * one is set back, time stands still until it has caught up.
 */
export function toRisingClock(now: () => Date): () => Date {
  let latest = -Infinity;
  return () => {
    latest = Math.max(latest, now().getTime());
    return new Date(latest);
  };
}
