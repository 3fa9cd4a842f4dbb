import { describe, expect, test } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import type { FakeApi, FakeApiOptions } from '../../fake-api/serve/server.ts';
import { askEnvelope } from './ask.ts';
import { listOf, objectOf } from './invent-many.ts';
import { useFakeApi } from './use-fake-api.ts';

/** The ids of a whole list, followed by its `next` links. */
async function readList(fakeApi: FakeApi, path: string): Promise<number[]> {
  const ids: number[] = [];
  let next: string | null = path;
  while (next !== null) {
    const envelope = await askEnvelope(fakeApi, next);
    ids.push(...listOf(envelope.results).map((record) => Number(objectOf(record).id)));
    next = typeof envelope.next === 'string' ? envelope.next : null;
  }
  return ids;
}

describe('following next', () => {
  test.each([1, 7, 25, 60])('covers every id once with %i cases a page, in order of id', async (pageSize) => {
    const fakeApi = await useFakeApi({ pageSize });
    expect(await readList(fakeApi, 'cases/')).toEqual(fakeApi.source.ids());
    expect(fakeApi.requests).toHaveLength(Math.ceil(60 / pageSize));
  });

  test('covers each status, and the five together leave out exactly the cases without one', async () => {
    const fakeApi = await useFakeApi({ source: inventCollection({ seed: 1, size: 260 }) });
    const read: number[] = [];
    for (const status of [5020, 5021, 5022, 5023, 5024]) {
      read.push(...(await readList(fakeApi, `cases/?case_ongoing=${status}`)));
    }
    expect(new Set(read).size).toBe(read.length);
    const missing = fakeApi.source.ids().filter((id) => !read.includes(id));
    expect(missing.length / 260).toBeCloseTo(0.109, 1);
    for (const id of missing.slice(0, 5)) expect(fakeApi.source.get(id)?.case_ongoing).toBeNull();
  });

  test('covers every id once in a shuffled order that stays the same', async () => {
    const fakeApi = await useFakeApi({ pageSize: 7, order: 'shuffled' });
    const first = await readList(fakeApi, 'cases/');
    const second = await readList(fakeApi, 'cases/');
    expect(first).not.toEqual(fakeApi.source.ids());
    expect(first).toEqual(second);
    expect([...first].sort((one, other) => one - other)).toEqual(fakeApi.source.ids());
  });

  test('may meet a case twice, or never, when each page is shuffled anew', async () => {
    const fakeApi = await useFakeApi({ pageSize: 7, order: 'random' });
    const ids = await readList(fakeApi, 'cases/');
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBeLessThan(60);
  });

  test('misses a case when another one before it vanishes between two pages', async () => {
    const beforePage: FakeApiOptions['beforePage'] = ({ page }, source) => {
      if (page === 2) source.remove(source.ids()[0] ?? 0);
    };
    const fakeApi = await useFakeApi({ pageSize: 20, beforePage });
    const all = fakeApi.source.ids();
    const ids = await readList(fakeApi, 'cases/');
    expect(all.filter((id) => !ids.includes(id))).toEqual([all[20]]);
  });
});
