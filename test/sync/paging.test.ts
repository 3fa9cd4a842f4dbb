import { describe, expect, test } from '@jest/globals';
import { MAX_PAGES_WITHOUT_NEW_RECORDS } from '../../src/api/case-pages.ts';
import { type Fault, always, once, page } from '../../fake-api/serve/faults.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

const NO = statusOf(5020);
const sixty = () => smallCollection(60);

const PAST_THE_END: Fault = { kind: 'status', status: 404, body: { detail: 'Invalid page.' } };
const NO_RESULTS: Fault = { kind: 'status', status: 400, body: ['No results for {}'] };

describe('a list that shrinks while it is read', () => {
  const pagesOf = ({ fakeApi }: Awaited<ReturnType<typeof startHarness>>): (string | null)[] =>
    fakeApi.requests
      .filter(({ url }) => url.includes('5020'))
      .map(({ url }) => new URL(url, fakeApi.url).searchParams.get('page'));

  test.each([PAST_THE_END, NO_RESULTS])(
    'is read again, and never complete before it holds still (%j)',
    async (fault) => {
      let isFirst = true;
      const harness = await startHarness({
        source: sixty(),
        pageSize: 2,
        faults: (request) => {
          if (request.filters.case_ongoing !== 5020 || request.page < 3 || !isFirst) return undefined;
          isFirst = request.page === 3;
          return fault;
        },
      });
      const { lists } = await harness.sync({ lists: [NO] });
      expect(pagesOf(harness).slice(0, 6)).toEqual([null, '2', '3', '4', null, '2']);
      expect(lists[0]).toMatchObject({ outcome: 'complete', error: null, figures: { passes: 2 } });
    },
  );

  test.each([PAST_THE_END, NO_RESULTS])('in every pass stays partial (%j)', async (fault) => {
    const { sync } = await startHarness({
      source: sixty(),
      pageSize: 2,
      faults: ({ filters, page: number }) =>
        filters.case_ongoing === 5020 && number > 2 ? fault : undefined,
    });
    const { lists } = await sync({ lists: [NO] });
    expect(lists[0]).toMatchObject({
      outcome: 'partial',
      error: { code: 'LIST_SHRANK' },
      figures: { cases_seen: 4, passes: 3 },
    });
  });

  test.each([PAST_THE_END, NO_RESULTS])(
    'at one page only costs no other page, and once costs nothing (%j)',
    async (fault) => {
      const lasting = await startHarness({
        source: sixty(),
        pageSize: 2,
        faults: always(fault, page(3, 5020)),
      });
      expect((await lasting.sync({ lists: [NO] })).lists[0]).toMatchObject({
        outcome: 'partial',
        error: { code: 'PAGES_UNREADABLE' },
        figures: { cases_seen: 10, passes: 3 },
      });
      const passing = await startHarness({
        source: sixty(),
        pageSize: 2,
        faults: once(fault, page(3, 5020)),
      });
      expect((await passing.sync({ lists: [NO] })).lists[0]).toMatchObject({
        outcome: 'complete',
        figures: { cases_seen: 12, passes: 2 },
      });
    },
  );
});

