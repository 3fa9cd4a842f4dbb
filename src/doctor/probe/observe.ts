import { isUtf8 } from 'node:buffer';
import { decodeBody } from '../../api/decode-body.ts';
import { type RawResponse, oneHeader } from '../../api/responses.ts';
import { splitPage } from '../../api/split-page.ts';
import type { ErrorCode } from '../../errors/mirror-error.ts';
import { type JsonObject, type JsonValue, isJsonObject, tryParse } from '../../lib/json.ts';
import {
  type AddressFacts,
  type RecordFacts,
  type RecordKind,
  toRecordFacts,
  toSafeAddress,
} from './record-facts.ts';

/** Why a request is not sent. */
export const REASONS_NOT_SENT = {
  'no case': 'no response contained a case',
  'no document': 'no response contained a public document with a text',
  'no validator': 'the page came without ETag and Last-Modified',
  paused: 'the server asked for fewer requests',
} as const;
export type NotSentReason = keyof typeof REASONS_NOT_SENT;

/** What one request of the probe showed. It holds no text of the server but validators, which are only sent back. */
export type Observation =
  | ResponseFacts
  /** There was no response, or none that could be read whole. */
  | { readonly kind: 'failed'; readonly code: ErrorCode }
  | { readonly kind: 'not sent'; readonly why: NotSentReason };

export interface ResponseFacts {
  readonly kind: 'response';
  readonly status: number;
  readonly bytes: number;
  readonly tookMs: number;
  readonly headers: HeaderFacts;
  /** The request headers that make the next request of the same address conditional. */
  readonly validators: Readonly<Record<string, string>>;
  readonly body: BodyFacts;
}

/** The names of headers that describe a rate limit. */
export const RATE_LIMIT_HEADERS = [
  'ratelimit',
  'ratelimit-policy',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-rate-limit-limit',
  'x-rate-limit-remaining',
  'x-rate-limit-reset',
] as const;

const CODINGS = ['gzip', 'br', 'deflate'] as const;

export interface HeaderFacts {
  readonly etag: 'strong' | 'weak' | null;
  readonly hasLastModified: boolean;
  readonly retryAfter: 'seconds' | 'date' | 'another form' | null;
  readonly rateLimits: readonly (typeof RATE_LIMIT_HEADERS)[number][];
  readonly coding: (typeof CODINGS)[number] | 'another coding' | null;
  readonly charset: 'utf-8' | 'another charset' | null;
  /** Where a redirect leads, compared with the requested address with a slash at its end. */
  readonly location: AddressFacts | null;
}

export type BodyFacts =
  /** A page of a list, a list without an envelope (`isBare`), or an object with a list `results`. */
  | ListFacts
  /** The list of one text that the API sends with 400. `isNothing`: it begins with "No results". */
  | { readonly shape: 'refusal'; readonly isNothing: boolean }
  /** `{"detail": ...}` of Django REST framework. `isPastTheEnd`: the text is "Invalid page." */
  | { readonly shape: 'detail'; readonly isPastTheEnd: boolean }
  | { readonly shape: 'message' }
  /** `{"id": ..., "text": ...}`; `id` is null if it is not an integer, `length` if there is no text. */
  | { readonly shape: 'text'; readonly id: number | null; readonly length: number | null }
  | { readonly shape: 'other JSON' | 'not JSON' | 'nothing' };

export interface ListFacts {
  readonly shape: 'list';
  readonly isBare: boolean;
  /** `missing` if there is no such name, `odd` if it is not a whole number. */
  readonly count: number | 'missing' | 'odd';
  readonly next: NextFacts | null | 'missing' | 'odd';
  readonly hasPrevious: boolean;
  readonly records: readonly RecordFacts[];
  /** Whether the body is valid JSON as it is, and valid UTF-8. */
  readonly isValidJson: boolean;
  readonly isUtf8: boolean;
}

