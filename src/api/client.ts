import pRetry from 'p-retry';
import type { ErrorCode } from '../errors/codes.ts';
import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import type { Agents } from './http-agents.ts';
import { createSecretMask, type SecretMask } from '../lib/safe-text.ts';
import { describePath, isOfLaterPage, isOfList, toRedirectUrl } from './urls.ts';
import {
  classifyResponse,
  MAX_REFUSAL_BYTES,
  oneHeader,
  readRetryAfter,
  type ApiResponse,
  type PageEnvelope,
  type RawResponse,
} from './responses.ts';
import { decodeBody } from './decode-body.ts';
import { judgeEcho } from './responses.ts';
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

export interface Client {
  readonly api: URL;
  /**
   * Fetches one address with retries. Returns expected responses and throws failures. Does not parse the records in
   * `known`; by default it parses all. `maxAttempts` can lower the number of attempts of the policy.
   */
  fetchResponse(
    url: URL,
    signal: AbortSignal,
    known?: KnownRecords,
    maxAttempts?: number,
  ): Promise<ExpectedResponse>;
  /** Whether the API responds at its address `test`. Sends one request. Throws only the signal's reason. */
  isResponding(signal: AbortSignal): Promise<boolean>;
  traffic(): Traffic;
  /** Whether a text from the server contains the token. Such a text must not be shown or recorded. */
  holdsToken(text: string): boolean;
  /** The end of the pause that the server requested (`Retry-After`); null if there is none. */
  pausedUntil(): Date | null;
  /** Calls `listener` for each pause that the server requests, before the client waits for it. */
  onPause(listener: (until: Date) => void): void;
  /** The server's clock, from the `Date` header of its latest response, and the local time of that response. */
  serverClock(): { readonly server: Date; readonly here: Date } | undefined;
  /** Closes the connections of the agents. */
  readonly close: () => void;
}

type FinalResponse = Exclude<ApiResponse, { kind: 'redirect' }>;

