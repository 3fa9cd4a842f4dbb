import type { JsonValue } from '../../src/lib/json.ts';
import type { CaseCollection, CaseFilters } from '../collection/collection.ts';
import { type CaseSlot } from '../collection/slot.ts';
import { mixSeeds } from '../invent/random.ts';
import type { ListOrder, FakeApiSettings } from './options.ts';
import { type FakeApiRequest } from './request.ts';

/** One page of a list; its results are read one by one while they are sent. */
export interface PageResponse {
  readonly kind: 'page';
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Pick<CaseSlot, 'read'>[];
}

export interface JsonResponse {
  readonly kind: 'json';
  readonly status: number;
  /** Undefined for no body at all. */
  readonly body: JsonValue | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Paging {
  /** Scheme, host and path of the request, without its query. */
  readonly address: string;
  readonly query: URLSearchParams;
  readonly pageSize: number;
  readonly order: (slots: readonly CaseSlot[]) => readonly CaseSlot[];
}

const FILTERS = ['case_ongoing', 'case_id', 'case_status'] as const;
const INTEGER = /^[+-]?\d+$/;

/** Parses the filters of a query, or returns the API's error message. */
export function toFilters(query: URLSearchParams): { filters: CaseFilters } | { error: JsonResponse } {
  const filters: Record<string, number> = {};
  for (const [key, value] of query) {
    if (key === 'page') continue;
    if (!FILTERS.some((filter) => filter === key)) {
      return { error: badRequest(`API Error: Key: ${key}, Value: ${value} not found.`) };
    }
    if (!INTEGER.test(value)) return { error: badRequest(`API Error: ${value} is not an integer.`) };
    filters[key] = Number(value);
  }
  return { filters };
}

/** Responds to a request for the list of cases. */
function respondWithCases(
  source: CaseCollection,
  { page, filters }: FakeApiRequest,
  paging: Paging,
): PageResponse | JsonResponse {
  const read = toFilters(paging.query);
  if ('error' in read) return read.error;
  const matching = source.find(filters);
  return toPage(paging.order(matching), page, paging);
}

/**
 * Responds to a request for a linked list of one case. `dockets` has the main docket. The fake API has no documents or
 * resources, and responds as the API does if nothing matches.
 */
function respondWithLinked(
  source: CaseCollection,
  { route, page }: FakeApiRequest,
  paging: Paging,
): PageResponse | JsonResponse {
  const record = route.kind === 'linked' ? source.get(route.caseId) : undefined;
  if (route.kind !== 'linked' || record === undefined) return NOT_FOUND;
  const { main_docket: docket } = record;
  const query = new URLSearchParams({ case: String(route.caseId) });
  if (route.list !== 'dockets' || docket === undefined) return noResults(query);
  return toPage([{ read: () => [Buffer.from(JSON.stringify(docket))] }], page, paging);
}

const NOT_FOUND: JsonResponse = { kind: 'json', status: 404, body: { detail: 'Not found.' } };
const INVALID_PAGE: JsonResponse = { kind: 'json', status: 404, body: { detail: 'Invalid page.' } };

function toPage(
  all: readonly Pick<CaseSlot, 'read'>[],
  page: number,
  { address, query, pageSize }: Paging,
): PageResponse | JsonResponse {
  if (all.length === 0) return noResults(query);
  const last = Math.ceil(all.length / pageSize);
  if (!(page >= 1 && page <= last)) return INVALID_PAGE;
  return {
    kind: 'page',
    count: all.length,
    next: page < last ? pageAddress(address, query, page + 1) : null,
    previous: page > 1 ? pageAddress(address, query, page - 1) : null,
    results: all.slice((page - 1) * pageSize, page * pageSize),
  };
}

/** As Django writes it: the parameters in order of their names, and none for the first page. */
function pageAddress(address: string, query: URLSearchParams, page: number): string {
  const changed = new URLSearchParams(query);
  changed.delete('page');
  if (page > 1) changed.set('page', String(page));
  changed.sort();
  const text = changed.toString();
  return text === '' ? address : `${address}?${text}`;
}

/** The body names the filters as Python prints a dictionary. That `page` isn't among them is an assumption. */
function noResults(query: URLSearchParams): JsonResponse {
  const filters = [...query].filter(([key]) => key !== 'page').map(([key, value]) => `'${key}': '${value}'`);
  return badRequest(`No results for {${filters.join(', ')}}`);
}

function badRequest(message: string): JsonResponse {
  return { kind: 'json', status: 400, body: [message] };
}

/** Undefined if the header contains the token; otherwise the response of Django REST framework. */
function refuseToken(header: string | undefined, token: string): JsonResponse | undefined {
  const [scheme = '', given, ...rest] = (header ?? '').trim().split(/\s+/);
  if (scheme.toLowerCase() !== 'token') return unauthorized('Authentication credentials were not provided.');
  if (given === undefined) return unauthorized('Invalid token header. No credentials provided.');
  if (rest.length > 0) return unauthorized('Invalid token header. Token string should not contain spaces.');
  return given === token ? undefined : unauthorized('Invalid token.');
}

function unauthorized(detail: string): JsonResponse {
  return { kind: 'json', status: 401, body: { detail }, headers: { 'www-authenticate': 'Token' } };
}

/** Sorts a list in the requested order. A shuffled case keeps its place when other cases are added or removed. */
export function inListOrder(
  slots: readonly CaseSlot[],
  order: ListOrder,
  requestNumber: number,
): readonly CaseSlot[] {
  if (order === 'id') return slots;
  const salt = order === 'random' ? requestNumber : 0;
  return slots
    .map((slot, place) => ({ slot, rank: mixSeeds(slot.id ?? -place, salt) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ slot }) => slot);
}

const HELLO = 'Success, you have access to the invented cases of this fake API.';

/** The response of a fake API without faults. Only the results of a page still have to be read. */
export function respond(
  request: FakeApiRequest,
  url: URL,
  authorization: string | undefined,
  settings: FakeApiSettings,
): PageResponse | JsonResponse {
  const { source, pageSize, order } = settings;
  const { route, method, number } = request;
  // Django redirects before it checks the token.
  if (route.kind === 'unslashed') return redirect(`${url.pathname}/${url.search}`);
  if (route.kind === 'unknown') return NOT_FOUND;
  const refusal = refuseToken(authorization, settings.token);
  if (refusal) return refusal;
  if (method !== 'GET') return notAllowed(method);
  const paging = {
    address: url.origin + url.pathname,
    query: url.searchParams,
    pageSize,
    order: (slots: ReturnType<typeof source.find>) => inListOrder(slots, order, number),
  };
  switch (route.kind) {
    case 'test':
      return { kind: 'json', status: 200, body: { message: HELLO } };
    case 'cases':
      return respondWithCases(source, request, paging);
    case 'linked':
      return respondWithLinked(source, request, paging);
  }
}

function redirect(location: string): JsonResponse {
  return { kind: 'json', status: 301, body: undefined, headers: { location } };
}

function notAllowed(method: string): JsonResponse {
  return {
    kind: 'json',
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
    headers: { allow: 'GET' },
  };
}
