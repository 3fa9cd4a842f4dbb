import got, { type Got, RequestError, TimeoutError } from 'got';
import { MirrorError, TransientError, messageOf } from '../errors/mirror-error.ts';
import type { Agents } from './http-agents.ts';
import { renderPlural } from '../lib/layout.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { wordsOfCode } from '../lib/system-errors.ts';
import {
  MEANINGS,
  type RawResponse,
  type ResponseHead,
  findMeaning,
  isGood,
  isHtmlHead,
  oneHeader,
} from './responses.ts';
import { describePath } from './urls.ts';
import { BodyBuffers, BodyGatherer, decompressBody } from './decompress-body.ts';

/** The events of got's stream and of Node's request that show the progress of a request. */
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

/**
 * Name lookup, connecting and the TLS handshake each get the connection timeout. A proxy's tunnel belongs to the
 * second.
 */
const PHASES = 3;

/**
 * Limits the whole wait for the head of a response, from the start of the request. This covers endless interim
 * responses (101, 1xx) and every phase without its own timeout. Returns a function that stops the watch.
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

/** Limits of a single request, in milliseconds. */
export interface RequestLimits {
  readonly connectTimeoutMs: number;
  /** From the end of the request to the first byte of the response. */
  readonly responseTimeoutMs: number;
  /** The longest time without another KiB of a response, or its end. */
  readonly idleTimeoutMs: number;
  /** The largest response, in bytes, after decompression. */
  readonly maxBodyBytes: number;
}

/** What every request uses. */
export interface Http {
  readonly got: Got;
  readonly agents: Agents;
  readonly buffers: BodyBuffers;
}

/**
 * A got instance without retries (p-retry does those), redirects or errors for status codes. It sends no conditional
 * requests (A7).
 */
export function createHttp(userAgent: string, limits: RequestLimits, agents: Agents): Http {
  const client = got.extend({
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    // With decompression in got, damaged bytes would appear sometimes as such, sometimes as a connection reset.
    decompress: false,
    headers: { 'user-agent': userAgent, accept: 'application/json', 'accept-encoding': 'gzip, deflate, br' },
    timeout: {
      lookup: limits.connectTimeoutMs,
      connect: limits.connectTimeoutMs,
      secureConnect: limits.connectTimeoutMs,
      response: limits.responseTimeoutMs,
    },
  });
  return { got: client, agents, buffers: new BodyBuffers() };
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** One GET request. */
export interface GetRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: Omit<RequestLimits, 'maxBodyBytes'>;
  readonly durationLeftMs: number;
  readonly signal: AbortSignal;
}

/**
 * Sends one GET request and passes each piece of the response to `onChunk`, which may return `'enough'` to leave the rest. Throws
 * a MirrorError; a failure that may be temporary is a {@link TransientError}.
 */
export async function streamRequest(
  { got: client, agents }: Http,
  { url, headers, limits, durationLeftMs, signal }: GetRequest,
  onChunk: (chunk: Buffer, head: ResponseHead | undefined) => 'enough' | undefined,
): Promise<ResponseHead> {
  const stream = client.stream(url, { headers, agent: agents.for(url), signal });
  let head: ResponseHead | undefined;
  stream.on('response', (response: { statusCode: number; headers: RawResponse['headers'] }) => {
    head = { status: response.statusCode, headers: response.headers };
  });
  const endHead = watchHead(stream, url.protocol === 'https:', limits, (error) => stream.destroy(error));
  const silence = watchSilence(limits.idleTimeoutMs, (error) => stream.destroy(error));
  stream.once('response', silence.begin);
  // A response that is a little faster is ended by the maximum duration.
  const deadline = setTimeout(
    () => stream.destroy(new MirrorError('MAX_DURATION_REACHED', 'The run reached its maximum duration.')),
    Math.min(durationLeftMs, MAX_TIMER_MS),
  );
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      silence.note(chunk.length);
      if (onChunk(chunk, head) === 'enough') break;
    }
  } catch (thrown) {
    throw toMirrorError(thrown, url, agents.proxyOf(url), signal);
  } finally {
    endHead();
    silence.end();
    clearTimeout(deadline);
    stream.destroy();
  }
  if (head === undefined) throw new TransientError('NETWORK_FAILED', `No response to ${describePath(url)}.`);
  return head;
}

/**
 * Sends one GET request with the token and reads the whole response. Throws a MirrorError; a failure that may be temporary is a
 * {@link TransientError}.
 */
