import { MirrorError } from '../errors.ts';
import { describePath, toListUrl, toNextUrl, toShortPath, type CaseFilter } from './api-address.ts';
import type { Client, SettledAnswer } from './client.ts';
import type { IsKnownText, PageRecord } from './page-record.ts';

/** One page of a list of cases, its records hardly looked at. */
export interface CasePage {
  /** 1 for the first. */
  readonly number: number;
  /** Path and query it came from. */
  readonly source: string;
  /** How many cases the whole list has, by the server's word on this page. */
  readonly count: number;
  readonly records: readonly PageRecord[];
}

/** This many pages in a row without a record that is new to the walk end it: it would never end by itself. */
export const MOST_PAGES_WITHOUT_NEWS = 5;

/**
 * Walks a list of cases to its end. "No results" is one page with count 0. While a page is in the consumer's hands
 * the next one is already being fetched, and never more than that one. `hasNews` tells whether the page handed out
 * last held anything new; a list that goes on without news, or in a circle, ends in PAGES_REPEAT.
 */
export async function* fetchCasePages(
  client: Client,
  filter: CaseFilter,
  hasNews: () => boolean,
  isKnown: IsKnownText,
  signal: AbortSignal,
): AsyncGenerator<CasePage, void, void> {
  const leaving = new AbortController();
  const either = AbortSignal.any([signal, leaving.signal]);
  const start = (url: URL): Promise<SettledAnswer> => {
    const answer = client.fetchAnswer(url, either, isKnown);
    answer.catch(() => undefined); // it is awaited below; a consumer that leaves early never awaits it
    return answer;
  };
  try {
    const visited = new Set<string>();
    let url: URL | undefined = toListUrl(client.api, filter);
    let pending = start(url);
    let pagesWithoutNews = 0;
    for (let number = 1; ; number++) {
      const source = toShortPath(url);
      const path = describePath(url);
      visited.add(toVisitKey(url));
      const answer = await pending;
      const page = toEnvelope(answer, number, path);
      if (page.next !== null && client.holdsToken(page.next)) {
        throw new MirrorError('NEXT_REFUSED', `The \`next\` address of page ${number} repeats the token.`);
      }
      url = page.next === null ? undefined : toNextUrl(client.api, filter, page.next);
      if (url !== undefined) {
        if (visited.has(toVisitKey(url))) {
          throw new MirrorError(
            'PAGES_REPEAT',
            `Page ${number} names ${describePath(url)} as next, which was read before.`,
          );
        }
        pending = start(url);
      }
      yield { number, source, count: page.count, records: page.results };
      if (url === undefined) return;
      signal.throwIfAborted(); // the next page may have come already; it is not begun any more
      pagesWithoutNews = hasNews() ? 0 : pagesWithoutNews + 1;
      if (pagesWithoutNews >= MOST_PAGES_WITHOUT_NEWS) {
        throw new MirrorError(
          'PAGES_REPEAT',
          `${pagesWithoutNews} pages in a row, up to ${path}, brought nothing new.`,
        );
      }
    }
  } finally {
    leaving.abort(new Error('the walk has ended'));
  }
}

interface Envelope {
  readonly count: number;
  readonly next: string | null;
  readonly results: readonly PageRecord[];
}

function toEnvelope(answer: SettledAnswer, number: number, path: string): Envelope {
  if (answer.kind === 'page') return answer.page;
  if (answer.kind === 'empty' && number === 1) return { count: 0, next: null, results: [] };
  if (answer.kind === 'message')
    throw new MirrorError('CONTRACT_BROKEN', `${path} answered a message instead of a list.`);
  throw new MirrorError('LIST_SHRANK', `${path} was announced, but the list no longer reaches that far.`);
}

/** The same page may be written with its parameters in another order. */
function toVisitKey(url: URL): string {
  const params = new URLSearchParams(url.search);
  params.sort();
  return params.toString();
}
