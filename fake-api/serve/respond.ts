import type { CaseFilters } from '../collection/collection.ts';
import { type CaseSlot } from '../collection/slot.ts';
import { mixSeeds } from '../invent/random.ts';
import type { ListOrder, FakeApiSettings } from './options.ts';
import { respondWithDocuments, respondWithLinked, respondWithText } from './linked-lists.ts';
import { type JsonResponse, NOT_FOUND, type PageResponse, badRequest, toPage } from './paging.ts';
import { type FakeApiRequest } from './request.ts';

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
  const { source, pageSize, order, linked } = settings;
  const { route, method, number, page } = request;
  // Django redirects before it checks the token.
  if (route.kind === 'unslashed') return redirect(`${url.pathname}/${url.search}`);
  if (route.kind === 'unknown') return NOT_FOUND;
  if ('isSlashed' in route && !route.isSlashed && linked.unslashed !== 'served') {
    return linked.unslashed === 'not-found' ? NOT_FOUND : redirect(`${url.pathname}/${url.search}`);
  }
  const refusal = refuseToken(authorization, settings.token);
  if (refusal) return refusal;
  if (method !== 'GET') return notAllowed(method);
  const paging = { address: url.origin + url.pathname, query: url.searchParams, pageSize };
  switch (route.kind) {
    case 'test':
      return { kind: 'json', status: 200, body: { message: HELLO } };
    case 'cases': {
      const read = toFilters(paging.query);
      if ('error' in read) return read.error;
      return toPage(inListOrder(source.find(request.filters), order, number), page, paging);
    }
    case 'linked':
      return respondWithLinked(source, route.caseId, route.list, request, paging, linked);
    case 'documents':
      return respondWithDocuments(source, request, paging, linked);
    case 'text':
      return respondWithText(source, route.documentId, linked);
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
