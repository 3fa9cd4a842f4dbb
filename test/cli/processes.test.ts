import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { openMirrorReadOnly } from '../../src/mirror/open-mirror.ts';
import { spawnCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

/** A replica that takes its time, and the environment that leads a process to it. */
async function start(latencyMs: number) {
  const { replica, database, rows } = await startHarness({
    source: smallCollection(60),
    pageSize: 2,
    latencyMs,
  });
  const env = {
    CLEARINGHOUSE_API_URL: replica.url,
    CLEARINGHOUSE_API_TOKEN: replica.token,
    CLEARINGHOUSE_DATABASE: database,
    CLEARINGHOUSE_DELAY: '0',
  };
  const untilAsked = async (times: number): Promise<void> => {
    while (replica.requests.length < times) await delay(10);
  };
  return { replica, database, rows, env, untilAsked };
}

function checkIntegrity(database: string): void {
  const { sqlite, close } = openMirrorReadOnly(database);
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(sqlite.pragma('foreign_key_check')).toEqual([]);
  close();
}

describe('a real process', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('told to end by %s ends after the page in hand, with %i', async (signal, exit) => {
    const { env, untilAsked, rows, database } = await start(100);
    const { child, ended } = spawnCli(['sync'], env);
    await untilAsked(4);
    child.kill(signal);
    expect((await ended).exitCode).toBe(exit);
    expect(rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'interrupted' }]);
    const [sums] = rows(
      'SELECT sum(cases_seen) AS seen, (SELECT count(*) FROM cases) AS stored FROM status_syncs',
    );
    expect(sums?.seen).toBe(sums?.stored);
    checkIntegrity(database);
  });

  test('killed in the middle leaves a sound database; the next one marks it as died and completes', async () => {
    const { env, untilAsked, rows, database } = await start(30);
    const killed = spawnCli(['sync'], env);
    await untilAsked(6);
    killed.child.kill('SIGKILL');
    await killed.ended;
    checkIntegrity(database);
    expect(rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'running' }]);
    expect((await spawnCli(['sync'], env).ended).exitCode).toBe(0);
    expect(rows('SELECT outcome FROM sync_runs ORDER BY id')).toEqual([
      { outcome: 'died' },
      { outcome: 'complete' },
    ]);
    expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 60 }]);
  });

  test('started six times at once runs once; the others leave with 8', async () => {
    const { env, rows } = await start(60);
    const exits = await Promise.all(Array.from({ length: 6 }, () => spawnCli(['sync'], env).ended));
    expect(exits.map(({ exitCode }) => exitCode).sort()).toEqual([0, 8, 8, 8, 8, 8]);
    expect(rows('SELECT count(*) AS n FROM sync_runs')).toEqual([{ n: 1 }]);
  });
});

describe('nightly', () => {
  test('says when it runs next, and ends at once and well when told to between runs', async () => {
    const { env } = await start(0);
    const { child, ended, saw } = spawnCli(['nightly', '--at', '17 3 1 1 *'], env);
    await saw('Next run at ');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test('syncs when it is time, never twice at once, and ends the run in hand when told to', async () => {
    const { env, rows } = await start(100);
    const { child, ended, saw } = spawnCli(['nightly', '--at', '* * * * * *'], env);
    await saw('run 1 begun');
    await saw('A run was due while one was still going on');
    child.kill('SIGTERM');
    expect((await ended).exitCode).toBe(143);
    expect(rows('SELECT id, trigger, outcome FROM sync_runs')).toEqual([
      { id: 1, trigger: 'nightly', outcome: 'interrupted' },
    ]);
  });
});

test('a reader of a query that has seen enough is no failure', async () => {
  const { env } = await start(0);
  await spawnCli(['sync'], env).ended;
  const sql =
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT i, hex(zeroblob(50)) FROM n';
  const { child, ended, saw } = spawnCli(['query', '--format', 'csv', sql], env);
  await saw('1,');
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
});

test('replica serves what it says, until it is told to end', async () => {
  const { child, ended, saw } = spawnCli(['replica', '--cases', '50']);
  await saw('Serving 50 cases at ');
  child.kill('SIGTERM');
  const { exitCode, stdout } = await ended;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^Serving 50 cases at http:\/\/127\.0\.0\.1:\d+\/api\/v2p1\/ \(token demo-token\)\.\n$/,
  );
});
