import { statSync } from 'node:fs';
import pRetry from 'p-retry';
import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import type { Runtime, Traffic } from './client.ts';
import {
  type FileAnswer,
  FileWriter,
  canAskPause,
  decodeFile,
  findFileRefusal,
  judgeFileContent,
  judgeFileHead,
  toTooLarge,
} from './document-file.ts';
import type { Agents } from './http-agents.ts';
import { type RequestLimits, type ResponseHead, createHttp, streamRequest } from './http.ts';
import { findRedirect, oneHeader } from './responses.ts';
import { type RetryPolicy, decideRetry, parseRetryAfter, toTooLongPause } from './retry.ts';
import { describePath, parseUrl } from './urls.ts';

export interface FileClientOptions {
  readonly userAgent: string;
  readonly limits: Omit<RequestLimits, 'maxBodyBytes'>;
  readonly agents: Agents;
  readonly retry: RetryPolicy;
  /** Milliseconds between the end of a response and the next request. */
  readonly delayMs: number;
  readonly maxDurationMs: number;
  /** The only hosts that are asked, with their ports. */
  readonly knownHosts: readonly string[];
  readonly maxFileBytes: number;
  /** Called before each request. If it throws, the request is not sent. */
  readonly beforeRequest: () => void;
}

/** Requests files from the hosts that store them. It has no token. */
export interface FileClient {
  /** Fetches a file into `path`. Throws a MirrorError if the host gives no clear answer. */
  fetchFile(url: URL, path: string, signal: AbortSignal, maxAttempts: number): Promise<FileAnswer>;
  traffic(): Traffic;
  /** The end of the pause that a host requested; null if there is none. */
  pausedUntil(): Date | null;
  onPause(listener: (until: Date) => void): void;
  readonly close: () => void;
}

const MAX_REDIRECTS = 5;

export function createFileClient(options: FileClientOptions, runtime: Runtime): FileClient {
  const { now, sleep, random, stopwatch = () => now().getTime() } = runtime;
  const { limits, knownHosts, maxFileBytes } = options;
  const began = stopwatch();
  const durationLeft = (): number => options.maxDurationMs - (stopwatch() - began);
  const http = createHttp(options.userAgent, { ...limits, maxBodyBytes: maxFileBytes }, options.agents);
  const traffic = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };
  let lastResponseAt = -Infinity;
  let pause = { since: 0, ms: 0 };
  let tellPause: (until: Date) => void = () => undefined;

  const pauseLeft = (): number => Math.min(pause.ms, pause.since + pause.ms - now().getTime());

  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms <= 0) return;
    traffic.waitedMs += ms;
    await sleep(ms, signal);
  };

  const notePause = (head: ResponseHead): void => {
    const ms = parseRetryAfter(oneHeader(head, 'retry-after'), now()).ms;
    if (!canAskPause(head) || ms === undefined || ms <= pauseLeft()) return;
    pause = { since: now().getTime(), ms };
    tellPause(new Date(pause.since + ms));
  };

  const waitForTurn = async (signal: AbortSignal): Promise<void> => {
    const moment = now();
    const left = pauseLeft();
    if (left > options.retry.retryAfterMaxMs) throw toTooLongPause(new Date(moment.getTime() + left), moment);
    const ms = Math.max(Math.min(options.delayMs, lastResponseAt + options.delayMs - moment.getTime()), left);
    if (ms >= durationLeft())
      throw new MirrorError(
        'MAX_DURATION_REACHED',
        'The maximum duration of the run does not allow another request.',
      );
    await wait(ms, signal);
  };

  /** Sends one request; what a 200 sends is written to `path`. */
  const receive = async (
    url: URL,
    path: string,
    signal: AbortSignal,
  ): Promise<ResponseHead & { hash: string; bytes: number }> => {
    await waitForTurn(signal);
    options.beforeRequest();
    traffic.requests++;
    const writer = new FileWriter(path, maxFileBytes);
    try {
      const headers = { accept: 'application/pdf, */*', 'accept-encoding': 'identity' };
      const request = { url, headers, limits, durationLeftMs: durationLeft(), signal };
      const head = await streamRequest(http, request, (chunk, begun) => {
        traffic.bytes += chunk.length;
        if (begun?.status !== 200) return 'enough';
        if (Number(oneHeader(begun, 'content-length')) > maxFileBytes) throw toTooLarge(maxFileBytes);
        writer.add(chunk);
        return undefined;
      });
      notePause(head);
      return { ...head, hash: writer.digest(), bytes: writer.bytes };
    } finally {
      writer.close();
      lastResponseAt = now().getTime();
    }
  };

  const fetchOnce = async (first: URL, path: string, signal: AbortSignal): Promise<FileAnswer> => {
    let url = first;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const refusal = findFileRefusal(url, knownHosts);
      if (refusal !== null) return { outcome: 'refused', message: refusal };
      const received = await receive(url, path, signal);
      const location = findRedirect({ ...received, body: Buffer.alloc(0) });
      if (location !== undefined) {
        const target = parseUrl(location, url);
        if (target === undefined)
          throw new TransientError(
            'REDIRECT_REFUSED',
            `${describePath(url)} redirects to something that is not an address`,
            { isOdd: true },
          );
        url = target;
        continue;
      }
      const judged = judgeFileHead(received, url, now());
      if (judged !== null) return judged;
      const coding = (oneHeader(received, 'content-encoding') ?? 'identity').trim().toLowerCase();
      const { hash, bytes } =
        coding === 'identity' || coding === '' ? received : await decodeFile(path, coding, maxFileBytes, url);
      if (statSync(path).size !== bytes)
        throw new MirrorError('FILE_UNWRITABLE', `${path} does not hold what was written to it.`);
      return judgeFileContent(path, bytes, url) === 'pdf'
        ? { outcome: 'file', hash, bytes }
        : { outcome: 'not_a_pdf' };
    }
    throw new MirrorError(
      'REDIRECT_REFUSED',
      `${describePath(first)} redirects more than ${MAX_REDIRECTS} times.`,
    );
  };

  return {
    traffic: () => ({ ...traffic }),
    pausedUntil: () => (pauseLeft() > 0 ? new Date(now().getTime() + pauseLeft()) : null),
    onPause: (listener) => {
      tellPause = listener;
    },
    close: options.agents.close,
    async fetchFile(url, path, signal, maxAttempts) {
      let oddAttempts = 0;
      const policy = { ...options.retry, maxAttempts: Math.min(options.retry.maxAttempts, maxAttempts) };
      try {
        return await pRetry(() => fetchOnce(url, path, signal), {
          retries: policy.maxAttempts - 1,
          minTimeout: 0,
          signal,
          onFailedAttempt: async ({ error, attemptNumber }) => {
            if (error instanceof TransientError && error.isOdd) oddAttempts++;
            const failed = {
              error,
              attempt: attemptNumber,
              oddAttempts,
              durationLeftMs: durationLeft(),
              now: now(),
            };
            const decision = decideRetry(policy, failed, random);
            if (!decision.retry) throw decision.error;
            traffic.retries++;
            await wait(decision.waitMs, signal);
          },
        });
      } catch (thrown) {
        if (thrown instanceof MirrorError && thrown.code === 'RESPONSE_TOO_LARGE')
          return { outcome: 'too_large', message: thrown.message };
        throw thrown;
      }
    },
  };
}
