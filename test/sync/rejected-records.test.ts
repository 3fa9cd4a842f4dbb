import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { always, page } from '../../fake-api/serve/faults.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

describe('a record that cannot be a case', () => {
  test.each(['null', 'text', 'no-id', 'text-id'] as const)(
    '(%s) is kept with its text, once however often it comes',
    async (as) => {
      const { sync, rows } = await startHarness({
        source: smallCollection(20),
        faults: always({ kind: 'malformed-case', as }, page(1, 5021)),
      });
      await sync();
      await sync();
      const kept = rows('SELECT record, first_run_id, last_run_id FROM rejected_records');
      expect(kept).toHaveLength(1);
      expect(kept[0]).toMatchObject({ first_run_id: 1, last_run_id: 2 });
      expect(() => JSON.parse(String(kept[0]?.record)) as unknown).not.toThrow();
      expect(rows('SELECT DISTINCT cases_rejected AS n FROM list_syncs WHERE list_id = 5021')).toEqual([
        { n: 1 },
      ]);
    },
  );
});

test('drift is recorded with the expected and the actual type, an example, and its first and last run', async () => {
  const odd: JsonObject = makeCase({ id: 5, filing_year: '2019', brand_new: true });
  delete odd.plaintiff_type;
  const { sync, rows } = await startHarness({ source: recordedCases([odd]) });
  await sync();
  await sync();
  expect(rows('SELECT * FROM schema_drift ORDER BY field')).toEqual([
    {
      record_kind: 'case',
      field: 'brand_new',
      expected: 'no such field',
      seen: 'a boolean',
      example_case_id: 5,
      first_run_id: 1,
      last_run_id: 2,
    },
    {
      record_kind: 'case',
      field: 'filing_year',
      expected: 'an integer',
      seen: 'a text',
      example_case_id: 5,
      first_run_id: 1,
      last_run_id: 2,
    },
    {
      record_kind: 'case',
      field: 'plaintiff_type',
      expected: 'a list',
      seen: 'missing',
      example_case_id: 5,
      first_run_id: 1,
      last_run_id: 2,
    },
  ]);
});

describe('a dry run', () => {
  test('compares the lists with the mirror, and leaves no trace in it', async () => {
    const source = smallCollection(20);
    const { sync, rows } = await startHarness({ source });
    await sync();
    const [first] = source.ids();
    source.edit(Number(first), (record) => ({ ...record, name: 'Changed' }));
    const report = await sync({ dryRun: true });
    expect(report.runId).toBeNull();
    expect(report.lists.reduce((sum, { figures }) => sum + figures.cases_changed, 0)).toBe(1);
    expect(rows('SELECT count(*) AS n FROM sync_runs')).toEqual([{ n: 1 }]);
    expect(rows(`SELECT count(*) AS n FROM cases WHERE name = 'Changed'`)).toEqual([{ n: 0 }]);
  });

  test('without a mirror counts every case as new, and creates no file', async () => {
    const { sync, read } = await startHarness({ source: smallCollection(20), withoutFile: true });
    const report = await sync({ dryRun: true });
    expect(report.lists.reduce((sum, { figures }) => sum + figures.cases_new, 0)).toBe(20);
    expect(() => {
      read(() => undefined);
    }).toThrow('There is no mirror');
  });
});

test('a sync of one list leaves the other lists as they were', async () => {
  const source = smallCollection(20);
  const { sync, rows } = await startHarness({ source });
  await sync();
  await sync({ lists: [statusOf(5022)] });
  expect(rows('SELECT list_id FROM list_syncs WHERE run_id = 2')).toEqual([{ list_id: 5022 }]);
  expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 20 }]);
});

test('a flag that is null or missing is stored as null, and false as 0', async () => {
  const made = makeCase({ permanent_injunction: null, never_filed: false, is_active: true });
  const entry = { id: 1, attachments: [{ attachment_number: 1 }, { pending: false }, { pending: true }] };
  (made.main_docket as JsonObject).docket_entries = [entry];
  const { sync, rows } = await startHarness({ source: recordedCases([made]) });
  await sync();
  expect(rows('SELECT permanent_injunction, never_filed, is_active FROM cases')).toEqual([
    { permanent_injunction: null, never_filed: 0, is_active: 1 },
  ]);
  expect(rows('SELECT pending FROM attachments').map(({ pending }) => pending)).toEqual([null, 0, 1]);
});

test('pages that hold only unusable records do not stop the sync before the good cases behind them', async () => {
  const { sync, rows } = await startHarness({
    source: smallCollection(50),
    pageSize: 1,
    faults: (request) =>
      request.page > 1 && request.page < 9 ? { kind: 'malformed-case', as: 'text-id' } : undefined,
  });
  const report = await sync({ lists: [statusOf(5020)] });
  expect(report.lists[0]).toMatchObject({ outcome: 'partial', error: { code: 'RECORDS_REJECTED' } });
  expect(rows('SELECT cases_seen, cases_rejected FROM list_syncs')).toEqual([
    { cases_seen: 3, cases_rejected: 7 },
  ]);
});

test('a case that is nested too deeply is rejected, and the rest of its page is stored', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const page = `{"count":2,"next":null,"previous":null,"results":[{"id":1,"name":${deep}},${JSON.stringify(makeCase({ id: 2 }))}]}`;
  const { sync, rows } = await startHarness({
    source: smallCollection(5),
    faults: () => ({ kind: 'status', status: 200, body: page }),
  });
  await sync({ lists: [statusOf(5021)] });
  expect(rows('SELECT id FROM cases')).toEqual([{ id: 2 }]);
  expect(rows('SELECT why, case_id, bytes FROM rejected_records')).toEqual([
    {
      why: 'nested too deeply to be stored',
      case_id: 1,
      bytes: Buffer.from(`{"id":1,"name":${deep}}`),
    },
  ]);
});

test('a case with the label of another list than the requested one is stored, and the drift is recorded', async () => {
  const { sync, rows } = await startHarness({
    source: smallCollection(5),
    faults: () => ({
      kind: 'json',
      body: { count: 1, next: null, previous: null, results: [makeCase({ case_ongoing: 'No' })] },
    }),
  });
  await sync({ lists: [statusOf(5021)] });
  expect(rows(`SELECT field, seen FROM schema_drift WHERE field = 'case_ongoing'`)).toEqual([
    { field: 'case_ongoing', seen: 'another label' },
  ]);
});
