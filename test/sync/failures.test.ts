import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { type Fault, always, firstTries, once, page } from '../../fake-api/serve/faults.ts';
import { type FakeApi, closeServer, listen, startFakeApi } from '../../fake-api/serve/server.ts';
import { toAttemptResult } from '../../src/schedule/attempt.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

const sixty = () => smallCollection(60);

describe('a failure of one list', () => {
  test('does not stop the others, and the run is partial', async () => {
    const { sync, rows } = await startHarness({
      source: sixty(),
      faults: always({ kind: 'status', status: 503 }, page(1, 5020)),
    });
    const report = await sync({ settings: { maxAttempts: '3' } });
    expect(report).toMatchObject({ outcome: 'partial', exit: 'partial' });
    const outcomes = rows('SELECT list_id, outcome, error_code, retries FROM list_syncs ORDER BY list_id');
    expect(outcomes[0]).toEqual({
      list_id: 5020,
      outcome: 'failed',
      error_code: 'SERVER_ERROR',
      retries: 2,
    });
    expect(outcomes.slice(1).every(({ outcome }) => outcome === 'complete' || outcome === 'empty')).toBe(
      true,
    );
  });

  test('after some pages keeps what was stored, and the list is partial', async () => {
    const { sync, rows } = await startHarness({
      source: sixty(),
      pageSize: 5,
      faults: always({ kind: 'reset', at: 'in-body' }, page(3, 5020)),
    });
    await sync({ settings: { maxAttempts: '2' } });
    expect(
      rows('SELECT outcome, pages, cases_seen, error_code FROM list_syncs WHERE list_id = 5020'),
    ).toEqual([{ outcome: 'partial', pages: 2, cases_seen: 10, error_code: 'PAGES_UNREADABLE' }]);
    expect(rows('SELECT count(*) AS n FROM cases WHERE mirror_list_id = 5020')).toEqual([{ n: 10 }]);
  });

  test('by 429 until the last attempt ends that list, and the other lists are read', async () => {
    const pages: number[] = [];
    const { sync, rows } = await startHarness({
      source: sixty(),
      pageSize: 2,
      faults: ({ filters, page }) => {
        if (filters.case_ongoing !== 5020) return undefined;
        pages.push(page);
        return page === 2 ? { kind: 'status', status: 429 } : undefined;
      },
    });
    await sync({ settings: { maxAttempts: '3' } });
    expect(pages).toEqual([1, 2, 2, 2]);
    const [first, ...others] = rows('SELECT outcome, error_code FROM list_syncs ORDER BY list_id');
    expect(first).toEqual({ outcome: 'partial', error_code: 'RATE_LIMITED' });
    expect(others.map(({ error_code }) => error_code)).toEqual(others.map(() => null));
  });

  test('of a single page costs only that page: the pages after it are read', async () => {
    const { sync, rows, events } = await startHarness({
      source: sixty(),
      pageSize: 2,
      faults: always({ kind: 'status', status: 500 }, page(2, 5020)),
    });
    const report = await sync({ settings: { maxAttempts: '2' } });
    expect(report).toMatchObject({ outcome: 'partial', exit: 'partial' });
    expect(report.lists[0]?.error).toMatchObject({
      code: 'PAGES_UNREADABLE',
      message:
        '1 page could not be read: /api/v2p1/cases/?case_ongoing=5020&page=2 returned status 500 (2 attempts).',
    });
    expect(rows('SELECT pages, cases_seen FROM list_syncs WHERE list_id = 5020')).toEqual([
      { pages: 5, cases_seen: 10 },
    ]);
    expect(events.filter(({ type }) => type === 'page-unread')).toHaveLength(1);
  });

  test('of the whole server does not make the sync request one page after another', async () => {
    const { sync, fakeApi } = await startHarness({
      source: sixty(),
      pageSize: 1,
      faults: ({ page: number }) => (number > 2 ? { kind: 'status', status: 500 } : undefined),
    });
    await sync({ settings: { maxAttempts: '6' }, lists: [statusOf(5020)] });
    const lists = fakeApi.requests.filter(({ url }) => url.includes('case_ongoing=5020'));
    expect(lists).toHaveLength(2 + 6 + 4 * 2);
  });

  test('that every other list has too ends the run as failed, with the exit code of the first failure', async () => {
    const { sync } = await startHarness({ source: sixty(), faults: always({ kind: 'status', status: 500 }) });
    expect(await sync({ settings: { maxAttempts: '1' } })).toMatchObject({
      outcome: 'failed',
      exit: 'network',
    });
  });
});

