import { describe, expect, test } from '@jest/globals';
import { ONGOING_LISTS, API_LISTS } from '../../src/api/lists.ts';
import { isAboveWhole } from '../../src/sync/coverage.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import type { Fault } from '../../fake-api/serve/faults.ts';
import type { JsonValue } from '../../src/lib/json.ts';
import { makeCase } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness, type SyncHarness } from '../support/sync-harness.ts';

const DEPARTED = 'SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL';
const MOVES = `SELECT case_id, old_value, new_value FROM case_changes WHERE field = 'mirror_list_id' ORDER BY id`;

const toPage = (records: readonly JsonValue[]): Fault => ({
  kind: 'json',
  body: { count: records.length, next: null, previous: null, results: [...records] },
});

const outcomes = async (harness: SyncHarness) =>
  Object.fromEntries(
    (await harness.sync({ lists: API_LISTS })).lists.map(({ list, outcome, error }) => [
      list.label,
      error?.code ?? outcome,
    ]),
  );

/** Two cases whose label is missing, each in the list of a status all the same. */
function unlabeled() {
  const labeled = Object.entries(makeCase({ id: 1, name: 'First' }));
  const first = Object.fromEntries(labeled.filter(([field]) => field !== 'case_ongoing'));
  const second = makeCase({ id: 2, name: 'Second', case_ongoing: null });
  const lists: Record<number, readonly JsonValue[]> = { 5020: [first], 5021: [second] };
  return { first, second, lists };
}

describe('lists that have no case in common', () => {
  const counts = new Map<number, number | null>([
    [5020, 3],
    [5021, 4],
  ]);
  test.each<[string, number | null, boolean]>([
    ['may count as many as the whole', 7, false],
    ['may count fewer than the whole', 8, false],
    ['may not count more', 6, true],
    ['are not judged by a whole that is unknown', null, false],
  ])('%s', (_, whole, expected) => {
    expect(isAboveWhole([5020, 5021, 5022], counts, whole)).toBe(expected);
  });
});

describe('a day on which the counts of the lists exceed the count of the site', () => {
  test('marks no departure if the lists count more cases than the site, twice in a row', async () => {
    const source = smallCollection(10);
    let isSecondDay = false;
    const harness = await startHarness({
      source,
      faults: ({ filters }) =>
        isSecondDay && Object.keys(filters).length === 0 ? { kind: 'count', by: -2 } : undefined,
    });
    await harness.sync();
    isSecondDay = true;
    source.remove(1);
    const { outcome, departures, lists } = await harness.sync();
    expect(lists.map(({ error }) => error?.code)).toEqual(Array(5).fill('LISTS_ABOVE_WHOLE'));
    expect([outcome, departures?.outcome]).toEqual(['partial', 'skipped']);
    expect(harness.rows(DEPARTED)).toEqual([]);
    expect(harness.rows(`SELECT DISTINCT outcome FROM list_syncs WHERE run_id = 2`)).toEqual([
      { outcome: 'partial' },
    ]);
  });

  test('is a normal day if the second count fits', async () => {
    let wholes = 0;
    const { sync } = await startHarness({
      source: smallCollection(10),
      faults: ({ filters }) =>
        Object.keys(filters).length === 0 && wholes++ === 0 ? { kind: 'count', by: -2 } : undefined,
    });
    expect((await sync()).outcome).toBe('complete');
    expect(wholes).toBe(2);
  });
});

describe('a day on which the API ignores a filter while labels are missing', () => {
  test('marks the lists with the same cases as suspicious, and moves none of these cases', async () => {
    const { lists } = unlabeled();
    let isIgnored = false;
    const harness = await startHarness({
      source: recordedCases([]),
      faults: ({ filters }) => {
        const id = isIgnored && filters.case_ongoing !== undefined ? undefined : filters.case_ongoing;
        const records = id === undefined ? Object.values(lists).flat() : (lists[id] ?? []);
        return filters.case_status !== undefined || records.length === 0 ? undefined : toPage(records);
      },
    });
    expect(await outcomes(harness)).toMatchObject({ No: 'complete', Yes: 'complete' });
    isIgnored = true;
    const doubted = Object.fromEntries(ONGOING_LISTS.map(({ label }) => [label, 'LISTS_OVERLAP']));
    expect(await outcomes(harness)).toMatchObject(doubted);
    isIgnored = false;
    expect(await outcomes(harness)).toMatchObject({ No: 'complete', Yes: 'complete' });
    expect(harness.rows(MOVES)).toEqual([]);
    expect(harness.rows(DEPARTED)).toEqual([]);
  });

  test('does not move a case that has the label of another list', async () => {
    const records = ONGOING_LISTS.map(({ label }, index) =>
      makeCase({ id: index + 1, name: `Case ${index + 1}`, case_ongoing: label }),
    );
    let isIgnored = false;
    const harness = await startHarness({
      source: recordedCases(records),
      faults: ({ filters }) => (isIgnored && filters.case_ongoing === 5021 ? toPage(records) : undefined),
    });
    await harness.sync();
    isIgnored = true;
    expect(await outcomes(harness)).toMatchObject({ Yes: 'WRONG_LIST' });
    expect(harness.rows(MOVES)).toEqual([]);
    expect(harness.rows('SELECT count(*) AS n FROM mirror_moved_cases')).toEqual([{ n: 0 }]);
  });

  test('differs from a day on which a case without a label really moved', async () => {
    const { first, second, lists } = unlabeled();
    const harness = await startHarness({
      source: recordedCases([]),
      faults: ({ filters }) => {
        const records =
          filters.case_ongoing === undefined
            ? Object.values(lists).flat()
            : (lists[filters.case_ongoing] ?? []);
        return filters.case_status !== undefined || records.length === 0 ? undefined : toPage(records);
      },
    });
    await outcomes(harness);
    Object.assign(lists, { 5020: [], 5021: [first, second] });
    expect(await outcomes(harness)).toMatchObject({ No: 'empty', Yes: 'complete' });
    expect(harness.rows(MOVES)).toEqual([{ case_id: 1, old_value: '5020', new_value: '5021' }]);
  });
});
