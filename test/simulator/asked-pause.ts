const DAY_MS = 86_400_000;

/**
 * The pause in milliseconds that a `Retry-After` requires, as the server means it; none if the value has no meaning.
 */
export function toAskedPause(header: string, now: Date): number {
  const number = /^\d+$/.test(header) ? Number(header) : null;
  if (number !== null && number * 1000 <= 7 * DAY_MS) return number * 1000;
  const moment =
    number === null ? (/^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) : NaN) : number * 1000;
  const pause = moment - now.getTime();
  return pause > 0 && pause <= 7 * DAY_MS ? pause : 0;
}
