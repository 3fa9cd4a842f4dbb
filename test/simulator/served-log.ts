import type { CaseFilters } from '../../fake-api/collection/collection.ts';
import { type Fault, isPageFault } from '../../fake-api/serve/faults.ts';
import type { FaultName } from './faults.ts';

/** The response of the server to a request for a list, as far as a client could read it. */
export type Served =
  | {
      readonly kind: 'page';
      readonly count: number;
      readonly ids: readonly number[];
      readonly rejected: number;
      /** The number of the page that `next` names; null at the end, undefined if it is not usable. */
      readonly next: number | null | undefined;
    }
  | { readonly kind: 'no results' }
  /** A failure of any kind. */
  | { readonly kind: 'nothing' };

export interface ServedRequest {
  /** The filters as text. */
  readonly list: string;
  readonly page: number;
  /** Whether the request named the number of the page: a pass begins with the first page without its number. */
  readonly isNamed: boolean;
  readonly fault: FaultName | null;
  /** The cases that were in the list at that time. */
  readonly listIds: readonly number[];
  readonly response: Served;
  /** The cases whose records a client could read, whether the page was good or not. */
  readonly broughtIds: readonly number[];
}

export const toListKey = (filters: CaseFilters): string =>
  Object.entries(filters)
    .map(([name, value]) => `${name}=${String(value)}`)
    .sort()
    .join('&');

const NOTHING: Served = { kind: 'nothing' };

/** The response to a request for a page of these cases with this fault. */
export function toServed(
  fault: Fault | undefined,
  ids: readonly number[],
  page: number,
  pageSize: number,
  wholeIds: readonly number[] = ids,
): Served {
  if (fault?.kind === 'unfiltered') return toServed(undefined, wholeIds, page, pageSize);
  if (fault?.kind === 'first-page') return toServed(undefined, ids, 1, pageSize);
  const pageIds = (number: number): readonly number[] =>
    number < 1 ? [] : ids.slice((number - 1) * pageSize, number * pageSize);
  const last = Math.ceil(ids.length / pageSize);
  const next = page < last ? page + 1 : null;
  const good: Served =
    ids.length === 0
      ? { kind: 'no results' }
      : page > last
        ? NOTHING
        : { kind: 'page', count: ids.length, ids: pageIds(page), rejected: 0, next };
  // Plain JSON can be read whatever the header says.
  if (fault === undefined || fault.kind === 'drip' || (fault.kind === 'gzip' && fault.damage === 'not-gzip'))
    return good;
  if (fault.kind === 'status') return saysNoResults(fault.body) ? { kind: 'no results' } : NOTHING;
  if (good.kind !== 'page') return isPageFault(fault) ? good : NOTHING;
  switch (fault.kind) {
    case 'count':
      return good.count + fault.by < 0 ? NOTHING : { ...good, count: good.count + fault.by };
    case 'foreign-label':
      return good;
    case 'repeat-page':
      return { ...good, ids: pageIds(page - 1) };
    case 'empty-page':
      return { ...good, ids: [] };
    case 'next':
      return ['query-only', 'foreign-host', 'other-scheme'].includes(fault.to)
        ? { ...good, next: page + 1 }
        : { ...good, next: undefined };
    case 'rewrite':
      if (fault.with === 'byte-order-mark' || good.ids.length === 0) return good;
      return { ...good, ids: fault.with === 'nan' ? good.ids.slice(1) : good.ids, rejected: 1 };
    case 'next-loop':
      return page < fault.pages ? good : { ...good, next: page - fault.pages + 1 };
    case 'malformed-case': {
      const left = good.ids.filter((_, place) => place !== (fault.place ?? 0));
      return { ...good, ids: left, rejected: good.ids.length - left.length };
    }
    default:
      return NOTHING;
  }
}

/** Whether the fault affects the page but leaves its records readable. */
export function bringsRecords(fault: Fault | undefined): boolean {
  if (fault?.kind === 'envelope') return !('results' in fault.fields);
  return fault?.kind === 'cut-json' || (fault?.kind === 'envelope-without' && fault.field !== 'results');
}

function saysNoResults(body: unknown): boolean {
  return Array.isArray(body) && String(body[0]).startsWith('No results');
}

/**
 * The last pass of a list: the newest good response for its first page, and from there on the last good response for each
 * page that `next` names. `ended` tells whether the pass came to its end.
 */
export function findLastPass(
  log: readonly ServedRequest[],
  list: string,
): { readonly pages: readonly ServedRequest[]; readonly ended: boolean } | null {
  // After the request for all cases, lists are only counted.
  const counting = log.findIndex((one) => one.list === toListKey({}));
  const ofList = log
    .slice(0, counting === -1 ? undefined : counting)
    .filter((one) => one.list === list && one.response.kind !== 'nothing');
  const start = ofList.findLastIndex(({ isNamed }) => !isNamed);
  const first = ofList[start];
  if (first === undefined) return null;
  const rest = ofList.slice(start + 1);
  const pages: ServedRequest[] = [first];
  for (let next = toNext(first); next !== null;) {
    const number: number | undefined = next;
    const request: ServedRequest | undefined = rest.findLast(({ page }) => page === number);
    if (request === undefined || pages.includes(request)) return { pages, ended: false };
    pages.push(request);
    next = toNext(request);
  }
  return { pages, ended: true };
}

function toNext({ response }: ServedRequest): number | null | undefined {
  return response.kind === 'page' ? response.next : null;
}