describe('a host that accepts no connection', () => {
  const outcomes = (rows: (sql: string) => Record<string, unknown>[]) =>
    rows('SELECT outcome, error_code FROM list_syncs ORDER BY run_id, list_id').map(
      ({ outcome, error_code }) => [outcome, error_code].join(' '),
    );

  test.each([
    ['a closed port', async () => ({ apiUrl: await toClosedPort(), maxAttempts: '3' })],
    [
      'a closed port of two addresses',
      async () => ({
        apiUrl: (await toClosedPort()).replace('127.0.0.1', 'localhost'),
        maxAttempts: '2',
      }),
    ],
    ['a name without an address', () => ({ apiUrl: 'https://no-such-host.invalid/', maxAttempts: '2' })],
  ])(
    'ends the run after all attempts of the first list, and another attempt may succeed: %s',
    async (_, to) => {
      const { sync, rows, runtime } = await startHarness({ source: sixty() });
      const settings = await to();
      const report = await sync({ settings });
      expect(report).toMatchObject({
        outcome: 'failed',
        exit: 'network',
        error: { code: 'HOST_UNREACHABLE' },
      });
      expect(outcomes(rows)).toEqual([
        'failed HOST_UNREACHABLE',
        ...Array.from({ length: 4 }, () => 'skipped HOST_UNREACHABLE'),
      ]);
      expect(rows('SELECT sum(requests) AS n FROM list_syncs')).toEqual([
        { n: Number(settings.maxAttempts) },
      ]);
      expect(runtime.waits).toHaveLength(Number(settings.maxAttempts) - 1);
      expect(toAttemptResult(report).isTransient).toBe(true);
      expect((await sync()).outcome).toBe('complete');
    },
  );

  test('once it has responded costs only the lists that need it meanwhile', async () => {
    const { sync, rows, fakeApi, runtime } = await startHarness({ source: sixty() });
    const { port } = new URL(fakeApi.url);
    const { sleep } = runtime;
    let moved: Promise<unknown> = Promise.resolve();
    Object.assign(runtime, {
      sleep: async (ms: number, signal: AbortSignal) => {
        await moved;
        await sleep(ms, signal);
      },
    });
    let again: FakeApi | undefined;
    const report = await sync({
      settings: { maxAttempts: '3' },
      onEvent: (event) => {
        if (event.type === 'list-ended' && event.report.list.id === 5020) moved = fakeApi.close();
        if (event.type === 'list-ended' && event.report.list.id === 5021)
          moved = startFakeApi({ source: sixty(), port: Number(port), token: fakeApi.token }).then(
            (started) => (again = started),
          );
      },
    });
    await again?.close();
    expect(report.outcome).toBe('partial');
    expect(outcomes(rows)).toEqual([
      'complete ',
      'failed NETWORK_FAILED',
      ...Array.from({ length: 3 }, () => 'complete '),
    ]);
  });
});

/** The address of an API at a port of this machine where no program listens. */
async function toClosedPort(): Promise<string> {
  const server = createServer();
  const port = await listen(server, 0);
  await closeServer(server);
  return `http://127.0.0.1:${port}/`;
}

test('a refused token stops the run at once: nothing is stored, and the other lists are skipped', async () => {
  const { sync, rows, fakeApi } = await startHarness({ source: sixty() });
  const report = await sync({ token: 'another-token' });
  expect(report).toMatchObject({ outcome: 'failed', exit: 'unauthorized', error: { code: 'UNAUTHORIZED' } });
  expect(rows('SELECT outcome FROM list_syncs ORDER BY list_id').map(({ outcome }) => outcome)).toEqual([
    'failed',
    'skipped',
    'skipped',
    'skipped',
    'skipped',
  ]);
  // The list, and `test`, which says whether it is the token.
  expect(fakeApi.requests.map(({ url }) => url)).toEqual([
    '/api/v2p1/cases/?case_ongoing=5020',
    '/api/v2p1/test',
  ]);
});

const REFUSED = { kind: 'status', status: 401, body: { detail: 'Invalid token.' } } as const;

