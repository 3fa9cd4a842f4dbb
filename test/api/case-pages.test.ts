import { describe, expect, test } from '@jest/globals';
import { parseApiUrl, toShortPath } from '../../src/api/urls.ts';
import { fetchCasePages, MAX_PAGES_WITHOUT_NEW_RECORDS } from '../../src/api/case-pages.ts';
import { ATTEMPTS_AFTER_UNREAD, NO_KNOWN_RECORDS } from '../../src/api/page-records.ts';
import { MirrorError, TransientError } from '../../src/errors/mirror-error.ts';
import type { Client } from '../../src/api/client.ts';
import type { ExpectedResponse } from '../../src/api/judge-response.ts';

const API = parseApiUrl('https://clearinghouse.example/api/');
const PATH = '/api/cases/?case_ongoing=5021';

const page = (next: string | null | undefined, ids: readonly number[] = [1]): ExpectedResponse => ({
  kind: 'page',
  page: {
    count: 7,
    next,
    results: ids.map((id) => ({ rawHash: null, read: () => ({ payload: { id }, plain: null }) })),
  },
});

/** A client that answers by the path that is asked for, and notes what was asked. */
function scriptClient(
  script: (path: string) => ExpectedResponse | Promise<ExpectedResponse>,
  isResponding = () => false,
) {
  const asked: { path: string; signal: AbortSignal; maxAttempts: number | undefined }[] = [];
  const client: Client = {
    api: API,
    fetchRead: () => Promise.reject(new Error('No linked list is read here.')),
    fetchResponse: async (url, signal, _known, options) => {
      asked.push({ path: toShortPath(url), signal, maxAttempts: options?.maxAttempts });
      return script(toShortPath(url));
    },
    traffic: () => ({ requests: asked.length, retries: 0, waitedMs: 0, bytes: 0 }),
    holdsToken: (text) => text.includes('lamp-token'),
    serverClock: () => undefined,
    pausedUntil: () => null,
    onPause: () => undefined,
    close: () => undefined,
    isResponding: (signal) => {
      asked.push({ path: 'test', signal, maxAttempts: undefined });
      return Promise.resolve(isResponding());
    },
  };
  return { client, asked };
}

interface Walked {
  readonly pages: string[];
  readonly error: unknown;
  readonly asked: string[];
  readonly violations: string[];
}

const WALK = { filter: { case_ongoing: '5021' }, known: NO_KNOWN_RECORDS };

async function pass(
  script: (path: string) => ExpectedResponse,
  hasNewRecords: () => boolean = () => true,
  hasServed: () => boolean = () => true,
  isResponding?: () => boolean,
): Promise<Walked> {
  const { client, asked } = scriptClient(script, isResponding);
  const pages: string[] = [];
  const violations: string[] = [];
  let error: unknown = null;
  const signal = new AbortController().signal;
  try {
    for await (const one of fetchCasePages(client, { ...WALK, hasNewRecords, hasServed, signal })) {
      if ('unread' in one) pages.push(`${one.number} unread: ${one.unread.code}`);
      else {
        pages.push(`${one.number} ${one.source} ${one.count}: ${one.records.length}`);
        if (one.violation !== null) violations.push(one.violation.code);
      }
    }
  } catch (thrown) {
    error = thrown;
  }
  return { pages, error, asked: asked.map(({ path }) => path), violations };
}

const numberOf = (path: string): number => Number(/page=(\d+)/.exec(path)?.[1] ?? 1);
const toPath = (number: number): string => `${PATH}&page=${number}`;

describe('a list is read from page to page', () => {
  test('to the one that names no next', async () => {
    const { pages, error } = await pass((path) =>
      numberOf(path) < 3 ? page(toPath(numberOf(path) + 1), [1, 2]) : page(null),
    );
    expect(pages).toEqual([`1 ${PATH} 7: 2`, `2 ${toPath(2)} 7: 2`, `3 ${toPath(3)} 7: 1`]);
    expect(error).toBeNull();
  });

  test('and is one page with nothing when there are no results', async () => {
    const { pages, error } = await pass(() => ({ kind: 'empty', words: 'No results' }));
    expect([pages, error]).toEqual([[`1 ${PATH} 0: 0`], null]);
  });
});

