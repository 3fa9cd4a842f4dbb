import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import { type FaultRule, always, page } from '../../fake-api/serve/faults.ts';
import type { FakeApiOptions } from '../../fake-api/serve/server.ts';
import { API_LISTS } from '../../src/api/lists.ts';
import { toMaxGone } from '../../src/sync/departures.ts';
import { makeCase } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

/** The requests of a day over 25 cases: two pages for each of five lists, and four for the coverage. */
const FIRST_DAY = 14;

/** The mirror after a first day over 25 cases, synced once for all tests. */
let firstDay: Buffer | undefined;

/** One day over a collection, then something happens to it. */
async function afterFirstDay(
  happens: (source: CaseCollection) => void,
  options: Partial<FakeApiOptions> = {},
) {
  const source = options.source ?? smallCollection(25);
  const isUsual = Object.keys(options).length === 0;
  const mirror = isUsual ? firstDay : undefined;
  const harness = await startHarness({
    pageSize: 4,
    ...options,
    source,
    ...(mirror !== undefined && { mirror }),
  });
  if (mirror === undefined) await harness.sync();
  if (isUsual) firstDay ??= readFileSync(harness.database);
  happens(source);
  const askedBefore = harness.fakeApi.requests.length;
  return {
    ...harness,
    source,
    departed: () =>
      harness.rows(
        'SELECT id, mirror_departed_run_id AS run FROM cases WHERE mirror_departed_run_id IS NOT NULL ORDER BY id',
      ),
    checks: () => harness.rows('SELECT * FROM mirror_departure_checks ORDER BY run_id'),
    lookUps: () =>
      harness.fakeApi.requests
        .slice(askedBefore)
        .map(({ url }) => /case_id=(\d+)/.exec(url)?.[1])
        .filter((id) => id !== undefined),
  };
}

