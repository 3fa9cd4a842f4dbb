import type { ErrorCode } from '../errors/codes.ts';
import { type JsonValue, isJsonObject, tryParse } from '../lib/json.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { decodeBody } from './decode-body.ts';
import type { IsKnownRecord, PageRecord } from './page-records.ts';
import { type ParsedPage, parsePage } from './parse-page.ts';
import { parseRetryAfter } from './retry.ts';
import { MirrorError } from '../errors/mirror-error.ts';

/**
 * What a response other than 200 can mean. `again`: whether the same request is sent again within the run, with backoff;
 * `a few times`: as an odd response, which lasts more often than not; `on later pages`: a few times, and only for a page of a
 * list whose first page is granted; `after /test`: only if the API accepts the token at its address `test`. `code`: what it
 * fails with otherwise; whether a scheduled run is then tried again stands beside that code (`lasts` in `ERROR_KINDS`).
 */
export const MEANINGS = {
  /** Followed within our origin; one that leads elsewhere is an odd response. */
  redirect: { again: 'a few times', code: 'REDIRECT_REFUSED' },
  /** The API itself refuses the request, and says why. */
  refused: { again: 'on later pages', code: 'REQUEST_REJECTED' },
  'not found': { again: 'a few times', code: 'NOT_FOUND' },
  /** A refused token, or one bad moment of the server. */
  'token suspicious': { again: 'after /test', code: 'UNAUTHORIZED' },
  /** Something before the API answered in its place: a bot check, a firewall, a captive portal. */
  obstructed: { again: 'yes', code: 'BLOCKED_BY_INTERMEDIARY' },
  'refused by a proxy': { again: 'no', code: 'PROXY_REFUSED' },
  throttled: { again: 'yes', code: 'RATE_LIMITED' },
  transient: { again: 'yes', code: 'SERVER_ERROR' },
  'outside the contract': { again: 'a few times', code: 'RESPONSE_UNEXPECTED' },
} as const satisfies Record<
  string,
  {
    readonly again: 'yes' | 'no' | 'a few times' | 'on later pages' | 'after /test';
    readonly code: ErrorCode;
  }
>;

export type Meaning = keyof typeof MEANINGS;

/** A status, or a range of them. */
type Statuses = number | readonly [first: number, last: number];

interface ResponseRow {
  readonly statuses: readonly Statuses[];
  /** The API's own answers are JSON; what stands before it answers with a page, or with nothing. Left out for both. */
  readonly body?: 'JSON' | 'not JSON';
  readonly meaning: Meaning;
}

/** What passes by itself and what does not: the first row that fits holds. Every status but 200 is in it. */
export const RESPONSE_TABLE: readonly ResponseRow[] = [
  { statuses: [301, 302, 303, 307, 308], meaning: 'redirect' },
  { statuses: [401], meaning: 'token suspicious' },
  { statuses: [403], body: 'JSON', meaning: 'token suspicious' },
  { statuses: [404], meaning: 'not found' },
  { statuses: [407], meaning: 'refused by a proxy' },
  // Time-outs, a connection to the wrong server, a replay that came too early, a lock, a client that was cut off.
  { statuses: [408, 421, 423, 425, 499], meaning: 'transient' },
  { statuses: [420, 429], meaning: 'throttled' },
  // What is too large or forbidden by law stays so, whoever says it.
  { statuses: [413, 414, 431, 451], meaning: 'refused' },
  { statuses: [[400, 499]], body: 'JSON', meaning: 'refused' },
  { statuses: [[400, 499]], body: 'not JSON', meaning: 'obstructed' },
  // Not implemented, and a version of HTTP that is not spoken.
  { statuses: [501, 505], meaning: 'refused' },
  // "Network Authentication Required": a captive portal.
  { statuses: [511], meaning: 'obstructed' },
  // Also what content delivery networks add: 520 to 530, 598, 599.
  { statuses: [[500, 599]], meaning: 'transient' },
  { statuses: [[100, 599]], meaning: 'outside the contract' },
];

