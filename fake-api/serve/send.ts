import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gzip as gzipCallback } from 'node:zlib';
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import type { JsonResponse, PageResponse } from './paging.ts';
import { type Fault, type PageFault, distortPage, distortText, isPageFault } from './faults.ts';
import { type FakeApiRequest } from './request.ts';

const gzip = promisify(gzipCallback);
const COMMA = Buffer.from(',');
/** The size of a write. A separate write for each case would cost more than creating the case. */
const CHUNK_BYTES = 128 * 1024;
/** The fastest compression: the server must not be the bottleneck, and this level already reduces text to a tenth. */
const LEVEL = 1;

/** Yields the envelope as JSON bytes in chunks. Each case is created when it is sent. */
function* pageChunks({ envelope, results }: PageResponse): Generator<Buffer> {
  const head = envelope === undefined ? '[' : `${JSON.stringify(envelope).slice(0, -1)},"results":[`;
  let pieces: Buffer[] = [Buffer.from(head)];
  let size = 0;
  for (const [place, { read }] of results.entries()) {
    if (place > 0) pieces.push(COMMA);
    for (const piece of read()) {
      pieces.push(piece);
      size += piece.length;
    }
    if (size >= CHUNK_BYTES) {
      yield Buffer.concat(pieces);
      pieces = [];
      size = 0;
    }
  }
  pieces.push(Buffer.from(envelope === undefined ? ']' : ']}'));
  yield Buffer.concat(pieces);
}

/** How a response is sent. */
export interface Sending {
  readonly compress: boolean;
  /** Called with the number of JSON bytes sent, before compression. */
  readonly count: (bytes: number) => void;
}

export async function sendResponse(
  response: ServerResponse,
  content: PageResponse | JsonResponse,
  sending: Sending,
): Promise<void> {
  await (content.kind === 'page'
    ? sendPage(response, content, sending)
    : sendJson(response, content, sending));
}

/** Streams a page. At most a few chunks are in memory. */
async function sendPage(
  response: ServerResponse,
  content: PageResponse,
  { compress, count }: Sending,
): Promise<void> {
  response.writeHead(200, jsonHeaders(compress));
  const chunks = Readable.from(counted(pageChunks(content), count), { highWaterMark: 1 });
  await (compress ? pipeline(chunks, createGzip({ level: LEVEL }), response) : pipeline(chunks, response));
}

async function sendJson(
  response: ServerResponse,
  content: JsonResponse,
  { compress, count }: Sending,
): Promise<void> {
  const plain = jsonBytes(content);
  const body = compress ? await gzip(plain, { level: LEVEL }) : plain;
  count(plain.length);
  response.writeHead(content.status, {
    ...jsonHeaders(compress),
    'content-length': body.length,
    ...content.headers,
  });
  response.end(body);
}

/** The body of a response that isn't a page. */
function jsonBytes({ body }: JsonResponse): Buffer {
  return Buffer.from(body === undefined ? '' : JSON.stringify(body));
}

function jsonHeaders(compressed: boolean): Record<string, string> {
  return {
    'content-type': 'application/json',
    vary: 'Accept-Encoding',
    ...(compressed && { 'content-encoding': 'gzip' }),
  };
}

