import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { inventFile, sendError } from './invented-files.ts';
import { closeServer, listen } from './server.ts';

const gzip = promisify(gzipCallback);

/** The faults of a file, each of which real file hosts have shown. */
export type FileFault =
  /** Content-Length declares the whole file, but only half of it is sent. */
  | 'cut'
  /** Status 200 with a page to log in. */
  | 'html'
  /** Compressed, so that Content-Length is not the length of the file. */
  | 'gzip'
  /** A Range is ignored: the whole file with status 200. */
  | 'range-ignored'
  /** The file of another server: the right headers, but other bytes. */
  | 'other-file'
  | 'busy'
  /** Status 404, with a Retry-After, which says nothing about other files. */
  | 'gone'
  /** Status 429, which requires a pause of two hours. */
  | 'limited'
  /** Only the first half, without a length: the transfer does not show the truncation. */
  | 'half'
  /** A length of 100 bytes, and more bytes than that. */
  | 'longer'
  /** A file of another format. */
  | 'word'
  /** Bytes without end, and no length. */
  | 'endless'
  /** A page without end. */
  | 'endless-page'
  /** Bytes without end in a coding that nobody asked for. */
  | 'unknown-coding'
  /** A few bytes that become many when they are decompressed. */
  | 'bomb'
  /** Status 206, although no part was requested. */
  | 'part'
  /** The connection is reset in the middle. */
  | 'reset'
  /** A byte from time to time. */
  | 'drip'
  /** A head that is larger than a client reads. */
  | 'huge-head'
  /** The file, with a cookie and a name that leads out of a folder. */
  | 'odd-head'
  /** Status 503, with a pause of thousands of years. */
  | 'absurd-pause';

/** One request that the file host received. */
export interface FileRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  /** Whether it had an Authorization header, whatever its value. */
  readonly authorization: boolean;
  readonly cookie: boolean;
}

export interface FakeFilesOptions {
  /** The text of a document, for `texts/ID.json`, to which the API may redirect. Default none. */
  readonly textOf?: (documentId: number) => string | null | undefined;
  /** The fault of a request. Default none. */
  readonly fault?: (request: FileRequest) => FileFault | undefined;
  /** The address to which a request is redirected. Default none. */
  readonly redirect?: (request: FileRequest) => string | undefined;
}

/** A running file host. */
export interface FakeFiles extends AsyncDisposable {
  /** The base URL, with a slash at the end. */
  readonly url: string;
  readonly requests: readonly FileRequest[];
  close(): Promise<void>;
}

/**
 * Starts a stand-in for the storage host that the addresses of files name. Like such a host it serves GET and refuses
 * HEAD, answers 403 for a file that does not exist, and 400 for a request that carries credentials of another
 * service.
 */
