import { statSync } from 'node:fs';
import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import {
  type FileAnswer,
  FileWriter,
  canAskPause,
  decodeFile,
  findCoding,
  findFileRefusal,
  judgeFileContent,
  judgeFileHead,
  toTooLarge,
} from './document-file.ts';
import type { Agents } from './http-agents.ts';
import { type RequestLimits, createHttp, streamRequest } from './http.ts';
import { type PacedClient, type PacingOptions, type Runtime, createPacing } from './pacing.ts';
import { type ResponseHead, findRedirect, isHtmlHead, oneHeader } from './responses.ts';
import { parseRetryAfter, toTooLongPause } from './retry.ts';
import { describePath, parseUrl } from './urls.ts';

export interface FileClientOptions extends PacingOptions {
  readonly userAgent: string;
  readonly limits: Omit<RequestLimits, 'maxBodyBytes'>;
  readonly agents: Agents;
  /** The only hosts that are asked, with their ports. */
  readonly knownHosts: readonly string[];
  readonly maxFileBytes: number;
}

/** Requests files from the hosts that store them. It has no token. */
export interface FileClient extends PacedClient {
  /** Fetches a file into `path`. Throws a MirrorError if the host gives no clear answer. */
  fetchFile(url: URL, path: string, signal: AbortSignal, maxAttempts: number): Promise<FileAnswer>;
  /** Whether the host requested a pause that is too long to wait for. */
  isHeld(host: string): boolean;
}

const MAX_REDIRECTS = 5;

export function createFileClient(options: FileClientOptions, runtime: Runtime): FileClient {
  const { now } = runtime;
  const { limits, knownHosts, maxFileBytes } = options;
  const pacing = createPacing(options, runtime);
  const http = createHttp(options.userAgent, { ...limits, maxBodyBytes: maxFileBytes }, options.agents);
  /** A pause is that of the host that responded, whichever host redirected there. */
  const notePause = (head: ResponseHead, { host }: URL): void => {
    const { ms } = parseRetryAfter(oneHeader(head, 'retry-after'), now());
    if (!canAskPause(head) || ms === undefined) return;
    pacing.notePause(ms, host);
    if (ms > options.retry.retryAfterMaxMs)
      throw toTooLongPause(new Date(now().getTime() + ms), now(), { host });
  };

  /** Sends one request; what a 200 sends is written to `path`. */
  const receive = async (
    url: URL,
    path: string,
    signal: AbortSignal,
  ): Promise<ResponseHead & { hash: string; bytes: number }> => {
    const durationLeftMs = await pacing.takeTurn(signal, url.host);
    const writer = new FileWriter(path, maxFileBytes);
    try {
      const headers = { accept: 'application/pdf, */*', 'accept-encoding': 'identity' };
      const request = { url, headers, limits, durationLeftMs, signal };
      const head = await streamRequest(http, request, (chunk, begun) => {
        pacing.addBytes(chunk.length);
        // What is not stored is not received, however long it is.
        if (begun?.status !== 200 || isHtmlHead(begun) || findCoding(begun) === undefined) return 'enough';
        if (Number(oneHeader(begun, 'content-length')) > maxFileBytes) throw toTooLarge(maxFileBytes);
        writer.add(chunk);
        return undefined;
      });
      notePause(head, url);
      return { ...head, hash: writer.digest(), bytes: writer.bytes };
    } finally {
      writer.close();
      pacing.endTurn();
    }
  };

  const fetchOnce = async (first: URL, path: string, signal: AbortSignal): Promise<FileAnswer> => {
    let url = first;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const refusal = findFileRefusal(url, knownHosts);
      if (refusal !== null) return { outcome: 'refused', ...refusal };
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
      const coding = findCoding(received);
      if (coding === undefined)
        throw new TransientError(
          'RESPONSE_UNEXPECTED',
          `${describePath(url)} has an unknown Content-Encoding`,
          { isOdd: true },
        );
      const { hash, bytes } =
        coding === 'identity' ? received : await decodeFile(path, coding, maxFileBytes, url);
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
    traffic: pacing.traffic,
    pausedUntil: pacing.pausedUntil,
    onPause: pacing.onPause,
    isHeld: (host) => pacing.isHeld(host),
    close: options.agents.close,
    async fetchFile(url, path, signal, maxAttempts) {
      try {
        return await pacing.withRetries(() => fetchOnce(url, path, signal), signal, maxAttempts);
      } catch (thrown) {
        if (thrown instanceof MirrorError && thrown.code === 'RESPONSE_TOO_LARGE')
          return { outcome: 'too_large', message: thrown.message, limitBytes: maxFileBytes };
        throw thrown;
      }
    },
  };
}
