import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import { isJsonObject, tryParse } from '../lib/json.ts';
import type { Client } from './client.ts';
import { decodeBody, decodeStrayBytes } from './decode-body.ts';
import { countMembers } from './page-records.ts';
import { type Drift, listTextDrift } from './schema-drift.ts';
import { splitRecords } from './split-page.ts';
import { toOdd } from './judge-response.ts';
import { readNone } from './linked-pages.ts';
import { toTextUrl } from './linked-urls.ts';
import { type RawResponse, findErrorWords, isGood, oneHeader, toStandardWords } from './responses.ts';
import { describePath } from './urls.ts';

/** What the API says about the text of a document. */
export type TextAnswer =
  | {
      readonly outcome: 'text';
      /** Well-formed: a half surrogate, which UTF-8 cannot store, is U+FFFD. */
      readonly text: string;
      /** The body of the response, if `text` is not exactly what arrived, or not all that it says of the text; else null. */
      readonly raw: Buffer | null;
      /** The fields of the response that are not known. They are not stored. */
      readonly drift: readonly Drift[];
    }
  /** The text is empty or only white space. */
  | { readonly outcome: 'empty' }
  /** There is no such address. */
  | { readonly outcome: 'not_offered' }
  /** The response is larger than the limit for texts. */
  | { readonly outcome: 'too_large'; readonly message: string };

/**
 * The largest response with a text, in bytes: its bytes, its characters and what is stored are in memory at one time. The
 * longest known text has 1.4 million characters (A52).
 */
export const MAX_TEXT_BYTES = 16 * 2 ** 20;

export interface TextRequest {
  readonly signal: AbortSignal;
  /** Maximum attempts of the request. */
  readonly maxAttempts: number;
  readonly now: () => Date;
}

/**
 * Fetches the text of a document; the client must limit a response to {@link MAX_TEXT_BYTES}. Throws a MirrorError if the
 * API gives no clear answer.
 */
export async function fetchText(
  client: Client,
  documentId: number,
  { signal, maxAttempts, now }: TextRequest,
): Promise<TextAnswer> {
  const url = toTextUrl(client.api, documentId);
  const read = (raw: RawResponse): TextAnswer => readTextResponse(raw, { url, documentId }, now());
  try {
    return await client.fetchRead(url, signal, read, maxAttempts);
  } catch (thrown) {
    if (thrown instanceof MirrorError && thrown.code === 'RESPONSE_TOO_LARGE')
      return { outcome: 'too_large', message: thrown.message };
    throw thrown;
  }
}

/**
 * Reads the response to the request for a text. Only an object with the requested id and a string as `text` is a text
 * (A49): a notice, a login page or the text of another document is a failure. Throws a MirrorError; a {@link TransientError} is
 * worth another attempt.
 */
function readTextResponse(
  raw: RawResponse,
  asked: { readonly url: URL; readonly documentId: number },
  now: Date,
): TextAnswer {
  const path = describePath(asked.url);
  if (!isGood(raw)) {
    readNone(raw, path, now);
    return { outcome: 'not_offered' };
  }
  const { bytes, isUtf8 } = decodeBody(raw.body, oneHeader(raw, 'content-type'));
  const json = tryParse(isUtf8 ? bytes.toString('utf8') : decodeStrayBytes(bytes));
  if (json === undefined)
    throw new TransientError('SERVER_ERROR', `${path} returned status ${raw.status}, but not JSON`);
  const error = findErrorWords(json);
  if (error !== undefined)
    throw new TransientError(
      'SERVER_ERROR',
      `${path} returned status ${raw.status} with an error${toStandardWords(error)}`,
    );
  if (!isJsonObject(json) || !isId(json.id, asked.documentId))
    throw toOdd('RESPONSE_UNEXPECTED', `${path} returned something other than this document's text`);
  const { text } = json;
  if (text === null) return { outcome: 'empty' };
  if (typeof text !== 'string')
    throw toOdd('RESPONSE_UNEXPECTED', `${path} returned a \`text\` that is not a string`);
  if (text.trim() === '') return { outcome: 'empty' };
  // A name that stands twice hides a text that may be the right one.
  const isExact =
    text.isWellFormed() &&
    isUtf8 &&
    splitRecords(bytes).every(({ members }) => members <= countMembers(json));
  return {
    outcome: 'text',
    text: text.toWellFormed(),
    raw: isExact ? null : Buffer.from(raw.body),
    drift: listTextDrift(json),
  };
}

/** Some servers print an id as text. */
const isId = (value: unknown, id: number): boolean => value === id || value === String(id);
