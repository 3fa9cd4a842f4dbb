import { describe, expect, test } from '@jest/globals';
import { toPageRecord, NO_KNOWN_RECORDS } from '../../src/api/page-records.ts';
import { splitRecords } from '../../src/api/split-page.ts';
import { parseApiUrl, toShortPath } from '../../src/api/urls.ts';
import type { Client } from '../../src/api/client.ts';
import type { ExpectedResponse } from '../../src/api/judge-response.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import type { JsonValue } from '../../src/lib/json.ts';
import { findDepartures, toSkippedDepartures } from '../../src/sync/departures.ts';
import { makeCase } from '../support/make-case.ts';
import { toRecords } from '../support/page-records.ts';

const API = parseApiUrl('https://clearinghouse.example/api/');
const GONE: ExpectedResponse = { kind: 'empty', words: 'No results' };
const UNCLASSIFIED_ID = 5074;

const toPage = (...records: JsonValue[]): ExpectedResponse => ({
  kind: 'page',
  page: {
    count: records.length,
    next: null,
    results: toRecords(records),
  },
});
const caseOf = (id: number, case_ongoing: string | null): JsonValue => makeCase({ id, case_ongoing });
const fails = (code: 'NETWORK_FAILED' | 'SERVER_ERROR' | 'UNAUTHORIZED' | 'DATABASE_BUSY') => () => {
  throw new MirrorError(code, `no lamp: ${code}`);
};

type Responses = Readonly<Record<number, ExpectedResponse | (() => never)>>;

/** Looks up all the cases of the responses, which the mirror has under "Yes" unless another status is said. */
async function lookUp(responses: Responses, maxGone = Infinity, listId: number | null = 5021) {
  const asked: string[] = [];
  const written: { id: number; listId: number; source: string | undefined }[] = [];
  const client: Client = {
    api: API,
    fetchResponse: (url) => {
      asked.push(toShortPath(url));
      const response = responses[Number(url.searchParams.get('case_id'))];
      if (response === undefined) throw new Error(`${url.href} is not in the script`);
      return Promise.resolve().then(() => (typeof response === 'function' ? response() : response));
    },
    traffic: () => ({ requests: asked.length, retries: 0, waitedMs: 0, bytes: 0 }),
    holdsToken: () => false,
    serverClock: () => undefined,
    pausedUntil: () => null,
    onPause: () => undefined,
    close: () => undefined,
    fetchRead: () => Promise.reject(new Error('No linked list is read here.')),
    isResponding: () => Promise.resolve(false),
  };
  const findings = await findDepartures({
    client,
    finder: {
      isRedacted: () => false,
      findStoredVersion: () => undefined,
      findKnownRecord: () => undefined,
    },
    writeFound: ({ cases, rejected }, status) =>
      written.push({ id: Number(cases[0]?.id), listId: status, source: rejected[0]?.source }),
    missing: Object.keys(responses).map((id) => ({ id: Number(id), listId })),
    maxGone,
    signal: new AbortController().signal,
  });
  return { ...findings, asked, written };
}

describe('a missing case', () => {
  test('for which the API responds "No results" is gone', async () => {
    const { figures, goneIds, missed, error, written } = await lookUp({ 3: GONE, 4: GONE });
    expect(figures).toMatchObject({ outcome: 'checked', cases_missing: 2, cases_gone: 2, requests: 2 });
    expect([goneIds, missed, error, written]).toEqual([[3, 4], new Map(), null, []]);
    expect([figures.error_code, figures.error_message]).toEqual([null, null]);
  });

  test('that the API has in another list has moved, and no list sync was incomplete', async () => {
    const { figures, missed, written } = await lookUp({ 3: toPage(caseOf(3, 'No')) });
    expect(figures).toMatchObject({ outcome: 'checked', cases_moved: 1, cases_in_place: 0, cases_gone: 0 });
    expect([missed, written]).toEqual([new Map(), [{ id: 3, listId: 5020, source: undefined }]]);
  });

  test('that the API still has in the same list shows that the list sync missed it', async () => {
    const { figures, missed, written } = await lookUp({
      3: toPage(caseOf(3, 'Yes')),
      4: toPage(caseOf(4, 'Yes')),
      5: toPage(caseOf(5, 'No')),
    });
    expect(figures).toMatchObject({ cases_moved: 1, cases_in_place: 2 });
    expect(missed).toEqual(new Map([[5021, 2]]));
    expect(written).toHaveLength(3);
  });

  test('that still has no status has not moved, although the list of such cases need not have it', async () => {
    const { figures, missed } = await lookUp({ 3: toPage(caseOf(3, null)) }, Infinity, UNCLASSIFIED_ID);
    expect([figures.cases_in_place, missed]).toEqual([1, new Map()]);
  });

  test('whose status the mirror does not know is gone or has moved', async () => {
    const { figures, missed } = await lookUp({ 3: toPage(caseOf(3, 'Yes')), 4: GONE }, Infinity, null);
    expect(figures).toMatchObject({ cases_moved: 1, cases_in_place: 0, cases_gone: 1 });
    expect(missed).toEqual(new Map());
  });

  test.each<[string, ExpectedResponse]>([
    ['another case', toPage(caseOf(4, 'Yes'))],
    ['the case and another', toPage(caseOf(3, 'Yes'), caseOf(4, 'Yes'))],
    ['an empty page', toPage()],
    ['a record that is no case', toPage('lamp')],
    ['a message', { kind: 'message', words: 'hello' }],
    ['an announcement of its end', { kind: 'past-the-end' }],
  ])('that is answered with %s is neither stored nor gone', async (_title, response) => {
    const { figures, goneIds, error, written } = await lookUp({ 3: response });
    expect(figures).toMatchObject({
      outcome: 'incomplete',
      cases_gone: 0,
      error_code: 'RESPONSE_UNEXPECTED',
    });
    expect([goneIds, written]).toEqual([[], []]);
    expect(error?.message).toBe('?case_id=3 returned something other than case 3.');
    expect(figures.error_message).toBe(error?.message);
  });

  test('that arrives beside a record that is not a case is stored, and the other record is rejected with its source', async () => {
    const { written } = await lookUp({ 3: toPage(caseOf(3, 'No'), 'lamp') });
    expect(written).toEqual([{ id: 3, listId: 5020, source: '/api/cases/?case_id=3' }]);
  });
});