export interface NextFacts extends AddressFacts {
  readonly keepsFilter: boolean;
  /** The number that it names as `page`; null if it names none. */
  readonly page: number | null;
}

/** What was asked for. */
export interface Asked {
  readonly url: URL;
  readonly api: URL;
  /** The kind of the records of a list; null if no list is expected. */
  readonly records: RecordKind | null;
  readonly tookMs: number;
}

/** Reduces a response to facts. Pure. */
export function toObservation(raw: RawResponse, asked: Asked): ResponseFacts {
  const { status, body } = raw;
  return {
    kind: 'response',
    status,
    bytes: body.length,
    tookMs: asked.tookMs,
    headers: toHeaderFacts(raw, asked.url),
    validators: toValidators(raw),
    body: toBodyFacts(raw, asked),
  };
}

function toValidators(raw: RawResponse): Readonly<Record<string, string>> {
  const [etag, modified] = [oneHeader(raw, 'etag'), oneHeader(raw, 'last-modified')];
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(modified !== undefined && { 'if-modified-since': modified }),
  };
}

function toHeaderFacts(raw: RawResponse, url: URL): HeaderFacts {
  const header = (name: string): string | undefined => oneHeader(raw, name)?.trim().toLowerCase();
  const coding = header('content-encoding');
  const charset = /charset=["']?([\w-]+)/.exec(header('content-type') ?? '')?.[1];
  const etag = header('etag');
  return {
    etag: etag === undefined ? null : etag.startsWith('w/') ? 'weak' : 'strong',
    hasLastModified: header('last-modified') !== undefined,
    retryAfter: toRetryAfterForm(header('retry-after')),
    rateLimits: RATE_LIMIT_HEADERS.filter((name) => header(name) !== undefined),
    coding:
      coding === undefined || coding === 'identity'
        ? null
        : (CODINGS.find((one) => one === coding) ?? 'another coding'),
    charset: charset === undefined ? null : /^utf-?8$/.test(charset) ? 'utf-8' : 'another charset',
    location: toSafeAddress(oneHeader(raw, 'location'), withSlash(url))[0] ?? null,
  };
}

function withSlash(url: URL): URL {
  const slashed = new URL(url);
  if (!slashed.pathname.endsWith('/')) slashed.pathname += '/';
  return slashed;
}

function toRetryAfterForm(value: string | undefined): HeaderFacts['retryAfter'] {
  if (value === undefined) return null;
  if (/^\d+$/.test(value)) return 'seconds';
  return Number.isNaN(Date.parse(value)) ? 'another form' : 'date';
}

/** A body without `results` is parsed at once; a larger one is none of the API's. */
const MAX_PARSED_BYTES = 16 * 2 ** 20;

function toBodyFacts(raw: RawResponse, asked: Asked): BodyFacts {
  if (raw.body.length === 0) return { shape: 'nothing' };
  const { bytes } = decodeBody(raw.body, oneHeader(raw, 'content-type'));
  const split = splitPage(bytes);
  if (split === 'results twice') return { shape: 'other JSON' };
  if (split !== undefined && asked.records !== null) {
    const envelope = tryParse(split.envelope);
    const parsed = split.results.map(
      ({ bytes: one }) => [one.length, tryParse(one.toString('utf8'))] as const,
    );
    if (!isJsonObject(envelope)) return { shape: 'not JSON' };
    return {
      ...toEnvelopeFacts(envelope, asked),
      shape: 'list',
      isBare: false,
      records: toFacts(parsed, asked.records, asked.api),
      isValidJson:
        parsed.every(([, value]) => value !== undefined) && !split.hasEmptyElement && split.rest.length === 0,
      isUtf8: isUtf8(raw.body),
    };
  }
  const json = bytes.length > MAX_PARSED_BYTES ? undefined : tryParse(bytes.toString('utf8'));
  if (json === undefined) return { shape: 'not JSON' };
  if (isListOfOneText(json)) return { shape: 'refusal', isNothing: json[0].startsWith('No results') };
  if (Array.isArray(json) && asked.records !== null) return toBareList(json, asked.records, asked, raw.body);
  if (!isJsonObject(json)) return { shape: 'other JSON' };
  if (typeof json.detail === 'string')
    return { shape: 'detail', isPastTheEnd: json.detail === 'Invalid page.' };
  if (Object.hasOwn(json, 'text'))
    return {
      shape: 'text',
      id: Number.isSafeInteger(json.id) ? Number(json.id) : null,
      length: typeof json.text === 'string' ? json.text.length : null,
    };
  return { shape: typeof json.message === 'string' ? 'message' : 'other JSON' };
}

function toFacts(
  parsed: readonly (readonly [bytes: number, value: JsonValue | undefined])[],
  kind: RecordKind,
  api: URL,
): RecordFacts[] {
  return parsed.map(([bytes, value]) => toRecordFacts(value ?? null, kind, bytes, api));
}

function toBareList(json: JsonValue[], kind: RecordKind, { api }: Asked, body: Buffer): ListFacts {
  return {
    shape: 'list',
    isBare: true,
    count: 'missing',
    next: 'missing',
    hasPrevious: false,
    records: toFacts(
      json.map((value) => [Math.round(body.length / json.length), value] as const),
      kind,
      api,
    ),
    isValidJson: true,
    isUtf8: isUtf8(body),
  };
}

/** The largest number that a report shows: a server could hide anything in a larger one. */
const MAX_SHOWN = 10_000_000;

function toEnvelopeFacts(
  envelope: JsonObject,
  asked: Asked,
): Pick<ListFacts, 'count' | 'next' | 'hasPrevious'> {
  const { count, next } = envelope;
  const isCount =
    typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 && count <= MAX_SHOWN;
  return {
    count: count === undefined ? 'missing' : isCount ? count : 'odd',
    next: next === undefined ? 'missing' : next === null || next === '' ? null : toNextFacts(next, asked.url),
    hasPrevious: Object.hasOwn(envelope, 'previous'),
  };
}

function toNextFacts(next: JsonValue, url: URL): NextFacts | 'odd' {
  const [address] = toSafeAddress(next, url);
  if (address === undefined || typeof next !== 'string') return 'odd';
  const { searchParams } = new URL(next, url);
  const page = searchParams.get('page');
  return {
    ...address,
    keepsFilter: [...url.searchParams].every(
      ([name, value]) => name === 'page' || searchParams.getAll(name).join() === value,
    ),
    page: page !== null && /^\d{1,7}$/.test(page) ? Number(page) : null,
  };
}

function isListOfOneText(json: JsonValue): json is [string] {
  return Array.isArray(json) && json.length === 1 && typeof json[0] === 'string';
}

/** The list in a response; null if it contained none. */
export function listIn(observation: Observation | undefined): ListFacts | null {
  if (observation?.kind !== 'response' || observation.status < 200 || observation.status > 299) return null;
  return observation.body.shape === 'list' ? observation.body : null;
}

const SHAPES = {
  list: 'with a list',
  refusal: 'with a list of one text',
  detail: 'with a `detail`',
  message: 'with a `message`',
  text: 'with a `text`',
  'other JSON': 'with other JSON',
  'not JSON': 'without JSON',
  nothing: 'without a body',
} as const satisfies Record<BodyFacts['shape'], string>;

/** What a request showed, in a few words of our own. */
export function describeObservation(observation: Observation | undefined): string {
  if (observation === undefined) return 'not requested';
  if (observation.kind === 'failed') return `the request failed (${observation.code})`;
  if (observation.kind === 'not sent') return `not requested: ${REASONS_NOT_SENT[observation.why]}`;
  return `status ${observation.status} ${SHAPES[observation.body.shape]}`;
}
