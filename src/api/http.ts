import got, { type Got, RequestError } from 'got';
import { MirrorError, TransientError, messageOf } from '../errors/mirror-error.ts';
import type { Agents } from './http-agents.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { MEANINGS, type RawResponse, findMeaning, oneHeader } from './responses.ts';
import { describePath } from './urls.ts';
import { BodyGatherer, decompressBody } from './decompress-body.ts';

/** What is watched of a request: the parts of got's stream and of Node's request that tell how far it has come. */
interface WatchedStream {
  once(event: 'request', listener: (request: WatchedRequest) => void): unknown;
  once(event: 'response', listener: () => void): unknown;
}
interface WatchedRequest {
  readonly reusedSocket: boolean;
  once(event: 'socket', listener: (socket: WatchedSocket) => void): unknown;
}
interface WatchedSocket {
  readonly connecting: boolean;
  once(event: 'connect' | 'secureConnect', listener: () => void): unknown;
}

/** Looking up, connecting and shaking hands may each take the time to connect; a proxy's tunnel is part of the second. */
const PHASES = 3;

/**
 * Bounds the whole wait for the head of a response, from the first moment on: whatever a server sends before it (101, 1xx
 * without end), and whatever phase no other time-out looks at. Returns how to stop watching.
 */
function watchHead(
  stream: WatchedStream,
  isSecure: boolean,
  limits: { readonly connectTimeoutMs: number; readonly responseTimeoutMs: number },
  onLate: (error: Error) => void,
): () => void {
  const start = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => {
      onLate(new TransientError('NETWORK_FAILED', `${what} within ${ms} ms.`));
    }, ms);
  let timer = start(limits.connectTimeoutMs * PHASES, 'There was no connection');
  let isOver = false;
  const end = (): void => {
    isOver = true;
    clearTimeout(timer);
  };
  const connected = (): void => {
    clearTimeout(timer);
    if (!isOver) timer = start(limits.responseTimeoutMs, 'No response began');
  };
  stream.once('request', (request) => {
    request.once('socket', (socket) => {
      if (request.reusedSocket) connected();
      else if (isSecure) socket.once('secureConnect', connected);
      else if (socket.connecting) socket.once('connect', connected);
      else connected();
    });
  });
  stream.once('response', end);
  return end;
}

/** Limits of a single request. Times are milliseconds. */
export interface RequestLimits {
  readonly connectTimeoutMs: number;
  /** From the request sent to the first byte of the response. */
  readonly responseTimeoutMs: number;
  /** The longest silence between two pieces of a response. */
  readonly idleTimeoutMs: number;
  /** Largest response, in bytes, after decompression. */
  readonly maxBodyBytes: number;
}

/** What requests are sent with. */
export interface Http {
  readonly got: Got;
  readonly agents: Agents;
}

/** A got instance that does one thing at a time: no retry (p-retry owns that), no redirects, no judgement of the status. */
export function createHttp(userAgent: string, limits: RequestLimits, agents: Agents): Http {
  const client = got.extend({
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    // Here got would report damaged bytes now as such, now as a connection that was reset.
    decompress: false,
    headers: { 'user-agent': userAgent, accept: 'application/json', 'accept-encoding': 'gzip, deflate, br' },
    timeout: {
      lookup: limits.connectTimeoutMs,
      connect: limits.connectTimeoutMs,
      secureConnect: limits.connectTimeoutMs,
      response: limits.responseTimeoutMs,
    },
  });
  return { got: client, agents };
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** Sends one GET and reads the whole response. Fails with a MirrorError; one that may pass is a {@link TransientError}. */
export async function sendRequest(
  http: Http,
  url: URL,
  token: string,
  limits: RequestLimits,
  durationLeftMs: number,
  signal: AbortSignal,
): Promise<RawResponse & { readonly bytes: number }> {
  const stream = http.got.stream(url, {
    headers: { authorization: `Token ${token}` },
    agent: http.agents.for(url),
    signal,
  });
  let head: Pick<RawResponse, 'status' | 'headers'> | undefined;
  stream.on('response', (response: { statusCode: number; headers: RawResponse['headers'] }) => {
    head = { status: response.statusCode, headers: response.headers };
  });
  const endHead = watchHead(stream, url.protocol === 'https:', limits, (error) => stream.destroy(error));
  const silence = watchSilence(limits.idleTimeoutMs, (error) => stream.destroy(error));
  stream.once('response', silence.begin);
  // A response that drips is never silent for long; the run's maximum duration ends it all the same.
  const deadline = setTimeout(
    () => stream.destroy(new MirrorError('MAX_DURATION_REACHED', 'The run reached its maximum duration.')),
    Math.min(durationLeftMs, MAX_TIMER_MS),
  );
  let gatherer: BodyGatherer | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      silence.begin();
      gatherer ??= new BodyGatherer(toExpected(head?.headers, chunk), limits.maxBodyBytes, describePath(url));
      gatherer.add(chunk);
    }
  } catch (thrown) {
    throw toMirrorError(thrown, url, http.agents.proxyOf(url), signal);
  } finally {
    endHead();
    silence.end();
    clearTimeout(deadline);
    stream.destroy();
  }
  if (head === undefined) throw new TransientError('NETWORK_FAILED', `No response to ${describePath(url)}.`);
  const received = gatherer?.body() ?? Buffer.alloc(0);
  const coding = oneHeader(head, 'content-encoding');
  const body = await decompressBody(received, coding, limits.maxBodyBytes, describePath(url));
  return { ...head, body, bytes: body.length };
}

