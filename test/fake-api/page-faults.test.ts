import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { type Fault, always, once } from '../../fake-api/serve/faults.ts';
import { ask, askEnvelope } from './ask.ts';
import { listOf, objectOf } from './invent-many.ts';
import { useFakeApi } from './use-fake-api.ts';

const LIST = 'cases/?case_ongoing=5020';

/** The second page with the fault in it, and the same page without. */
async function spoil(fault: Fault) {
  const fakeApi = await useFakeApi({ pageSize: 5, faults: once(fault) });
  const envelope = await askEnvelope(fakeApi, `${LIST}&page=2`);
  return { envelope, good: await askEnvelope(fakeApi, `${LIST}&page=2`), fakeApi };
}

function idsOf({ results }: JsonObject): unknown[] {
  return listOf(results).map((record) => objectOf(record).id);
}

describe('the envelope', () => {
  test.each([
    { results: null },
    { results: 'none' },
    { results: { 0: 'a list, nearly' } },
    { count: '31' },
    { count: null },
    { next: 7 },
    { next: '' },
  ])('can have wrong types: %j', async (fields) => {
    const { envelope, good } = await spoil({ kind: 'envelope', fields });
    expect(JSON.stringify(envelope)).toBe(JSON.stringify({ ...good, ...fields }));
    expect(JSON.stringify(envelope)).not.toBe(JSON.stringify(good));
  });

  test.each(['count', 'next', 'previous', 'results'] as const)('can lack %s', async (field) => {
    const { envelope } = await spoil({ kind: 'envelope-without', field });
    const expected = ['count', 'next', 'previous', 'results'].filter((name) => name !== field);
    expect(Object.keys(envelope)).toEqual(expected);
  });

  test.each([3, -3])('can count wrong by %i', async (by) => {
    const { envelope, good } = await spoil({ kind: 'count', by });
    expect(envelope.count).toBe(Number(good.count) + by);
  });

  test('can count differently on each page', async () => {
    const fakeApi = await useFakeApi({ pageSize: 5, faults: ({ page }) => ({ kind: 'count', by: page }) });
    const counts = [];
    for (const page of [1, 2, 3]) counts.push((await askEnvelope(fakeApi, `${LIST}&page=${page}`)).count);
    const count = fakeApi.source.find({ case_ongoing: 5020 }).length;
    expect(counts).toEqual([count + 1, count + 2, count + 3]);
  });
});

describe('the results', () => {
  test('repeat-page has those of the page before, and its own next', async () => {
    const { envelope, fakeApi } = await spoil({ kind: 'repeat-page' });
    expect(idsOf(envelope)).toEqual(idsOf(await askEnvelope(fakeApi, LIST)));
    expect(envelope.next).toBe(`${fakeApi.url}${LIST}&page=3`);
  });

  test('empty-page has none, and its own next', async () => {
    const { envelope, fakeApi } = await spoil({ kind: 'empty-page' });
    expect(envelope.results).toEqual([]);
    expect(envelope.next).toBe(`${fakeApi.url}${LIST}&page=3`);
  });

  test('malformed-case has something else in the place of a case', async () => {
    const { good } = await spoil({ kind: 'count', by: 0 });
    const [first, second] = listOf(good.results).map(objectOf);
    const { id, ...rest } = first ?? {};
    const resultsWith = async (fault: Fault) => listOf((await spoil(fault)).envelope.results);
    expect((await resultsWith({ kind: 'malformed-case', as: 'null' }))[0]).toBeNull();
    expect(typeof (await resultsWith({ kind: 'malformed-case', as: 'text' }))[0]).toBe('string');
    expect((await resultsWith({ kind: 'malformed-case', as: 'no-id' }))[0]).toEqual(rest);
    expect((await resultsWith({ kind: 'malformed-case', as: 'text-id' }))[0]).toEqual({
      ...rest,
      id: String(Number(id)),
    });
    const later = await resultsWith({ kind: 'malformed-case', as: 'null', place: 3 });
    expect(later.map((record) => record === null)).toEqual([false, false, false, true, false]);
    expect(later[1]).toEqual(second);
  });
});

describe('next', () => {
  test.each([
    [
      'foreign-host',
      (host: string) => `http://elsewhere.example:${host.split(':')[1] ?? ''}/api/v2p1/${LIST}&page=3`,
    ],
    ['other-scheme', (host: string) => `https://${host}/api/v2p1/${LIST}&page=3`],
    ['other-filter', (host: string) => `http://${host}/api/v2p1/cases/?case_ongoing=5021&page=3`],
    ['outside', (host: string) => `http://${host}/accounts/${LIST}&page=3`],
    ['not-a-url', () => 'page two, please'],
  ] as const)('can be a stray one: %s', async (to, expected) => {
    const { envelope, fakeApi, good } = await spoil({ kind: 'next', to });
    expect(envelope.next).toBe(expected(new URL(fakeApi.url).host));
    expect(idsOf(envelope)).toEqual(idsOf(good));
  });

  test('can name its own page', async () => {
    const { envelope, fakeApi } = await spoil({ kind: 'next-loop', pages: 1 });
    expect(envelope.next).toBe(`${fakeApi.url}${LIST}&page=2`);
  });

  test('can go round over three pages', async () => {
    const fakeApi = await useFakeApi({ pageSize: 5, faults: always({ kind: 'next-loop', pages: 3 }) });
    const visited: string[] = [];
    let next: unknown = `${fakeApi.url}${LIST}`;
    for (let step = 0; step < 7; step++) {
      visited.push(String(next).replace(/.*page=|.*5020$/, ''));
      next = (await askEnvelope(fakeApi, String(next))).next;
    }
    expect(visited).toEqual(['', '2', '3', '1', '2', '3', '1']);
  });
});

test('a fault of the page leaves a response alone that is none', async () => {
  const fakeApi = await useFakeApi({ faults: always({ kind: 'count', by: 1 }) });
  expect((await ask(fakeApi, 'cases/', { authorization: 'Token wrong' })).status).toBe(401);
  expect((await ask(fakeApi, 'cases/?page=99')).json()).toEqual({ detail: 'Invalid page.' });
});
