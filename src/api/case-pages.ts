import { MirrorError } from '../errors/mirror-error.ts';
import type { PageEnvelope } from './responses.ts';
import type { Client, ExpectedResponse } from './client.ts';
import {
  ATTEMPTS_AFTER_UNREAD,
  type IsKnownRecord,
  type PageRecord,
  type UnreadPage,
  isOfOnePage,
  judgeInARow,
  listInARow,
  toPassEnd,
} from './page-records.ts';
import {
  type CaseFilter,
  describePath,
  leavesPagesOut,
  toListUrl,
  toNextUrl,
  toPageAfter,
  toShortPath,
} from './urls.ts';

/** One page of a list of cases, its records hardly looked at. */
export interface CasePage {
  /** 1 for the first. */
  readonly number: number;
  /** Path and query it came from. */
  readonly source: string;
  /** How many cases the whole list has, by the server's word on this page; null where it says no number. */
  readonly count: number | null;
  readonly records: readonly PageRecord[];
  /** What else is wrong with the page; its records are good all the same. */
  readonly violation: MirrorError | null;
}

export interface PassOptions {
  readonly filter: CaseFilter;
  /** Whether the page that was handed out last held anything new. */
  readonly hasNewRecords: () => boolean;
  readonly isKnown: IsKnownRecord;
  /** Whether the server has answered anything well in this run: then a page that fails is more likely to be alone. */
  readonly hasServed: () => boolean;
  readonly signal: AbortSignal;
}

/** This many pages in a row without a record that is new to the pass end it: it would never end by itself. */
export const MAX_PAGES_WITHOUT_NEW_RECORDS = 5;
/**
 * Passes a list of cases to its end. "No results" is one page with count 0. While a page is in the consumer's hands
 * the next one is already being fetched, and never more than that one. A page that cannot be read, or whose `next` cannot
 * be followed, costs nothing but itself: the one after it is asked for by its number. So does one that is past the end
 * although it was announced: only if the one after it is so as well has the list become shorter (LIST_SHRANK). A list that
 * goes on without news ends in PAGES_REPEAT.
 */
export async function* fetchCasePages(
  client: Client,
  options: PassOptions,
): AsyncGenerator<CasePage | UnreadPage, void, void> {
  const { filter, hasNewRecords, isKnown, signal } = options;
  const leaving = new AbortController();
  const either = AbortSignal.any([signal, leaving.signal]);
  const start = (url: URL, maxAttempts?: number): Promise<ExpectedResponse> => {
    const response = client.fetchResponse(url, either, isKnown, maxAttempts);
    response.catch(() => undefined); // it is awaited below; a consumer that leaves early never awaits it
    return response;
  };
  try {
    const visited = new Set<string>();
    const unread: UnreadPage[] = [];
    let url = toListUrl(client.api, filter);
    let pending = start(url);
    let isNamed = true;
    let pagesWithoutNews = 0;
    let hasRead = false;
    let isResponding = false;
    const reach = new Reach();
    let shrunk: (UnreadPage & { readonly wasNamed: boolean }) | null = null;
    for (let number = 1; ; number++) {
      const source = toShortPath(url);
      const path = describePath(url);
      visited.add(toVisitKey(url));
      const outcome = await toOutcome(pending, number, url);
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
        pending = start(url, ATTEMPTS_AFTER_UNREAD);
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
        pending = start(url, ATTEMPTS_AFTER_UNREAD);
        continue;
      }
      hasRead = true;
      isResponding = false;
      reach.add(outcome);
      const { next, violation } = judgeNext(client, options, outcome, url, number, visited);
      if (next !== undefined) pending = start(next);
      yield {
        number,
        source,
        count: outcome.count,
        records: outcome.records,
        violation: outcome.violation ?? violation,
      };
      if (next === undefined) return;
      signal.throwIfAborted(); // the next page may have come already; it is not begun any more
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

/** What a request for a page of a list brought. */
type Outcome =
  'past the end' | UnreadPage | (Omit<CasePage, 'number' | 'source'> & Pick<PageEnvelope, 'next'>);

async function toOutcome(pending: Promise<ExpectedResponse>, number: number, url: URL): Promise<Outcome> {
  try {
    const response = await pending;
    switch (response.kind) {
      case 'page': {
        const { count, next, results: records } = response.page;
        return { count, next, records, violation: findViolation(response.page, url) };
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

/** How far a list reaches by its own word: by its count, and by how many records its pages hold. */
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

/** What is wrong with a page whose records could be read. */
function findViolation({ count, isDamaged, isMalformed }: PageEnvelope, url: URL): MirrorError | null {
  if (isDamaged === true) {
    const message = `${describePath(url)} arrived damaged. The records that are whole were read, the rest was rejected.`;
    return new MirrorError('PAGES_UNREADABLE', message);
  }
  if (count !== null)
    return isMalformed === true
      ? new MirrorError(
          'JSON_MALFORMED',
          `${describePath(url)} is not valid JSON: it holds a comma, a word or other text that does not belong there. All cases in it were read.`,
        )
      : null;
  const message = `${describePath(url)} returned an unexpected response: \`count\` is not a whole number`;
  return new MirrorError('RESPONSE_UNEXPECTED', message);
}

/** Where the pass goes on: as the page says, or by number where what it says cannot be followed. */
function judgeNext(
  client: Client,
  { filter }: PassOptions,
  { next }: Pick<PageEnvelope, 'next'>,
  url: URL,
  number: number,
  visited: ReadonlySet<string>,
): { readonly next: URL | undefined; readonly violation: MirrorError | null } {
  // An empty text in place of null; whether the list has ended there, its count will tell.
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

/** Fails with PAGES_REPEAT or NEXT_REFUSED where the page after this one is another. */
function checkNext(next: URL, url: URL, number: number, visited: ReadonlySet<string>): URL {
  const names = `Page ${number} names ${describePath(next)} as next`;
  if (visited.has(toVisitKey(next)))
    throw new MirrorError('PAGES_REPEAT', `${names}, which was read before.`);
  if (leavesPagesOut(url, number, next))
    throw new MirrorError('NEXT_REFUSED', `${names}, which is not the page after it.`);
  return next;
}

function toShrunk(path: string): MirrorError {
  return new MirrorError('LIST_SHRANK', `${path} was announced, but the list no longer reaches that far.`);
}

/** The same page may be written with its parameters in another order. */
function toVisitKey(url: URL): string {
  const params = new URLSearchParams(url.search);
  params.sort();
  return params.toString();
}