describe('a list with wrong `next` links ends with an error code, never in a loop', () => {
  const astray: [string, Fault, string][] = [
    ['a page that names itself', { kind: 'next-loop', pages: 1 }, 'PAGES_REPEAT'],
    ['three pages in a circle', { kind: 'next-loop', pages: 3 }, 'NEXT_REFUSED'],
    ['another filter', { kind: 'next', to: 'other-filter' }, 'NEXT_REFUSED'],
    ['a path outside the list', { kind: 'next', to: 'outside' }, 'NEXT_REFUSED'],
    ['something that is no address', { kind: 'next', to: 'not-a-url' }, 'NEXT_REFUSED'],
    ['results that are no list', { kind: 'envelope', fields: { results: {} } }, 'PAGES_UNREADABLE'],
    ['a count that is a text', { kind: 'envelope', fields: { count: '12' } }, 'RESPONSE_UNEXPECTED'],
    ['no next at all', { kind: 'envelope-without', field: 'next' }, 'NEXT_REFUSED'],
    ['a page that is past the end, and the one after it is not', PAST_THE_END, 'PAGES_UNREADABLE'],
    ['a page without results, and the one after it has some', NO_RESULTS, 'PAGES_UNREADABLE'],
    [
      'a redirect to another origin',
      { kind: 'redirect', to: 'https://elsewhere.invalid/api/' },
      'PAGES_UNREADABLE',
    ],
    ['a redirect in a circle', { kind: 'redirect' }, 'PAGES_UNREADABLE'],
    [
      'a refusal',
      { kind: 'status', status: 400, body: ['API Error: xyz is not an integer.'] },
      'PAGES_UNREADABLE',
    ],
    [
      'a page that is gone',
      { kind: 'status', status: 404, body: { detail: 'Not found.' } },
      'PAGES_UNREADABLE',
    ],
  ];
  test.each(astray)('%s', async (_, fault, code) => {
    const { sync, rows } = await startHarness({
      source: sixty(),
      pageSize: 2,
      faults: always(fault, page(3, 5020)),
    });
    const report = await sync({ lists: [NO] });
    expect(report.lists[0]).toMatchObject({ outcome: 'partial', error: { code } });
    expect(rows('SELECT outcome, error_code FROM list_syncs')).toEqual([
      { outcome: 'partial', error_code: code },
    ]);
    expect(Number(rows('SELECT count(*) AS n FROM cases')[0]?.n)).toBeGreaterThanOrEqual(4);
  });

  test('an endless run of pages without anything new', async () => {
    let pages = 0;
    const { sync } = await startHarness({
      source: sixty(),
      faults: ({ url }) => {
        pages++;
        const next = `http://127.0.0.1/api/v2p1/cases/?case_ongoing=5020&page=${pages + 1}`;
        return url.includes('case_ongoing') ? { kind: 'envelope', fields: { next } } : undefined;
      },
      beforePage: () => undefined,
      pageSize: 100,
    });
    const report = await sync({ lists: [NO] });
    expect(report.lists[0]?.error?.code).toMatch(/^(PAGES_REPEAT|LIST_SHRANK|NEXT_REFUSED)$/);
  });

  test('an endless run of empty pages', async () => {
    let pages = 0;
    const { sync, fakeApi } = await startHarness({
      source: sixty(),
      faults: () => {
        pages++;
        const next = `/api/v2p1/cases/?case_ongoing=5020&page=${pages + 1}`;
        return { kind: 'json', body: { count: 12, next, previous: null, results: [] } };
      },
    });
    const report = await sync({ lists: [NO] });
    expect(report.lists[0]).toMatchObject({ outcome: 'partial', error: { code: 'PAGES_REPEAT' } });
    expect(fakeApi.requests.length).toBeLessThanOrEqual(MAX_PAGES_WITHOUT_NEW_RECORDS + 1);
  });
});

describe('the token is sent to the configured origin only', () => {
  test('a `next` on another host is requested from the configured host', async () => {
    const { sync, fakeApi } = await startHarness({
      source: sixty(),
      pageSize: 5,
      faults: always({ kind: 'next', to: 'foreign-host' }, page(1, 5020)),
    });
    expect(await sync({ lists: [NO] })).toMatchObject({ outcome: 'complete' });
    expect(fakeApi.requests.map(({ url }) => url)).toEqual([
      '/api/v2p1/cases/?case_ongoing=5020',
      '/api/v2p1/cases/?case_ongoing=5020&page=2',
      '/api/v2p1/cases/?case_ongoing=5020&page=3',
    ]);
  });

  test('a `next` with another scheme is requested with the configured scheme', async () => {
    const { sync } = await startHarness({
      source: sixty(),
      pageSize: 5,
      faults: always({ kind: 'next', to: 'other-scheme' }, page(1, 5020)),
    });
    expect(await sync({ lists: [NO] })).toMatchObject({ outcome: 'complete' });
  });

  test('a redirect to another server is not followed: that server receives no request', async () => {
    await using other = await startFakeApi({ source: sixty() });
    const { sync } = await startHarness({
      source: sixty(),
      faults: always({ kind: 'redirect', to: other.url }),
    });
    const report = await sync({ lists: [NO] });
    expect(report.lists[0]).toMatchObject({ outcome: 'failed', error: { code: 'REDIRECT_REFUSED' } });
    expect(other.requests).toEqual([]);
  });

  test('a redirect within the origin is followed', async () => {
    const { sync } = await startHarness({
      source: sixty(),
      faults: ({ url }) => (url.endsWith('=5020') ? { kind: 'redirect', to: `${url}&page=1` } : undefined),
    });
    expect(await sync({ lists: [NO] })).toMatchObject({ outcome: 'complete' });
  });
});

