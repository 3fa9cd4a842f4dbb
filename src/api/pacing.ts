import pRetry from 'p-retry';
import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import { decideRetry, toTooLongPause, type RetryPolicy } from './retry.ts';

/** External effects, passed in so that tests control the clock. */
export interface Runtime {
  readonly now: () => Date;
  /** Milliseconds since an arbitrary point, unaffected by changes of the clock. Without it, the clock is used. */
  readonly stopwatch?: () => number;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

export interface PacingOptions {
  readonly retry: RetryPolicy;
  /** Milliseconds between the end of a response and the next request. */
  readonly delayMs: number;
  /** How many milliseconds from now requests may start: the maximum duration of the run. */
  readonly maxDurationMs: number;
  /** What is left, in milliseconds, of a pause that the server requested from an earlier run. */
  readonly pauseLeftMs?: number | undefined;
  /** The same by host, for a client of several hosts. */
  readonly pausesLeftMs?: ReadonlyMap<string, number> | undefined;
  /**
   * Called before each request is sent: first attempts, retries, followed redirects and tests of the token. If it
   * throws, the request is not sent.
   */
  readonly beforeRequest?: (() => void) | undefined;
  /** Called before each wait for a retry. */
  readonly onRetry?:
    | ((retry: { readonly reason: string; readonly attempt: number; readonly waitMs: number }) => void)
    | undefined;
}

/** What a client has requested and waited so far. */
export interface Traffic {
  readonly requests: number;
  readonly retries: number;
  /** Milliseconds spent in deliberate waits: delay, backoff and `Retry-After`. */
  readonly waitedMs: number;
  /** Bytes of responses, after decompression. */
  readonly bytes: number;
}

/** What every client tells of its requests. */
export interface PacedClient {
  traffic(): Traffic;
  /**
   * The end of the pause that the server requested (`Retry-After`); null if there is none. Of several hosts, the latest
   * end, or that of `host`.
   */
  pausedUntil(host?: string): Date | null;
  /** Calls `listener` for each pause that the server, or a host, requests, before the client waits for it. */
  onPause(listener: (until: Date, host: string) => void): void;
  /** Closes the connections of the agents. */
  readonly close: () => void;
}

/** When the requests of a client are sent: one at a time, after the delay, the pause and the backoff. */
export interface Pacing extends Omit<PacedClient, 'close'> {
  /**
   * Waits for the delay between requests (A5), or for a longer pause that the server requested in any earlier response, and
   * counts the request that follows. Returns the milliseconds that it may take. Throws if it may not be sent. A pause
   * holds only requests to the `host` that requested it; a client of one server names none.
   */
  takeTurn(signal: AbortSignal, host?: string): Promise<number>;
  /** Whether a request to the host would have to wait longer than the policy or the duration of the run allows. */
  isHeld(host: string): boolean;
  /** The response has ended, or the request has failed: the delay begins. */
  endTurn(): void;
  addBytes(bytes: number): void;
  /** The server, or the host, requests that no request is sent to it for so many milliseconds. */
  notePause(ms: number, host?: string): void;
  /** Retries a request as the policy allows; `maxAttempts` can lower its number of attempts. */
  withRetries<Result>(
    fetchOnce: () => Promise<Result>,
    signal: AbortSignal,
    maxAttempts?: number,
  ): Promise<Result>;
}

/** The name of the only server of a client that does not name hosts. */
const THE_SERVER = '';

export function createPacing(options: PacingOptions, runtime: Runtime): Pacing {
  const { now, sleep, random, stopwatch = () => now().getTime() } = runtime;
  const began = stopwatch();
  const durationLeft = (): number => options.maxDurationMs - (stopwatch() - began);
  const traffic = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };
  let lastResponseAt = -Infinity;
  const pauses = new Map(
    [...(options.pausesLeftMs ?? []), [THE_SERVER, options.pauseLeftMs ?? 0] as const].map(([host, ms]) => [
      host,
      { since: now().getTime(), ms },
    ]),
  );
  let tellPause: (until: Date, host: string) => void = () => undefined;

  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms <= 0) return;
    traffic.waitedMs += ms;
    await sleep(ms, signal);
  };

  /** At most the requested pause, even if the clock was set back. */
  const pauseLeft = (host: string): number => {
    const pause = pauses.get(host);
    return pause === undefined ? 0 : Math.min(pause.ms, pause.since + pause.ms - now().getTime());
  };

  return {
    traffic: () => ({ ...traffic }),
    pausedUntil: (host) => {
      const left = host === undefined ? Math.max(...[...pauses.keys()].map(pauseLeft)) : pauseLeft(host);
      return left > 0 ? new Date(now().getTime() + left) : null;
    },
    onPause: (listener) => {
      tellPause = listener;
    },
    isHeld: (host) => {
      const left = pauseLeft(host);
      return left > 0 && (left > options.retry.retryAfterMaxMs || left >= durationLeft());
    },
    async takeTurn(signal, host = THE_SERVER) {
      const moment = now();
      const left = pauseLeft(host);
      if (left > options.retry.retryAfterMaxMs)
        throw toTooLongPause(new Date(moment.getTime() + left), moment, { host });
      if (left > 0 && left >= durationLeft())
        throw new MirrorError(
          'MAX_DURATION_REACHED',
          'The maximum duration of the run does not allow another wait.',
        );
      const polite = Math.min(options.delayMs, lastResponseAt + options.delayMs - moment.getTime());
      await wait(Math.max(polite, left), signal);
      const durationLeftMs = durationLeft();
      if (durationLeftMs <= 0)
        throw new MirrorError('MAX_DURATION_REACHED', 'The run reached its maximum duration.');
      options.beforeRequest?.();
      traffic.requests++;
      return durationLeftMs;
    },
    endTurn: () => {
      lastResponseAt = now().getTime();
    },
    addBytes: (bytes) => {
      traffic.bytes += bytes;
    },
    notePause: (ms, host = THE_SERVER) => {
      if (ms <= pauseLeft(host)) return;
      const since = now().getTime();
      pauses.set(host, { since, ms });
      tellPause(new Date(since + ms), host);
    },
    withRetries(fetchOnce, signal, maxAttempts = Infinity) {
      let oddAttempts = 0;
      const policy = { ...options.retry, maxAttempts: Math.min(options.retry.maxAttempts, maxAttempts) };
      return pRetry(fetchOnce, {
        retries: policy.maxAttempts - 1,
        // This program does all the waiting: p-retry knows neither Retry-After nor the clock of a test.
        minTimeout: 0,
        signal,
        onFailedAttempt: async ({ error, attemptNumber }) => {
          if (error instanceof TransientError && error.isOdd) oddAttempts++;
          const decision = decideRetry(
            policy,
            { error, attempt: attemptNumber, oddAttempts, durationLeftMs: durationLeft(), now: now() },
            random,
          );
          if (!decision.retry) throw decision.error;
          traffic.retries++;
          options.onRetry?.({ reason: error.message, attempt: attemptNumber, waitMs: decision.waitMs });
          await wait(decision.waitMs, signal);
        },
      });
    },
  };
}