const ENDS = [{ kind: 'past-the-end' }, { kind: 'empty', words: 'No results' }] as const;

describe('a page that was announced and is past the end', () => {
  test.each<ExpectedResponse>(ENDS)(
    'ends the list only where the page after it is $kind too',
    async (response) => {
      const { pages, error, asked } = await pass((path) =>
        numberOf(path) === 1 ? page(toPath(2)) : response,
      );
      expect([pages, asked]).toEqual([toLines(1), [PATH, toPath(2), toPath(3)]]);
      expect(error).toMatchObject({
        code: 'LIST_SHRANK',
        message: `${toPath(2)} was announced, but the list no longer reaches that far.`,
      });
    },
  );

  test.each<ExpectedResponse>(ENDS)(
    'and is $kind alone costs itself: the pages after it are read',
    async (response) => {
      const { pages, error } = await pass((path) => (numberOf(path) === 4 ? response : tenPages({})(path)));
      expect([pages[3], pages.filter((line) => !line.includes('unread')), error]).toEqual([
        '4 unread: LIST_SHRANK',
        toLines(1, 2, 3, 5, 6, 7, 8, 9, 10),
        null,
      ]);
    },
  );

  test('is not the end if the page after it fails in another way', async () => {
    const { pages, error } = await pass((path) =>
      numberOf(path) === 4 ? ENDS[0] : tenPages({ 5: busy, 6: busy })(path),
    );
    expect(pages.slice(3, 6)).toEqual([
      '4 unread: LIST_SHRANK',
      '5 unread: SERVER_ERROR',
      '6 unread: SERVER_ERROR',
    ]);
    expect([pages.length, error]).toEqual([10, null]);
  });

  test('is not the end of a list whose count says that there is more', async () => {
    const counted = (path: string): ExpectedResponse => {
      const number = numberOf(path);
      if (number === 3) return fail(busy);
      if (number === 4 || number > 7) return ENDS[0];
      return page(number < 7 ? toPath(number + 1) : null);
    };
    const { pages, error } = await pass(counted);
    expect([pages.slice(2, 4), pages.length, error]).toEqual([
      ['3 unread: SERVER_ERROR', '4 unread: LIST_SHRANK'],
      7,
      null,
    ]);
  });
});

