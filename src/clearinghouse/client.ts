import pRetry from 'p-retry';
import { MirrorError, TransientError } from '../errors.ts';
import { toRedirectUrl, toShortPath } from './api-address.ts';
import { classifyAnswer, type Answer, type RawAnswer } from './classify-answer.ts';
import type { IsKnownText } from './page-record.ts';
import { decideRetry, type RetryPolicy } from './retry-policy.ts';
import { createHttp, sendRequest, type RequestLimits } from './send-request.ts';

/** What comes from outside the program, passed in so that tests can hold the clock. */
export interface Surroundings {
  readonly now: () => Date;
  /** Resolves after that many milliseconds, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

export interface ClientOptions {
  /** As {@link parseApiUrl} returns it. */
  readonly api: URL;
  /** Without the word `Token`. */
  readonly token: string;
  readonly userAgent: string;
  readonly limits: RequestLimits;
  readonly retry: RetryPolicy;
  /** Pause between the end of one answer and the next request, in milliseconds. */
  readonly delayMs: number;
  /** When the run's time budget ends. */
  readonly deadline: Date;
  /** Called before each wait for another try. */
  readonly onRetry?:
    | ((retry: { readonly reason: string; readonly attempt: number; readonly waitMs: number }) => void)
    | undefined;
}

/** What the requests of a client have cost so far. */
export interface Traffic {
  readonly requests: number;
  readonly retries: number;
  /** Milliseconds spent waiting on purpose: politeness, backoff and `Retry-After`. */
  readonly waitedMs: number;
  /** Bytes of answers, after decompression. */
  readonly bytes: number;
}

export interface Client {
  readonly api: URL;
  /**
   * Fetches one address with retries. Only kinds that are an outcome come back; failures are thrown. Records that
   * `isKnown` knows are not read; by default none is known.
   */
  fetchAnswer(url: URL, signal: AbortSignal, isKnown?: IsKnownText): Promise<SettledAnswer>;
  traffic(): Traffic;
  /** Whether a text of the server's repeats the token, so that it must not be shown or recorded. */
  holdsToken(text: string): boolean;
  /** The clock of the server by the `Date` header of its newest answer, and when that came. */
  serverClock(): { readonly server: Date; readonly here: Date } | undefined;
}

export type SettledAnswer = Extract<Answer, { kind: 'page' | 'empty' | 'message' | 'past-the-end' }>;

const MOST_REDIRECTS = 5;

export function createClient(options: ClientOptions, { now, sleep, random }: Surroundings): Client {
  const http = createHttp(options.userAgent, options.limits);
  const traffic = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };
  let lastAnswerAt = -Infinity;
  let serverClock: { server: Date; here: Date } | undefined;

  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms <= 0) return;
    traffic.waitedMs += ms;
    await sleep(ms, signal);
  };

  const fetchOnce = async (url: URL, signal: AbortSignal, isKnown?: IsKnownText): Promise<SettledAnswer> => {
    let target = url;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      await wait(Math.min(options.delayMs, lastAnswerAt + options.delayMs - now().getTime()), signal);
      const budgetLeftMs = options.deadline.getTime() - now().getTime();
      if (budgetLeftMs <= 0)
        throw new MirrorError('TIME_BUDGET_SPENT', 'The time budget of the run is used up.');
      traffic.requests++;
      try {
        const raw = await sendRequest(http, target, options.token, options.limits, budgetLeftMs, signal);
        traffic.bytes += raw.bytes;
        const date = new Date(String(raw.headers.date));
        if (!Number.isNaN(date.getTime())) serverClock = { server: date, here: now() };
        // A server may repeat the header it was sent. Cases are stored as they came; words are shown to people.
        const answer = classifyAnswer(raw.status === 200 ? raw : blotOut(raw, options.token), now(), isKnown);
        if (answer.kind !== 'redirect') return settle(answer, target, options.token);
        target = toRedirectUrl(target, answer.location);
      } finally {
        lastAnswerAt = now().getTime();
      }
    }
    throw new MirrorError(
      'REDIRECT_REFUSED',
      `${toShortPath(url)} redirects more than ${MOST_REDIRECTS} times.`,
    );
  };

  return {
    api: options.api,
    traffic: () => ({ ...traffic }),
    holdsToken: (text) => text.includes(options.token),
    serverClock: () => serverClock,
    async fetchAnswer(url, signal, isKnown) {
      let decided: Error | undefined;
      try {
        return await pRetry(() => fetchOnce(url, signal, isKnown), {
          // One more than the policy allows, so that p-retry always asks and decideRetry alone says when to stop.
          retries: options.retry.attempts,
          minTimeout: 0,
          signal,
          shouldRetry: async ({ error, attemptNumber }) => {
            const budgetLeftMs = options.deadline.getTime() - now().getTime();
            const decision = decideRetry(
              options.retry,
              { error, attempt: attemptNumber, budgetLeftMs },
              random,
            );
            if (!decision.retry) {
              decided = decision.error;
              return false;
            }
            traffic.retries++;
            options.onRetry?.({ reason: error.message, attempt: attemptNumber, waitMs: decision.waitMs });
            await wait(decision.waitMs, signal);
            return true;
          },
        });
      } catch (thrown) {
        throw decided ?? thrown;
      }
    },
  };
}

/** The answer without the token, in case the server repeated it. */
function blotOut(raw: RawAnswer, token: string): RawAnswer {
  const { location } = raw.headers;
  const headers =
    typeof location === 'string'
      ? { ...raw.headers, location: location.replaceAll(token, '[token]') }
      : raw.headers;
  return { ...raw, headers, body: Buffer.from(raw.body.toString('utf8').replaceAll(token, '[token]')) };
}

/** Turns the kinds of answer that are failures into errors, each with the server's words. */
function settle(answer: Exclude<Answer, { kind: 'redirect' }>, url: URL, token: string): SettledAnswer {
  const path = toShortPath(url);
  // Once more: JSON may have written the token with escapes, which are read only now.
  const words = 'words' in answer ? answer.words.replaceAll(token, '[token]') : '';
  switch (answer.kind) {
    case 'message':
      return { ...answer, words };
    case 'page':
    case 'empty':
    case 'past-the-end':
      return answer;
    case 'refused':
      throw new MirrorError('REFUSED_BY_API', `The API refused ${path}: ${words}`);
    case 'unauthorised':
      throw new MirrorError('UNAUTHORISED', `The API did not accept the token: ${words}`);
    case 'not-found':
      throw new MirrorError('NOT_FOUND', `The API has no ${path}: ${words}`);
    case 'throttled':
      throw new TransientError('TRANSIENT_ANSWER', `${path} was throttled (429): ${words}`, answer);
    case 'transient':
      throw new TransientError('TRANSIENT_ANSWER', `${path} answered: ${answer.reason}`, answer);
    case 'broken':
      throw new MirrorError('CONTRACT_BROKEN', `${path} answered outside the contract: ${answer.reason}`);
  }
}
