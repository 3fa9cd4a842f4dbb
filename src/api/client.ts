import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import type { Agents } from './http-agents.ts';
import { createSecretMask } from '../lib/safe-text.ts';
import { describePath, toRedirectUrl } from './urls.ts';
import {
  API_RESPONSES,
  type ExpectedResponse,
  type FinalResponse,
  SALVAGED_AFTER,
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
  isGood,
  readRetryAfter,
} from './responses.ts';
import type { KnownRecords } from './page-records.ts';
import { type PacedClient, type PacingOptions, type Runtime, createPacing } from './pacing.ts';
import { createHttp, sendRequest, type RequestLimits } from './http.ts';

export interface ClientOptions extends PacingOptions {
  /** As returned by {@link parseApiUrl}. */
  readonly api: URL;
  /** Without the word `Token`. */
  readonly token: string;
  readonly userAgent: string;
  readonly limits: RequestLimits;
  readonly agents: Agents;
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

export interface Client extends PacedClient {
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
  /** Whether a text from the server contains the token. Such a text must not be shown or recorded. */
  readonly holdsToken: (text: string) => boolean;
  /** The server's clock, from the `Date` header of its latest response, and the local time of that response. */
  serverClock(): { readonly server: Date; readonly here: Date } | undefined;
}

const MAX_REDIRECTS = 5;

export function createClient(options: ClientOptions, runtime: Runtime): Client {
  const { now } = runtime;
  const pacing = createPacing(options, runtime);
  const http = createHttp(options.userAgent, options.limits, options.agents);
  const secret = createSecretMask(options.token);
  const testUrl = new URL('test', options.api);
  let serverClock: { server: Date; here: Date } | undefined;
  let hasConnected = false;

  const receive = async (target: URL, durationLeftMs: number, signal: AbortSignal) => {
    try {
      const received = await sendRequest(http, target, options.token, options.limits, durationLeftMs, signal);
      hasConnected = true;
      pacing.addBytes(received.bytes);
      hideToken(received.body, options.token);
      const date = new Date(String(received.headers.date));
      if (!Number.isNaN(date.getTime())) serverClock = { server: date, here: now() };
      return received;
    } catch (thrown) {
      if (!(thrown instanceof TransientError && thrown.isUnconnected) && !signal.aborted) hasConnected = true;
      throw thrown;
    } finally {
      pacing.endTurn();
    }
  };

  const withRetries: typeof pacing.withRetries = async (fetchOnce, signal, maxAttempts) => {
    try {
      return await pacing.withRetries(fetchOnce, signal, maxAttempts);
    } catch (thrown) {
      throw hasConnected ? thrown : toUnreachable(thrown);
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
      const received = await receive(target, await pacing.takeTurn(signal), signal);
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
        if (asked !== undefined) pacing.notePause(asked);
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

  return {
    api: options.api,
    traffic: pacing.traffic,
    isResponding: (signal) =>
      ask(testUrl, signal).then(
        ({ kind }) => API_RESPONSES.has(kind),
        () => {
          signal.throwIfAborted();
          return false;
        },
      ),
    holdsToken: (text) => secret.isIn(text) || text.includes(toTokenMark(options.token)),
    pausedUntil: pacing.pausedUntil,
    onPause: pacing.onPause,
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

/**
 * The error of a request all of whose attempts failed before a connection was open. As long as the client has had no connection at
 * all, this says that the host cannot be reached, not that the request failed.
 */
function toUnreachable(thrown: unknown): unknown {
  if (!(thrown instanceof MirrorError) || thrown.code !== 'NETWORK_FAILED') return thrown;
  return new MirrorError('HOST_UNREACHABLE', thrown.message, { cause: thrown.cause });
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
