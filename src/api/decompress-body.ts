import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { renderPlural } from '../lib/layout.ts';

/** More buffers are never in use: one of a page that is read, and one of the page that arrives meanwhile. */
const MAX_BUFFERS = 2;
/** Larger than nearly all pages, and small enough to be kept. */
const MAX_KEPT_BYTES = 8 * 2 ** 20;

/**
 * The buffers of earlier bodies, to be used again. A new buffer for each page costs a garbage collection of the whole
 * heap every few pages, because each has megabytes.
 */
export class BodyBuffers {
  readonly #free: Buffer[] = [];

  /** A buffer of at least so many bytes, with any content. */
  take(bytes: number): Buffer {
    const kept = this.#free.pop();
    return kept !== undefined && kept.length >= bytes ? kept : Buffer.allocUnsafeSlow(bytes);
  }

  /** Takes back the buffer of a body. Nothing may refer to its bytes any more. */
  giveBack({ buffer }: Buffer): void {
    if (buffer.byteLength <= MAX_KEPT_BYTES && this.#free.length < MAX_BUFFERS)
      this.#free.push(Buffer.from(buffer));
  }
}

/** Joins the pieces of a body as they arrive. Collecting them until the end would need twice the memory. */
export class BodyGatherer {
  #buffer: Buffer;
  #length = 0;
  readonly #most: number;
  readonly #source: string;

  /** Reserves `expected` bytes at first. More than `most` bytes fail with RESPONSE_TOO_LARGE. */
  constructor(expected: number, most: number, source: string, buffers = new BodyBuffers()) {
    this.#buffer = buffers.take(Math.max(1, Math.min(expected, most)));
    this.#most = most;
    this.#source = source;
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#most) {
      throw new MirrorError(
        'RESPONSE_TOO_LARGE',
        `The response to ${this.#source} is larger than ${renderPlural(this.#most, 'byte')}.`,
      );
    }
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#most, Math.max(length, this.#buffer.length * 2)));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  /** The bytes so far. */
  body(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** A server and a proxy may each compress a body (A8). More layers are treated as an attack. */
const MAX_LAYERS = 2;

/**
 * Decompresses a body. Gzip is detected by its first bytes, which no JSON has, so a wrong or missing `Content-Encoding`
 * does no harm; deflate and br are detected only by that header. Counts the decompressed bytes and throws
 * RESPONSE_TOO_LARGE above `most`. Throws SERVER_ERROR if the bytes cannot be decompressed, because they may have been
 * damaged in transit.
 */
export async function decompressBody(
  compressed: Buffer,
  contentEncoding: string | undefined,
  most: number,
  source: string,
  buffers = new BodyBuffers(),
): Promise<Buffer> {
  const codings = (contentEncoding ?? '').toLowerCase().split(/[\s,]+/);
  let body = compressed;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const decompressor = findDecompressor(body, codings.pop());
    if (decompressor === null) continue;
    const gatherer = new BodyGatherer(body.length, most, source, buffers);
    await decompress(body, decompressor, gatherer, source);
    if (body !== compressed) buffers.giveBack(body);
    body = gatherer.body();
  }
  return body;
}

/** How many bytes it has taken in: fewer than it was given where something follows the end of what is compressed. */
type Decompressor = Transform & { readonly bytesWritten: number };

function findDecompressor(body: Buffer, coding: string | undefined): Decompressor | null {
  if (body.length === 0) return null;
  if (body[0] === 0x1f && body[1] === 0x8b) return createGunzip();
  if (coding === 'br') return createBrotliDecompress();
  // Some servers omit the zlib header that RFC 9110 requires.
  if (coding === 'deflate') return hasZlibHeader(body) ? createInflate() : createInflateRaw();
  return null;
}

function hasZlibHeader(body: Buffer): boolean {
  return body.length > 1 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

async function decompress(
  compressed: Buffer,
  decompressor: Decompressor,
  gatherer: BodyGatherer,
  source: string,
): Promise<void> {
  decompressor.end(compressed);
  try {
    for await (const chunk of decompressor as AsyncIterable<Buffer>) gatherer.add(chunk);
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    throw new TransientError('SERVER_ERROR', `${source} could not be decompressed: ${wordsOf(cause)}`, {
      cause,
    });
  }
  // gunzip says so itself.
  const extra = compressed.length - decompressor.bytesWritten;
  if (extra > 0)
    throw new TransientError(
      'SERVER_ERROR',
      `${source} could not be decompressed: it goes on for ${renderPlural(extra, 'byte')} after its end`,
    );
}