test('a token that is refused during the run, and at `test` too, keeps what was stored and skips the rest', async () => {
  let isRevoked = false;
  const { sync, rows } = await startHarness({
    source: sixty(),
    pageSize: 5,
    faults: (request) => {
      isRevoked ||= page(2, 5021)(request);
      return isRevoked ? REFUSED : undefined;
    },
  });
  const report = await sync();
  expect(report).toMatchObject({ outcome: 'partial', exit: 'unauthorized' });
  expect(rows('SELECT outcome FROM list_syncs ORDER BY list_id').map(({ outcome }) => outcome)).toEqual([
    'complete',
    'partial',
    'skipped',
    'skipped',
    'skipped',
  ]);
});

describe('a refusal that `test` does not repeat', () => {
  test.each([401, 403])('with %d, once, costs a retry and no case', async (status) => {
    const { sync, fakeApi, events } = await startHarness({
      source: sixty(),
      pageSize: 5,
      faults: once({ ...REFUSED, status }, page(2, 5021)),
    });
    expect(await sync()).toMatchObject({ outcome: 'complete' });
    expect(fakeApi.requests.filter(({ url }) => url.endsWith('/test'))).toHaveLength(1);
    expect(events.find(({ type }) => type === 'retrying')).toMatchObject({
      reason: expect.stringContaining('which the API accepts elsewhere: Invalid token.'),
    });
  });

  test('of one list, however often, does not count as a refused token: the other lists are read', async () => {
    const { sync, fakeApi } = await startHarness({ source: sixty(), faults: always(REFUSED, page(1, 5020)) });
    const report = await sync({ settings: { maxAttempts: '3' } });
    expect(report).toMatchObject({ outcome: 'partial', exit: 'partial' });
    expect(report.lists[0]).toMatchObject({ outcome: 'failed', error: { code: 'SERVER_ERROR' } });
    expect(report.lists.slice(1).every(({ outcome }) => outcome !== 'skipped')).toBe(true);
    expect(fakeApi.requests.filter(({ url }) => url.endsWith('/test'))).toHaveLength(1);
  });
});

const CHALLENGE = { kind: 'status', status: 403, body: '<!DOCTYPE html><title>One moment</title>' } as const;

describe('the page of a bot check', () => {
  test('costs a retry and not the run, and no message repeats its text', async () => {
    const { sync, events } = await startHarness({ source: sixty(), faults: once(CHALLENGE, page(1, 5020)) });
    expect(await sync()).toMatchObject({ outcome: 'complete' });
    const { reason } = events.find(({ type }) => type === 'retrying') as { reason: string };
    expect(reason).toContain("status 403, not in the API's form");
    expect(reason).not.toContain('<');
  });

  test('that stays fails the list with its own error code, and a later run may succeed', async () => {
    const { sync } = await startHarness({ source: sixty(), faults: always(CHALLENGE, page(1, 5020)) });
    const { lists } = await sync({ settings: { maxAttempts: '2' } });
    expect(lists[0]).toMatchObject({ outcome: 'failed', error: { code: 'BLOCKED_BY_INTERMEDIARY' } });
    expect(lists[1]?.outcome).toBe('complete');
  });
});

describe('a failure that passes with a retry', () => {
  const passing = [
    { kind: 'status', status: 408 },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 502 },
    { kind: 'reset', at: 'before-head' },
    { kind: 'reset', at: 'in-head' },
    { kind: 'reset', at: 'in-body' },
    { kind: 'short-body' },
    { kind: 'cut-json' },
    { kind: 'html' },
    { kind: 'empty-body' },
    { kind: 'gzip', damage: 'cut' },
    { kind: 'gzip', damage: 'corrupt' },
  ] as const;
  test.each(passing)('$kind $status$at$damage costs retries, not cases', async (fault) => {
    const { sync, rows } = await startHarness({ source: sixty(), faults: firstTries(2, fault) });
    const lists = [statusOf(5020), statusOf(5021)];
    expect(await sync({ settings: { maxAttempts: '3' }, lists })).toMatchObject({ outcome: 'complete' });
    const [sums] = rows('SELECT sum(retries) AS retries, sum(requests) AS requests FROM list_syncs');
    expect(sums?.retries).toBeGreaterThanOrEqual(4);
    expect(sums?.requests).toBe(Number(sums?.retries) / 2 + Number(sums?.retries));
  });

  const stalls = [
    { kind: 'stall', at: 'before-head' },
    { kind: 'stall', at: 'after-head' },
    { kind: 'stall', at: 'in-body' },
  ] as const;
  test.each(stalls)(
    'a response that stops $at is given up after the time-out, and asked for again',
    async (fault) => {
      const { sync, events } = await startHarness({ source: sixty(), faults: once(fault) });
      const settings = { responseTimeoutMs: '150', idleTimeoutMs: '150' };
      expect(await sync({ settings, lists: [statusOf(5020)] })).toMatchObject({ outcome: 'complete' });
      const retry = events.find(({ type }) => type === 'retrying');
      expect(retry).toMatchObject({ reason: expect.stringMatching(/(stopped for|within) 150 ms/) });
    },
  );
});

