import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { MirrorError, TransientError, messageOf } from '../errors/mirror-error.ts';
import { renderPlural } from '../lib/layout.ts';
import { wordsOf } from '../lib/system-errors.ts';
import { type ResponseHead, findMeaning, isHtmlHead, oneHeader } from './responses.ts';
import { parseRetryAfter } from './retry.ts';
import { describePath, isNonpublic } from './urls.ts';

/** What a host says about the file of a document. */
export type FileAnswer =
  /** The file lies whole at the path that was given. */
  | { readonly outcome: 'file'; readonly hash: string; readonly bytes: number }
  /** The host has no such file. */
  | { readonly outcome: 'not_offered' }
  /** The file is larger than the limit. */
  | { readonly outcome: 'too_large'; readonly message: string; readonly limitBytes: number }
  | { readonly outcome: 'not_a_pdf' }
  | ({ readonly outcome: 'refused' } & FileRefusal);

/** Why an address of a file, or one to which it redirects, is not requested. */
export interface FileRefusal {
  readonly message: string;
  /** The host, with its port, if it is refused because it is not known. */
  readonly host: string | null;
}

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Why an address of a file is not requested; null if it may be. */
export function findFileRefusal(url: URL, knownHosts: readonly string[]): FileRefusal | null {
  const refuse = (message: string, host: string | null = null): FileRefusal => ({ message, host });
  if (url.username !== '' || url.password !== '') return refuse('The address of the file has a user name.');
  if (isNonpublic(url.href)) return refuse('The file is in a folder that is not public.');
  if (url.host === '') return refuse('The address of the file names no host.');
  if (!knownHosts.includes(url.host)) return refuse(`The file is on another host: ${url.host}.`, url.host);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname));
  return isSafe ? null : refuse(`The address of the file is not encrypted: ${url.protocol}//${url.host}.`);
}

/** The address of a file as a document writes it; undefined if it is none. */
export function parseFileUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Some storage hosts have no listing right for the public, so a file that is not there is a 403 of theirs (in XML). */
const NO_SUCH_FILE = new Set([403, 404, 410]);
const TRY_AGAIN = new Set([408, 420, 421, 423, 425, 429, 499]);

const isBusy = (status: number): boolean =>
  TRY_AGAIN.has(status) || (status >= 500 && status !== 501 && status !== 505);

/**
 * Whether a response can ask for a pause of all files (A6). `Retry-After` may come with any status; what answers for one file
 * alone cannot: the file, a redirect, or that there is none.
 */
export function canAskPause(head: ResponseHead): boolean {
  if (head.status === 200) return isHtmlHead(head);
  return !hasNoFile(head) && findMeaning(head.status, false) !== 'redirect';
}

const hasNoFile = (head: ResponseHead): boolean =>
  NO_SUCH_FILE.has(head.status) && !(head.status === 403 && isHtmlHead(head));

/**
 * Judges the head of a response: null if a file follows. Throws a MirrorError; a {@link TransientError} is worth another
 * attempt.
 */
export function judgeFileHead(head: ResponseHead, url: URL, now: Date): FileAnswer | null {
  const { status } = head;
  const path = describePath(url);
  const isHtml = isHtmlHead(head);
  const retryAfterMs = canAskPause(head)
    ? parseRetryAfter(oneHeader(head, 'retry-after'), now).ms
    : undefined;
  if (status === 200) {
    if (isHtml)
      throw new TransientError('RESPONSE_UNEXPECTED', `${path} returned a page instead of a file`, {
        isOdd: true,
        retryAfterMs,
      });
    return null;
  }
  if (hasNoFile(head)) return { outcome: 'not_offered' };
  if (isBusy(status)) {
    const code = status === 429 || status === 420 ? 'RATE_LIMITED' : 'SERVER_ERROR';
    throw new TransientError(code, `${path} returned status ${status}`, { retryAfterMs });
  }
  if (status === 403)
    throw new TransientError('BLOCKED_BY_INTERMEDIARY', `${path} returned a page with status 403`, {
      isOdd: true,
      retryAfterMs,
    });
  throw new TransientError('RESPONSE_UNEXPECTED', `${path} returned status ${status}`, {
    isOdd: true,
    retryAfterMs,
  });
}

