import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ListTally, type Verdict } from '../../src/sync/list-sync.ts';

const NO_TRAFFIC = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };

function counted(...verdicts: (readonly [id: number, verdict: Verdict])[]) {
  const figures = new ListTally(NO_TRAFFIC);
  figures.beginPass();
  const news = verdicts.map(([id, verdict]) => figures.addCase(id, verdict));
  const { cases_seen, cases_new, cases_changed, cases_unchanged } = figures.toRow(NO_TRAFFIC);
  return { news, counts: [cases_seen, cases_new, cases_changed, cases_unchanged] };
}

test('a list sync that has seen nothing has only zeros, and no count of the API', () => {
  expect(new ListTally(NO_TRAFFIC).toRow(NO_TRAFFIC)).toEqual({
    count_first: null,
    count_last: null,
    cases_seen: 0,
    cases_new: 0,
    cases_changed: 0,
    cases_unchanged: 0,
    cases_rejected: 0,
    pages: 0,
    requests: 0,
    retries: 0,
    waited_ms: 0,
    bytes: 0,
    passes: 0,
    cases_last_pass: 0,
  });
});

describe('cases', () => {
  test('are counted by what happened to them', () => {
    expect(counted([1, 'new'], [2, 'changed'], [3, 'unchanged'], [4, 'new']).counts).toEqual([4, 2, 1, 1]);
  });

  test.each<[Verdict, Verdict, number[]]>([
    ['new', 'new', [1, 1, 0, 0]],
    ['new', 'changed', [1, 1, 0, 0]],
    ['new', 'unchanged', [1, 1, 0, 0]],
    ['changed', 'changed', [1, 0, 1, 0]],
    ['changed', 'unchanged', [1, 0, 1, 0]],
    ['unchanged', 'unchanged', [1, 0, 0, 1]],
    ['unchanged', 'changed', [1, 0, 1, 0]],
    ['unchanged', 'new', [1, 1, 0, 0]],
  ])(
    'that come as %s and again as %s count once, and are no news the second time',
    (first, second, counts) => {
      expect(counted([7, first], [7, second])).toEqual({ news: [true, false], counts });
    },
  );

  test('are seen as often as they are new, changed or unchanged, at any time', () => {
    const verdict = fc.constantFrom<Verdict>('new', 'changed', 'unchanged');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(8), verdict), { maxLength: 40 }), (verdicts) => {
        const figures = new ListTally(NO_TRAFFIC);
        const ids = new Set<number>();
        for (const [id, one] of verdicts) {
          expect(figures.addCase(id, one)).toBe(!ids.has(id));
          ids.add(id);
          const row = figures.toRow(NO_TRAFFIC);
          expect(row.cases_seen).toBe(ids.size);
          expect(row.cases_new + row.cases_changed + row.cases_unchanged).toBe(row.cases_seen);
          expect(Math.min(row.cases_new, row.cases_changed, row.cases_unchanged)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('pages', () => {
  test.each<[number[], number | null, number | null]>([
    [[], null, null],
    [[30], 30, 30],
    [[30, 31, 29], 30, 29],
    [[0, 5], 0, 5],
    [[5, 0], 5, 0],
  ])('with the counts %j give the first and the last of them', (counts, count_first, count_last) => {
    const figures = new ListTally(NO_TRAFFIC);
    for (const count of counts) figures.addPage(count);
    expect(figures.toRow(NO_TRAFFIC)).toMatchObject({ pages: counts.length, count_first, count_last });
  });
});

test('each rejected record counts once, and not as a case', () => {
  const figures = new ListTally(NO_TRAFFIC);
  expect(['a', 'b', 'a', 'c'].map((one) => figures.addRejected(one))).toEqual([true, true, false, true]);
  expect(figures.toRow(NO_TRAFFIC)).toMatchObject({ cases_rejected: 3, cases_seen: 0 });
});

test('traffic counts what happened after the list sync began, in whole milliseconds', () => {
  const figures = new ListTally({ requests: 10, retries: 2, waitedMs: 100.25, bytes: 5_000 });
  const row = figures.toRow({ requests: 13, retries: 3, waitedMs: 350.9, bytes: 9_000 });
  expect(row).toMatchObject({ requests: 3, retries: 1, waited_ms: 251, bytes: 4_000 });
});

test('a row is a copy that later events do not change', () => {
  const figures = new ListTally(NO_TRAFFIC);
  const row = figures.toRow(NO_TRAFFIC);
  figures.addCase(1, 'new');
  figures.addPage(5);
  expect(row).toMatchObject({ cases_seen: 0, pages: 0, count_first: null });
});
