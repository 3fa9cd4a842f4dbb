import { type ErrorCode, MirrorError } from '../errors/mirror-error.ts';
import { type JsonValue, isJsonObject, tryParse } from '../lib/json.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { decodeBody } from './decode-body.ts';
import { type KnownRecords, NO_KNOWN_RECORDS, type PageRecord } from './page-records.ts';
import { type ParsedPage, parsePage } from './parse-page.ts';
import { parseRetryAfter } from './retry.ts';

/**
 * The meanings of a response other than 200. `again`: whether the same request is retried within the run, with backoff;
 * `a few times`: few retries, because the cause is usually permanent; `on later pages`: a few retries, but only for a
 * later page of a list whose first page was accepted; `after /test`: only if the API accepts the token at its address
 * `test`. `code`: the error if retries do not help. `lasts` in `ERROR_KINDS` says whether a scheduled run is then
 * retried.
 */
export const MEANINGS = {
  /** Followed within the configured origin; a redirect elsewhere is an odd response. */
  redirect: { again: 'a few times', code: 'REDIRECT_REFUSED' },
  /** The API itself rejects the request and says why. */
  refused: { again: 'on later pages', code: 'REQUEST_REJECTED' },
  'not found': { again: 'a few times', code: 'NOT_FOUND' },
  /** A rejected token, or a temporary failure of the server (A2). */
  'token suspicious': { again: 'after /test', code: 'UNAUTHORIZED' },
  /** An intermediary responded instead of the API: a bot check, a firewall, a captive portal. */
  blocked: { again: 'yes', code: 'BLOCKED_BY_INTERMEDIARY' },
  'refused by a proxy': { again: 'no', code: 'PROXY_REFUSED' },
  'rate limited': { again: 'yes', code: 'RATE_LIMITED' },
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

/** A status code or a range of status codes. */
type Statuses = number | readonly [first: number, last: number];

interface ResponseRow {
  readonly statuses: readonly Statuses[];
  /**
   * The API itself responds with JSON; an intermediary responds with a page or without a body. Omitted if the row
   * applies to both.
   */
  readonly body?: 'JSON' | 'not JSON';
  readonly meaning: Meaning;
}

/** Classifies every status except 200. The first matching row applies. */
export const RESPONSE_TABLE: readonly ResponseRow[] = [
  { statuses: [301, 302, 303, 307, 308], meaning: 'redirect' },
  { statuses: [401], meaning: 'token suspicious' },
  { statuses: [403], body: 'JSON', meaning: 'token suspicious' },
  { statuses: [404], meaning: 'not found' },
  { statuses: [407], meaning: 'refused by a proxy' },
  // A timeout, a connection to the wrong server, an early replay, a lock, a client that was cut off.
  { statuses: [408, 421, 423, 425, 499], meaning: 'transient' },
  { statuses: [420, 429], meaning: 'rate limited' }, // (A6)
  // A request that is too large or legally forbidden stays so, whoever says it.
  { statuses: [413, 414, 431, 451], meaning: 'refused' },
  { statuses: [[400, 499]], body: 'JSON', meaning: 'refused' },
  { statuses: [[400, 499]], body: 'not JSON', meaning: 'blocked' },
  // "Not Implemented" and "HTTP Version Not Supported".
  { statuses: [501, 505], meaning: 'refused' },
  // "Network Authentication Required": a captive portal.
  { statuses: [511], meaning: 'blocked' },
  // Includes the codes of content delivery networks: 520 to 530, 598, 599.
  { statuses: [[500, 599]], meaning: 'transient' },
  { statuses: [[100, 599]], meaning: 'outside the contract' }, // (A13)
];

/** Finds the meaning of a status other than 200. */
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

/** One page of a list, with the documented envelope (A18). `previous` is not used. */
export interface PageEnvelope {
  /** The number of cases in the whole list according to the server; null if it is not a number. */
  readonly count: number | null;
  /** Undefined if it is neither an address nor null. */
  readonly next: string | null | undefined;
  readonly results: readonly PageRecord[];
  /** The page arrived damaged; `results` has what could be read. */
  readonly isDamaged?: boolean;
  /** The page is not valid JSON, but nothing is missing. */
  readonly isMalformed?: boolean;
  /** Gives the body back for another response. Known records can be read only before. */
  readonly release?: () => void;
}

/** An HTTP response, fully read and decompressed. Header names are lower case. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export type ResponseHead = Pick<RawResponse, 'status' | 'headers'>;

export const isGood = ({ status }: Pick<RawResponse, 'status'>): boolean => status >= 200 && status < 300;

/** Whether a response says of itself that it is a web page. */
export const isHtmlHead = (head: ResponseHead): boolean =>
  /html/i.test(oneHeader(head, 'content-type') ?? '');

/** The meaning of a response. `words` is text from the server, shortened and safe to print. */
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
  | { readonly kind: 'rate limited'; readonly retryAfterMs: number | undefined; readonly words: string }
  | {
      readonly kind: 'transient';
      readonly reason: string;
      readonly retryAfterMs: number | undefined;
      /** The readable part of a damaged page, for the case that no attempt returns the whole page. */
      readonly salvaged?: PageEnvelope;
    }
  | { readonly kind: 'blocked'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'broken'; readonly reason: string };

/** Of a longer body that is not a page, only this many bytes are read. */
export const MAX_REFUSAL_BYTES = 65_536;

/**
 * Classifies a response. Pure: the result depends only on the arguments. Sources: the API reference ("Query Behavior",
 * "Pagination") and the 404 texts of Django REST framework. An HTML page with status 200 is assumed to be a temporary
 * maintenance page (A12). Records in `known` are not parsed.
 */
export function classifyResponse(
  response: RawResponse,
  now: Date,
  known: KnownRecords = NO_KNOWN_RECORDS,
): ApiResponse {
  const { status } = response;
  const decoded = decodeBody(response.body, oneHeader(response, 'content-type'));
  if (isGood(response)) {
    const good = classifyGoodResponse(status, parsePage(decoded, known));
    if (status === 200 || good.kind === 'page') return good;
    // "Accepted", "No Content", "Partial Content": the requested list has not arrived yet.
    return { kind: 'transient', reason: `status ${status}, but no list`, retryAfterMs: undefined };
  }
  const body = decoded.bytes.toString('utf8', 0, MAX_REFUSAL_BYTES);
  const json = tryParse(body);
  const words = readWords(json, body);
  if (status === 400 && isListOfOneString(json) && json[0].startsWith('No results'))
    return { kind: 'empty', words }; // (A17)
  if (status === 404 && isJsonObject(json) && json.detail === 'Invalid page.')
    // (A23)
    return { kind: 'past-the-end' };
  const header = oneHeader(response, 'retry-after');
  const { ms: retryAfterMs, isIgnored } = parseRetryAfter(header, now);
  const note = isIgnored ? ` (Retry-After "${toSafeWords(header ?? '')}" is not a plausible pause)` : '';
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
    case 'blocked':
      return { kind: 'blocked', reason: `status ${status}, not in the API's form${note}`, retryAfterMs };
    case 'refused by a proxy':
      return { kind: 'refused-by-proxy' };
    case 'rate limited':
      return { kind: 'rate limited', retryAfterMs, words: `${words}${note}` };
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

export function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The fields in which servers and gateways report an error. The test of a token also uses `message`, with a text. */
const ERROR_FIELDS = ['error', 'errors', 'detail', 'message'] as const;

/** The text of an error that came with a success status; undefined if there is none. */
export function findErrorWords(json: JsonValue): string | undefined {
  if (isListOfOneString(json)) return toSafeWords(json[0]);
  if (!isJsonObject(json) || json.results !== undefined) return undefined;
  const told = ERROR_FIELDS.filter((name) => isTold(json[name]));
  // A text in `message` alone is the response to the test of a token.
  if (told.length === 0 || (told[0] === 'message' && typeof json.message === 'string')) return undefined;
  const values = told.map((name) => json[name]);
  const words = values.find((value) => typeof value === 'string') ?? toText(values[0] ?? null);
  return toSafeWords(words) || '(no text)';
}

/** Whether a field reports an error: `"error": false` and `"errors": []` do not. */
function isTold(value: JsonValue | undefined): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== '';
}

function toText(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch {
    return ''; // It is nested too deeply for JSON.stringify.
  }
}

export function readWords(json: JsonValue | undefined, body: string): string {
  if (isListOfOneString(json)) return toSafeWords(json[0]);
  if (isJsonObject(json) && typeof json.detail === 'string') return toSafeWords(json.detail);
  return toSafeWords(body) || '(no text)';
}

/** What Django REST framework says about any request, whatever was requested (A2). */
const STANDARD_WORDS: readonly RegExp[] = [
  /^Authentication credentials were not provided\.$/,
  /^Invalid token\.$/,
  /^Invalid token header\. (?:No credentials provided|Token string should not contain (?:spaces|invalid characters))\.$/,
  /^User inactive or deleted\.$/,
  /^You do not have permission to perform this action\.$/,
  /^Request was throttled\.(?: Expected available in \d{1,9} seconds?\.)?$/,
  /^(?:Not found|A server error occurred)\.$/,
];

/**
 * The end of a message: `: ` and what the server said, if that is one of the sentences that it says about anything. Other
 * words about one case or document can be its content, which a redaction must be able to remove.
 */
export function toStandardWords(words: string): string {
  return STANDARD_WORDS.some((sentence) => sentence.test(words)) ? `: ${words}` : '';
}

export function isListOfOneString(json: JsonValue | undefined): json is [string] {
  return Array.isArray(json) && json.length === 1 && typeof json[0] === 'string';
}

/** Where a response redirects to; undefined if it is not a redirect, or does not say. */
export function findRedirect(response: RawResponse): string | undefined {
  return findMeaning(response.status, false) === 'redirect' ? oneHeader(response, 'location') : undefined;
}

/** The pause that a response requests, whatever its status; undefined if there is none or it is implausible. */
export function readRetryAfter(response: RawResponse, now: Date): number | undefined {
  return parseRetryAfter(oneHeader(response, 'retry-after'), now).ms;
}

/** Returns a header of a response; if it occurs several times, the first. */
export function oneHeader(response: Pick<RawResponse, 'headers'>, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Compares the filter that a "No results" repeats with the requested one: `No results for {'case_ongoing': '5022'}`
 * says nothing about list 5021 (A17). Returns the error, or null if the filter is the same or not repeated.
 */
export function judgeEcho(words: string, asked: URL): MirrorError | null {
  const [, filter = ''] = /^No results for \{(.*)\}/.exec(words) ?? [];
  const pairs = [...filter.matchAll(/['"](\w+)['"]:\s*\[?\s*['"]?([^'",\]]*)/g)];
  const other = pairs.find(([, name = '', value = '']) => asked.searchParams.get(name) !== value);
  if (other === undefined) return null;
  const [, name = '', value = ''] = other;
  return new MirrorError('WRONG_FILTER', `"No results" refers to ${name} ${value}, which was not requested.`);
}