export async function startFakeFiles(options: FakeFilesOptions = {}): Promise<FakeFiles> {
  const requests: FileRequest[] = [];
  const server = createServer((incoming, response) => {
    const request = toFileRequest(incoming);
    requests.push(request);
    respond(request, response, options).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  const close = () => closeServer(server);
  return { url: `http://127.0.0.1:${port}/`, requests, close, [Symbol.asyncDispose]: close };
}

function toFileRequest({ method = 'GET', url = '/', headers }: IncomingMessage): FileRequest {
  return {
    method,
    path: url,
    range: headers.range,
    authorization: headers.authorization !== undefined,
    cookie: headers.cookie !== undefined,
  };
}

async function respond(
  request: FileRequest,
  response: ServerResponse,
  { textOf, fault, redirect }: FakeFilesOptions,
): Promise<void> {
  if (request.authorization) {
    sendError(response, 400, 'InvalidArgument', 'Only one auth mechanism allowed.');
    return;
  }
  const location = redirect?.(request);
  if (location !== undefined) {
    response.writeHead(302, { location, 'retry-after': '86400' }).end();
    return;
  }
  const [, textId] = /^\/texts\/(\d+)\.json$/.exec(request.path) ?? [];
  const text = textId === undefined ? undefined : textOf?.(Number(textId));
  const file =
    typeof text === 'string'
      ? Buffer.from(JSON.stringify({ id: Number(textId), text }))
      : inventFile(request.path);
  if (request.method !== 'GET' || file === undefined) {
    sendError(response, 403, 'AccessDenied', 'Access Denied');
    return;
  }
  const type = text === undefined ? 'application/pdf' : 'application/json';
  await sendFile(response, { file, type, range: request.range, fault: fault?.(request) });
}

async function sendFile(
  response: ServerResponse,
  {
    file,
    type,
    range,
    fault,
  }: { file: Buffer; type: string; range: string | undefined; fault: FileFault | undefined },
): Promise<void> {
  const headers = { 'content-type': type, 'accept-ranges': 'bytes' };
  switch (fault) {
    case 'busy':
      sendError(response, 503, 'SlowDown', 'Reduce your request rate.');
      return;
    case 'gone':
      response.setHeader('retry-after', '86400');
      sendError(response, 404, 'NoSuchKey', 'The specified key does not exist.');
      return;
    case 'limited':
      response.setHeader('retry-after', '7200');
      sendError(response, 429, 'TooManyRequests', 'Slow down.');
      return;
    case 'half':
      response.writeHead(200, headers).end(file.subarray(0, file.length >> 1));
      return;
    case 'longer':
      response.writeHead(200, { ...headers, 'content-length': 100 });
      response.socket?.end(file);
      return;
    case 'word':
      response.writeHead(200, { 'content-type': 'application/msword' }).end('PK\u0003\u0004 a document');
      return;
    case 'endless':
      response.writeHead(200, headers);
      await sendWithoutEnd(response);
      return;
    case 'endless-page':
      response.writeHead(200, { 'content-type': 'text/html' });
      await sendWithoutEnd(response);
      return;
    case 'unknown-coding':
      response.writeHead(200, { ...headers, 'content-encoding': 'zstd' });
      await sendWithoutEnd(response);
      return;
    case 'bomb':
      response
        .writeHead(200, { ...headers, 'content-encoding': 'gzip' })
        .end(await gzip(Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(BOMB_BYTES)])));
      return;
    case 'part':
      response
        .writeHead(206, { ...headers, 'content-range': `bytes 0-${file.length - 1}/${file.length}` })
        .end(file);
      return;
    case 'reset':
      response.writeHead(200, { ...headers, 'content-length': file.length });
      await new Promise((sent) => response.write(file.subarray(0, file.length >> 1), sent));
      response.socket?.resetAndDestroy();
      return;
    case 'drip':
      response.writeHead(200, headers);
      await pipeline(Readable.from(dripBytes(file)), response).catch(() => undefined);
      return;
    case 'huge-head':
      response.writeHead(200, { ...headers, 'x-filler': 'x'.repeat(100_000) }).end(file);
      return;
    case 'odd-head':
      response
        .writeHead(200, {
          ...headers,
          'set-cookie': 'session=1; Path=/',
          'content-disposition': 'attachment; filename="../../../outside.pdf"',
        })
        .end(file);
      return;
    case 'absurd-pause':
      response.setHeader('retry-after', '99999999999');
      sendError(response, 503, 'SlowDown', 'Reduce your request rate.');
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Log in</title>');
      return;
    case 'gzip': {
      const packed = await gzip(file);
      response
        .writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': packed.length })
        .end(packed);
      return;
    }
    case 'cut':
      response.writeHead(200, { ...headers, 'content-length': file.length });
      await new Promise((sent) => response.write(file.subarray(0, file.length >> 1), sent));
      response.socket?.end();
      return;
    case 'other-file':
      response.writeHead(200, headers).end('%PDF-1.4\nanother file\n%%EOF\n');
      return;
    case 'range-ignored':
    case undefined: {
      const start = fault === undefined ? startOf(range, file.length) : undefined;
      const part = file.subarray(start ?? 0);
      const place = { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` };
      response
        .writeHead(start === undefined ? 200 : 206, {
          ...headers,
          'content-length': part.length,
          ...(start !== undefined && place),
        })
        .end(part);
    }
  }
}

const BOMB_BYTES = 2_000_000;

async function* dripBytes(file: Buffer): AsyncGenerator<Buffer, void> {
  for (const byte of file) {
    yield Buffer.of(byte);
    await delay(20);
  }
}

const ENDLESS_CHUNK = Buffer.alloc(65_536, 'x');

/** Sends until the client leaves. */
async function sendWithoutEnd(response: ServerResponse): Promise<void> {
  const endless = Readable.from(
    (function* repeat() {
      yield Buffer.from('%PDF-1.4\n');
      for (;;) yield ENDLESS_CHUNK;
    })(),
  );
  await pipeline(endless, response).catch(() => undefined);
}

/** The start of an open range (`bytes=100-`); undefined without one, or if it is beyond the end of the file. */
function startOf(range: string | undefined, length: number): number | undefined {
  const [, start] = /^bytes=(\d+)-$/.exec(range ?? '') ?? [];
  return start !== undefined && Number(start) < length ? Number(start) : undefined;
}