describe('a record that cannot be read as a case', () => {
  const unreadable = (id: number): ExpectedResponse => ({
    kind: 'page',
    page: {
      count: 1,
      next: null,
      results: splitRecords(Buffer.from(`{"id": ${id}, "name": NaN}`)).map((record) =>
        toPageRecord(record, true, NO_KNOWN_RECORDS),
      ),
    },
  });

  test('is rejected and reported, and ends no other lookup', async () => {
    const responses = {
      3: unreadable(3),
      4: unreadable(4),
      5: unreadable(5),
      6: GONE,
      7: toPage(caseOf(7, 'Yes')),
    };
    const { figures, goneIds, error, written } = await lookUp(responses);
    expect(error).toMatchObject({ code: 'RECORDS_REJECTED', message: expect.stringContaining('case 3') });
    expect(figures).toMatchObject({ outcome: 'incomplete', cases_gone: 1, cases_in_place: 1 });
    expect(goneIds).toEqual([6]);
    expect(written.map(({ source }) => source)).toEqual([
      ...[3, 4, 5].map((id) => `/api/cases/?case_id=${id}`),
      undefined,
    ]);
  });
});

describe('a lookup that fails', () => {
  test('leaves its case as it is, and the others are looked up', async () => {
    const { figures, goneIds, error, asked } = await lookUp({
      3: fails('NETWORK_FAILED'),
      4: fails('SERVER_ERROR'),
      5: GONE,
      6: fails('SERVER_ERROR'),
      7: fails('SERVER_ERROR'),
      8: GONE,
    });
    expect(asked).toHaveLength(6);
    expect(goneIds).toEqual([5, 8]);
    expect(error?.code).toBe('NETWORK_FAILED');
    expect(figures).toMatchObject({
      outcome: 'incomplete',
      error_code: 'NETWORK_FAILED',
      error_message: 'no lamp: NETWORK_FAILED',
    });
  });

  test('three times in a row ends the lookups', async () => {
    const fault = fails('NETWORK_FAILED');
    const { asked } = await lookUp({ 3: fault, 4: fault, 5: fault, 6: GONE });
    expect(asked.map((path) => path.slice(-1))).toEqual(['3', '4', '5']);
  });

  test('because the token is refused ends the lookups at once, with that error', async () => {
    const { asked, error } = await lookUp({ 3: fails('NETWORK_FAILED'), 4: fails('UNAUTHORIZED'), 5: GONE });
    expect(asked).toHaveLength(2);
    expect(error?.code).toBe('UNAUTHORIZED');
  });

  test('because of the database or of a bug is rethrown', async () => {
    await expect(lookUp({ 3: fails('DATABASE_BUSY') })).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
    const fault = new TypeError('lamp is not a function');
    const failing = (): never => {
      throw fault;
    };
    await expect(lookUp({ 3: failing })).rejects.toBe(fault);
  });
});

describe('many missing cases', () => {
  const gone = { 3: GONE, 4: GONE, 5: GONE };

  test('are marked if they are as many as allowed', async () => {
    const { figures, goneIds } = await lookUp(gone, 3);
    expect([figures.outcome, goneIds]).toEqual(['checked', [3, 4, 5]]);
  });

  test('are not marked if they are one more: the rest is not requested, and the report says why', async () => {
    const { figures, goneIds, error, asked } = await lookUp({ ...gone, 6: GONE }, 2);
    expect([figures.outcome, figures.cases_gone, goneIds]).toEqual(['suspicious', 3, []]);
    expect(asked).toHaveLength(3);
    expect(error).toMatchObject({
      code: 'DEPARTURES_SUSPICIOUS',
      message:
        'The API no longer has at least 3 of 4 missing cases, but --max-departures allows 2, so no case was marked as departed.',
    });
  });

  test.each([
    [2, []],
    [3, [3, 4]],
  ])('might be, if all could have been asked for: with %d allowed, %j are marked', async (maxGone, ids) => {
    const { goneIds } = await lookUp({ 3: GONE, 4: GONE, 5: fails('NETWORK_FAILED') }, maxGone);
    expect(goneIds).toEqual(ids);
  });
});

test('a check that is skipped has no findings, and says why', () => {
  const { figures, goneIds, missed, error } = toSkippedDepartures('no lamp');
  expect(figures).toMatchObject({ outcome: 'skipped', error_code: null, error_message: 'no lamp' });
  expect([goneIds, missed, error]).toEqual([[], new Map(), null]);
});
