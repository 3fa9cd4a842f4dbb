import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { always, page } from '../../fake-api/serve/faults.ts';
import type { FakeApiOptions } from '../../fake-api/serve/server.ts';
import { runCli, type CliOptions } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

interface ReportJson {
  readonly run_id: number | null;
  readonly outcome: string;
  readonly exit_code: number;
  readonly lists: Record<string, unknown>[];
}

/** Ten small cases, two in each list, and a `sync` of them. */
async function start(options: Partial<FakeApiOptions> = {}) {
  const harness = await startHarness({ source: smallCollection(10), ...options });
  const env = {
    CLEARINGHOUSE_API_URL: harness.fakeApi.url,
    CLEARINGHOUSE_API_TOKEN: harness.fakeApi.token,
    CLEARINGHOUSE_DATABASE: harness.database,
    CLEARINGHOUSE_MAX_ATTEMPTS: '2',
  };
  const cli = (args: string[], more: CliOptions = {}) =>
    runCli(args, { ...more, env: { ...env, ...more.env } });
  return { ...harness, cli };
}

test('every number of the JSON is the number in the ledger', async () => {
  const { cli, rows } = await start({ pageSize: 1 });
  const { stdout } = await cli(['sync', '--json']);
  expect(stdout).toMatch(/^\{.*\}\n$/);
  const report = JSON.parse(stdout) as ReportJson;
  const ledger = rows('SELECT * FROM list_syncs ORDER BY list_id');
  expect(report.lists.map(({ pages }) => pages)).toEqual([2, 2, 2, 2, 2, 1]);
  report.lists.forEach((status, at) => {
    const figures = Object.fromEntries(
      Object.entries(status).filter(([, value]) => typeof value === 'number'),
    );
    expect(Object.keys(figures).length).toBeGreaterThan(12);
    expect(ledger[at]).toMatchObject(figures);
  });
});

test('a failed list has its code, message and hint in the JSON', async () => {
  const { cli } = await start({ faults: always({ kind: 'status', status: 503 }, page(1, 5022)) });
  const { exitCode, stdout } = await cli(['sync', '--json']);
  const report = JSON.parse(stdout) as ReportJson;
  expect([exitCode, report.exit_code, report.outcome]).toEqual([6, 6, 'partial']);
  expect(report.lists.map(({ outcome }) => outcome)).toEqual([
    'complete',
    'complete',
    'failed',
    'complete',
    'complete',
    'empty',
  ]);
  expect(report.lists[2]?.error).toEqual({
    code: 'SERVER_ERROR',
    message: expect.stringContaining('503'),
    hint: expect.stringMatching(/\S/),
  });
});

test('a dry run compares with the mirror, and leaves the ledger and every byte unchanged', async () => {
  const { cli, fakeApi, database, rows } = await start();
  await cli(['sync']);
  fakeApi.source.edit(1, (record) => ({ ...record, name: 'Another name' }));
  const before = readFileSync(database);
  const { exitCode, stdout } = await cli(['sync', '--dry-run', '--json']);
  const report = JSON.parse(stdout) as ReportJson;
  expect([exitCode, report.run_id]).toEqual([0, null]);
  expect(report.lists[0]).toMatchObject({ cases_new: 0, cases_changed: 1, cases_unchanged: 1 });
  expect(readFileSync(database).equals(before)).toBe(true);
  expect(rows('SELECT count(*) AS runs FROM sync_runs')).toEqual([{ runs: 1 }]);
});

test('a dry run needs no lock, so it works while another process writes', async () => {
  const { cli } = await start();
  const both = await Promise.all([cli(['sync']), cli(['sync', '--dry-run'])]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
});

test('the table of a sync fits into 80 columns', async () => {
  const { cli } = await start();
  const { stdout } = await cli(['sync']);
  expect(
    Math.max(
      ...stdout
        .split('\n')
        .slice(0, 7)
        .map(({ length }) => length),
    ),
  ).toBeLessThanOrEqual(80);
});

test('the table has a column for rejected records if there are any, and the run is partial', async () => {
  const { cli } = await start({ faults: always({ kind: 'malformed-case', as: 'no-id' }, page(1, 5024)) });
  const { exitCode, stdout } = await cli(['sync']);
  expect(exitCode).toBe(6);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^list .* same +rejected$/);
  const at = lines.findIndex((line) => line.startsWith('5024'));
  expect(lines[at]).toMatch(/^5024 Perhaps, but +partial +2 .* 1$/);
  expect(lines[at + 1]).toMatch(/^long-dormant *$/);
  expect(Math.max(...lines.slice(0, at + 2).map(({ length }) => length))).toBeLessThanOrEqual(80);
  const wide = await cli(['sync'], { env: { COLUMNS: '100' } });
  expect(wide.stdout.split('\n')[6]).toMatch(/^5024 Perhaps, but long-dormant +partial +2 .* 1$/);
});

test('a list named twice, by id and by label, is read once', async () => {
  const { cli, rows, fakeApi } = await start();
  expect((await cli(['sync', '--list', '5020', 'no', 'NO'])).exitCode).toBe(0);
  expect(rows('SELECT list_id FROM list_syncs')).toEqual([{ list_id: 5020 }]);
  expect(fakeApi.requests).toHaveLength(1);
});

test('status --json has the cases of each list, its last list sync and the time it was last good', async () => {
  const { cli, fakeApi } = await start();
  await cli(['sync']);
  fakeApi.source.remove(3);
  fakeApi.source.remove(8);
  await cli(['sync', '--list', 'unknown']);
  const state = JSON.parse((await cli(['status', '--json'])).stdout) as {
    departed: number;
    lists: Record<string, unknown>[];
    runs: Record<string, unknown>[];
  };
  expect(state.runs.map(({ id, trigger }) => [id, trigger])).toEqual([
    [2, 'sync'],
    [1, 'sync'],
  ]);
  expect(state.departed).toBe(2);
  expect(state.lists[2]).toMatchObject({
    list_id: 5022,
    cases: 0, // departed cases stay in the mirror, and are counted separately
    last_good_at: expect.stringMatching(/^2030-/),
    last_list_sync: { run_id: 2, outcome: 'empty', cases_seen: 0 },
  });
  expect(state.lists[0]).toMatchObject({ cases: 2, last_list_sync: { run_id: 1, outcome: 'complete' } });
});
