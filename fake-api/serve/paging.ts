import type { JsonObject, JsonValue } from '../../src/lib/json.ts';

/** One record of a list, created when it is sent. */
export interface ListItem {
  readonly id: number | undefined;
  /** The record as JSON bytes, in pieces. */
  readonly read: () => Buffer[];
}

/** One page of a list; its results are read one by one while they are sent. */
export interface PageResponse {
  readonly kind: 'page';
  /** The fields of the page besides its results; undefined for a list without an envelope. */
  readonly envelope: JsonObject | undefined;
  readonly results: readonly Pick<ListItem, 'read'>[];
}

export interface JsonResponse {
  readonly kind: 'json';
  readonly status: number;
  /** Undefined for no body at all. */
  readonly body: JsonValue | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Paging {
  /** Scheme, host and path of the request, without its query. */
  readonly address: string;
  readonly query: URLSearchParams;
  readonly pageSize: number;
}

export const NOT_FOUND: JsonResponse = { kind: 'json', status: 404, body: { detail: 'Not found.' } };
/** For a page past the end (A23). */
const INVALID_PAGE: JsonResponse = { kind: 'json', status: 404, body: { detail: 'Invalid page.' } };
const INVALID_CURSOR: JsonResponse = { kind: 'json', status: 404, body: { detail: 'Invalid cursor' } };

export function badRequest(message: string): JsonResponse {
  return { kind: 'json', status: 400, body: [message] };
}

/** The body names the filters as Python prints a dictionary (A17). That `page` isn't among them is an assumption. */
export function noResults(query: URLSearchParams): JsonResponse {
  const filters = [...query].filter(([key]) => key !== 'page').map(([key, value]) => `'${key}': '${value}'`);
  return badRequest(`No results for {${filters.join(', ')}}`);
}

/** A numbered page with its `count`; a list without results is a 400. */
export function toPage(
  all: readonly ListItem[],
  page: number,
  { address, query, pageSize }: Paging,
): PageResponse | JsonResponse {
  if (all.length === 0) return noResults(query);
  const last = Math.ceil(all.length / pageSize);
  if (!(page >= 1 && page <= last)) return INVALID_PAGE;
  const addressOf = (number: number) =>
    pageAddress(address, query, 'page', number > 1 ? String(number) : undefined);
  return {
    kind: 'page',
    envelope: {
      count: all.length,
      next: page < last ? addressOf(page + 1) : null,
      previous: page > 1 ? addressOf(page - 1) : null,
    },
    results: all.slice((page - 1) * pageSize, page * pageSize),
  };
}

/**
 * A page of cursor pagination: no count and no number, and `next` names the last record of the page, so that no
 * record is repeated or missed when the list shifts. A list whose records have no ids uses their positions.
 */
export function toCursorPage(
  all: readonly ListItem[],
  { address, query, pageSize }: Paging,
): PageResponse | JsonResponse {
  const cursor = query.get('cursor');
  const after =
    cursor === null ? undefined : /^[ip]=(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (after === null) return INVALID_CURSOR;
  const start = after ? placeAfter(all, after[0].startsWith('i'), Number(after[1])) : 0;
  const results = all.slice(start, start + pageSize);
  const { id } = results.at(-1) ?? {};
  const mark = id === undefined ? `p=${start + pageSize}` : `i=${id}`;
  const next = Buffer.from(mark).toString('base64url');
  const hasMore = start + pageSize < all.length;
  return {
    kind: 'page',
    envelope: { next: hasMore ? pageAddress(address, query, 'cursor', next) : null, previous: null },
    results,
  };
}

function placeAfter(all: readonly ListItem[], isId: boolean, mark: number): number {
  if (!isId) return mark;
  const same = all.findIndex(({ id }) => id === mark);
  if (same >= 0) return same + 1;
  const lower = all.findIndex(({ id }) => id !== undefined && id < mark);
  return lower < 0 ? all.length : lower;
}

/** As Django writes it: the parameters in order of their names, and none for the first page. */
function pageAddress(
  address: string,
  query: URLSearchParams,
  parameter: 'page' | 'cursor',
  value: string | undefined,
): string {
  const changed = new URLSearchParams(query);
  changed.delete(parameter);
  if (value !== undefined) changed.set(parameter, value);
  changed.sort();
  const text = changed.toString();
  return text === '' ? address : `${address}?${text}`;
}