describe('a case that is missing from a complete list sync', () => {
  test('is looked up, and marked as departed if the API responds "No results"; nothing of it is deleted', async () => {
    const { sync, rows, departed, lookUps, checks } = await afterFirstDay((source) => source.remove(7));
    const report = await sync();
    expect(report).toMatchObject({
      outcome: 'complete',
      departures: { outcome: 'checked', cases_missing: 1, cases_gone: 1, requests: 1, error: null },
    });
    expect(lookUps()).toEqual(['7']);
    expect(departed()).toEqual([{ id: 7, run: 2 }]);
    expect(checks()).toMatchObject([
      { run_id: 1, outcome: 'checked', cases_missing: 0 },
      { run_id: 2, outcome: 'checked', cases_missing: 1, cases_gone: 1, cases_moved: 0, max_gone: 20 },
    ]);
    expect(rows('SELECT count(*) AS n FROM docket_entries WHERE case_id = 7')).toEqual([{ n: 3 }]);
    expect(rows('SELECT count(*) AS n FROM clean_cases WHERE id = 7')).toEqual([{ n: 0 }]);
    expect(rows('SELECT id, name, departed_run_id FROM departed_cases')).toEqual([
      { id: 7, name: 'Invented case 7', departed_run_id: 2 },
    ]);
    expect(rows('SELECT run_id, case_id, kind FROM change_log WHERE run_id = 2')).toEqual([
      { run_id: 2, case_id: 7, kind: 'departed' },
    ]);
  });

  test('is looked up once, and not again on later days', async () => {
    const { sync, lookUps, departed } = await afterFirstDay((source) => source.remove(7));
    await sync();
    expect((await sync()).departures).toMatchObject({ cases_missing: 0, cases_gone: 0 });
    expect(lookUps()).toEqual(['7']);
    expect(departed()).toEqual([{ id: 7, run: 2 }]);
  });

  test('returns as soon as a list has it again, changed or not', async () => {
    const { sync, rows, source, departed } = await afterFirstDay((collection) => {
      collection.remove(7);
      collection.remove(8);
    });
    const was = [7, 8].map((id) =>
      makeCase({ id, name: `Invented case ${id}`, case_ongoing: id === 7 ? 'Yes' : 'Unknown' }),
    );
    await sync();
    expect(departed()).toHaveLength(2);
    source.put(was[0] ?? null);
    source.put({ ...was[1], court: 'Another' });
    expect((await sync()).departures).toMatchObject({ cases_returned: 2 });
    expect(departed()).toEqual([]);
    expect(rows('SELECT case_id, kind FROM change_log WHERE run_id = 3 ORDER BY case_id, kind')).toEqual([
      { case_id: 7, kind: 'returned' },
      { case_id: 8, kind: 'changed' },
      { case_id: 8, kind: 'returned' },
    ]);
  });

  test('that the run finds in another list has moved, and is not looked up', async () => {
    const { sync, lookUps, departed } = await afterFirstDay((source) => {
      source.edit(1, (record) => ({ ...record, case_ongoing: 'Yes' }));
    });
    expect((await sync()).departures).toMatchObject({ cases_missing: 0 });
    expect([lookUps(), departed()]).toEqual([[], []]);
  });

  test('that moved to a list which the run does not read is found by its id, and stored', async () => {
    const { sync, rows, departed, lookUps } = await afterFirstDay((source) => {
      source.edit(1, (record) => ({ ...record, case_ongoing: 'Yes', court: 'Moved' }));
      source.edit(6, (record) => ({ ...record, case_ongoing: null, case_status: 'In Process (Public)' }));
    });
    const report = await sync({ lists: [statusOf(5020)] });
    expect(report.departures).toMatchObject({ cases_missing: 2, cases_moved: 2, cases_gone: 0 });
    expect([lookUps(), departed()]).toEqual([['1', '6'], []]);
    expect(rows('SELECT id, court, case_ongoing, mirror_list_id FROM cases WHERE id IN (1, 6)')).toEqual([
      { id: 1, court: 'Moved', case_ongoing: 'Yes', mirror_list_id: 5021 },
      { id: 6, court: 'District of North Borealia', case_ongoing: null, mirror_list_id: 5074 },
    ]);
  });

  test('that only slipped through the list sync is found in its list, so the list sync counts as incomplete', async () => {
    let swapped = false;
    const { sync, departed, rows } = await afterFirstDay(() => undefined, {
      // A case leaves page 1 and another comes to the end, both between two pages: the count cannot show it.
      beforePage: ({ number, page, filters }, source) => {
        if (number <= FIRST_DAY || swapped || page !== 2 || filters.case_ongoing !== 5020) return;
        swapped = true;
        source.remove(1);
        source.put(makeCase({ id: 500, case_ongoing: 'No' }));
      },
    });
    const report = await sync();
    expect(report.departures).toMatchObject({ cases_missing: 1, cases_in_place: 1, cases_gone: 0 });
    expect(report).toMatchObject({ outcome: 'partial', exit: 'partial', error: { code: 'CASES_MISSED' } });
    expect(
      rows('SELECT list_id, outcome FROM list_syncs WHERE run_id = 2 AND error_code IS NOT NULL'),
    ).toEqual([{ list_id: 5020, outcome: 'partial' }]);
    expect(departed()).toEqual([]);
    expect(rows('SELECT id FROM cases WHERE id = 500')).toHaveLength(1);
    expect((await sync()).departures).toMatchObject({ cases_missing: 1, cases_gone: 1 });
    expect(departed()).toEqual([{ id: 1, run: 3 }]);
  });
});