export type ExpectedResponse = Extract<ApiResponse, { kind: 'page' | 'empty' | 'message' | 'past-the-end' }>;

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

  /** Waits for the delay between requests, or for a longer pause that the server requested in any earlier response. */
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

  /** Sends one request and follows redirects. */
  const ask = async (url: URL, signal: AbortSignal, known?: KnownRecords): Promise<FinalResponse> => {
    let target = url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      await waitForTurn(signal);
      const durationLeftMs = durationLeft();
      if (durationLeftMs <= 0)
        throw new MirrorError('MAX_DURATION_REACHED', 'The run reached its maximum duration.');
      traffic.requests++;
      try {
        const raw = await sendRequest(http, target, options.token, options.limits, durationLeftMs, signal);
        traffic.bytes += raw.bytes;
        const date = new Date(String(raw.headers.date));
        if (!Number.isNaN(date.getTime())) serverClock = { server: date, here: now() };
        // A server may repeat the header it received. Cases are stored unchanged; other text is shown to people.
        const response = classifyResponse(isGood(raw) ? raw : maskToken(raw, secret), now(), known);
        const asked = response.kind === 'page' ? undefined : readRetryAfter(raw, now());
        if (asked !== undefined) notePause(asked);
        if (response.kind !== 'redirect') return response;
        target = followRedirect(target, response.location);
      } finally {
        lastResponseAt = now().getTime();
      }
    }
    throw new MirrorError(
      'REDIRECT_REFUSED',
      `${describePath(url)} redirects more than ${MAX_REDIRECTS} times.`,
    );
  };

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

  /** A rejected token is confirmed at `test` once per request, because a busy server may reject a valid token. */
  const createFetchOnce = (
    url: URL,
    signal: AbortSignal,
    known: KnownRecords | undefined,
    onSalvaged: (page: PageEnvelope) => void,
  ) => {
    let isAccepted: boolean | undefined;
    return async (): Promise<ExpectedResponse> => {
      const response = await ask(url, signal, known);
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
    holdsToken: secret.isIn,
    pausedUntil: () => (pauseLeft() > 0 ? new Date(now().getTime() + pauseLeft()) : null),
    onPause: (listener) => {
      tellPause = listener;
    },
    serverClock: () => serverClock,
    close: options.agents.close,
    async fetchResponse(url, signal, known, maxAttempts = Infinity) {
      let oddAttempts = 0;
      let salvaged: PageEnvelope | undefined;
      const fetchOnce = createFetchOnce(url, signal, known, (page) => (salvaged = page));
      const policy = { ...options.retry, attempts: Math.min(options.retry.maxAttempts, maxAttempts) };
      try {
        return await pRetry(fetchOnce, {
          retries: policy.attempts - 1,
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
      } catch (error) {
        const hasFailed = error instanceof MirrorError && SALVAGED_AFTER.has(error.code);
        if (salvaged !== undefined && hasFailed) return { kind: 'page', page: salvaged };
        throw error;
      }
    },
  };
}

/** After these failures, a damaged page from an earlier attempt is used: it is better than none. */
const SALVAGED_AFTER: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['SERVER_ERROR', 'RATE_LIMITED']);

const isGood = ({ status }: RawResponse): boolean => status >= 200 && status < 300;

/** Removes the token from a response, in case the server repeated it. */
function maskToken(raw: RawResponse, { mask }: SecretMask): RawResponse {
  const headers = Object.fromEntries(
    ['location', 'retry-after'].flatMap((name) => {
      const value = oneHeader(raw, name);
      return value === undefined ? [] : [[name, mask(value)]];
    }),
  );
  const { bytes } = decodeBody(raw.body.subarray(0, MAX_REFUSAL_BYTES), oneHeader(raw, 'content-type'));
  return { ...raw, headers, body: Buffer.from(mask(bytes.toString('utf8'))) };
}

/** Kinds of response that only the API itself sends. Others may come from a failing server or an intermediary. */
const API_RESPONSES: ReadonlySet<FinalResponse['kind']> = new Set<FinalResponse['kind']>([
  'message',
  'page',
  'empty',
  'past-the-end',
  'refused',
  'unauthorized',
  'not-found',
]);

/** Resolves a redirect. A rejected one is retried, because it may come from a captive portal. */
function followRedirect(from: URL, location: string): URL {
  try {
    return toRedirectUrl(from, location);
  } catch (thrown) {
    if (!(thrown instanceof MirrorError)) throw thrown;
    throw new TransientError(thrown.code, thrown.message, { cause: thrown, isOdd: true });
  }
}

/** Whether a response of the address `test` accepts the token; undefined if it does not tell. */
function judgeToken({ kind }: FinalResponse): boolean | undefined {
  if (kind === 'message' || kind === 'page' || kind === 'empty') return true;
  // An API without this address cannot contradict the rejection.
  return kind === 'unauthorized' || kind === 'not-found' ? false : undefined;
}

/** Throws an error for each kind of response that is a failure, with the text of the server. */
function throwIfFailed(response: FinalResponse, url: URL, { mask }: SecretMask): ExpectedResponse {
  const path = describePath(url);
  // Masks again: JSON may contain the token with escapes, which are decoded only now.
  const words = 'words' in response ? mask(response.words) : '';
  switch (response.kind) {
    case 'message':
      if (!isOfList(url)) return { ...response, words };
      throw new TransientError('SERVER_ERROR', `${path} returned a message instead of a list: ${words}`);
    case 'empty': {
      const other = judgeEcho(response.words, url);
      if (other !== null) throw toOdd(other.code, other.message);
      return response;
    }
    case 'page':
    case 'past-the-end':
      return response;
    case 'refused': {
      const message = `The API refused ${path}: ${words}`;
      // An API that accepts the first page of a list is unlikely to mean the rejection of a later one.
      throw isOfLaterPage(url)
        ? toOdd('REQUEST_REJECTED', message)
        : new MirrorError('REQUEST_REJECTED', message);
    }
    case 'unauthorized':
      throw new MirrorError('UNAUTHORIZED', `The API did not accept the token: ${words}`);
    case 'not-found':
      throw toOdd('NOT_FOUND', `The API has no ${path}: ${words}`);
    case 'refused-by-proxy':
      throw new MirrorError('PROXY_REFUSED', `A proxy requires a user name and password (407) for ${path}.`);
    case 'obstructed':
      throw new TransientError(
        'BLOCKED_BY_INTERMEDIARY',
        `Something in front of the API responded to ${path}: ${response.reason}`,
        response,
      );
    case 'throttled':
      throw new TransientError('RATE_LIMITED', `${path} was throttled: ${words}`, response);
    case 'transient':
      throw new TransientError('SERVER_ERROR', `${path} returned ${mask(response.reason)}`, response);
    case 'broken':
      throw toOdd('RESPONSE_UNEXPECTED', `${path} returned an unexpected response: ${response.reason}`);
  }
}

function toOdd(code: ErrorCode, message: string): TransientError {
  return new TransientError(code, message, { isOdd: true });
}
