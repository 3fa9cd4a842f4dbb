/** What a `Retry-After` header says. `ignored`: there is one, and it cannot be believed. */
export interface RetryAfter {
  /** The pause in milliseconds; undefined where there is none. */
  readonly ms: number | undefined;
  readonly isIgnored: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** No server means a longer pause than this; a moment that lies further back is not the present one either. */
export const MAX_PAUSE_MS = 7 * DAY_MS;
const MAX_PAST_MS = DAY_MS;

/** Reads `Retry-After`: seconds, a date (RFC 9110, in all three forms), or a Unix time near the present. */
export function parseRetryAfter(header: string | undefined, now: Date): RetryAfter {
  if (header === undefined) return { ms: undefined, isIgnored: false };
  const ms = toPause(header.trim(), now);
  return { ms, isIgnored: ms === undefined };
}

function toPause(text: string, now: Date): number | undefined {
  if (/^\d{1,15}$/.test(text)) {
    const number = Number(text);
    if (number * 1000 <= MAX_PAUSE_MS) return number * 1000;
    // Nobody asks for decades: such a number is a moment, in seconds or milliseconds since 1970.
    return toPauseUntil(number * 1000, now) ?? toPauseUntil(number, now);
  }
  const date = parseHttpDate(text);
  if (date === undefined) return undefined;
  // A date that is long gone asks for nothing, and says so clearly.
  return date < now.getTime() ? 0 : toPauseUntil(date, now);
}

/** The pause until a moment near the present; undefined where it is not near. */
function toPauseUntil(moment: number, now: Date): number | undefined {
  const left = moment - now.getTime();
  return left > MAX_PAUSE_MS || left < -MAX_PAST_MS ? undefined : Math.max(0, left);
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`, or ISO 8601. */
function parseHttpDate(text: string): number | undefined {
  // Date.parse also reads things like "-5"; a date always holds a letter and a colon.
  if (!/[a-z]/i.test(text) || !text.includes(':')) return undefined;
  // The oldest form names no zone, and means UTC.
  const isAsctime = /^[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/i.test(text);
  const date = Date.parse(isAsctime ? `${text} GMT` : text);
  return Number.isNaN(date) ? undefined : date;
}