describe('no case is marked as departed', () => {
  test('from a list sync that is not complete', async () => {
    const { sync, lookUps, departed } = await afterFirstDay((source) => source.remove(1), {
      faults: ({ number, filters }) =>
        number > FIRST_DAY && filters.case_ongoing === 5020 ? { kind: 'count', by: 11 } : undefined,
    });
    const report = await sync({ lists: [statusOf(5020), statusOf(5021)] });
    expect(report.lists.map(({ outcome }) => outcome)).toEqual(['partial', 'complete']);
    expect(report.departures).toMatchObject({ outcome: 'checked', cases_missing: 0 });
    expect([lookUps(), departed()]).toEqual([[], []]);
  });

  test('except if two passes to the last page found the same cases and only the count differs', async () => {
    const { sync, lookUps, departed } = await afterFirstDay((source) => source.remove(1), {
      faults: ({ number, filters }) =>
        number > FIRST_DAY && filters.case_ongoing === 5020 ? { kind: 'count', by: 1 } : undefined,
    });
    const report = await sync({ lists: [statusOf(5020), statusOf(5021)] });
    expect(report.lists[0]).toMatchObject({
      outcome: 'partial',
      error: { code: 'COUNT_MISMATCH_STABLE' },
      figures: { passes: 2 },
    });
    expect(report.departures).toMatchObject({ outcome: 'checked', cases_missing: 1, cases_gone: 1 });
    expect([lookUps(), departed()]).toEqual([['1'], [{ id: 1, run: 2 }]]);
  });

  test('if no list sync is complete, and the run log says so', async () => {
    const { sync, checks, lookUps } = await afterFirstDay((source) => source.remove(1), {
      faults: ({ number }) =>
        number > FIRST_DAY ? { kind: 'status', status: 404, body: { detail: 'Not found.' } } : undefined,
    });
    await sync();
    expect(lookUps()).toEqual([]);
    expect(checks().at(-1)).toMatchObject({
      outcome: 'skipped',
      error_message: 'No list was read to its last page.',
    });
  });

  test('in a dry run, which records nothing', async () => {
    const { sync, checks, lookUps } = await afterFirstDay((source) => source.remove(1));
    expect(await sync({ dryRun: true })).toMatchObject({ departures: null, coverage: null });
    expect([checks().length, lookUps()]).toEqual([1, []]);
  });

  test('by a response that is neither the case nor "No results": the run is partial and the case is not marked', async () => {
    const { sync, departed } = await afterFirstDay((source) => source.remove(7), {
      faults: always(
        { kind: 'json', body: { count: 0, next: null, previous: null, results: [] } },
        ({ filters }) => filters.case_id === 7,
      ),
    });
    const report = await sync();
    expect(report).toMatchObject({
      outcome: 'partial',
      exit: 'partial',
      error: { code: 'RESPONSE_UNEXPECTED' },
      departures: { outcome: 'incomplete', cases_missing: 1, cases_gone: 0 },
    });
    expect(departed()).toEqual([]);
  });

  test('by a lookup that fails: cases already found gone are marked, and the others are looked up the next day', async () => {
    let isDown = true;
    const { sync, departed } = await afterFirstDay(
      (source) => {
        source.remove(7);
        source.remove(9);
      },
      {
        faults: ({ filters }) =>
          isDown && filters.case_id === 7 ? { kind: 'status', status: 500 } : undefined,
      },
    );
    expect((await sync()).departures).toMatchObject({ outcome: 'incomplete', cases_gone: 1 });
    expect(departed()).toEqual([{ id: 9, run: 2 }]);
    isDown = false;
    await sync();
    expect(departed()).toEqual([
      { id: 7, run: 3 },
      { id: 9, run: 2 },
    ]);
  });

  test('from a list that claims to be empty although the API has its cases: the list is partial', async () => {
    const { sync, departed, rows } = await afterFirstDay(() => undefined, {
      faults: ({ number, filters }) =>
        number > FIRST_DAY && filters.case_ongoing === 5021
          ? { kind: 'status', status: 400, body: ["No results for {'case_ongoing': '5021'}"] }
          : undefined,
    });
    expect(await sync()).toMatchObject({
      outcome: 'partial',
      departures: { cases_missing: 5, cases_in_place: 5 },
    });
    expect(departed()).toEqual([]);
    expect(rows('SELECT outcome, error_code FROM list_syncs WHERE run_id = 2 AND list_id = 5021')).toEqual([
      { outcome: 'partial', error_code: 'CASES_MISSED' },
    ]);
  });

  test('by one failed lookup among many: the others are marked if the limit can no longer be reached', async () => {
    const { sync, departed } = await afterFirstDay(
      (source) => {
        source.remove(6);
        for (const id of [11, 16, 21]) source.edit(id, (record) => ({ ...record, case_ongoing: 'Yes' }));
      },
      { faults: ({ filters }) => (filters.case_id === 1 ? { kind: 'status', status: 500 } : undefined) },
    );
    expect(await sync({ lists: [statusOf(5020)] })).toMatchObject({ departures: { cases_gone: 1 } });
    expect(departed()).toEqual([{ id: 6, run: 2 }]);
  });

  test('after a stop: departures found so far are marked, and the run is interrupted', async () => {
    const controller = new AbortController();
    const { sync, departed } = await afterFirstDay((source) => source.remove(7));
    const { MirrorError } = await import('../../src/errors/mirror-error.ts');
    const report = await sync({
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'looking-up') controller.abort(new MirrorError('TERMINATED', 'Stopped.'));
      },
    });
    expect(report).toMatchObject({
      outcome: 'interrupted',
      exit: 'terminated',
      departures: { outcome: 'incomplete' },
      coverage: { outcome: 'measured' },
    });
    expect(departed()).toEqual([]);
  });
});

