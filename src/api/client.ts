import pRetry from 'p-retry';
import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import type { Agents } from './http-agents.ts';
import { createSecretMask } from '../lib/safe-text.ts';
import { describePath, toRedirectUrl } from './urls.ts';
import {
  API_RESPONSES,
  type ExpectedResponse,
  type FinalResponse,
  SALVAGED_AFTER,
  isGood,
  judgeToken,
  hideToken,
  maskToken,
  throwIfFailed,
  toTokenMark,
} from './judge-response.ts';
import {
  type PageEnvelope,
  type RawResponse,
  classifyResponse,
  findRedirect,
  readRetryAfter,
} from './responses.ts';
import type { KnownRecords } from './page-records.ts';
import { decideRetry, toTooLongPause, type RetryPolicy } from './retry.ts';
import { createHttp, sendRequest, type RequestLimits } from './http.ts';

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

export interface ClientOptions {
  /** As returned by {@link parseApiUrl}. */
  readonly api: URL;
  /** Without the word `Token`. */
  readonly token: string;
  readonly userAgent: string;
  readonly limits: RequestLimits;
  readonly agents: Agents;
  readonly retry: RetryPolicy;
  /** Milliseconds between the end of a response and the next request. */
  readonly delayMs: number;
  /** How many milliseconds from now requests may start: the maximum duration of the run. */
  readonly maxDurationMs: number;
  /** What is left, in milliseconds, of a pause that the server requested from an earlier run. */
  readonly pauseLeftMs?: number | undefined;
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

/** What the client has requested and waited so far. */
export interface Traffic {
  readonly requests: number;
  readonly retries: number;
  /** Milliseconds spent in deliberate waits: delay, backoff and `Retry-After`. */
  readonly waitedMs: number;
  /** Bytes of responses, after decompression. */
  readonly bytes: number;
}

/**
 * Called with the body of a 2xx response that asks for no pause, after it has arrived and before it is read. If the
 * response then turns out not to be a page, the client calls the returned function before it does anything else; what
 * has begun is then taken back.
 */
export type OnArrival = (body: Buffer) => Promise<(() => Promise<void>) | undefined>;

export interface FetchOptions {
  /** Can lower the number of attempts of the policy. */
  readonly maxAttempts?: number | undefined;
  readonly onArrival?: OnArrival | undefined;
}

export interface Client {
  readonly api: URL;
  /**
   * Fetches one address with retries. Returns expected responses and throws failures. Does not parse the records in
   * `known`; by default it parses all.
   */
  fetchResponse(
    url: URL,
    signal: AbortSignal,
    known?: KnownRecords,
    options?: FetchOptions,
  ): Promise<ExpectedResponse>;
  /**
   * Fetches one address with retries and redirects, and returns what `read` makes of its response, whatever its status.
   * `read` throws failures, a {@link TransientError} to retry. The token is masked in a response that is not a 2xx.
   */
  fetchRead<Result>(
    url: URL,
    signal: AbortSignal,
    read: (response: RawResponse) => Result,
    maxAttempts?: number,
  ): Promise<Result>;
  /** Whether the API responds at its address `test`. Sends one request. Throws only the signal's reason. */
  isResponding(signal: AbortSignal): Promise<boolean>;
  traffic(): Traffic;
  /** Whether a text from the server contains the token. Such a text must not be shown or recorded. */
  readonly holdsToken: (text: string) => boolean;
  /** The end of the pause that the server requested (`Retry-After`); null if there is none. */
  pausedUntil(): Date | null;
  /** Calls `listener` for each pause that the server requests, before the client waits for it. */
  onPause(listener: (until: Date) => void): void;
  /** The server's clock, from the `Date` header of its latest response, and the local time of that response. */
  serverClock(): { readonly server: Date; readonly here: Date } | undefined;
  /** Closes the connections of the agents. */
  readonly close: () => void;
}

const MAX_REDIRECTS = 5;

export function createClient(options: ClientOptions, runtime: Runtime): Client {
  const { now, sleep, random, stopwatch = () => now().getTime() } = runtime;
  const began = stopwatch();
  const durationLeft = (): number => options.maxDurationMs - (stopwatch() - began);
  const http = createHttp(options.userAgent, options.limits, options.agents);
  const secret = createSecretMask(options.token);
  const testUrl = new URL('test', options.api);
  const traffic = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };
  let lastResponseAt = -Infinity;
  let pause = { since: now().getTime(), ms: options.pauseLeftMs ?? 0 };
  let tellPause: (until: Date) => void = () => undefined;
  let serverClock: { server: Date; here: Date } | undefined;

  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms <= 0) return;
    traffic.waitedMs += ms;
    await sleep(ms, signal);
  };

  /** At most the requested pause, even if the clock was set back. */
  const pauseLeft = (): number => Math.min(pause.ms, pause.since + pause.ms - now().getTime());

  const notePause = (ms: number): void => {
    if (ms <= pauseLeft()) return;
    pause = { since: now().getTime(), ms };
    tellPause(new Date(pause.since + ms));
  };

  /** Waits for the delay between requests (A5), or for a longer pause that the server requested in any earlier response. */
  const waitForTurn = async (signal: AbortSignal): Promise<void> => {
    const moment = now();
    const left = pauseLeft();
    if (left > options.retry.retryAfterMaxMs) throw toTooLongPause(new Date(moment.getTime() + left), moment);
    if (left > 0 && left >= durationLeft())
      throw new MirrorError(
        'MAX_DURATION_REACHED',
        'The maximum duration of the run does not allow another wait.',
      );
    const polite = Math.min(options.delayMs, lastResponseAt + options.delayMs - moment.getTime());
    await wait(Math.max(polite, left), signal);
  };

  const receive = async (target: URL, durationLeftMs: number, signal: AbortSignal) => {
    try {
      const received = await sendRequest(http, target, options.token, options.limits, durationLeftMs, signal);
      traffic.bytes += received.bytes;
      hideToken(received.body, options.token);
      const date = new Date(String(received.headers.date));
      if (!Number.isNaN(date.getTime())) serverClock = { server: date, here: now() };
      return received;
    } finally {
      lastResponseAt = now().getTime();
    }
  };

  /** Sends one request and follows redirects. A 2xx response that `read` accepts asks for no pause. */
  const follow = async <Result>(
    url: URL,
    signal: AbortSignal,
    read: (raw: RawResponse) => Result,
    isAccepted: (result: Result) => boolean,
    onArrival?: OnArrival,
  ): Promise<Result> => {
    let target = url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      await waitForTurn(signal);
      const durationLeftMs = durationLeft();
      if (durationLeftMs <= 0)
        throw new MirrorError('MAX_DURATION_REACHED', 'The run reached its maximum duration.');
      options.beforeRequest?.();
      traffic.requests++;
      const received = await receive(target, durationLeftMs, signal);
      // A server may repeat the header it received, in any form. Records are stored as they are; other text is shown to people.
      const raw = isGood(received) ? received : maskToken(received, secret);
      const takeBack =
        isGood(raw) && readRetryAfter(raw, now()) === undefined ? await onArrival?.(raw.body) : undefined;
      let asksPause = true;
      try {
        const location = findRedirect(raw);
        if (location === undefined) {
          const result = read(raw);
          asksPause = !(isGood(raw) && isAccepted(result));
          return result;
        }
        target = followRedirect(target, location);
      } finally {
        const asked = asksPause ? readRetryAfter(raw, now()) : undefined;
        if (asked !== undefined) notePause(asked);
        if (asksPause) await takeBack?.();
      }
    }
    throw new MirrorError(
      'REDIRECT_REFUSED',
      `${describePath(url)} redirects more than ${MAX_REDIRECTS} times.`,
    );
  };

  const ask = (
    url: URL,
    signal: AbortSignal,
    known?: KnownRecords,
    onArrival?: OnArrival,
  ): Promise<FinalResponse> =>
    follow(
      url,
      signal,
      (raw) => {
        const response = classifyResponse(raw, now(), known) as FinalResponse; // A redirect was followed before.
        if (response.kind !== 'page') return response;
        const release = (): void => {
          http.buffers.giveBack(raw.body);
        };
        return { kind: 'page', page: { ...response.page, release } };
      },
      ({ kind }) => kind === 'page',
      onArrival,
    );

  /** Asks the address `test` whether the API accepts the token; undefined if the response does not tell. */
  const isTokenAccepted = async (signal: AbortSignal): Promise<boolean | undefined> => {
    try {
      return judgeToken(await ask(testUrl, signal));
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof MirrorError) || thrown.code === 'RETRY_AFTER_TOO_LONG')
        throw thrown;
      return undefined;
    }
  };

  /** A rejected token is confirmed at `test` once per request, because a busy server may reject a valid token (A2). */
  const createFetchOnce = (
    url: URL,
    signal: AbortSignal,
    known: KnownRecords | undefined,
    onArrival: OnArrival | undefined,
    onSalvaged: (page: PageEnvelope) => void,
  ) => {
    let isAccepted: boolean | undefined;
    return async (): Promise<ExpectedResponse> => {
      const response = await ask(url, signal, known, onArrival);
      if (response.kind === 'transient' && response.salvaged !== undefined) onSalvaged(response.salvaged);
      if (response.kind !== 'unauthorized' || url.href === testUrl.href)
        return throwIfFailed(response, url, secret);
      isAccepted ??= await isTokenAccepted(signal);
      if (isAccepted === false) return throwIfFailed(response, url, secret);
      const words = secret.mask(response.words);
      throw new TransientError(
        'SERVER_ERROR',
        isAccepted === true
          ? `${describePath(url)} refused the token, which the API accepts elsewhere: ${words}`
          : `${describePath(url)} refused the token; a test of the token got no clear response: ${words}`,
      );
    };
  };

  /** Retries a request as the policy allows. */
  const withRetries = <Result>(
    fetchOnce: () => Promise<Result>,
    signal: AbortSignal,
    maxAttempts = Infinity,
  ): Promise<Result> => {
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
  };

  return {
    api: options.api,
    traffic: () => ({ ...traffic }),
    isResponding: (signal) =>
      ask(testUrl, signal).then(
        ({ kind }) => API_RESPONSES.has(kind),
        () => {
          signal.throwIfAborted();
          return false;
        },
      ),
    holdsToken: (text) => secret.isIn(text) || text.includes(toTokenMark(options.token)),
    pausedUntil: () => (pauseLeft() > 0 ? new Date(now().getTime() + pauseLeft()) : null),
    onPause: (listener) => {
      tellPause = listener;
    },
    serverClock: () => serverClock,
    close: options.agents.close,
    fetchRead: (url, signal, read, maxAttempts) =>
      withRetries(() => follow(url, signal, read, () => true), signal, maxAttempts),
    async fetchResponse(url, signal, known, { maxAttempts, onArrival } = {}) {
      let salvaged: PageEnvelope | undefined;
      const fetchOnce = createFetchOnce(url, signal, known, onArrival, (page) => (salvaged = page));
      try {
        return await withRetries(fetchOnce, signal, maxAttempts);
      } catch (error) {
        const hasFailed = error instanceof MirrorError && SALVAGED_AFTER.has(error.code);
        if (salvaged !== undefined && hasFailed) return { kind: 'page', page: salvaged };
        throw error;
      }
    },
  };
}

/** Resolves a redirect. A rejected one is retried, because it may come from a captive portal. */
function followRedirect(from: URL, location: string): URL {
  try {
    return toRedirectUrl(from, location);
  } catch (thrown) {
    if (!(thrown instanceof MirrorError)) throw thrown;
    throw new TransientError(thrown.code, thrown.message, { cause: thrown, isOdd: true });
  }
}