/** How long a body will be: as long as its head says. */
function toExpected(headers: RawResponse['headers'] | undefined, chunk: Buffer): number {
  const length = Number(headers?.['content-length']);
  return Number.isSafeInteger(length) ? length : chunk.length;
}

/** Calls `onSilence` when `begin` was not called again within that time. */
function watchSilence(limitMs: number, onSilence: (error: Error) => void) {
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const expired = timer;
      // While a page was stored, data may have waited unread: the next turn of the event loop reads it first.
      setImmediate(() => {
        if (timer === expired)
          onSilence(new TransientError('NETWORK_FAILED', `The response stopped for ${limitMs} ms.`));
      });
    }, limitMs);
  };
  return {
    begin,
    end: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

function toOwnTimeout({ code, message }: TransientError, url: URL): TransientError {
  return new TransientError(code, `${describePath(url)} could not be fetched: ${message}`);
}

const CERTIFICATE_FAULT = /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

/** What hpagent says when a proxy answers CONNECT with something else than 200. */
const REFUSED_TUNNEL = /^Bad response: (\d{3})$/;

function toMirrorError(thrown: unknown, url: URL, proxy: string | null, signal: AbortSignal): Error {
  if (signal.aborted)
    return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
  if (thrown instanceof MirrorError) return thrown;
  // got wraps what ended its stream: a time-out of ours has words of its own.
  if (thrown instanceof RequestError && thrown.cause instanceof TransientError)
    return toOwnTimeout(thrown.cause, url);
  const given = thrown instanceof RequestError ? thrown.code : '';
  // got's own general code says nothing; the message does.
  const code = given === 'ERR_GOT_REQUEST_ERROR' ? '' : given;
  const words = toSafeWords(messageOf(thrown));
  // A got error carries the request with its headers; only its message is kept as the cause, never the object.
  const cause = new Error(`${code || 'error'}: ${words}`);
  const through = proxy === null ? '' : ` through the proxy ${proxy}`;
  const status = proxy === null ? undefined : REFUSED_TUNNEL.exec(messageOf(thrown))?.[1];
  if (status !== undefined) {
    const message = `The proxy ${proxy ?? ''} refused to lead to ${url.host} (status ${status}).`;
    const { code: meant } = MEANINGS[findMeaning(Number(status), false)];
    const isPassing = meant === 'SERVER_ERROR' || meant === 'RATE_LIMITED';
    return isPassing
      ? new TransientError('NETWORK_FAILED', message, { cause })
      : new MirrorError('PROXY_REFUSED', message, { cause });
  }
  const message = `${describePath(url)} could not be fetched${through}: ${code || words}`;
  if (CERTIFICATE_FAULT.test(code)) return new MirrorError('CERTIFICATE_REFUSED', message, { cause });
  return new TransientError('NETWORK_FAILED', message, { cause });
}