/** What a response with this status means; it is not 200. */
export function findMeaning(status: number, isJson: boolean): Meaning {
  const row = RESPONSE_TABLE.find(
    ({ statuses, body }) =>
      statuses.some((one) =>
        typeof one === 'number' ? one === status : status >= one[0] && status <= one[1],
      ) &&
      (body === undefined || (body === 'JSON') === isJson),
  );
  return row?.meaning ?? 'outside the contract';
}

/** One page of a list, as the documented envelope has it. `previous` is not used. */
export interface PageEnvelope {
  /** How many cases the whole list has, by the server's word; null where it says no number. */
  readonly count: number | null;
  /** Undefined where it is neither an address nor null. */
  readonly next: string | null | undefined;
  readonly results: readonly PageRecord[];
  /** The page arrived damaged: what could be read of it is here. */
  readonly isDamaged?: boolean;
  /** The page is not JSON, and nothing is missing for that. */
  readonly isMalformed?: boolean;
}

/** An HTTP response, fully read and decompressed. Header names are lower case. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What a response means. `words` are the server's own, shortened and made safe to print. */
export type ApiResponse =
  | { readonly kind: 'page'; readonly page: PageEnvelope }
  | { readonly kind: 'empty'; readonly words: string }
  | { readonly kind: 'message'; readonly words: string }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'unauthorized'; readonly words: string }
  | { readonly kind: 'refused-by-proxy' }
  | { readonly kind: 'not-found'; readonly words: string }
  | { readonly kind: 'past-the-end' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | undefined; readonly words: string }
  | {
      readonly kind: 'transient';
      readonly reason: string;
      readonly retryAfterMs: number | undefined;
      /** What could be read of a damaged page: worth having when it never comes whole. */
      readonly salvaged?: PageEnvelope;
    }
  | { readonly kind: 'obstructed'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'broken'; readonly reason: string };

/** Of a longer body that is no page only the beginning is read. */
export const MAX_REFUSAL_BYTES = 65_536;

/**
 * Decides what a response means. Pure: the same response at the same time always means the same.
 * Sources: the API reference ("Query Behavior", "Pagination") and Django REST framework's 404 texts; that a page of
 * HTML with status 200 is a passing maintenance page is an assumption. Records of a page that `isKnown` knows are not read.
 */
