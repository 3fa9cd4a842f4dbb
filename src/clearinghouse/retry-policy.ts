import { MirrorError, TransientError } from '../errors.ts';

/** How often and how patiently a failed request is tried again. All times are milliseconds. */
export interface RetryPolicy {
  /** Requests in all, the first included. */
  readonly attempts: number;
  /** Upper end of the first wait; it doubles with each attempt. */
  readonly backoffBaseMs: number;
  /** No wait of our own is longer than this. */
  readonly backoffCeilingMs: number;
  /** The longest `Retry-After` that is honoured. */
  readonly retryAfterCeilingMs: number;
}

export interface FailedAttempt {
  readonly error: Error;
  /** 1 for the first. */
  readonly attempt: number;
  /** How many of the attempts, this one included, met an odd answer. */
  readonly oddAttempts?: number;
  /** What is left of the run's time budget. */
  readonly budgetLeftMs: number;
  readonly now: Date;
}

/** Odd answers to one request, of which the last one counts. */
export const MOST_ODD_ANSWERS = 3;

export type RetryDecision =
  { readonly retry: true; readonly waitMs: number } | { readonly retry: false; readonly error: Error };

/**
 * Decides whether a failure is worth another try, and after how long: what the server asked for, or else a random
 * part of an exponentially growing wait ("full jitter"), so that many mirrors do not come back in step.
 * `random` gives a number from 0 up to 1.
 */
export function decideRetry(policy: RetryPolicy, failed: FailedAttempt, random: () => number): RetryDecision {
  const { error, attempt, oddAttempts = 0, budgetLeftMs, now } = failed;
  if (!(error instanceof TransientError)) return { retry: false, error };
  const { retryAfterMs } = error;
  // Before the attempts are counted: this ends the whole run, whichever attempt it was.
  if (retryAfterMs !== undefined && retryAfterMs > policy.retryAfterCeilingMs)
    return { retry: false, error: toTooLongPause(new Date(now.getTime() + retryAfterMs), now, error) };
  if (attempt >= policy.attempts || oddAttempts >= MOST_ODD_ANSWERS) {
    return {
      retry: false,
      error: new MirrorError(
        error.code,
        `${error.message} (${attempt} ${attempt === 1 ? 'attempt' : 'attempts'})`,
        { cause: error, hint: error.hint },
      ),
    };
  }
  const ceiling = Math.min(policy.backoffCeilingMs, policy.backoffBaseMs * 2 ** (attempt - 1));
  // A server that says "at once", or a clock that is ahead, must not switch the backoff off.
  const waitMs = Math.max(retryAfterMs ?? 0, Math.round(random() * ceiling));
  if (waitMs >= budgetLeftMs) {
    return {
      retry: false,
      error: new MirrorError('TIME_BUDGET_SPENT', 'The time budget of the run does not allow another wait.', {
        cause: error,
      }),
    };
  }
  return { retry: true, waitMs };
}

/** The server wants no request before that moment, which is further away than the ceiling allows to wait. */
export function toTooLongPause(until: Date, now: Date, cause?: Error): MirrorError {
  const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000);
  return new MirrorError(
    'RETRY_AFTER_TOO_LONG',
    `The server asks for no request before ${until.toISOString()} (in ${seconds} s).`,
    cause === undefined ? {} : { cause },
  );
}
