import { describe, expect, test } from '@jest/globals';
import { toStateFilePath, writeStateFile } from '../../src/schedule/state-file.ts';
import { always } from '../../fake-api/serve/faults.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { toUsableZone } from '../../src/lib/local-time.ts';
import { runCli, spawnCli } from '../support/command-line.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { smallCollection } from '../support/small-collection.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { shareHistory } from '../support/shared-history.ts';
import { startHarness } from '../support/sync-harness.ts';

/* People read times on their own clock and to the minute; only JSON has them in UTC with milliseconds. */

const shareOfTen = shareHistory(() => ({ source: smallCollection(10) }));
/** A mirror that is also in the past for a process that uses the clock of the system. */
const sharePast = shareHistory(
  () => ({ source: smallCollection(2) }),
  ({ database }) => {
    const mirror = openMirror(database);
    for (const table of ['sync_runs', 'list_syncs'])
      mirror.sqlite.exec(
        `UPDATE ${table} SET started_at = '2020-01-15T03:17:00.000Z', ended_at = '2020-01-15T04:17:00.000Z'`,
      );
    mirror.close();
  },
);

describe('for every value of TZ, a zone is found that Intl can use', () => {
  test.each<[string | undefined, number, string]>([
    ['America/Detroit', 300, 'America/Detroit'],
    ['Etc/Unknown', 0, 'UTC'],
    [undefined, 0, 'UTC'],
    [undefined, 300, 'Etc/GMT+5'],
    ['GMT-03:00', -180, 'Etc/GMT-3'],
    ['Etc/Unknown', -345, 'UTC'],
    ['Etc/Unknown', 6000, 'UTC'],
  ])('%j, %i minutes behind UTC: %s', (zone, behind, found) => {
    expect(toUsableZone(zone, behind)).toBe(found);
  });

  test.each([
    '',
    'Nowhere/Lamp',
    ':Europe/Berlin',
    'GMT+5',
    'EST5EDT,M3.2.0,M11.1.0',
    '/etc/localtime',
    '\u{1f4c5}',
  ])('a process works with TZ=%j', async (TZ) => {
    const { database } = await sharePast();
    const env = { CLEARINGHOUSE_DATABASE: database, TZ };
    const { stdout, stderr, exitCode } = await spawnCli(['status'], env).ended;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/as of \d{4}-\d\d-\d\d \d\d:\d\d [A-Z]/);
    expect(exitCode).toBe(0);
  });
});

test('a sync works if TZ has no meaning', async () => {
  const { env, rows } = await startHarness({ source: smallCollection(2) });
  expect((await spawnCli(['sync'], { ...env, TZ: 'Nowhere/Lamp' }).ended).exitCode).toBe(0);
  expect(rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'complete' }]);
});

const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d/;
const DETROIT = { timeZone: 'America/Detroit' };

async function start() {
  const harness = await shareOfTen();
  const env = { CLEARINGHOUSE_DATABASE: harness.database, CLEARINGHOUSE_API_TOKEN: harness.fakeApi.token };
  const run = (args: readonly string[], url = harness.fakeApi.url) =>
    runCli(args, {
      ...DETROIT,
      env: { ...env, CLEARINGHOUSE_API_URL: url },
      runtime: fakeRuntime({ start: '2030-01-03T05:00:00Z' }),
    });
  return { ...harness, run };
}

async function startClosedApi() {
  const { fakeApi } = await startHarness({
    source: smallCollection(1),
    faults: always({ kind: 'status', status: 503, headers: { 'retry-after': '7200' } }, () => true),
  });
  return fakeApi.url;
}

const DAY = makeScheduledRun({
  due_at: '2030-01-02T03:00:00.000Z',
  outcome: 'failed',
  error: { code: 'X', message: 'No lamp before 2030-01-02T04:00:00.000Z.', hint: 'Light one.' },
});

describe('a time is shown in the time zone of the reader', () => {
  test.each<[string[], string]>([
    [
      ['status'],
      'last scheduled run, due 2030-01-01 22:00 EST: failed, X: No lamp before 2030-01-01 23:00 EST.',
    ],
    [['case', '1', '--as-of', '2029-12-01'], 'which ended at 2030-01-14 22:17 EST.'],
    [['snapshot', '--as-of', '2029-12-01'], 'which ended at 2030-01-14 22:17 EST.'],
    [['query', '--as-of', '2029-12-01', 'SELECT 1'], 'which ended at 2030-01-14 22:17 EST.'],
    [['doctor', '--schedule', '17 3 * * *', '--timezone', 'UTC'], 'next at 2030-01-04 03:17 UTC'],
    [['doctor', '--schedule', '0 3 1 5 *', '--timezone', 'UTC'], 'next at 2030-05-01 03:00 UTC'],
    [['doctor', '--schedule', '0 3 1 5 *', '--timezone', 'UTC'], 'away, at 2030-05-01 03:00 UTC.'],
    [['nightly', '--once', '--log-format', 'text'], 'Scheduled run of 2030-01-02 22:17 EST: complete'],
    [['sync'], '2030-01-03 00:00 EST run 2 begun'],
  ])('%j: %s', async (args, words) => {
    const { database, run } = await start();
    writeStateFile(toStateFilePath(database), { process: null, scheduled_runs: [DAY] });
    const { stdout, stderr } = await run(args);
    const told = `${stdout}${stderr}`;
    expect(told.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(told).not.toMatch(ISO);
  });

  test('in the error, the record of the run, and status, if the server requires a pause', async () => {
    const { run } = await start();
    const { stderr, stdout } = await run(['sync'], await startClosedApi());
    expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toContain('no request before 2030-01-03 02:00 EST');
    expect(`${stdout}${stderr}`).not.toMatch(ISO);
    expect((await run(['status'])).stdout).not.toMatch(ISO);
    expect((await run(['status', '--json'])).stdout).toContain('no request before 2030-01-03T07:00:00.');
  });

  test('except in a message that quotes a typed time, which stays unchanged', async () => {
    const { run } = await start();
    const { stderr } = await run(['changes', '--since', '2030-02-30T00:00:00.000Z']);
    expect(stderr).toContain('"2030-02-30T00:00:00.000Z"');
  });
});