describe('a list that cannot be read to its end says why', () => {
  test('a first page that is past the end', async () => {
    expect((await pass(() => ({ kind: 'past-the-end' }))).error).toMatchObject({ code: 'LIST_SHRANK' });
  });

  test.each([
    ['itself, with its parameters in another order', '/api/cases/?page=2&case_ongoing=5021', 'PAGES_REPEAT'],
    ['the first page', PATH, 'PAGES_REPEAT'],
    ['a page before it', toPath(1), 'NEXT_REFUSED'],
    ['a page further on', toPath(4), 'NEXT_REFUSED'],
    ['a page with the number 0', toPath(0), 'NEXT_REFUSED'],
    ['the last page by its name', `${PATH}&page=last`, 'NEXT_REFUSED'],
    ['two pages at once', `${toPath(3)}&page=4`, 'NEXT_REFUSED'],
    ['no page, as a text that is a page', `${PATH}&page=`, 'NEXT_REFUSED'],
  ])(
    'a second page that names %s as next: the page after it is asked for by its number',
    async (_, named, violation) => {
      const { asked, error, violations } = await pass((path) => {
        const number = numberOf(path);
        return page(number === 2 ? named : number === 4 ? null : toPath(number + 1));
      });
      expect([asked, error, violations]).toEqual([
        [PATH, toPath(2), toPath(3), toPath(4)],
        null,
        [violation],
      ]);
    },
  );

  test('a first page that names one further on; a server that counts from 0 is believed', async () => {
    const response = (first: string) => (path: string) =>
      page(path === PATH ? first : numberOf(path) < 3 ? toPath(numberOf(path) + 1) : null);
    expect((await pass(response(toPath(3)))).asked).toEqual([PATH, toPath(2), toPath(3)]);
    expect((await pass(response(toPath(1)))).asked).toEqual([PATH, toPath(1), toPath(2), toPath(3)]);
  });

  test('so many pages in a row without anything new, and no fewer', async () => {
    const repeated = await pass(
      (path) => page(toPath(numberOf(path) + 1)),
      () => false,
    );
    expect(repeated.pages).toHaveLength(MAX_PAGES_WITHOUT_NEW_RECORDS);
    expect(repeated.error).toMatchObject({
      code: 'PAGES_REPEAT',
      message: `5 pages in a row, up to ${toPath(5)}, contained nothing new.`,
    });
    let calls = 0;
    const now = await pass(
      (path) => page(numberOf(path) < 20 ? toPath(numberOf(path) + 1) : null),
      () => ++calls % MAX_PAGES_WITHOUT_NEW_RECORDS === 0,
    );
    expect([now.pages.length, now.error]).toEqual([20, null]);
  });
});

const busy = new TransientError('SERVER_ERROR', 'busy');
const silent = new MirrorError('NETWORK_FAILED', 'no response');
const fail = (error: Error): never => {
  throw error;
};
/** Ten pages, some of which fail. */
const tenPages = (failing: Readonly<Record<number, MirrorError>>) => (path: string) => {
  const number = numberOf(path);
  const error = failing[number];
  if (error !== undefined) return fail(error);
  if (number > 10) return { kind: 'past-the-end' } as const;
  return page(number < 10 ? toPath(number + 1) : null);
};
const toLines = (...numbers: number[]) => numbers.map((n) => `${n} ${n === 1 ? PATH : toPath(n)} 7: 1`);

describe('a page that cannot be read costs only itself', () => {
  test.each([1, 2, 9])('page %d of ten', async (number) => {
    const { pages, error } = await pass(tenPages({ [number]: busy }));
    const numbers = Array.from({ length: 10 }, (_, at) => at + 1);
    expect(pages.filter((line) => !line.includes('unread'))).toEqual(
      toLines(...numbers.filter((n) => n !== number)),
    );
    expect(pages[number - 1]).toBe(`${number} unread: SERVER_ERROR`);
    expect(error).toBeNull();
  });

  test('the last one: the page after it is past the end, although `next` named one', async () => {
    const { pages, error, asked } = await pass(tenPages({ 10: busy }));
    expect([pages.at(-1), asked.at(-1), error]).toEqual(['10 unread: SERVER_ERROR', toPath(11), null]);
  });

  test('the only one: nothing was read, and the error says why', async () => {
    const { pages, error } = await pass((path) =>
      numberOf(path) === 1 ? fail(busy) : { kind: 'past-the-end' },
    );
    expect([pages, error]).toEqual([['1 unread: SERVER_ERROR'], busy]);
  });

  test('several, consecutive or not', async () => {
    const { pages, error } = await pass(
      tenPages({ 2: busy, 4: silent, 6: busy, 7: busy, 8: silent, 9: busy }),
    );
    expect(pages.filter((line) => !line.includes('unread'))).toEqual(toLines(1, 3, 5, 10));
    expect(error).toBeNull();
  });

  test.each([
    ['REQUEST_REJECTED', 2],
    ['NOT_FOUND', 2],
    ['RESPONSE_TOO_LARGE', 1],
    ['RESPONSE_UNEXPECTED', 1],
  ] as const)('by %s on page %d', async (code, number) => {
    const { pages, error } = await pass(tenPages({ [number]: new MirrorError(code, 'no lamp') }));
    expect([pages.length, error]).toEqual([10, null]);
  });
});

