import { describe, expect, test } from '@jest/globals';
import { judgeEcho } from '../../src/api/responses.ts';
import type { CaseFilters } from '../../fake-api/collection/collection.ts';
import { API_LISTS, toListFilter, UNCLASSIFIED, type ApiList } from '../../src/api/lists.ts';
import { isOfAnotherList, judgeLabels, type CaseLabels } from '../../src/sync/compare-page.ts';
import { makeCase } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

const toFilters = (list: ApiList): CaseFilters =>
  Object.fromEntries(Object.entries(toListFilter(list)).map(([name, value]) => [name, Number(value)]));
const isFilteredBy = (filters: CaseFilters, list: ApiList): boolean =>
  Object.entries(toFilters(list)).every(([name, value]) => filters[name as keyof CaseFilters] === value);

const yes = { id: 5021, label: 'Yes' } as const satisfies ApiList;

describe('a case of a list', () => {
  test.each<[string, CaseLabels, ApiList, boolean]>([
    ['belongs there by its label', { case_ongoing: 'Yes', case_status: 'Approved' }, yes, false],
    ['is of another list by its label', { case_ongoing: 'No' }, yes, true],
    ['may have no label', { case_ongoing: null }, yes, false],
    ['may have a label that nobody knows', { case_ongoing: 'Ongoing' }, yes, false],
    [
      'belongs to those in process, whatever its other label',
      { case_ongoing: 'No', case_status: 'In Process (Public)' },
      UNCLASSIFIED,
      false,
    ],
    ['is none of those in process', { case_ongoing: null, case_status: 'Approved' }, UNCLASSIFIED, true],
    ['may be in process by a label that nobody knows', { case_status: 'In Process' }, UNCLASSIFIED, false],
    ['may be in process without a label', { case_status: null }, UNCLASSIFIED, false],
  ])('%s', (_, labels, status, expected) => {
    expect(isOfAnotherList(labels, status)).toBe(expected);
  });

  test('that belongs to another list makes the whole list suspicious', () => {
    expect([judgeLabels(0, yes), judgeLabels(2, yes)?.code]).toEqual([null, 'WRONG_LIST']);
  });
});

describe('a "No results"', () => {
  const asked = new URL('https://api.example/api/v2p1/cases/?case_ongoing=5021&page=1');
  test.each<[string, string, boolean]>([
    ['of the filter that was asked for', `No results for {'case_ongoing': '5021'}`, true],
    ['of it and its page', `No results for {'case_ongoing': '5021', 'page': '1'}`, true],
    ['that names no filter', 'No results', true],
    ['in other words', 'No results for x', true],
    ['of another value', `No results for {'case_ongoing': '5022'}`, false],
    ['of another filter', `No results for {'case_id': '5021'}`, false],
    ['of one filter more', `No results for {'case_ongoing': '5021', 'state': '7'}`, false],
  ])('%s is believed or not', (_, words, isBelieved) => {
    expect(judgeEcho(words, asked)?.code ?? null).toBe(isBelieved ? null : 'WRONG_FILTER');
  });
});

describe('a day on which the server responds to another request than was sent', () => {
  test('marks no departure from a list that contains cases of other lists', async () => {
    const source = smallCollection(3);
    const other = { ...makeCase({ id: 50, case_ongoing: 'No' }) };
    let isSecondDay = false;
    const { sync, rows } = await startHarness({
      source,
      faults: ({ filters }) =>
        isSecondDay && filters.case_ongoing === 5021
          ? { kind: 'json', body: { count: 1, next: null, previous: null, results: [other] } }
          : undefined,
    });
    await sync();
    isSecondDay = true;
    const report = await sync();
    expect(report.lists.find(({ list }) => list.id === 5021)).toMatchObject({
      outcome: 'partial',
      error: { code: 'WRONG_LIST' },
    });
    expect(rows('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL')).toEqual([]);
  });

  test.each(API_LISTS)('doubts the list "$label" where the server ignores its filter', async (status) => {
    let isSecondDay = false;
    const source = smallCollection(30);
    for (const id of source.ids())
      source.edit(id, (record) => ({
        ...record,
        case_status: id % 3 === 0 ? 'In Process (Public)' : 'Approved',
      }));
    const gone = source.find(toFilters(status))[0]?.id ?? 0;
    const { sync, rows } = await startHarness({
      source,
      pageSize: 50,
      faults: ({ filters }) =>
        isSecondDay && isFilteredBy(filters, status)
          ? {
              kind: 'json',
              body: {
                count: source.find({}).length,
                next: null,
                previous: null,
                results: source.ids().flatMap((id) => source.get(id) ?? []),
              },
            }
          : undefined,
    });
    await sync({ lists: API_LISTS });
    source.remove(gone);
    isSecondDay = true;
    for (let day = 2; day <= 3; day++) {
      const { lists } = await sync({ lists: API_LISTS });
      expect(lists.find((one) => one.list.id === status.id)).toMatchObject({
        outcome: 'partial',
        error: { code: 'WRONG_LIST' },
      });
      expect(
        rows(`SELECT count(*) AS n FROM cases WHERE mirror_departed_run_id IS NOT NULL
        AND mirror_list_id = ${status.id}`),
      ).toEqual([{ n: 0 }]);
    }
  });

  test('marks no departure from a list whose "No results" names another list', async () => {
    let isSecondDay = false;
    const { sync, rows } = await startHarness({
      source: smallCollection(3),
      faults: () =>
        isSecondDay
          ? { kind: 'status', status: 400, body: [`No results for {'case_ongoing': '9999'}`] }
          : undefined,
    });
    await sync();
    isSecondDay = true;
    const { lists } = await sync();
    expect(lists.map(({ outcome }) => outcome)).not.toContain('empty');
    expect(lists.map(({ error }) => error?.code)).toContain('WRONG_FILTER');
    expect(rows('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL')).toEqual([]);
  });
});
