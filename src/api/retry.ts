import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import { renderPlural } from '../lib/layout.ts';

/** The content of a `Retry-After` header. `ignored`: the header exists, but is implausible. */
export interface RetryAfter {
  /** The pause in milliseconds; undefined if there is none. */
  readonly ms: number | undefined;
  readonly isIgnored: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** A longer pause is implausible, and so is a date that is further in the past. */
export const MAX_PAUSE_MS = 7 * DAY_MS;
const MAX_PAST_MS = DAY_MS;

/** Parses `Retry-After` (A6): seconds, a date (RFC 9110, in all three forms), or a Unix time near the present. */
export function parseRetryAfter(header: string | undefined, now: Date): RetryAfter {
  if (header === undefined) return { ms: undefined, isIgnored: false };
  const ms = toPause(header.trim(), now);
  return { ms, isIgnored: ms === undefined };
}

function toPause(text: string, now: Date): number | undefined {
  if (/^\d{1,15}$/.test(text)) {
    const number = Number(text);
    if (number * 1000 <= MAX_PAUSE_MS) return number * 1000;
    // A pause of decades is implausible: such a number is a Unix time in seconds or milliseconds.
    return toPauseUntil(number * 1000, now) ?? toPauseUntil(number, now);
  }
  const date = parseHttpDate(text);
  if (date === undefined) return undefined;
  // A date far in the past clearly requests no pause.
  return date < now.getTime() ? 0 : toPauseUntil(date, now);
}

/** The pause until a time near the present; undefined if the time is not near. */
function toPauseUntil(moment: number, now: Date): number | undefined {
  const left = moment - now.getTime();
  return left > MAX_PAUSE_MS || left < -MAX_PAST_MS ? undefined : Math.max(0, left);
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`, or ISO 8601. */
function parseHttpDate(text: string): number | undefined {
  // Date.parse also accepts texts such as "-5"; a date always contains a letter and a colon.
  if (!/[a-z]/i.test(text) || !text.includes(':')) return undefined;
  // The oldest form has no zone and means UTC.
  const isAsctime = /^[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/i.test(text);
  const date = Date.parse(isAsctime ? `${text} GMT` : text);
  return Number.isNaN(date) ? undefined : date;
}

/** How a failed request is retried. All times are milliseconds. */
export interface RetryPolicy {
  /** The maximum number of requests, including the first. */
  readonly maxAttempts: number;
  /** The upper limit of the first wait. It doubles with each attempt. */
  readonly backoffMinMs: number;
  /** The upper limit of any backoff. */
  readonly backoffMaxMs: number;
  /** The longest `Retry-After` that is honored. */
  readonly retryAfterMaxMs: number;
}

export interface FailedAttempt {
  readonly error: Error;
  /** The first attempt is 1. */
  readonly attempt: number;
  /** The number of attempts so far, including this one, with an odd response. */
  readonly oddAttempts?: number;
  /** What is left of the maximum duration of the run. */
  readonly durationLeftMs: number;
  readonly now: Date;
}

/** The maximum number of odd responses to one request (A13). */
export const MAX_ODD_RESPONSES = 3;

export type RetryDecision =
  | { readonly retry: true; readonly waitMs: number }
  | { readonly retry: false; readonly error: Error };

/**
 * Decides whether to retry a failure, and after how long: after the pause that the server requests, or else after a
 * random part of an exponentially growing wait ("full jitter"), so that many mirrors do not retry at the same time.
 * `random` returns a number from 0 up to, but not including, 1.
 */
export function decideRetry(policy: RetryPolicy, failed: FailedAttempt, random: () => number): RetryDecision {
  const { error, attempt, oddAttempts = 0, durationLeftMs, now } = failed;
  if (!(error instanceof TransientError)) return { retry: false, error };
  const { retryAfterMs } = error;
  // Comes before the count of attempts: this ends the whole run on any attempt.
  if (retryAfterMs !== undefined && retryAfterMs > policy.retryAfterMaxMs)
    return {
      retry: false,
      error: toTooLongPause(new Date(now.getTime() + retryAfterMs), now, { cause: error }),
    };
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
  // A server that requests no pause, or whose clock is ahead, must not disable the backoff.
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

/** The error if the server, or a host, requests a pause that ends later than `retryAfterMaxMs` allows. */
export function toTooLongPause(
  until: Date,
  now: Date,
  { host = '', cause }: { readonly host?: string; readonly cause?: Error } = {},
): MirrorError {
  const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000);
  return new MirrorError(
    'RETRY_AFTER_TOO_LONG',
    `${host === '' ? 'The server' : host} allows no request before ${until.toISOString()} (in ${seconds} s).`,
    cause === undefined ? {} : { cause },
  );
}
