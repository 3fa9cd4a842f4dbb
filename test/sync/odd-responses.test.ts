import { describe, expect, test } from '@jest/globals';
import { MAX_ODD_RESPONSES } from '../../src/api/retry.ts';
import type { ErrorCode } from '../../src/errors/mirror-error.ts';
import type { JsonValue } from '../../src/lib/json.ts';
import { type Fault, always, once, page } from '../../fake-api/serve/faults.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

const NO = statusOf(5020);
const sixty = () => smallCollection(60);

describe('an unexpected response instead of a page', () => {
  const json = (body: JsonValue): Fault => ({ kind: 'json', body });
  const html = (status: number): Fault => ({
    kind: 'status',
    status,
    body: '<html><body>Lamp</body></html>',
  });
  const ODD: readonly (readonly [string, Fault, ErrorCode])[] = [
    ['null', json(null), 'RESPONSE_UNEXPECTED'],
    ['a text', json('lamp'), 'RESPONSE_UNEXPECTED'],
    ['a number', json(7), 'RESPONSE_UNEXPECTED'],
    ['an empty object', json({}), 'RESPONSE_UNEXPECTED'],
    ['an empty list', json([]), 'RESPONSE_UNEXPECTED'],
    ['a list of wrong things', json([1, null, 'x']), 'RESPONSE_UNEXPECTED'],
    ['a list of cases without an envelope', json([{ id: 1 }]), 'RESPONSE_UNEXPECTED'],
    ['an envelope without results', { kind: 'envelope-without', field: 'results' }, 'RESPONSE_UNEXPECTED'],
    ['results that are no list', { kind: 'envelope', fields: { results: {} } }, 'RESPONSE_UNEXPECTED'],
    ['a message', json({ message: 'Hello' }), 'SERVER_ERROR'],
    ['an empty body', { kind: 'empty-body' }, 'SERVER_ERROR'],
    ['HTML with 200', { kind: 'html' }, 'SERVER_ERROR'],
    ['300', html(300), 'RESPONSE_UNEXPECTED'],
    ['304', { kind: 'status', status: 304, body: '' }, 'RESPONSE_UNEXPECTED'],
    ['600', html(600), 'RESPONSE_UNEXPECTED'],
    ['404 in HTML', html(404), 'NOT_FOUND'],
    [
      '404 in the form of the API',
      { kind: 'status', status: 404, body: { detail: 'Not found.' } },
      'NOT_FOUND',
    ],
    ['a refusal', { kind: 'status', status: 400, body: ['API Error: lamp.'] }, 'REQUEST_REJECTED'],
    ['410', { kind: 'status', status: 410, body: { detail: 'Gone.' } }, 'REQUEST_REJECTED'],
    ['410 in HTML', html(410), 'BLOCKED_BY_INTERMEDIARY'],
    ['a redirect to another host', { kind: 'redirect', to: 'https://portal.invalid/' }, 'REDIRECT_REFUSED'],
    [
      '"No results" of another list',
      { kind: 'status', status: 400, body: [`No results for {'case_ongoing': '5024'}`] },
      'WRONG_FILTER',
    ],
  ];

  test.each(ODD)('%s: once costs nothing, in the middle and on the first page', async (_, fault) => {
    // What the API says of the whole list, instead of its first page, is no odd response.
    const isRefusal = fault.kind === 'status' && [400, 410].includes(fault.status);
    const numbers = isRefusal ? [3] : [1, 3];
    const { sync } = await startHarness({
      source: sixty(),
      pageSize: 2,
      faults: numbers.map((number) => once(fault, page(number, 5020))),
    });
    const report = await sync({ lists: [NO] });
    expect(report.lists[0]).toMatchObject({
      outcome: 'complete',
      figures: { retries: numbers.length, passes: 1 },
    });
  });

  test.each(ODD)(
    '%s: for ever costs that page, after its own attempts, and is named',
    async (_, fault, code) => {
      const { sync, fakeApi, events } = await startHarness({
        source: sixty(),
        pageSize: 2,
        faults: always(fault, page(3, 5020)),
      });
      const report = await sync({ lists: [NO], settings: { maxAttempts: '3' } });
      expect(report.lists[0]).toMatchObject({
        outcome: 'partial',
        error: { code: 'PAGES_UNREADABLE', cause: { code } },
        figures: { cases_seen: 10 },
      });
      expect(fakeApi.requests.filter(({ url }) => url.endsWith('page=3'))).toHaveLength(3);
      expect(events.filter(({ type }) => type === 'page-unread')).toHaveLength(1);
    },
  );

  test('is retried fewer times than a busy server', async () => {
    const { sync, fakeApi } = await startHarness({
      source: sixty(),
      pageSize: 2,
      faults: always(json(null), page(3, 5020)),
    });
    await sync({ lists: [NO], settings: { maxAttempts: '6' } });
    expect(fakeApi.requests.filter(({ url }) => url.endsWith('page=3'))).toHaveLength(MAX_ODD_RESPONSES);
  });
});