describe('a failing server is not asked for one page after another', () => {
  const failingFrom = (first: number, error: MirrorError) =>
    tenPages(Object.fromEntries(Array.from({ length: 11 }, (_, at) => [first + at, error])));

  test('five pages in a row end the pass, with the failure of the first', async () => {
    const { pages, error, asked } = await pass(failingFrom(3, busy));
    expect(asked.at(-1)).toBe(toPath(7));
    expect(pages.slice(0, 2)).toEqual(toLines(1, 2));
    expect(error).toMatchObject({
      code: 'SERVER_ERROR',
      message: 'busy; the 4 pages after it could not be read either',
    });
  });

  test('one page that is rate-limited to the end ends it', async () => {
    const rateLimited = new MirrorError('RATE_LIMITED', 'too many requests');
    const { pages, error, asked } = await pass(failingFrom(3, rateLimited));
    expect([pages, asked.at(-1), error]).toEqual([toLines(1, 2), toPath(3), rateLimited]);
  });

  test('two pages without any response end it if the API does not respond elsewhere either', async () => {
    const { asked, error } = await pass(failingFrom(3, silent));
    expect(asked.slice(-2)).toEqual([toPath(4), 'test']);
    expect(error).toMatchObject({ code: 'NETWORK_FAILED' });
  });

  test('if it does, up to five pages in a row are tried after them, with one request elsewhere', async () => {
    const ever = await pass(failingFrom(3, silent), undefined, undefined, () => true);
    expect(ever.asked.slice(2)).toEqual([toPath(3), toPath(4), 'test', toPath(5), toPath(6), toPath(7)]);
    expect(ever.error).toMatchObject({ code: 'NETWORK_FAILED' });
    const gaps = await pass(
      tenPages({ 2: silent, 3: silent, 4: silent, 6: silent, 7: silent, 9: silent }),
      undefined,
      undefined,
      () => true,
    );
    expect(gaps.pages.filter((line) => !line.includes('unread'))).toEqual(toLines(1, 5, 8, 10));
    expect([gaps.asked.filter((path) => path === 'test').length, gaps.error]).toEqual([2, null]);
  });

  test('two pages end it if the server has responded well to nothing so far, not even elsewhere', async () => {
    const never = await pass(failingFrom(1, busy), undefined, () => false);
    expect(never.asked).toEqual([PATH, toPath(2), 'test']);
    const elsewhere = await pass(
      failingFrom(1, busy),
      undefined,
      () => false,
      () => true,
    );
    expect(elsewhere.asked).toHaveLength(6);
    expect(never.error).toMatchObject({ message: 'busy; the page after it could not be read either' });
    const before = await pass(failingFrom(1, busy), undefined, () => true);
    expect(before.asked).toHaveLength(5);
  });

  test.each(['UNAUTHORIZED', 'MAX_DURATION_REACHED', 'RETRY_AFTER_TOO_LONG', 'CERTIFICATE_REFUSED'] as const)(
    '%s ends it at once',
    async (code) => {
      const { asked, error } = await pass(failingFrom(2, new MirrorError(code, 'no')));
      expect(asked).toHaveLength(2);
      expect(error).toMatchObject({ code });
    },
  );

  test.each(['REQUEST_REJECTED', 'NOT_FOUND'] as const)(
    '%s on the first page is of the whole list',
    async (code) => {
      const { asked } = await pass(failingFrom(1, new MirrorError(code, 'no')));
      expect(asked).toEqual([PATH]);
    },
  );

  test('a page after one that failed is not tried as often', async () => {
    const { client, asked } = scriptClient(tenPages({ 2: busy, 3: busy }));
    const signal = new AbortController().signal;
    const options = { ...WALK, hasNewRecords: () => true, hasServed: () => true, signal };
    for await (const step of fetchCasePages(client, options)) expect(step.number).toBeLessThan(11);
    expect(asked.map(({ maxAttempts }) => maxAttempts).slice(0, 5)).toEqual([
      undefined,
      undefined,
      ATTEMPTS_AFTER_UNREAD,
      ATTEMPTS_AFTER_UNREAD,
      undefined,
    ]);
  });
});

