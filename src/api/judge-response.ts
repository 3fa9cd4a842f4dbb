import { type ErrorCode, MirrorError, TransientError } from '../errors/mirror-error.ts';
import type { SecretMask } from '../lib/safe-text.ts';
import { decodeBody } from './decode-body.ts';
import { type ApiResponse, MAX_REFUSAL_BYTES, type RawResponse, judgeEcho, oneHeader } from './responses.ts';
import { describePath, isOfLaterPage, isOfList } from './urls.ts';

/** A response that is not a redirect. */
export type FinalResponse = Exclude<ApiResponse, { kind: 'redirect' }>;

export type ExpectedResponse = Extract<ApiResponse, { kind: 'page' | 'empty' | 'message' | 'past-the-end' }>;

/** After these failures, a damaged page from an earlier attempt is used: it is better than none. */
export const SALVAGED_AFTER: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['SERVER_ERROR', 'RATE_LIMITED']);

/** Removes the token from a response, in case the server repeated it. */
export function maskToken(raw: RawResponse, { mask }: SecretMask): RawResponse {
  const headers = Object.fromEntries(
    ['location', 'retry-after'].flatMap((name) => {
      const value = oneHeader(raw, name);
      return value === undefined ? [] : [[name, mask(value)]];
    }),
  );
  const { bytes } = decodeBody(raw.body.subarray(0, MAX_REFUSAL_BYTES), oneHeader(raw, 'content-type'));
  return { ...raw, headers, body: Buffer.from(mask(bytes.toString('utf8'))) };
}

/** A shorter token could occur in a record by chance. */
const MIN_HIDDEN = 16;

/** What stands in place of the token in a body: as long, and the same in an address, a name and a value. */
export const toTokenMark = (token: string): string => 'token.removed'.padEnd(Buffer.byteLength(token), '.');

/**
 * Overwrites the token in the body of a good response, in place. Its records are stored, shown and exported, so a server
 * that repeats the token, even as the name of a field, must not put it there.
 */
export function hideToken(body: Buffer, token: string): void {
  if (token.length < MIN_HIDDEN) return;
  const mark = toTokenMark(token);
  for (let at = body.indexOf(token); at !== -1; at = body.indexOf(token, at + mark.length))
    body.write(mark, at);
}

/** Kinds of response that only the API itself sends. Others may come from a failing server or an intermediary. */
export const API_RESPONSES: ReadonlySet<FinalResponse['kind']> = new Set<FinalResponse['kind']>([
  'message',
  'page',
  'empty',
  'past-the-end',
  'refused',
  'unauthorized',
  'not-found',
]);

/** Whether a response of the address `test` accepts the token; undefined if it does not tell. */
export function judgeToken({ kind }: FinalResponse): boolean | undefined {
  if (kind === 'message' || kind === 'page' || kind === 'empty') return true;
  // An API without this address cannot contradict the rejection.
  return kind === 'unauthorized' || kind === 'not-found' ? false : undefined;
}

/** Throws an error for each kind of response that is a failure, with the text of the server. */
export function throwIfFailed(response: FinalResponse, url: URL, { mask }: SecretMask): ExpectedResponse {
  const path = describePath(url);
  // Masks again: JSON may contain the token with escapes, which are decoded only now.
  const words = 'words' in response ? mask(response.words) : '';
  switch (response.kind) {
    case 'message':
      if (!isOfList(url)) return { ...response, words };
      throw new TransientError('SERVER_ERROR', `${path} returned a message instead of a list: ${words}`);
    case 'empty': {
      const other = judgeEcho(response.words, url);
      if (other !== null) throw toOdd(other.code, other.message);
      return response;
    }
    case 'page':
    case 'past-the-end':
      return response;
    case 'refused': {
      const message = `The API refused ${path}: ${words}`;
      // An API that accepts the first page of a list is unlikely to mean the rejection of a later one.
      throw isOfLaterPage(url)
        ? toOdd('REQUEST_REJECTED', message)
        : new MirrorError('REQUEST_REJECTED', message);
    }
    case 'unauthorized':
      throw new MirrorError('UNAUTHORIZED', `The API did not accept the token: ${words}`);
    case 'not-found':
      throw toOdd('NOT_FOUND', `The API has no ${path}: ${words}`);
    case 'refused-by-proxy':
      throw new MirrorError('PROXY_REFUSED', `A proxy requires a user name and password (407) for ${path}.`);
    case 'blocked':
      throw new TransientError(
        'BLOCKED_BY_INTERMEDIARY',
        `Something in front of the API responded to ${path}: ${response.reason}`,
        response,
      );
    case 'rate limited':
      throw new TransientError('RATE_LIMITED', `${path} was rate-limited: ${words}`, response);
    case 'transient':
      throw new TransientError('SERVER_ERROR', `${path} returned ${mask(response.reason)}`, response);
    case 'broken':
      throw toOdd('RESPONSE_UNEXPECTED', `${path} returned an unexpected response: ${response.reason}`);
  }
}

export function toOdd(code: ErrorCode, message: string): TransientError {
  return new TransientError(code, message, { isOdd: true });
}