test('while a page is stored, only the next page is fetched', async () => {
  const storedAt: number[] = [];
  const { sync, fakeApi } = await startHarness({ source: sixty(), pageSize: 2 });
  await sync({
    lists: [NO],
    onEvent: ({ type }) => {
      if (type === 'page-stored') storedAt.push(fakeApi.requests.length);
    },
  });
  expect(fakeApi.requests).toHaveLength(6);
  storedAt.forEach((asked, index) => {
    expect(asked).toBeLessThanOrEqual(index + 2);
  });
});

describe('a list is complete only if that is proven', () => {
  const wrong: [string, Fault, ReturnType<typeof page>][] = [
    ['the count is too high', { kind: 'count', by: 1 }, page(1, 5020)],
    ['the count is too low', { kind: 'count', by: -1 }, page(1, 5020)],
    ['the count moves during the pass', { kind: 'count', by: 1 }, page(3, 5020)],
    ['a page comes twice instead of the next', { kind: 'repeat-page' }, page(2, 5020)],
    ['a page in the middle is empty', { kind: 'empty-page' }, page(2, 5020)],
  ];
  test.each(wrong)('partial when %s', async (_, fault, match) => {
    const { sync } = await startHarness({ source: sixty(), pageSize: 4, faults: always(fault, match) });
    const report = await sync({ lists: [NO] });
    expect(report.lists[0]).toMatchObject({
      outcome: 'partial',
      error: { code: expect.stringMatching(/^COUNT_MISMATCH/) },
    });
    expect(report).toMatchObject({ exit: 'partial' });
  });

  test('a list is read again if a case slipped through between two pages, so the case is stored', async () => {
    let once = false;
    const { sync, rows } = await startHarness({
      source: sixty(),
      pageSize: 4,
      beforePage: ({ page: number }, source) => {
        // A case of the first page leaves the list, so that the first of the second page moves up unseen.
        if (number === 2 && !once) source.remove(1);
        once ||= number === 2;
      },
    });
    const report = await sync({ lists: [NO] });
    expect(report.lists[0]).toMatchObject({
      outcome: 'complete',
      figures: { passes: 2, count_first: 11, count_last: 11, cases_seen: 12, cases_last_pass: 11 },
    });
    expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 12 }]);
  });

  test('a list is partial if it shifts in every allowed pass', async () => {
    const { sync, events } = await startHarness({
      source: sixty(),
      pageSize: 4,
      beforePage: ({ page: number }, source) => {
        if (number === 2) source.remove(source.find({ case_ongoing: 5020 })[0]?.id ?? 0);
      },
    });
    const report = await sync({ lists: [NO], settings: { maxPasses: '2' } });
    expect(report.lists[0]).toMatchObject({
      outcome: 'partial',
      error: { code: 'COUNT_MISMATCH' },
      figures: { passes: 2 },
    });
    expect(events.filter(({ type }) => type === 'another-pass')).toHaveLength(1);
  });

  test('a list is partial if a record was rejected', async () => {
    const malformed = { kind: 'malformed-case', as: 'no-id' } as const;
    const { sync, rows } = await startHarness({
      source: sixty(),
      pageSize: 4,
      faults: always(malformed, page(2, 5020)),
    });
    const report = await sync({ lists: [NO] });
    expect(report.lists[0]).toMatchObject({ outcome: 'partial', error: { code: 'RECORDS_REJECTED' } });
    expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 11 }]);
    expect(rows('SELECT why, source, position, first_run_id, last_run_id FROM rejected_records')).toEqual([
      {
        why: 'no id',
        source: '/api/v2p1/cases/?case_ongoing=5020&page=2',
        position: 0,
        first_run_id: 1,
        last_run_id: 1,
      },
    ]);
  });
});