test.each([101, 102, 103] as const)(
  'answers of %d without end are given up after the time-out, and asked for again',
  async (status) => {
    const { sync, events } = await startHarness({
      source: sixty(),
      faults: once({ kind: 'interim', status, everyMs: 5 }),
    });
    const settings = { responseTimeoutMs: '300' };
    expect(await sync({ settings, lists: [statusOf(5020)] })).toMatchObject({ outcome: 'complete' });
    expect(events.find(({ type }) => type === 'retrying')).toBeDefined();
  },
);

test('a slow response that never pauses for long is read to its end', async () => {
  const { sync } = await startHarness({
    source: recordedCases([makeCase()]),
    faults: once({ kind: 'drip', bytes: 400, everyMs: 5 }, page(1, 5021)),
  });
  expect(await sync({ settings: { idleTimeoutMs: '2000' } })).toMatchObject({ outcome: 'complete' });
});

describe('waiting', () => {
  test('follows Retry-After, and is recorded', async () => {
    const fault = { kind: 'status', status: 429, headers: { 'retry-after': '7' } } as const;
    const { sync, rows, runtime } = await startHarness({
      source: sixty(),
      faults: once(fault, page(1, 5020)),
    });
    await sync();
    expect(runtime.waits).toEqual([7000]);
    expect(rows('SELECT waited_ms, retries FROM list_syncs WHERE list_id = 5020')).toEqual([
      { waited_ms: 7000, retries: 1 },
    ]);
  });

  test('for more than the maximum ends the whole run, with a hint', async () => {
    const fault = { kind: 'status', status: 503, headers: { 'retry-after': '3600' } } as const;
    const { sync, fakeApi } = await startHarness({ source: sixty(), faults: always(fault, page(1, 5021)) });
    const { lists, departures, coverage } = await sync({ settings: { retryAfterMaxMs: '60000' } });
    expect(lists.map(({ outcome }) => outcome)).toEqual([
      'complete',
      'failed',
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(lists[1]?.error).toMatchObject({ code: 'RETRY_AFTER_TOO_LONG' });
    expect(lists[1]?.error?.hint).toContain('--retry-after-max');
    expect([departures?.outcome, coverage?.outcome]).toEqual(['skipped', 'skipped']);
    expect(fakeApi.requests.at(-1)?.url).toContain('case_ongoing=5021');
  });

  test('continues with the next list when the attempts for one list are used up', async () => {
    const fault = { kind: 'status', status: 429, headers: { 'retry-after': '7' } } as const;
    const { sync, runtime } = await startHarness({
      source: sixty(),
      faults: always(fault, page(1, 5020)),
    });
    const { lists } = await sync({ settings: { maxAttempts: '2' } });
    expect(lists[0]?.outcome).toBe('failed');
    expect(runtime.waits).toEqual([7000, 7000]);
  });

  const LONG = { 'retry-after': '3600' };
  test.each<[string, Fault]>([
    ['202', { kind: 'status', status: 202, body: {}, headers: LONG }],
    ['200 with an error', { kind: 'status', status: 200, body: { error: 'busy' }, headers: LONG }],
    ['401', { kind: 'status', status: 401, body: { detail: 'slow' }, headers: LONG }],
    ['404', { kind: 'status', status: 404, body: 'gone', headers: LONG }],
    ['a refusal', { kind: 'status', status: 400, body: ['API Error: x'], headers: LONG }],
  ])('for a pause that any response but a page asks for: %s', async (_, fault) => {
    const { sync, fakeApi } = await startHarness({ source: smallCollection(20), faults: () => fault });
    const { lists } = await sync();
    expect(lists.map(({ error }) => error?.code)).toContain('RETRY_AFTER_TOO_LONG');
    expect(fakeApi.requests).toHaveLength(1);
  });

  test('keeps the configured delay between any two requests', async () => {
    const { sync, runtime, fakeApi } = await startHarness({ source: sixty() });
    await sync({ settings: { delayMs: '250' } });
    expect(runtime.waits).toEqual(Array.from({ length: fakeApi.requests.length - 1 }, () => 250));
  });

  test('never exceeds the maximum duration: the current list ends, and the others are skipped', async () => {
    const { sync, rows } = await startHarness({
      source: sixty(),
      faults: always({ kind: 'status', status: 500 }, page(1, 5021)),
    });
    await sync({
      settings: {
        maxAttempts: '1000',
        backoffMinMs: '20000',
        backoffMaxMs: '20000',
        maxDurationMinutes: '1',
      },
    });
    expect(rows('SELECT outcome, error_code FROM list_syncs ORDER BY list_id')).toEqual([
      { outcome: 'complete', error_code: null },
      { outcome: 'failed', error_code: 'MAX_DURATION_REACHED' },
      { outcome: 'skipped', error_code: 'MAX_DURATION_REACHED' },
      { outcome: 'skipped', error_code: 'MAX_DURATION_REACHED' },
      { outcome: 'skipped', error_code: 'MAX_DURATION_REACHED' },
    ]);
  });
});

test('a response larger than the maximum is not read to its end', async () => {
  const { sync } = await startHarness({ source: sixty() });
  const { lists } = await sync({ settings: { maxBodyBytes: '5000' } });
  expect(lists[0]).toMatchObject({ outcome: 'failed', error: { code: 'RESPONSE_TOO_LARGE' } });
});

test('a damaged compressed response costs that page, always with the same error code', async () => {
  for (const damage of ['cut', 'corrupt', 'trailing'] as const) {
    const fault = always({ kind: 'gzip', damage }, page(3, 5020));
    const { sync } = await startHarness({ source: sixty(), pageSize: 2, faults: fault });
    const { lists } = await sync({ settings: { maxAttempts: '2' } });
    expect(lists[0]).toMatchObject({
      outcome: 'partial',
      error: { code: 'PAGES_UNREADABLE', cause: { code: 'SERVER_ERROR' } },
      figures: { cases_seen: 10 },
    });
  }
});

test('an interruption ends the run after the current page, and what was stored stays', async () => {
  const stop = new AbortController();
  const { sync, rows } = await startHarness({ source: sixty(), pageSize: 5 });
  const report = await sync({
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'page-stored' && event.list.id === 5020 && event.figures.pages === 2) {
        stop.abort(new MirrorError('TERMINATED', 'Stopped by SIGTERM.'));
      }
    },
  });
  expect(report).toMatchObject({ outcome: 'interrupted', exit: 'terminated' });
  expect(rows('SELECT outcome, pages FROM list_syncs ORDER BY list_id')).toEqual([
    { outcome: 'interrupted', pages: 2 },
    ...Array.from({ length: 4 }, () => ({ outcome: 'skipped', pages: 0 })),
  ]);
  expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 10 }]);
});

