import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip as gzipCallback } from 'node:zlib';
import type { JsonAnswer, PageAnswer } from './answer.ts';

const gzip = promisify(gzipCallback);
const COMMA = Buffer.from(',');
/** Pieces are gathered up to this size: a write for each case would cost more than the case. */
const CHUNK_BYTES = 128 * 1024;
/** The server must not be the slow part; the smallest level already makes a tenth of the text. */
const LEVEL = 1;

/** The envelope as JSON bytes, chunk by chunk; each case is made when its turn comes. */
export function* pageChunks({ count, next, previous, results }: PageAnswer): Generator<Buffer> {
  const head = JSON.stringify({ count, next, previous }).slice(0, -1);
  let pieces: Buffer[] = [Buffer.from(`${head},"results":[`)];
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
  pieces.push(Buffer.from(']}'));
  yield Buffer.concat(pieces);
}

/** How one answer goes out. */
export interface Sending {
  readonly compress: boolean;
  /** Told the JSON bytes that are sent, before compression. */
  readonly count: (bytes: number) => void;
}

export async function sendAnswer(
  response: ServerResponse,
  answer: PageAnswer | JsonAnswer,
  sending: Sending,
): Promise<void> {
  await (answer.kind === 'page' ? sendPage(response, answer, sending) : sendJson(response, answer, sending));
}

/** Sends a page as it is made; no more than a few chunks of it are ever in memory. */
async function sendPage(
  response: ServerResponse,
  answer: PageAnswer,
  { compress, count }: Sending,
): Promise<void> {
  response.writeHead(200, jsonHeaders(compress));
  const chunks = Readable.from(counted(pageChunks(answer), count), { highWaterMark: 1 });
  await (compress ? pipeline(chunks, createGzip({ level: LEVEL }), response) : pipeline(chunks, response));
}

async function sendJson(
  response: ServerResponse,
  answer: JsonAnswer,
  { compress, count }: Sending,
): Promise<void> {
  const plain = jsonBytes(answer);
  const body = compress ? await gzip(plain, { level: LEVEL }) : plain;
  count(plain.length);
  response.writeHead(answer.status, {
    ...jsonHeaders(compress),
    'content-length': body.length,
    ...answer.headers,
  });
  response.end(body);
}

/** The body of an answer that isn't a page. */
export function jsonBytes({ body }: JsonAnswer): Buffer {
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