/** Writes the pieces of a response into a file that exists and is emptied, and keeps count. Closed by the caller. */
export class FileWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #maxBytes: number;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#file = inFileSystem(path, () => openSync(path, 'w'));
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws RESPONSE_TOO_LARGE before the limit is exceeded. */
  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) throw toTooLarge(this.#maxBytes);
    this.#hash.update(chunk);
    inFileSystem(this.#path, () => {
      for (let at = 0; at < chunk.length;) at += writeSync(this.#file, chunk, at);
    });
  }

  close(): void {
    closeSync(this.#file);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

export function toTooLarge(maxBytes: number): MirrorError {
  return new MirrorError('RESPONSE_TOO_LARGE', `The file is larger than ${renderPlural(maxBytes, 'byte')}.`, {
    hint: 'Raise --max-file to fetch it.',
  });
}

/** Runs a write to the disk. Its failure is not one of the network, so it ends the pass. */
function inFileSystem<Result>(path: string, use: () => Result): Result {
  try {
    return use();
  } catch (cause) {
    throw toUnwritable(path, cause);
  }
}

const toUnwritable = (path: string, cause: unknown): MirrorError =>
  new MirrorError('FILE_UNWRITABLE', `${path} cannot be written: ${wordsOf(cause)}.`, { cause });

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

type Coding = keyof typeof DECODERS | 'identity';

/** How the body of a response is compressed; undefined if no file can be made of it. */
export function findCoding(head: ResponseHead): Coding | undefined {
  const coding = (oneHeader(head, 'content-encoding') ?? '').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return 'identity';
  return Object.hasOwn(DECODERS, coding) ? (coding as Coding) : undefined;
}

/** Decompresses a file that a host compressed although it was asked not to. Returns the hash and length of what is then at the path. */
export async function decodeFile(
  path: string,
  coding: keyof typeof DECODERS,
  maxBytes: number,
  url: URL,
): Promise<{ hash: string; bytes: number }> {
  const decoded = `${path}.decoded`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(
      createReadStream(path),
      DECODERS[coding](),
      async function* measure(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > maxBytes) throw toTooLarge(maxBytes);
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(decoded, { mode: 0o600 }),
    );
  } catch (thrown) {
    if (thrown instanceof MirrorError) throw thrown;
    // A full disk says nothing about the file. What zlib throws names no call of the system.
    if (thrown instanceof Error && 'syscall' in thrown) throw toUnwritable(decoded, thrown);
    throw new TransientError(
      'RESPONSE_UNEXPECTED',
      `${describePath(url)} cannot be decompressed: ${messageOf(thrown)}`,
      { isOdd: true },
    );
  }
  inFileSystem(path, () => {
    renameSync(decoded, path);
  });
  return { hash: hash.digest('hex'), bytes };
}

/** A reader accepts a little before the mark of the begin, and after that of the end. */
const MARGIN_BYTES = 1024;

/**
 * Looks at the begin and the end of a received file. A page is worth another attempt, and so is a PDF without its end, because
 * a length that is not stated cannot show a cut. Throws a {@link TransientError}.
 */
export function judgeFileContent(path: string, bytes: number, url: URL): 'pdf' | 'not_a_pdf' {
  const file = openSync(path, 'r');
  try {
    const part = Buffer.alloc(2 * MARGIN_BYTES);
    const begin = part.subarray(0, readSync(file, part, 0, MARGIN_BYTES, 0)).toString('latin1');
    const odd = (what: string): TransientError =>
      new TransientError('RESPONSE_UNEXPECTED', `${describePath(url)} returned ${what}`, { isOdd: true });
    if (bytes === 0) throw odd('nothing');
    if (!begin.includes('%PDF-')) {
      if (/^\s*</.test(begin)) throw odd('a page instead of a file');
      return 'not_a_pdf';
    }
    const from = Math.max(0, bytes - part.length);
    const end = part.subarray(0, readSync(file, part, 0, part.length, from)).toString('latin1');
    if (!end.includes('%%EOF')) throw odd('a PDF without its end');
    return 'pdf';
  } finally {
    closeSync(file);
  }
}