export async function sendRequest(
  http: Http,
  url: URL,
  token: string,
  limits: RequestLimits,
  durationLeftMs: number,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawResponse & { readonly bytes: number }> {
  let gatherer: BodyGatherer | undefined;
  let begun: ResponseHead | undefined;
  const source = describePath(url);
  const withToken = { ...headers, authorization: `Token ${token}` }; // (A1)
  const request = { url, headers: withToken, limits, durationLeftMs, signal };
  try {
    const head = await streamRequest(http, request, (chunk, received) => {
      begun = received;
      gatherer ??= new BodyGatherer(
        toExpected(begun?.headers, chunk),
        limits.maxBodyBytes,
        source,
        http.buffers,
      );
      gatherer.add(chunk);
      return undefined;
    });
    const received = gatherer?.body() ?? Buffer.alloc(0);
    const coding = oneHeader(head, 'content-encoding');
    const body = await decompressBody(received, coding, limits.maxBodyBytes, source, http.buffers);
    if (body !== received) http.buffers.giveBack(received);
    return { ...head, body, bytes: body.length };
  } catch (thrown) {
    const isTooLarge = thrown instanceof MirrorError && thrown.code === 'RESPONSE_TOO_LARGE';
    // A failure, or a web page in place of what was requested, says in its head what it is, however long it goes on.
    if (!isTooLarge || begun === undefined || (isGood(begun) && !isHtmlHead(begun))) throw thrown;
    return { ...begun, body: Buffer.alloc(0), bytes: gatherer?.body().length ?? 0 };
  }
}

/** The length of the body according to its head. */
function toExpected(headers: RawResponse['headers'] | undefined, chunk: Buffer): number {
  const length = Number(headers?.['content-length']);
  return Number.isSafeInteger(length) ? length : chunk.length;
}

/** So many bytes end the wait for more. Otherwise a server that sends a byte from time to time would hold a pass for hours. */
const ENOUGH_BYTES = 1024;

/** Calls `onSilence` if within the limit less is noted than {@link ENOUGH_BYTES}. */
function watchSilence(limitMs: number, onSilence: (error: Error) => void) {
  let timer: NodeJS.Timeout | undefined;
  let bytes = 0;
  const begin = (): void => {
    clearTimeout(timer);
    bytes = 0;
    timer = setTimeout(() => {
      const expired = timer;
      // While a page was stored, data may have arrived unread. The next turn of the event loop reads it first.
      setImmediate(() => {
        if (timer === expired)
          onSilence(
            new TransientError(
              'NETWORK_FAILED',
              bytes === 0
                ? `The response stopped for ${limitMs} ms.`
                : `The response had only ${renderPlural(bytes, 'byte')} in ${limitMs} ms.`,
            ),
          );
      });
    }, limitMs);
  };
  return {
    begin,
    note: (received: number) => {
      bytes += received;
      if (bytes >= ENOUGH_BYTES) begin();
    },
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

/** The calls of the system that find the address of a host and open a connection to it. */
const OPENING: ReadonlySet<unknown> = new Set(['getaddrinfo', 'connect']);

/**
 * Whether a request failed before a connection to the host, or to its proxy, was open. If a host has several addresses, Node tries them
 * and throws all of their errors as one.
 */
function isUnconnected(thrown: unknown): boolean {
  if (thrown instanceof TimeoutError) return thrown.event === 'lookup' || thrown.event === 'connect';
  const cause = thrown instanceof RequestError ? thrown.cause : thrown;
  const errors: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return errors.every((error) => error instanceof Error && 'syscall' in error && OPENING.has(error.syscall));
}

/** The message of hpagent if a proxy responds to CONNECT with a status other than 200. */
const REFUSED_TUNNEL = /^Bad response: (\d{3})$/;

function toMirrorError(thrown: unknown, url: URL, proxy: string | null, signal: AbortSignal): Error {
  if (signal.aborted)
    return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
  if (thrown instanceof MirrorError) return thrown;
  // got wraps the error that ended its stream. Our timeout has its own message.
  if (thrown instanceof RequestError && thrown.cause instanceof TransientError)
    return toOwnTimeout(thrown.cause, url);
  if (thrown instanceof RequestError && thrown.cause instanceof MirrorError) return thrown.cause;
  const given = thrown instanceof RequestError ? thrown.code : '';
  // got's general code is not informative; its message is.
  const code = given === 'ERR_GOT_REQUEST_ERROR' ? '' : given;
  const words = toSafeWords(messageOf(thrown));
  // A got error holds the request with its headers, so only its message becomes the cause.
  const cause = new Error(`${code || 'error'}: ${words}`);
  const through = proxy === null ? '' : ` through the proxy ${proxy}`;
  const status = proxy === null ? undefined : REFUSED_TUNNEL.exec(messageOf(thrown))?.[1];
  if (status !== undefined) {
    const message = `The proxy ${proxy ?? ''} refused to connect to ${url.host} (status ${status}).`;
    const { code: meant } = MEANINGS[findMeaning(Number(status), false)];
    const isPassing = meant === 'SERVER_ERROR' || meant === 'RATE_LIMITED';
    return isPassing
      ? new TransientError('NETWORK_FAILED', message, { cause, isUnconnected: true })
      : new MirrorError('PROXY_REFUSED', message, { cause });
  }
  const reason = code === '' ? words : wordsOfCode(code);
  if (isUnconnected(thrown))
    return new TransientError('NETWORK_FAILED', `${url.host} cannot be reached${through}: ${reason}`, {
      cause,
      isUnconnected: true,
    });
  const message = `${describePath(url)} could not be fetched${through}: ${reason}`;
  if (CERTIFICATE_FAULT.test(code)) return new MirrorError('CERTIFICATE_REFUSED', message, { cause });
  return new TransientError('NETWORK_FAILED', message, { cause });
}