export function classifyResponse(
  response: RawResponse,
  now: Date,
  isKnown: IsKnownRecord = () => false,
): ApiResponse {
  const { status } = response;
  const decoded = decodeBody(response.body, oneHeader(response, 'content-type'));
  if (status >= 200 && status < 300) {
    const good = classifyGoodResponse(status, parsePage(decoded, isKnown));
    if (status === 200 || good.kind === 'page') return good;
    // Accepted, no content, a part of it: what was asked for has not come yet.
    return { kind: 'transient', reason: `status ${status}, but no list`, retryAfterMs: undefined };
  }
  const body = decoded.bytes.toString('utf8', 0, MAX_REFUSAL_BYTES);
  const json = tryParse(body);
  const words = readWords(json, body);
  if (status === 400 && isListOfOneString(json) && json[0].startsWith('No results'))
    return { kind: 'empty', words };
  if (status === 404 && isJsonObject(json) && json.detail === 'Invalid page.')
    return { kind: 'past-the-end' };
  const header = oneHeader(response, 'retry-after');
  const { ms: retryAfterMs, isIgnored } = parseRetryAfter(header, now);
  const note = isIgnored ? ` (Retry-After "${toSafeWords(header ?? '')}" is no pause to be believed)` : '';
  switch (findMeaning(status, json !== undefined)) {
    case 'redirect': {
      const location = oneHeader(response, 'location');
      return location === undefined
        ? { kind: 'broken', reason: `status ${status} without a Location header` }
        : { kind: 'redirect', location };
    }
    case 'refused':
      return { kind: 'refused', words: status === 400 ? words : `status ${status}: ${words}` };
    case 'not found':
      return { kind: 'not-found', words };
    case 'token suspicious':
      return { kind: 'unauthorized', words };
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

function classifyGoodResponse(status: number, parsed: ParsedPage | string | undefined): ApiResponse {
  if (parsed === undefined)
    return { kind: 'transient', reason: `status ${status}, but not JSON`, retryAfterMs: undefined };
  if (typeof parsed === 'string') return { kind: 'broken', reason: parsed };
  const { json, results, isDamaged, isMalformed } = parsed;
  const error = results === null ? findErrorWords(json) : undefined;
  if (error !== undefined)
    return { kind: 'transient', reason: `status ${status} with an error: ${error}`, retryAfterMs: undefined };
  if (!isJsonObject(json)) return { kind: 'broken', reason: 'the response is not a JSON object' };
  if (typeof json.message === 'string' && json.results === undefined)
    return { kind: 'message', words: toSafeWords(json.message) };
  const count = isCount(json.count) ? json.count : null;
  const next = json.next === null || typeof json.next === 'string' ? json.next : undefined;
  if (results !== null && isDamaged) {
    const salvaged = { count, next, results, isDamaged };
    return { kind: 'transient', reason: `status ${status}, but not JSON`, retryAfterMs: undefined, salvaged };
  }
  if (results !== null)
    return { kind: 'page', page: { count, next, results, ...(isMalformed === true && { isMalformed }) } };
  if (count === null) return { kind: 'broken', reason: '`count` is not a whole number' };
  if (next === undefined) return { kind: 'broken', reason: '`next` is neither an address nor null' };
  return { kind: 'broken', reason: '`results` is not a list' };
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Under which names servers and gateways put what went wrong; `message` with a text answers the test of a token. */
const ERROR_FIELDS = ['error', 'errors', 'detail', 'message'] as const;

/** The words of an error that came with a good status; undefined where it is none. */
function findErrorWords(json: JsonValue): string | undefined {
  if (isListOfOneString(json)) return toSafeWords(json[0]);
  if (!isJsonObject(json) || json.results !== undefined) return undefined;
  const told = ERROR_FIELDS.filter((name) => isTold(json[name]));
  // A text as `message` alone is what the test of a token answers.
  if (told.length === 0 || (told[0] === 'message' && typeof json.message === 'string')) return undefined;
  const values = told.map((name) => json[name]);
  const words = values.find((value) => typeof value === 'string') ?? toText(values[0] ?? null);
  return toSafeWords(words) || '(no text)';
}

/** Whether a field says that something went wrong: `"error": false` and `"errors": []` do not. */
function isTold(value: JsonValue | undefined): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== '';
}

function toText(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch {
    return ''; // nested too deeply to be written
  }
}

function readWords(json: JsonValue | undefined, body: string): string {
  if (isListOfOneString(json)) return toSafeWords(json[0]);
  if (isJsonObject(json) && typeof json.detail === 'string') return toSafeWords(json.detail);
  return toSafeWords(body) || '(no text)';
}

function isListOfOneString(json: JsonValue | undefined): json is [string] {
  return Array.isArray(json) && json.length === 1 && typeof json[0] === 'string';
}

/** The pause that a response asks for, whatever its status; undefined where it asks for none that can be believed. */
export function readRetryAfter(response: RawResponse, now: Date): number | undefined {
  return parseRetryAfter(oneHeader(response, 'retry-after'), now).ms;
}

/** A header of a response; of several of that name the first. */
export function oneHeader(response: Pick<RawResponse, 'headers'>, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Judges a "No results" by the filter that it repeats: `No results for {'case_ongoing': '5022'}` says nothing of the
 * list of 5021. Returns what is wrong, or null where it repeats the filter that was asked for, or none.
 */
export function judgeEcho(words: string, asked: URL): MirrorError | null {
  const [, filter = ''] = /^No results for \{(.*)\}/.exec(words) ?? [];
  const pairs = [...filter.matchAll(/['"](\w+)['"]:\s*\[?\s*['"]?([^'",\]]*)/g)];
  const other = pairs.find(([, name = '', value = '']) => asked.searchParams.get(name) !== value);
  if (other === undefined) return null;
  const [, name = '', value = ''] = other;
  return new MirrorError(
    'WRONG_FILTER',
    `"No results" was said of ${name} ${value}, which is not what was asked for.`,
  );
}