test('a stop during the last page of the last list still ends as a complete run', async () => {
  const stop = new AbortController();
  const { sync } = await startHarness({ source: sixty() });
  const report = await sync({
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'page-stored' && event.list.id === 5024)
        stop.abort(new MirrorError('INTERRUPTED', 'Stopped.'));
    },
  });
  expect(report).toMatchObject({ outcome: 'complete', exit: 'complete' });
});

test('setting the clock forward does not use up the maximum duration, which a stopwatch measures', async () => {
  const { sync, runtime } = await startHarness({ source: sixty() });
  const settings = { maxDurationMinutes: '1', delayMs: '30000' };
  expect(await sync({ settings })).toMatchObject({ outcome: 'partial' });
  Object.assign(runtime, { stopwatch: () => 0 });
  expect(await sync({ settings })).toMatchObject({ outcome: 'complete' });
});

test('a slow response that never ends is cut off at the maximum duration', async () => {
  const { sync } = await startHarness({
    source: sixty(),
    faults: always({ kind: 'drip', bytes: 1, everyMs: 5 }, page(1, 5020)),
  });
  // The clock of the test moves by waiting only: the pause before the second request leaves it a quarter of a second.
  const report = await sync({
    settings: { maxDurationMinutes: '1', delayMs: '59750' },
    lists: [statusOf(5021), statusOf(5020)],
  });
  expect(report.lists[1]).toMatchObject({ outcome: 'failed', error: { code: 'MAX_DURATION_REACHED' } });
});
