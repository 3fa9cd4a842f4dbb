import { MirrorError } from '../errors/mirror-error.ts';
import type { PageEnvelope } from './responses.ts';
import type { Client } from './client.ts';
import type { ExpectedResponse } from './judge-response.ts';
import {
  ATTEMPTS_AFTER_UNREAD,
  type KnownRecords,
  type PageRecord,
  type UnreadPage,
  isOfOnePage,
  judgeInARow,
  listInARow,
  toPassEnd,
} from './page-records.ts';
import { PageRequests } from './page-requests.ts';
import {
  type CaseFilter,
  describePath,
  leavesPagesOut,
  toListUrl,
  toNextUrl,
  toPageAfter,
  toShortPath,
} from './urls.ts';

/** One page of a list of cases. Its known records are not parsed yet, and can be parsed until the pass goes on. */
export interface CasePage {
  /** The first page is 1. */
  readonly number: number;
  /** The path and query of the request. */
  readonly source: string;
  /** The number of cases in the whole list according to this page; null if the page does not give a number. */
  readonly count: number | null;
  readonly records: readonly PageRecord[];
  /** Another problem of the page, which does not affect its records. */
  readonly violation: MirrorError | null;
}

export interface PassOptions {
  readonly filter: CaseFilter;
  /** Whether the page returned last contained a record that is new to this pass. */
  readonly hasNewRecords: () => boolean;
  readonly known: KnownRecords;
  /**
   * Whether the server has returned a valid response in this run. If so, a failing page is probably an isolated
   * failure.
   */
  readonly hasServed: () => boolean;
  readonly signal: AbortSignal;
}

/** A pass ends after this many consecutive pages without a new record; such a list would never end by itself. */
export const MAX_PAGES_WITHOUT_NEW_RECORDS = 5;
/**
 * Reads a list of cases to its end. "No results" counts as one page with count 0. While the consumer handles a page,
 * the next one is already requested, and no more than that one (A5). While it waits for a page, the next one is
 * requested as soon as that page has arrived. If a page cannot be read, or its `next` cannot be followed, the pass
 * requests the page after it by number. It does the same if an announced page is past the end; if the page after it is
 * past the end too, the list has become shorter (LIST_SHRANK). A list that continues without new records ends with
 * PAGES_REPEAT.
 */
export async function* fetchCasePages(
  client: Client,
  options: PassOptions,
): AsyncGenerator<CasePage | UnreadPage, void, void> {
  const { filter, hasNewRecords, known, signal } = options;
  const leaving = new AbortController();
  const either = AbortSignal.any([signal, leaving.signal]);
  const requests = new PageRequests(client, known, either);
  try {
    const visited = new Set<string>();
    const unread: UnreadPage[] = [];
    let url = toListUrl(client.api, filter);
    let number = 1;
    const findNext = (next: string): URL | undefined => {
      const judged = judgeNext(client, options, { next }, url, number, visited);
      return judged.violation === null ? judged.next : undefined;
    };
    let pending = requests.start(url, findNext);
    let isNamed = true;
    let pagesWithoutNews = 0;
    let hasRead = false;
    let isResponding = false;
    const reach = new Reach();
    let shrunk: (UnreadPage & { readonly wasNamed: boolean }) | null = null;
    for (; ; number++) {
      const source = toShortPath(url);
      const path = describePath(url);
      visited.add(toVisitKey(url));
      const outcome = await toOutcome(requests.waitFor(pending), number, url);
      const after = toPageAfter(url, number);
      if (outcome === 'past the end') {
        if (shrunk !== null) {
          if (shrunk.wasNamed) throw shrunk.unread;
          return;
        }
        const isExpected = number > 1 && (isNamed || reach.includes(number));
        if (!isExpected || after === undefined) {
          if (isNamed) throw toShrunk(path);
          if (!hasRead) throw unread[0]?.unread ?? toShrunk(path);
          return;
        }
        signal.throwIfAborted();
        shrunk = { number, source, unread: toShrunk(path), wasNamed: isNamed };
        [url, isNamed] = [after, false];
        pending = requests.start(url, findNext, ATTEMPTS_AFTER_UNREAD);
        continue;
      }
      if (shrunk !== null) {
        unread.push(shrunk);
        yield shrunk;
        shrunk = null;
      }
      if ('unread' in outcome) {
        unread.push(outcome);
        const inARow = listInARow(unread);
        const judged = judgeInARow(inARow, { hasServed: hasRead || options.hasServed(), isResponding });
        if (judged === 'ask') isResponding = await client.isResponding(either);
        signal.throwIfAborted();
        const isOver = judged === 'end' || (judged === 'ask' && !isResponding);
        if (after === undefined || isOver) throw toPassEnd(inARow);
        yield outcome;
        [url, isNamed] = [after, false];
        pending = requests.start(url, findNext, ATTEMPTS_AFTER_UNREAD);
        continue;
      }
      hasRead = true;
      isResponding = false;
      reach.add(outcome);
      const { next, violation } = judgeNext(client, options, outcome, url, number, visited);
      if (next !== undefined) pending = await requests.continueWith(next, findNext);
      yield {
        number,
        source,
        count: outcome.count,
        records: outcome.records,
        violation: outcome.violation ?? violation,
      };
      outcome.release?.();
      if (next === undefined) return;
      signal.throwIfAborted(); // The request for the next page may have finished already; no further one starts.
      pagesWithoutNews = hasNewRecords() ? 0 : pagesWithoutNews + 1;
      if (pagesWithoutNews >= MAX_PAGES_WITHOUT_NEW_RECORDS) {
        throw new MirrorError(
          'PAGES_REPEAT',
          `${pagesWithoutNews} pages in a row, up to ${path}, contained nothing new.`,
        );
      }
      [url, isNamed] = [next, violation === null];
    }
  } finally {
    leaving.abort(new Error('the pass has ended'));
  }
}