describe('suspiciously many departures', () => {
  const half = (source: CaseCollection): void => {
    for (let id = 1; id <= 25; id++) source.remove(id);
  };

  test('are not marked: the run ends as suspicious, with a hint about how to accept them', async () => {
    const { sync, departed, rows, lookUps } = await afterFirstDay(half, { source: smallCollection(50) });
    const report = await sync();
    expect(report).toMatchObject({
      outcome: 'suspicious',
      exit: 'suspicious',
      error: { code: 'DEPARTURES_SUSPICIOUS' },
    });
    expect(report.error?.hint).toContain('--accept-departures');
    expect(report.lists.every(({ outcome }) => outcome === 'complete')).toBe(true);
    expect(departed()).toEqual([]);
    expect(rows('SELECT outcome, error_code FROM sync_runs WHERE id = 2')).toEqual([
      { outcome: 'suspicious', error_code: 'DEPARTURES_SUSPICIOUS' },
    ]);
    expect(lookUps()).toHaveLength(21);
    expect(await sync({ acceptDepartures: true })).toMatchObject({ outcome: 'complete' });
    expect(departed()).toHaveLength(25);
  });

  test('begin above twenty', async () => {
    const source = smallCollection(50);
    const remove = (from: number, to: number): void => {
      for (let id = from; id <= to; id++) source.remove(id);
    };
    const removeTwenty = (): void => {
      remove(1, 20);
    };
    const { sync } = await afterFirstDay(removeTwenty, { source });
    expect(await sync()).toMatchObject({ outcome: 'complete', departures: { cases_gone: 20 } });
    remove(21, 41);
    expect(await sync()).toMatchObject({ outcome: 'suspicious', departures: { cases_gone: 21 } });
  });

  test('begin above a share of the cases that could be missing, and never below twenty-one', () => {
    expect([0, 100, 400, 420, 12_300].map((cases) => toMaxGone(cases, 5))).toEqual([20, 20, 20, 21, 615]);
    expect(toMaxGone(12_300, 0)).toBe(20);
    expect(toMaxGone(1000, 100)).toBe(1000);
  });

  test('are not marked in part if the lookups cannot be finished', async () => {
    const { sync, departed } = await afterFirstDay(half, {
      source: smallCollection(50),
      faults: ({ filters }) => ((filters.case_id ?? 0) > 10 ? { kind: 'status', status: 500 } : undefined),
    });
    expect((await sync()).departures).toMatchObject({
      outcome: 'incomplete',
      cases_missing: 25,
      cases_gone: 10,
    });
    expect(departed()).toEqual([]);
  });
});

describe('a case without a status', () => {
  const uncoded = (id: number) => makeCase({ id, case_ongoing: null, case_status: 'In Process (Public)' });

  test('is in none of the five lists, and comes with the list of cases in process', async () => {
    const source = recordedCases([
      makeCase({ id: 1 }),
      uncoded(2),
      makeCase({ id: 3, case_status: 'In Process (Public)' }),
    ]);
    const { sync, rows } = await startHarness({ source });
    expect((await sync()).coverage).toMatchObject({
      outcome: 'measured',
      count_all: 3,
      count_ongoing: 2,
      count_in_process: 2,
      cases_mirrored: 2,
      requests: 4,
    });
    const report = await sync({ lists: API_LISTS });
    expect(report.lists.at(-1)).toMatchObject({
      outcome: 'complete',
      figures: { cases_seen: 2, cases_new: 1, cases_unchanged: 1 },
    });
    expect(report.coverage).toMatchObject({ count_all: 3, cases_mirrored: 3, requests: 3 });
    expect(rows('SELECT id, mirror_list_id FROM cases ORDER BY id')).toEqual([
      { id: 1, mirror_list_id: 5021 },
      { id: 2, mirror_list_id: 5074 },
      { id: 3, mirror_list_id: 5021 },
    ]);
    expect(rows('SELECT * FROM mirror_moved_cases')).toEqual([]);
    expect(rows('SELECT run_id, without_ongoing_status, not_mirrored FROM coverage ORDER BY run_id')).toEqual(
      [
        { run_id: 1, without_ongoing_status: 1, not_mirrored: 1 },
        { run_id: 2, without_ongoing_status: 1, not_mirrored: 0 },
      ],
    );
  });

  test('can depart or get a status like any other case', async () => {
    const source = recordedCases([uncoded(1), uncoded(2), uncoded(3)]);
    const { sync, rows } = await startHarness({ source });
    await sync({ lists: API_LISTS });
    source.remove(1);
    source.edit(2, (record) => ({ ...record, case_ongoing: 'No', case_status: 'Approved' }));
    await sync({ lists: API_LISTS });
    expect(
      rows('SELECT id, mirror_list_id AS status, mirror_departed_run_id AS departed FROM cases ORDER BY id'),
    ).toEqual([
      { id: 1, status: 5074, departed: 2 },
      { id: 2, status: 5020, departed: null },
      { id: 3, status: 5074, departed: null },
    ]);
    expect(rows('SELECT case_id, from_status, to_status FROM status_transitions')).toEqual([
      { case_id: 2, from_status: '(none)', to_status: 'No' },
    ]);
  });
});