describe('a page whose `next` cannot be followed is stored, and the page after it is requested by its number', () => {
  test.each<[string, string | undefined]>([
    ['no address and not null', undefined],
    ['a fragment', '#'],
    ['another filter', '/api/cases/?case_ongoing=5020&page=2'],
    ['no filter', '?page=2'],
    ['another path', '/elsewhere/?case_ongoing=5021&page=2'],
    ['no URL', 'http://['],
    ['the token', `${PATH}&t=lamp-token`],
  ])('with %s', async (_title, next) => {
    const { pages, error, asked, violations } = await pass((path) =>
      numberOf(path) === 1 ? page(next) : page(numberOf(path) < 4 ? toPath(numberOf(path) + 1) : null),
    );
    expect([pages, error]).toEqual([toLines(1, 2, 3, 4), null]);
    expect(asked).toEqual([PATH, toPath(2), toPath(3), toPath(4)]);
    expect(violations).toEqual(['NEXT_REFUSED']);
  });

  test('and where there is none, the list has ended', async () => {
    const { pages, error, violations } = await pass((path) =>
      numberOf(path) === 1 ? page(undefined) : { kind: 'past-the-end' },
    );
    expect([pages, error, violations]).toEqual([toLines(1), null, ['NEXT_REFUSED']]);
  });

  test.each(['', '  '])('but %j is read as null', async (next) => {
    const { asked, error, violations } = await pass(() => page(next));
    expect([asked, error, violations]).toEqual([[PATH], null, []]);
  });

  test('and a page that names itself is stored too', async () => {
    const { pages, error, violations } = await pass(
      () => page(PATH),
      () => false,
    );
    expect(pages).toEqual(toLines(1, 2, 3, 4, 5));
    expect(error).toMatchObject({ code: 'PAGES_REPEAT' });
    expect(new Set(violations)).toEqual(new Set(['PAGES_REPEAT']));
  });
});

test('a page without a count is read, and reported', async () => {
  const { pages, error, violations } = await pass(() => ({
    kind: 'page',
    page: { count: null, next: null, results: [] },
  }));
  expect([pages, error, violations]).toEqual([[`1 ${PATH} null: 0`], null, ['RESPONSE_UNEXPECTED']]);
});

describe('a request in the air', () => {
  const walkTo = async (
    client: Client,
    signal: AbortSignal,
    onPage: (number: number) => boolean,
  ): Promise<void> => {
    const options = { ...WALK, hasNewRecords: () => true, hasServed: () => true, signal };
    for await (const { number } of fetchCasePages(client, options)) if (onPage(number)) break;
  };
  const endless = () => scriptClient((path) => page(toPath(numberOf(path) + 1)));

  test('is aborted when the pass ends, with the reason', async () => {
    const { client, asked } = endless();
    await walkTo(client, new AbortController().signal, () => true);
    expect(asked.map(({ path }) => path)).toEqual([PATH, toPath(2)]);
    expect(asked[1]?.signal.aborted).toBe(true);
    expect(asked[1]?.signal.reason).toMatchObject({ message: 'the pass has ended' });
  });

  test('is aborted on a stop; no further page is begun, even one that has arrived', async () => {
    const { client, asked } = endless();
    const stop = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    const read = walkTo(client, stop.signal, (number) => {
      seen.push(number);
      if (number === 2) stop.abort(reason);
      return false;
    });
    await expect(read).rejects.toBe(reason);
    expect(seen).toEqual([1, 2]);
    expect(asked.at(-1)?.signal.reason).toBe(reason);
  });
});
