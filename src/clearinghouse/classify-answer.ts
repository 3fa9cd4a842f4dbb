import { isJsonObject, type JsonValue } from '../json.ts';
import { toSafeWords } from '../safe-text.ts';
import { findMeaning } from './answer-table.ts';
import { toPageRecord, type IsKnownText, type PageRecord } from './page-record.ts';
import { parseRetryAfter } from './retry-after.ts';
import { splitPage } from './split-page.ts';

/** One page of a list, as the documented envelope has it. `previous` is not used. */
export interface PageEnvelope {
  /** How many cases the whole list has, by the server's word. */
  readonly count: number;
  readonly next: string | null;
  readonly results: readonly PageRecord[];
}

/** An HTTP answer, fully read and decompressed. Header names are lower case. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What an answer means. `words` are the server's own, shortened and made safe to print. */
export type Answer =
  | { readonly kind: 'page'; readonly page: PageEnvelope }
  | { readonly kind: 'empty'; readonly words: string }
  | { readonly kind: 'message'; readonly words: string }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'unauthorised'; readonly words: string }
  | { readonly kind: 'refused-by-proxy' }
  | { readonly kind: 'not-found'; readonly words: string }
  | { readonly kind: 'past-the-end' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | undefined; readonly words: string }
  | { readonly kind: 'transient'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'obstructed'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'broken'; readonly reason: string };

/** Of a longer body that is no page only the beginning is read. */
const MAX_REFUSAL_BYTES = 65_536;

/**
 * Decides what an answer means. Pure: the same answer at the same time always means the same.
 * Sources: the API reference ("Query Behavior", "Pagination") and Django REST framework's 404 texts; that a page of
 * HTML with status 200 is a passing maintenance page is an assumption. Records of a page that `isKnown` knows are not read.
 */
export function classifyAnswer(answer: RawAnswer, now: Date, isKnown: IsKnownText = () => false): Answer {
  const { status } = answer;
  if (status === 200) return classifyGoodAnswer(parsePage(answer.body, isKnown));
  const body = answer.body.toString('utf8', 0, MAX_REFUSAL_BYTES);
  const json = parseJson(body);
  const words = readWords(json, body);
  if (status === 400 && isListOfOneString(json) && json[0].startsWith('No results'))
    return { kind: 'empty', words };
  if (status === 404 && isJsonObject(json) && json.detail === 'Invalid page.')
    return { kind: 'past-the-end' };
  const header = oneHeader(answer, 'retry-after');
  const { ms: retryAfterMs, isIgnored } = parseRetryAfter(header, now);
  const note = isIgnored ? ` (Retry-After "${toSafeWords(header ?? '')}" is no pause to be believed)` : '';
  switch (findMeaning(status, json !== undefined)) {
    case 'redirect': {
      const location = oneHeader(answer, 'location');
      return location === undefined
        ? { kind: 'broken', reason: `status ${status} without a Location header` }
        : { kind: 'redirect', location };
    }
    case 'refused':
      return { kind: 'refused', words: status === 400 ? words : `status ${status}: ${words}` };
    case 'not found':
      return { kind: 'not-found', words };
    case 'token doubted':
      return { kind: 'unauthorised', words };
    case 'obstructed':
      return { kind: 'obstructed', reason: `status ${status}, not in the API's form${note}`, retryAfterMs };
    case 'refused by a proxy':
      return { kind: 'refused-by-proxy' };
    case 'throttled':
      return { kind: 'throttled', retryAfterMs, words: `${words}${note}` };
    case 'transient':
      return { kind: 'transient', reason: `status ${status}${note}`, retryAfterMs };
    case 'outside the contract':
      return { kind: 'broken', reason: `unexpected status ${status}` };
  }
}

/** What a body with status 200 says, the results of a page apart; undefined when it is not JSON. */
interface ParsedPage {
  readonly json: JsonValue;
  /** Null where there is no list of that name. */
  readonly results: readonly PageRecord[] | null;
}

function parsePage(body: Buffer, isKnown: IsKnownText): ParsedPage | undefined {
  try {
    const split = splitPage(body);
    if (split !== undefined) {
      return {
        json: JSON.parse(split.envelope) as JsonValue,
        results: split.results.map((bytes) => toPageRecord(bytes, isKnown)),
      };
    }
    const json = JSON.parse(body.toString('utf8')) as JsonValue;
    const results = isJsonObject(json) && Array.isArray(json.results) ? json.results : null;
    return { json, results: results?.map((value) => ({ textHash: null, value: () => value })) ?? null };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined; // not JSON is an answer too: the caller says what it means
  }
}

function classifyGoodAnswer(parsed: ParsedPage | undefined): Answer {
  if (parsed === undefined)
    return { kind: 'transient', reason: 'status 200, but not JSON', retryAfterMs: undefined };
  const { json, results } = parsed;
  if (!isJsonObject(json)) return { kind: 'broken', reason: 'the answer is not a JSON object' };
  if (typeof json.message === 'string' && json.results === undefined)
    return { kind: 'message', words: toSafeWords(json.message) };
  const { count, next } = json;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    return { kind: 'broken', reason: '`count` is not a whole number' };
  }
  if (next !== null && typeof next !== 'string')
    return { kind: 'broken', reason: '`next` is neither an address nor null' };
  if (results === null) return { kind: 'broken', reason: '`results` is not a list' };
  return { kind: 'page', page: { count, next, results } };
}

function readWords(json: JsonValue | undefined, body: string): string {
  if (isListOfOneString(json)) return toSafeWords(json[0]);
  if (isJsonObject(json) && typeof json.detail === 'string') return toSafeWords(json.detail);
  return toSafeWords(body) || '(no text)';
}

function isListOfOneString(json: JsonValue | undefined): json is [string] {
  return Array.isArray(json) && json.length === 1 && typeof json[0] === 'string';
}

function oneHeader(answer: RawAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function parseJson(body: string): JsonValue | undefined {
  try {
    return JSON.parse(body) as JsonValue;
  } catch {
    return undefined; // not JSON is an answer too: the caller says what it means
  }
}