/** The result of a request for a page of a list. */
type Outcome =
  | 'past the end'
  | UnreadPage
  | (Omit<CasePage, 'number' | 'source'> &
      Pick<PageEnvelope, 'next'> & { readonly release?: (() => void) | undefined });

async function toOutcome(pending: Promise<ExpectedResponse>, number: number, url: URL): Promise<Outcome> {
  try {
    const response = await pending;
    switch (response.kind) {
      case 'page': {
        const { count, next, results: records, release } = response.page;
        return { count, next, records, violation: findViolation(response.page, url), release };
      }
      case 'empty':
        return number === 1 ? toNothing(null) : 'past the end';
      case 'past-the-end':
        return 'past the end';
      case 'message':
        throw new MirrorError(
          'RESPONSE_UNEXPECTED',
          `${describePath(url)} returned a message instead of a list.`,
        );
    }
  } catch (thrown) {
    if (!(thrown instanceof MirrorError)) throw thrown;
    if (number === 1 && thrown.code === 'WRONG_FILTER') return toNothing(thrown);
    if (!isOfOnePage(thrown, number)) throw thrown;
    return { number, source: toShortPath(url), unread: thrown };
  }
}

function toNothing(violation: MirrorError | null): Outcome {
  return { count: 0, next: null, records: [], violation };
}

/** How long a list claims to be: its count, and the largest number of records on a page so far (A20). */
class Reach {
  #count: number | null = null;
  #pageSize = 0;

  add({ count, records }: Pick<CasePage, 'count' | 'records'>): void {
    this.#count = count ?? this.#count;
    this.#pageSize = Math.max(this.#pageSize, records.length);
  }

  includes(number: number): boolean {
    return this.#count !== null && this.#pageSize > 0 && number <= Math.ceil(this.#count / this.#pageSize);
  }
}

/** Finds the problem of a page whose records could be read. Records without a `count` are valid (A19). */
function findViolation({ count, isDamaged, isMalformed }: PageEnvelope, url: URL): MirrorError | null {
  if (isDamaged === true) {
    const message = `${describePath(url)} arrived damaged. The complete records were read; the rest was rejected.`;
    return new MirrorError('PAGES_UNREADABLE', message);
  }
  if (count !== null)
    return isMalformed === true
      ? new MirrorError(
          'JSON_MALFORMED',
          `${describePath(url)} is not valid JSON: it contains an extra comma, a bare word or other text. All its cases were read.`,
        )
      : null;
  const message = `${describePath(url)} returned an unexpected response: \`count\` is not a whole number`;
  return new MirrorError('RESPONSE_UNEXPECTED', message);
}

/** Finds the next page: the one that this page names, or the next number if that address cannot be followed. */
function judgeNext(
  client: Client,
  { filter }: PassOptions,
  { next }: Pick<PageEnvelope, 'next'>,
  url: URL,
  number: number,
  visited: ReadonlySet<string>,
): { readonly next: URL | undefined; readonly violation: MirrorError | null } {
  // Some servers send an empty text in place of null. The count shows whether the list ends here.
  if (next === null || (typeof next === 'string' && next.trim() === ''))
    return { next: undefined, violation: null };
  try {
    if (typeof next !== 'string')
      throw new MirrorError('NEXT_REFUSED', `The \`next\` of page ${number} is neither an address nor null.`);
    if (client.holdsToken(next))
      throw new MirrorError('NEXT_REFUSED', `The \`next\` address of page ${number} repeats the token.`);
    return {
      next: checkNext(toNextUrl(client.api, filter, next, url), url, number, visited),
      violation: null,
    };
  } catch (thrown) {
    if (!(thrown instanceof MirrorError)) throw thrown;
    return { next: toPageAfter(url, number), violation: thrown };
  }
}

/** Throws PAGES_REPEAT or NEXT_REFUSED if `next` is not the page after this one. */
function checkNext(next: URL, url: URL, number: number, visited: ReadonlySet<string>): URL {
  const names = `Page ${number} names ${describePath(next)} as next`;
  if (visited.has(toVisitKey(next)))
    throw new MirrorError('PAGES_REPEAT', `${names}, which was already read.`);
  if (leavesPagesOut(url, number, next))
    throw new MirrorError('NEXT_REFUSED', `${names}, which is not the page after it.`);
  return next;
}

function toShrunk(path: string): MirrorError {
  return new MirrorError('LIST_SHRANK', `${path} was announced, but the list no longer reaches that far.`);
}

/** Two addresses of the same page may differ in the order of their parameters. */
function toVisitKey(url: URL): string {
  const params = new URLSearchParams(url.search);
  params.sort();
  return params.toString();
}
