import { describe, expect, test } from '@jest/globals';
import { parseApiUrl, toShortPath } from '../../src/clearinghouse/api-address.ts';
import { fetchCasePages, MOST_PAGES_WITHOUT_NEWS } from '../../src/clearinghouse/case-pages.ts';
import type { Client, SettledAnswer } from '../../src/clearinghouse/client.ts';

const API = parseApiUrl('https://clearinghouse.example/api/');
const PATH = '/api/cases/?case_ongoing=5021';

const page = (next: string | null, ids: readonly number[] = [1]): SettledAnswer => ({
  kind: 'page',
  page: {
    count: 7,
    next,
    results: ids.map((id) => ({ textHash: null, value: () => ({ id }) })),
  },
});

/** A client that answers by the path that is asked for, and notes what was asked. */
function scriptClient(script: (path: string) => SettledAnswer | Promise<SettledAnswer>) {
  const asked: { path: string; signal: AbortSignal }[] = [];
  const client: Client = {
    api: API,
    fetchAnswer: async (url, signal) => {
      asked.push({ path: toShortPath(url), signal });
      return script(toShortPath(url));
    },
    traffic: () => ({ requests: asked.length, retries: 0, waitedMs: 0, bytes: 0 }),
    holdsToken: (text) => text.includes('lamp-token'),
    serverClock: () => undefined,
    pausedUntil: () => null,
  };
  return { client, asked };
}

interface Walked {
  readonly pages: string[];
  readonly error: unknown;
  readonly asked: string[];
}

async function walk(
  script: (path: string) => SettledAnswer,
  hasNews: () => boolean = () => true,
): Promise<Walked> {
  const { client, asked } = scriptClient(script);
  const pages: string[] = [];
  let error: unknown = null;
  const signal = new AbortController().signal;
  try {
    for await (const one of fetchCasePages(client, { case_ongoing: '5021' }, hasNews, () => false, signal))
      pages.push(`${one.number} ${one.source} ${one.count}: ${one.records.length}`);
  } catch (thrown) {
    error = thrown;
  }
  return { pages, error, asked: asked.map(({ path }) => path) };
}

const numberOf = (path: string): number => Number(/page=(\d+)/.exec(path)?.[1] ?? 1);
const toPath = (number: number): string => `${PATH}&page=${number}`;

describe('a list is walked from page to page', () => {
  test('to the one that names no next', async () => {
    const { pages, error } = await walk((path) =>
      numberOf(path) < 3 ? page(toPath(numberOf(path) + 1), [1, 2]) : page(null),
    );
    expect(pages).toEqual([`1 ${PATH} 7: 2`, `2 ${toPath(2)} 7: 2`, `3 ${toPath(3)} 7: 1`]);
    expect(error).toBeNull();
  });

  test('and is one page with nothing when there are no results', async () => {
    const { pages, error } = await walk(() => ({ kind: 'empty', words: 'No results' }));
    expect([pages, error]).toEqual([[`1 ${PATH} 0: 0`], null]);
  });
});

describe('a list that cannot be walked to its end says why', () => {
  test('a message instead of a list', async () => {
    const { pages, error } = await walk(() => ({ kind: 'message', words: 'hello' }));
    expect(pages).toEqual([]);
    expect(error).toMatchObject({
      code: 'CONTRACT_BROKEN',
      message: `${PATH} answered a message instead of a list.`,
    });
  });

  test.each<SettledAnswer>([{ kind: 'past-the-end' }, { kind: 'empty', words: 'No results' }])(
    'a second page that is $kind',
    async (answer) => {
      const { pages, error } = await walk((path) => (numberOf(path) === 1 ? page(toPath(2)) : answer));
      expect(pages).toHaveLength(1);
      expect(error).toMatchObject({
        code: 'LIST_SHRANK',
        message: `${toPath(2)} was announced, but the list no longer reaches that far.`,
      });
    },
  );

  test('a first page that is past the end', async () => {
    expect((await walk(() => ({ kind: 'past-the-end' }))).error).toMatchObject({ code: 'LIST_SHRANK' });
  });

  test('a next that repeats the token: it is neither followed nor shown', async () => {
    const { pages, error, asked } = await walk(() => page(`${PATH}&t=lamp-token`));
    expect([pages, asked]).toEqual([[], [PATH]]);
    expect(error).toMatchObject({
      code: 'NEXT_REFUSED',
      message: 'The `next` address of page 1 repeats the token.',
    });
  });

  test('a next that was read before, in whatever order its parameters are: it is not asked for again', async () => {
    const { pages, error, asked } = await walk((path) =>
      numberOf(path) === 1 ? page(toPath(2)) : page('/api/cases/?page=2&case_ongoing=5021'),
    );
    expect(pages).toHaveLength(1);
    expect(asked).toEqual([PATH, toPath(2)]);
    expect(error).toMatchObject({
      code: 'PAGES_REPEAT',
      message: 'Page 2 names /api/cases/?page=2&case_ongoing=5021 as next, which was read before.',
    });
  });

  test('so many pages in a row without anything new, and no fewer', async () => {
    const quiet = await walk(
      (path) => page(toPath(numberOf(path) + 1)),
      () => false,
    );
    expect(quiet.pages).toHaveLength(MOST_PAGES_WITHOUT_NEWS);
    expect(quiet.error).toMatchObject({
      code: 'PAGES_REPEAT',
      message: `5 pages in a row, up to ${toPath(5)}, brought nothing new.`,
    });
    let calls = 0;
    const now = await walk(
      (path) => page(numberOf(path) < 20 ? toPath(numberOf(path) + 1) : null),
      () => ++calls % MOST_PAGES_WITHOUT_NEWS === 0,
    );
    expect([now.pages.length, now.error]).toEqual([20, null]);
  });
});

describe('a request in the air', () => {
  const walkTo = async (
    client: Client,
    signal: AbortSignal,
    onPage: (number: number) => boolean,
  ): Promise<void> => {
    for await (const { number } of fetchCasePages(
      client,
      { case_ongoing: '5021' },
      () => true,
      () => false,
      signal,
    ))
      if (onPage(number)) break;
  };
  const endless = () => scriptClient((path) => page(toPath(numberOf(path) + 1)));

  test('is given up when the walk is left, with the reason', async () => {
    const { client, asked } = endless();
    await walkTo(client, new AbortController().signal, () => true);
    expect(asked.map(({ path }) => path)).toEqual([PATH, toPath(2)]);
    expect(asked[1]?.signal.aborted).toBe(true);
    expect(asked[1]?.signal.reason).toMatchObject({ message: 'the walk has ended' });
  });

  test('hears when it is to stop; no further page is begun, even one that has come', async () => {
    const { client, asked } = endless();
    const stop = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    const walked = walkTo(client, stop.signal, (number) => {
      seen.push(number);
      if (number === 2) stop.abort(reason);
      return false;
    });
    await expect(walked).rejects.toBe(reason);
    expect(seen).toEqual([1, 2]);
    expect(asked.at(-1)?.signal.reason).toBe(reason);
  });
});
