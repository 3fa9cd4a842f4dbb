import { describe, expect, test } from '@jest/globals';
import { judgeEcho } from '../../src/clearinghouse/judge-echo.ts';
import { UNCLASSIFIED, type SweptStatus } from '../../src/clearinghouse/swept-status.ts';
import { isOfAnotherList, judgeLabels } from '../../src/sync/judge-labels.ts';
import { makeCase } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

const yes = { id: 5021, label: 'Yes' } as const satisfies SweptStatus;

describe('a case of a list', () => {
  test.each<[string, unknown, SweptStatus, boolean]>([
    ['belongs there by its label', 'Yes', yes, false],
    ['is of another list by its label', 'No', yes, true],
    ['may have no label', null, yes, false],
    ['may have a label that nobody knows', 'Ongoing', yes, false],
    ['may have any label where the cases without one are listed', 'No', UNCLASSIFIED, false],
  ])('%s', (_, label, status, expected) => {
    expect(isOfAnotherList(label as string, status)).toBe(expected);
  });

  test('that is of another one speaks against the whole list', () => {
    expect([judgeLabels(0, yes), judgeLabels(2, yes)?.code]).toEqual([null, 'ANOTHER_LIST']);
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
    expect(judgeEcho(words, asked)?.code ?? null).toBe(isBelieved ? null : 'ANOTHER_FILTER');
  });
});

describe('a night in which the server answers something else than was asked', () => {
  test('marks no departure from a list that holds cases of others', async () => {
    const source = smallCollection(3);
    const other = { ...makeCase({ id: 50, case_ongoing: 'No' }) };
    let isSecondNight = false;
    const { sync, rows } = await startHarness({
      source,
      faults: ({ filters }) =>
        isSecondNight && filters.case_ongoing === 5021
          ? { kind: 'json', body: { count: 1, next: null, previous: null, results: [other] } }
          : undefined,
    });
    await sync();
    isSecondNight = true;
    const report = await sync();
    expect(report.statuses.find(({ status }) => status.id === 5021)).toMatchObject({
      outcome: 'partial',
      error: { code: 'ANOTHER_LIST' },
    });
    expect(rows('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL')).toEqual([]);
  });

  test('marks no departure from a list of which "No results" names another', async () => {
    let isSecondNight = false;
    const { sync, rows } = await startHarness({
      source: smallCollection(3),
      faults: () =>
        isSecondNight
          ? { kind: 'status', status: 400, body: [`No results for {'case_ongoing': '9999'}`] }
          : undefined,
    });
    await sync();
    isSecondNight = true;
    const { statuses } = await sync();
    expect(statuses.map(({ outcome }) => outcome)).not.toContain('empty');
    expect(statuses.map(({ error }) => error?.code)).toContain('ANOTHER_FILTER');
    expect(rows('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL')).toEqual([]);
  });
});
