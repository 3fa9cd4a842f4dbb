import { MirrorError, TransientError } from '../errors/mirror-error.ts';
import { type JsonObject, type JsonValue, isJsonObject, tryParse } from '../lib/json.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { decodeBody } from './decode-body.ts';
import { toOdd } from './judge-response.ts';
import { type AnyRecord, readAnyRecord } from './page-records.ts';
import { type ParsedPage, parsePageOf } from './parse-page.ts';
import {
  MAX_REFUSAL_BYTES,
  type RawResponse,
  findErrorWords,
  findMeaning,
  isCount,
  isGood,
  isListOfOneString,
  oneHeader,
  readWords,
  toStandardWords,
} from './responses.ts';
import { parseRetryAfter } from './retry.ts';
import { describePath } from './urls.ts';

/** In what form a linked list arrived (A41). The last three say that the case has none (A42). */
export type LinkedEnvelope =
  | 'count'
  | 'no_count'
  /** A list without an object around it. */
  | 'bare'
  | 'empty_list'
  | 'no_results_400'
  | 'not_found_404';

/** One page of a linked list. */
export interface LinkedPage {
  readonly envelope: LinkedEnvelope;
  /** The number of records in the whole list according to the page; null if it does not say. */
  readonly count: number | null;
  /** Undefined if the page has no `next`; false if it is neither an address nor null. */
  readonly next: string | null | undefined | false;
  readonly records: readonly AnyRecord[];
  /** Why the page is not as documented although all of it was read; null if it is. */
  readonly oddity: string | null;
}

/** What a response says about a linked list. */
export type LinkedAnswer = LinkedPage | 'past the end';

const NOTHING = { count: null, next: null, records: [], oddity: null } as const;

/**
 * Reads the response of a linked list. A failure costs only this list, so a refusal is not retried (A2), and a JSON 404
 * says that the case has no such list (A42). `caseId`: null for the list of all cases. Throws a MirrorError; a {@link TransientError} is worth another attempt.
 */
export function readLinkedResponse(
  raw: RawResponse,
  asked: { readonly url: URL; readonly caseId: number | null },
  now: Date,
): LinkedAnswer {
  const path = describePath(asked.url);
  if (isGood(raw)) return readGoodResponse(raw, path);
  const none = readNone(raw, path, now);
  if ('notFound' in none)
    return none.notFound.detail === 'Invalid page.'
      ? 'past the end'
      : { ...NOTHING, envelope: 'not_found_404' };
  if (asked.caseId !== null) checkEcho(none.noResults, asked.caseId, path);
  return { ...NOTHING, envelope: 'no_results_400' };
}

/**
 * Reads a response other than a 2xx to a request for something of one case or document. The API says in two ways that
 * there is none (A42). Throws the failure that any other such response is.
 */
export function readNone(
  raw: RawResponse,
  path: string,
  now: Date,
): { readonly noResults: string } | { readonly notFound: JsonObject } {
  const { bytes } = decodeBody(raw.body, oneHeader(raw, 'content-type'));
  const body = bytes.toString('utf8', 0, MAX_REFUSAL_BYTES);
  const json = tryParse(body);
  if (raw.status === 400 && isListOfOneString(json) && json[0].startsWith('No results'))
    return { noResults: json[0] };
  if (raw.status === 404 && isJsonObject(json)) return { notFound: json };
  throw toFailure(raw, path, readWords(json, body), json !== undefined, now);
}

/**
 * The failure of a request for something of one case or document, from a response other than a 2xx. It costs only what was
 * requested: a refusal may concern a sealed document, so it says nothing about the token. Of `words`, which the
 * server said, a message repeats only standard ones.
 */
