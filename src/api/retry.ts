import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import { renderPlural } from '../lib/layout.ts';

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

/** How often and how patiently a failed request is tried again. All times are milliseconds. */
export interface RetryPolicy {
  /** Requests in all, the first included. */
  readonly maxAttempts: number;
  /** Upper end of the first wait; it doubles with each attempt. */
  readonly backoffMinMs: number;
  /** No wait of our own is longer than this. */
  readonly backoffMaxMs: number;
  /** The longest `Retry-After` that is honored. */
  readonly retryAfterMaxMs: number;
}

export interface FailedAttempt {
  readonly error: Error;
  /** 1 for the first. */
  readonly attempt: number;
  /** How many of the attempts, this one included, met an odd response. */
  readonly oddAttempts?: number;
  /** What is left of the run's maximum duration. */
  readonly durationLeftMs: number;
  readonly now: Date;
}

/** Odd responses to one request, of which the last one counts. */
export const MAX_ODD_RESPONSES = 3;

export type RetryDecision =
  { readonly retry: true; readonly waitMs: number } | { readonly retry: false; readonly error: Error };

/**
 * Decides whether a failure is worth another try, and after how long: what the server asked for, or else a random
 * part of an exponentially growing wait ("full jitter"), so that many mirrors do not come back in step.
 * `random` gives a number from 0 up to 1.
 */
export function decideRetry(policy: RetryPolicy, failed: FailedAttempt, random: () => number): RetryDecision {
  const { error, attempt, oddAttempts = 0, durationLeftMs, now } = failed;
  if (!(error instanceof TransientError)) return { retry: false, error };
  const { retryAfterMs } = error;
  // Before the attempts are counted: this ends the whole run, whichever attempt it was.
  if (retryAfterMs !== undefined && retryAfterMs > policy.retryAfterMaxMs)
    return { retry: false, error: toTooLongPause(new Date(now.getTime() + retryAfterMs), now, error) };
  if (attempt >= policy.maxAttempts || oddAttempts >= MAX_ODD_RESPONSES) {
    return {
      retry: false,
      error: new MirrorError(error.code, `${error.message} (${renderPlural(attempt, 'attempt')})`, {
        cause: error,
        hint: error.hint,
      }),
    };
  }
  const maxWaitMs = Math.min(policy.backoffMaxMs, policy.backoffMinMs * 2 ** (attempt - 1));
  // A server that says "at once", or a clock that is ahead, must not switch the backoff off.
  const waitMs = Math.max(retryAfterMs ?? 0, Math.round(random() * maxWaitMs));
  if (waitMs >= durationLeftMs) {
    return {
      retry: false,
      error: new MirrorError(
        'MAX_DURATION_REACHED',
        'The maximum duration of the run does not allow another wait.',
        {
          cause: error,
        },
      ),
    };
  }
  return { retry: true, waitMs };
}

/** The server wants no request before that moment, which is later than `retryAfterMaxMs` allows. */
export function toTooLongPause(until: Date, now: Date, cause?: Error): MirrorError {
  const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000);
  return new MirrorError(
    'RETRY_AFTER_TOO_LONG',
    `The server asks for no request before ${until.toISOString()} (in ${seconds} s).`,
    cause === undefined ? {} : { cause },
  );
}