describe('coverage', () => {
  test('that cannot be measured is incomplete, and does not fail the run', async () => {
    const { sync, rows } = await startHarness({
      source: smallCollection(10),
      faults: always(
        { kind: 'status', status: 400, body: ['API Error: Key: case_status, Value: 5069 not found.'] },
        ({ filters }) => filters.case_status !== undefined,
      ),
    });
    const report = await sync();
    expect(report).toMatchObject({
      outcome: 'complete',
      coverage: { outcome: 'incomplete', count_all: 10, count_approved: null },
    });
    expect(rows('SELECT outcome, count_all, count_ongoing, error_code FROM mirror_coverage_checks')).toEqual([
      { outcome: 'incomplete', count_all: 10, count_ongoing: 10, error_code: 'REQUEST_REJECTED' },
    ]);
  });

  test('is skipped if the run does not read all five lists, and says so', async () => {
    const { sync, rows } = await startHarness({ source: smallCollection(10) });
    await sync({ lists: [statusOf(5020)] });
    expect(rows('SELECT outcome, error_message FROM mirror_coverage_checks')).toEqual([
      { outcome: 'skipped', error_message: 'Not all five lists were requested.' },
    ]);
  });
});

describe('the known cases of a page that cannot be read', () => {
  const failing = (number: number) => always({ kind: 'status', status: 500 }, page(number, 5020));
  const served = () =>
    recordedCases(Array.from({ length: 6 }, (_, at) => makeCase({ id: at + 1, case_ongoing: 'No' })));
  const settings = { maxAttempts: '1' };

  test('are looked up so that no change is missed, and none of them departs', async () => {
    const source = served();
    let fault: FaultRule = () => undefined;
    const { sync, rows } = await startHarness({ source, pageSize: 2, faults: (request) => fault(request) });
    await sync({ settings });
    source.edit(3, (record) => ({ ...record, name: 'Changed' }));
    source.remove(4);
    fault = failing(2);
    const report = await sync({ settings });
    expect(report).toMatchObject({ outcome: 'partial', exit: 'partial' });
    expect(rows('SELECT name FROM cases WHERE id = 3')).toEqual([{ name: 'Changed' }]);
    expect(rows('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL')).toEqual([]);
    fault = () => undefined;
    expect(await sync({ settings })).toMatchObject({ outcome: 'complete' });
    expect(rows('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL')).toEqual([{ id: 4 }]);
  });

  test('are not looked up if the list ended because the server failed', async () => {
    let fault: FaultRule = () => undefined;
    const { sync, fakeApi } = await startHarness({
      source: served(),
      pageSize: 1,
      faults: (request) => fault(request),
    });
    await sync({ settings });
    fault = ({ page: number }) => (number > 1 ? { kind: 'reset', at: 'before-head' } : undefined);
    const before = fakeApi.requests.length;
    await sync({ settings });
    expect(fakeApi.requests.slice(before).filter(({ url }) => url.includes('case_id='))).toEqual([]);
  });
});
