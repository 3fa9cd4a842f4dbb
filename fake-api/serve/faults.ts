import type { FakeApiRequest, LinkedList } from './request.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';

/** Everything that the fake API can do wrong on demand. */
export type Fault =
  /** Another HTTP status, such as 429 with a `retry-after` header. A text goes out as it is, anything else as JSON. */
  | { kind: 'status'; status: number; headers?: Readonly<Record<string, string>>; body?: JsonValue }
  /** A redirect, for example to another origin; without `to`, to the requested URL itself. */
  | { kind: 'redirect'; to?: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** The connection is reset before the head, inside it, or in the middle of the body. */
  | { kind: 'reset'; at: 'before-head' | 'in-head' | 'in-body' }
  /** Content-Length promises the whole body; half of it is sent, and the connection closed. */
  | { kind: 'short-body' }
  /** Half of the JSON, in a chunked body that ends correctly. */
  | { kind: 'cut-json' }
  /** The response stops for ever: before the head, after it, or in the middle of the body. */
  | { kind: 'stall'; at: 'before-head' | 'after-head' | 'in-body' }
  /** No head, but endless interim responses (1xx), or a switch to another protocol that was not requested (101). */
  | { kind: 'interim'; status: 101 | 102 | 103; everyMs: number }
  /** The right body, `bytes` at a time, every `everyMs` milliseconds. */
  | { kind: 'drip'; bytes: number; everyMs: number }
  /** Status 200 with an HTML page, as from a proxy. */
  | { kind: 'html' }
  /** Status 200 with no body at all. */
  | { kind: 'empty-body' }
  /** A body that is declared as gzip: truncated, with wrong bytes in it or after it, or not compressed at all. */
  | { kind: 'gzip'; damage: 'cut' | 'corrupt' | 'trailing' | 'not-gzip' }
  /** Status 200 with these bytes. */
  | { kind: 'bytes'; body: Buffer; contentType?: string }
  /** The right body after a byte-order mark, or with a first case that contains NaN or a byte of Latin-1. */
  | { kind: 'rewrite'; with: 'byte-order-mark' | 'nan' | 'stray-byte' }
  /** Status 200 with this JSON instead of an envelope. */
  | { kind: 'json'; body: JsonValue }
  /** The envelope with these fields instead of its own: wrong types, another `next`, another `count`. */
  | { kind: 'envelope'; fields: JsonObject }
  /** The envelope without one of its fields. */
  | { kind: 'envelope-without'; field: 'count' | 'next' | 'previous' | 'results' }
  /** `count` is off by this much. */
  | { kind: 'count'; by: number }
  /** The results of the page before, with this page's own `next`. */
  | { kind: 'repeat-page' }
  /** The filter is ignored: the page of the list of all cases. */
  | { kind: 'unfiltered' }
  /** The number of the page is ignored: always the first page. */
  | { kind: 'first-page' }
  /** The first case of the page carries the labels of another list. */
  | { kind: 'foreign-label' }
  /** No results, but the page's own `next`. */
  | { kind: 'empty-page' }
  /** `next` leads somewhere it must not. */
  | {
      kind: 'next';
      to: 'query-only' | 'foreign-host' | 'other-scheme' | 'other-filter' | 'outside' | 'not-a-url';
    }
  /** `next` leads back, so that `pages` pages form an endless loop; 1 is a page that names itself. */
  | { kind: 'next-loop'; pages: number }
  /** One of the page's cases, the first by default, is not a case. */
  | { kind: 'malformed-case'; as: 'null' | 'text' | 'no-id' | 'text-id'; place?: number }
  /** The results alone, without an envelope. */
  | { kind: 'bare-list' }
  /** Each result has these fields too, or instead of its own. */
  | { kind: 'result-fields'; fields: JsonObject }
  /** The linked list of another case than the requested one. */
  | { kind: 'of-case'; caseId: number }
  /** The text of a document with an error in it; `null` and `number` replace the text. */
  | { kind: 'text'; with: TextOddity }
  /** A text of this many characters, which is never kept in memory. */
  | { kind: 'huge-text'; characters: number };

export type TextOddity = 'wrong-id' | 'no-id' | 'null' | 'number' | 'no-text' | 'nul' | 'half-surrogate';

/** Called for every request, with or without a valid token. The fault that it returns replaces the response. */
export type FaultRule = (request: FakeApiRequest) => Fault | undefined;

export type RequestMatch = (request: FakeApiRequest) => boolean;

const isList: RequestMatch = ({ route }) => route.kind === 'cases';

/** The fault for each matching request; by default, for the list of cases. */
export function always(fault: Fault, match: RequestMatch = isList): FaultRule {
  return (request) => (match(request) ? fault : undefined);
}

/** The fault for the first matching request only. */
export function once(fault: Fault, match: RequestMatch = isList): FaultRule {
  let done = false;
  return (request) => {
    if (done || !match(request)) return undefined;
    done = true;
    return fault;
  };
}

/**
 * The fault for the first `tries` requests of each matching URL; the next request of that URL gets a valid response.
 */
export function firstTries(tries: number, fault: Fault, match: RequestMatch = isList): FaultRule {
  return (request) => (request.attempt <= tries && match(request) ? fault : undefined);
}

/** Matches the pages of every linked list, of one kind of list, or of that of one case. */
export function linkedList(list?: LinkedList, caseId?: number): RequestMatch {
  return ({ route }) =>
    route.kind === 'linked' &&
    (list === undefined || route.list === list) &&
    (caseId === undefined || route.caseId === caseId);
}

/** Matches the requests for texts, or for the text of one document. */
export function textOf(documentId?: number): RequestMatch {
  return ({ route }) =>
    route.kind === 'text' && (documentId === undefined || route.documentId === documentId);
}

/** Matches the list of all documents. */
export const documentsOfAll: RequestMatch = ({ route }) => route.kind === 'documents';

/** Matches the page with this number of any list of cases, or of the list of one status. */
export function page(number: number, caseOngoing?: number): RequestMatch {
  return (request) =>
    isList(request) &&
    request.page === number &&
    (caseOngoing === undefined || request.filters.case_ongoing === caseOngoing);
}

const PAGE_FAULTS = [
  'envelope',
  'envelope-without',
  'count',
  'repeat-page',
  'empty-page',
  'next',
  'next-loop',
  'malformed-case',
  'foreign-label',
  'result-fields',
] as const satisfies readonly Fault['kind'][];

/** The faults that do not affect the transport, but the content of the envelope. */
export type PageFault = Extract<Fault, { kind: (typeof PAGE_FAULTS)[number] }>;

export function isPageFault(fault: Fault): fault is PageFault {
  return PAGE_FAULTS.some((kind) => kind === fault.kind);
}

/** The inputs of a distortion besides the envelope. */
interface PageContext {
  /** The absolute URL of the requested page. */
  readonly url: URL;
  readonly page: number;
  readonly basePath: string;
  /** The results of another page of the same list; empty when there is no such page. */
  readonly resultsOf: (page: number) => JsonValue;
}

/** The envelope with the fault in it. */
export function distortPage(envelope: JsonObject, fault: PageFault, context: PageContext): JsonObject {
  switch (fault.kind) {
    case 'envelope':
      return { ...envelope, ...fault.fields };
    case 'envelope-without':
      return Object.fromEntries(Object.entries(envelope).filter(([field]) => field !== fault.field));
    case 'count':
      return { ...envelope, count: Number(envelope.count) + fault.by };
    case 'repeat-page':
      return { ...envelope, results: context.resultsOf(context.page - 1) };
    case 'empty-page':
      return { ...envelope, results: [] };
    case 'next':
      return { ...envelope, next: strayNext(fault.to, context) };
    case 'next-loop':
      return { ...envelope, next: loopingNext(fault.pages, envelope, context) };
    case 'foreign-label':
      return { ...envelope, results: withForeignLabel(envelope.results) };
    case 'malformed-case':
      return { ...envelope, results: withMalformedCase(envelope.results, fault) };
    case 'result-fields':
      return { ...envelope, results: withFields(envelope.results, fault.fields) };
  }
}

function strayNext(to: (PageFault & { kind: 'next' })['to'], { url, page, basePath }: PageContext): string {
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  switch (to) {
    case 'not-a-url':
      return 'page two, please';
    case 'query-only':
      return next.search;
    case 'foreign-host':
      next.hostname = 'elsewhere.example';
      break;
    case 'other-scheme':
      next.protocol = next.protocol === 'http:' ? 'https:' : 'http:';
      break;
    case 'other-filter':
      next.searchParams.set(
        'case_ongoing',
        next.searchParams.get('case_ongoing') === '5020' ? '5021' : '5020',
      );
      break;
    case 'outside':
      next.pathname = next.pathname.replace(basePath, '/accounts/');
  }
  return next.href;
}

/** From page `pages` on, leads back to the first page; before it, unchanged. */
function loopingNext(pages: number, envelope: JsonObject, { url, page }: PageContext): JsonValue {
  if (page < pages) return envelope.next ?? null;
  const first = new URL(url);
  first.searchParams.set('page', String(page - pages + 1));
  return first.href;
}

function withMalformedCase(
  results: JsonValue | undefined,
  fault: PageFault & { kind: 'malformed-case' },
): JsonValue {
  if (!Array.isArray(results)) return [];
  return results.map((record, place) => (place === (fault.place ?? 0) ? malform(record, fault.as) : record));
}

function withForeignLabel(results: JsonValue | undefined): JsonValue {
  if (!Array.isArray(results)) return [];
  return results.map((record, place) =>
    place > 0 || !isJsonObject(record)
      ? record
      : { ...record, case_ongoing: record.case_ongoing === 'No' ? 'Yes' : 'No', case_status: 'Approved' },
  );
}

function malform(record: JsonValue, as: (PageFault & { kind: 'malformed-case' })['as']): JsonValue {
  if (as === 'null') return null;
  if (as === 'text') return 'a case, honestly';
  const { id, ...rest } = isJsonObject(record) ? record : {};
  return as === 'no-id' ? rest : { ...rest, id: JSON.stringify(id) };
}

function withFields(results: JsonValue | undefined, fields: JsonObject): JsonValue {
  if (!Array.isArray(results)) return [];
  return results.map((record) => (isJsonObject(record) ? { ...record, ...fields } : record));
}

/** The response for a text with the oddity in it. */
export function distortText(body: JsonObject, oddity: TextOddity): JsonObject {
  const { id = null, text = null } = body;
  const half = typeof text === 'string' ? Math.floor(text.length / 2) : 0;
  const insert = (odd: string) => {
    const whole = typeof text === 'string' ? text : '';
    return { id, text: whole.slice(0, half) + odd + whole.slice(half) };
  };
  switch (oddity) {
    case 'wrong-id':
      return { id: Number(id) + 1, text };
    case 'no-id':
      return { text };
    case 'no-text':
      return { id };
    case 'null':
      return { id, text: null };
    case 'number':
      return { id, text: 7 };
    case 'nul':
      return insert('\0');
    case 'half-surrogate':
      return insert('\ud83d');
  }
}