function* counted(chunks: Iterable<Buffer>, count: (bytes: number) => void): Generator<Buffer> {
  for (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}

type TransportFault = Exclude<
  Fault,
  PageFault | { kind: 'json' | 'unfiltered' | 'first-page' | 'bare-list' | 'of-case' | 'text' | 'huge-text' }
>;

const HTML =
  '<!DOCTYPE html><html><head><title>One moment</title></head><body>Please stand by.</body></html>';
const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * Applies the fault to the socket. `body` is the correct content, uncompressed. Returns when nothing more will be
 * sent; a stall leaves the connection open until the client or the fake API closes it.
 */
async function breakTransport(response: ServerResponse, fault: TransportFault, body: Buffer): Promise<void> {
  const half = body.subarray(0, Math.ceil(body.length / 2));
  switch (fault.kind) {
    case 'status':
      sendStatus(response, fault);
      return;
    case 'redirect':
      response.writeHead(fault.status ?? 302, { location: fault.to ?? response.req.url ?? '/' }).end();
      return;
    case 'reset':
      return reset(response, fault.at, body.length, half);
    case 'short-body':
      await writeHalf(response, body.length, half);
      response.socket?.end();
      return;
    case 'cut-json':
      response.writeHead(200, JSON_TYPE).end(half);
      return;
    case 'stall':
      if (fault.at === 'after-head') response.writeHead(200, JSON_TYPE).flushHeaders();
      if (fault.at === 'in-body') await writeHalf(response, body.length, half);
      return;
    case 'interim':
      return sendInterim(response, fault);
    case 'drip':
      return drip(response, fault, body);
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(HTML);
      return;
    case 'empty-body':
      response.writeHead(200, { ...JSON_TYPE, 'content-length': 0 }).end();
      return;
    case 'bytes':
      response
        .writeHead(200, { 'content-type': fault.contentType ?? JSON_TYPE['content-type'] })
        .end(fault.body);
      return;
    case 'rewrite':
      response.writeHead(200, JSON_TYPE).end(rewrite(fault.with, body));
      return;
    case 'gzip':
      response
        .writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' })
        .end(await badGzip(fault.damage, body));
  }
}

function rewrite(how: (TransportFault & { kind: 'rewrite' })['with'], body: Buffer): Buffer {
  if (how === 'byte-order-mark') return Buffer.concat([Buffer.from('\ufeff'), body]);
  const [name, odd] =
    how === 'nan' ? ['"name":', '"lamp":NaN,"name":'] : ['"name":"', Buffer.from('"name":"\u00e9', 'latin1')];
  const at = body.indexOf(name);
  if (at === -1) return body;
  return Buffer.concat([body.subarray(0, at), Buffer.from(odd as Buffer), body.subarray(at + name.length)]);
}

function sendStatus(response: ServerResponse, fault: TransportFault & { kind: 'status' }): void {
  const { status, headers = {}, body = { detail: 'A fault was asked for.' } } = fault;
  const type = typeof body === 'string' ? { 'content-type': 'text/html; charset=utf-8' } : JSON_TYPE;
  response.writeHead(status, { ...type, ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function reset(
  response: ServerResponse,
  at: (TransportFault & { kind: 'reset' })['at'],
  length: number,
  half: Buffer,
): Promise<void> {
  const { socket } = response;
  if (at === 'in-body') await writeHalf(response, length, half);
  if (at === 'in-head') await new Promise((sent) => socket?.write('HTTP/1.1 200 OK\r\nContent-Ty', sent));
  // A moment for the client to read: a reset throws away what has arrived and isn't read yet.
  if (at !== 'before-head') await sleep(20);
  socket?.resetAndDestroy();
}

async function writeHalf(response: ServerResponse, length: number, half: Buffer): Promise<void> {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': length });
  await new Promise((sent) => response.write(half, sent));
}

async function sendInterim(
  { socket }: ServerResponse,
  { status, everyMs }: TransportFault & { kind: 'interim' },
): Promise<void> {
  const switches = status === 101 ? 'Upgrade: lamp\r\nConnection: upgrade\r\n' : '';
  while (socket?.destroyed === false) {
    socket.write(`HTTP/1.1 ${status} Not Yet\r\n${switches}\r\n`);
    await sleep(everyMs);
  }
}

async function drip(
  response: ServerResponse,
  { bytes, everyMs }: TransportFault & { kind: 'drip' },
  body: Buffer,
): Promise<void> {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': body.length });
  for (let sent = 0; sent < body.length && !response.destroyed; sent += bytes) {
    response.write(body.subarray(sent, sent + bytes));
    await sleep(everyMs);
  }
  response.end();
}

async function badGzip(damage: (TransportFault & { kind: 'gzip' })['damage'], body: Buffer): Promise<Buffer> {
  if (damage === 'not-gzip') return body;
  const packed = await gzip(body);
  if (damage === 'cut') return packed.subarray(0, Math.ceil(packed.length / 2));
  if (damage === 'trailing') return Buffer.concat([packed, Buffer.from('not gzip')]);
  const middle = Math.floor(packed.length / 2);
  return Buffer.concat([packed.subarray(0, middle), Buffer.alloc(32, 0xff), packed.subarray(middle + 32)]);
}

/** The inputs of a fault from the request that it affects. */
interface FaultContext {
  readonly request: FakeApiRequest;
  readonly url: URL;
  readonly basePath: string;
  /** The correct content for the request with these parts replaced. */
  readonly respondTo: (other: Partial<FakeApiRequest>) => PageResponse | JsonResponse;
  readonly sending: Sending;
}

/**
 * Sends the fault instead of the correct content. Bodies with a broken transport aren't compressed, so that they
 * break within the JSON. A fault of a page does not affect other responses, such as a 401.
 */
export async function sendFault(
  response: ServerResponse,
  fault: Fault,
  context: FaultContext,
): Promise<void> {
  const { request, sending } = context;
  const content = replaceContent(fault, context);
  if (content !== undefined) return sendResponse(response, content, sending);
  if (fault.kind === 'huge-text') return sendHugeText(response, request, fault.characters);
  const good = context.respondTo({});
  if (isPageFault(fault)) return sendResponse(response, distort(good, fault, context), sending);
  await breakTransport(response, fault as TransportFault, wholeBody(good));
}

/** Other correct content instead of the requested one; undefined for a fault of the content or the transport. */
function replaceContent(
  fault: Fault,
  { request, respondTo }: FaultContext,
): PageResponse | JsonResponse | undefined {
  switch (fault.kind) {
    case 'json':
      return { kind: 'json', status: 200, body: fault.body };
    case 'first-page':
      return respondTo({ page: 1 });
    case 'unfiltered':
      return respondTo({ filters: {} });
    case 'bare-list': {
      const content = respondTo({});
      return content.kind === 'page' ? { ...content, envelope: undefined } : content;
    }
    case 'of-case': {
      const { route } = request;
      return respondTo(route.kind === 'linked' ? { route: { ...route, caseId: fault.caseId } } : {});
    }
    case 'text': {
      const content = respondTo({});
      return content.kind === 'json' && content.status === 200 && isJsonObject(content.body)
        ? { ...content, body: distortText(content.body, fault.with) }
        : content;
    }
    default:
      return undefined;
  }
}

function distort(
  content: PageResponse | JsonResponse,
  fault: PageFault,
  { request, url, basePath, respondTo }: FaultContext,
): PageResponse | JsonResponse {
  if (content.kind === 'json') return content;
  const resultsOf = (page: number): JsonValue => envelopeOf(respondTo({ page })).results ?? [];
  const body = distortPage(envelopeOf(content), fault, { url, page: request.page, basePath, resultsOf });
  return { kind: 'json', status: 200, body: content.envelope === undefined ? (body.results ?? []) : body };
}

/** The body as an object; a list without an envelope becomes the results of one. */
function envelopeOf(content: PageResponse | JsonResponse): JsonObject {
  const body = JSON.parse(wholeBody(content).toString()) as JsonValue;
  return isJsonObject(body) ? body : Array.isArray(body) ? { results: body } : {};
}

function wholeBody(content: PageResponse | JsonResponse): Buffer {
  return content.kind === 'page' ? Buffer.concat([...pageChunks(content)]) : jsonBytes(content);
}

async function sendHugeText(
  response: ServerResponse,
  { route }: FakeApiRequest,
  characters: number,
): Promise<void> {
  const id = route.kind === 'text' ? route.documentId : 0;
  const chunks = function* () {
    yield Buffer.from(`{"id":${id},"text":"`);
    const chunk = Buffer.from('The lamp is lit. '.repeat(CHUNK_BYTES / 16).slice(0, CHUNK_BYTES));
    for (let left = characters; left > 0; left -= CHUNK_BYTES) yield chunk.subarray(0, left);
    yield Buffer.from('"}');
  };
  response.writeHead(200, JSON_TYPE);
  await pipeline(Readable.from(chunks(), { highWaterMark: 1 }), response);
}