function toFailure(raw: RawResponse, path: string, words: string, isJson: boolean, now: Date): MirrorError {
  const retryAfterMs = parseRetryAfter(oneHeader(raw, 'retry-after'), now).ms;
  const said = toStandardWords(words);
  switch (raw.status === 404 ? 'not found' : findMeaning(raw.status, isJson)) {
    case 'token suspicious':
      return new MirrorError('LINKED_LIST_REFUSED', `The API refused ${path} (status ${raw.status})${said}`);
    case 'refused':
      return new MirrorError('REQUEST_REJECTED', `The API refused ${path} (status ${raw.status})${said}`);
    case 'not found':
      return toOdd('NOT_FOUND', `${path} returned a 404 that is not in the API's form`);
    case 'refused by a proxy':
      return new MirrorError('PROXY_REFUSED', `A proxy requires a user name and password (407) for ${path}.`);
    case 'blocked':
      return new TransientError(
        'BLOCKED_BY_INTERMEDIARY',
        `Something in front of the API responded to ${path}: status ${raw.status}, not in the API's form`,
        { retryAfterMs },
      );
    case 'rate limited':
      return new TransientError('RATE_LIMITED', `${path} was rate-limited${said}`, { retryAfterMs });
    case 'transient':
      return new TransientError('SERVER_ERROR', `${path} returned status ${raw.status}`, { retryAfterMs });
    case 'redirect':
    case 'outside the contract':
      return toOdd('RESPONSE_UNEXPECTED', `${path} returned an unexpected status ${raw.status}`);
  }
}

function readGoodResponse(raw: RawResponse, path: string): LinkedPage {
  const { bytes, isUtf8 } = decodeBody(raw.body, oneHeader(raw, 'content-type'));
  const isBare = /^\s*\[/.test(bytes.toString('latin1', 0, 100));
  const body = isBare ? Buffer.concat([HEAD, bytes, TAIL]) : bytes;
  const parsed = parsePageOf({ bytes: body }, (record) => readAnyRecord(record, isUtf8));
  if (parsed === undefined) throw toServerError(`${path} returned status ${raw.status}, but not JSON`);
  if (typeof parsed === 'string')
    throw toOdd('RESPONSE_UNEXPECTED', `${path} returned an unexpected response: ${parsed}`);
  const error = findError(parsed, isBare);
  if (error !== undefined)
    throw toServerError(`${path} returned status ${raw.status} with an error${toStandardWords(error)}`);
  const { json, results, isDamaged } = parsed;
  if (results === null || !isJsonObject(json))
    throw raw.status === 200
      ? toOdd('RESPONSE_UNEXPECTED', `${path} returned an unexpected response: there is no list \`results\``)
      : toServerError(`${path} returned status ${raw.status}, but no list`);
  if (isDamaged) throw toServerError(`${path} arrived damaged`);
  const oddity = parsed.isMalformed === true ? 'not valid JSON' : null;
  if (isBare)
    return { ...NOTHING, envelope: results.length === 0 ? 'empty_list' : 'bare', records: results, oddity };
  return { ...readEnvelope(json), records: results, oddity: oddity ?? findOddity(json) };
}

function readEnvelope(json: JsonObject): Pick<LinkedPage, 'envelope' | 'count' | 'next'> {
  const count = isCount(json.count) ? json.count : null;
  // Some servers send an empty text in place of null.
  const next = typeof json.next === 'string' && json.next.trim() === '' ? null : json.next;
  return {
    envelope: count === null ? 'no_count' : 'count',
    count,
    next: next === null || next === undefined || typeof next === 'string' ? next : false,
  };
}

function findOddity(json: JsonObject): string | null {
  if (json.count !== undefined && !isCount(json.count)) return '`count` is not a whole number';
  return json.next === undefined ? 'no `next`' : null;
}

const [HEAD, TAIL] = [Buffer.from('{"results":'), Buffer.from('}')];

/** The text of an error that came with a success status; undefined if there is none. */
function findError({ json, results }: ParsedPage<AnyRecord>, isBare: boolean): string | undefined {
  if (!isBare) return results === null ? (findErrorWords(json) ?? findMessage(json)) : undefined;
  const [first, ...others] = results ?? [];
  return first !== undefined && others.length === 0 && typeof first.value === 'string'
    ? toSafeWords(first.value)
    : undefined;
}

function findMessage(json: JsonValue): string | undefined {
  return isJsonObject(json) && typeof json.message === 'string' ? toSafeWords(json.message) : undefined;
}

/** "No results" for another case says nothing about this one. */
function checkEcho(words: string, caseId: number, path: string): void {
  const [, named] = /'case(?:_id)?':\s*\[?\s*'?(\d+)/.exec(words) ?? [];
  if (named !== undefined && Number(named) !== caseId)
    throw toOdd('WRONG_FILTER', `${path} returned "No results" for case ${named}, which was not requested.`);
}

function toServerError(message: string): TransientError {
  return new TransientError('SERVER_ERROR', message);
}
