import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { runCli, SKIPS_SLEEP, spawnCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { times } from '../support/times.ts';

/** Two pages for each list. */
const CASES = 20;

/** A slow fake API, and the environment for a process that uses it. */
async function start(latencyMs: number, withoutFile = false) {
  const { fakeApi, database, env, rows } = await startHarness({
    source: smallCollection(CASES),
    pageSize: 2,
    latencyMs,
    withoutFile,
  });
  const untilAsked = async (times: number): Promise<void> => {
    while (fakeApi.requests.length < times) await delay(10);
  };
  return { fakeApi, database, rows, env: { ...env, CLEARINGHOUSE_LOG_FORMAT: 'text' }, untilAsked };
}

function checkIntegrity(database: string): void {
  const { sqlite, close } = openMirrorReadOnly(database);
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(sqlite.pragma('foreign_key_check')).toEqual([]);
  close();
}

/* What a kill and several starts at once leave, test/crash/ tests. */

describe('a sync in its own process', () => {
  const SIGNALS = [['SIGINT', 130]] as const;
  const MORE_SIGNALS = [['SIGTERM', 143]] as const;
  test.each(
    times<readonly (typeof SIGNALS | typeof MORE_SIGNALS)[number][]>(SIGNALS, [...SIGNALS, ...MORE_SIGNALS]),
  )('stops on %s after the current page and exits with %i', async (signal, exit) => {
    const { env, untilAsked, rows, database } = await start(100);
    const { child, ended } = spawnCli(['sync'], env);
    await untilAsked(4);
    child.kill(signal);
    expect((await ended).exitCode).toBe(exit);
    expect(rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'interrupted' }]);
    const [sums] = rows(
      'SELECT sum(cases_seen) AS seen, (SELECT count(*) FROM cases) AS stored FROM list_syncs',
    );
    expect(sums?.seen).toBe(sums?.stored);
    checkIntegrity(database);
  });
});

describe('nightly', () => {
  test('fills a new mirror at once, says when the next run starts, and exits at once with 0 if stopped between runs', async () => {
    const { env, rows } = await start(0, true);
    const { child, ended, saw } = spawnCli(['nightly', '--schedule', '17 3 1 1 *'], env);
    await saw('The next run starts at ');
    child.kill('SIGTERM');
    expect((await ended).exitCode).toBe(0);
    expect(rows('SELECT trigger, outcome FROM sync_runs')).toEqual([
      { trigger: 'nightly', outcome: 'complete' },
    ]);
  });

  test('runs a sync when it is due, and interrupts it on SIGTERM', async () => {
    const { env, rows } = await start(100);
    const { child, ended, saw } = spawnCli(['nightly', '--jitter', '0'], env);
    await saw('run 1 begun');
    child.kill('SIGTERM');
    expect((await ended).exitCode).toBe(143);
    expect(rows('SELECT id, trigger, outcome FROM sync_runs')).toEqual([
      { id: 1, trigger: 'nightly', outcome: 'interrupted' },
    ]);
  });

  test('runs repeatedly on schedule', async () => {
    const { env, rows } = await start(0);
    const { child, ended, saw } = spawnCli(['nightly', '--schedule', '* * * * *', '--jitter', '0'], {
      ...env,
      ...SKIPS_SLEEP,
    });
    await saw('run 3 begun');
    child.kill('SIGTERM');
    await ended;
    expect(rows("SELECT count(*) AS n FROM sync_runs WHERE outcome = 'complete'")[0]?.n).toBeGreaterThan(1);
  });

  test('catches up on the incomplete lists of a nightly that died during a run', async () => {
    const { env, rows } = await start(100);
    const first = spawnCli(['nightly'], env);
    await first.saw('5021 Yes: begun');
    first.child.kill('SIGKILL');
    await first.ended;
    const { child, ended, saw } = spawnCli(['nightly'], env);
    await saw('The next run starts at ');
    child.kill('SIGTERM');
    await ended;
    expect(rows('SELECT id, trigger, outcome FROM sync_runs')).toEqual([
      { id: 1, trigger: 'nightly', outcome: 'died' },
      { id: 2, trigger: 'nightly', outcome: 'complete' },
    ]);
    expect(rows('SELECT count(*) AS n FROM list_syncs WHERE run_id = 2')).toEqual([{ n: 5 }]);
    expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: CASES }]);
  });

  test('is the only one for its mirror: a second one exits at once, and status shows the first', async () => {
    const { env } = await start(0);
    const { child, ended, saw } = spawnCli(['nightly'], env);
    await saw('The next run starts at ');
    const second = await spawnCli(['nightly'], env).ended;
    expect([second.exitCode, second.stderr]).toEqual([8, expect.stringContaining('Another `nightly`')]);
    const status = await runCli(['status'], { env });
    expect(status.stdout).toContain('nightly: waiting until ');
    child.kill('SIGTERM');
    await ended;
    expect((await runCli(['status'], { env })).stdout).toContain('nightly: not running');
  });

  test('reloads its settings on SIGHUP, and keeps the old ones if the new ones are invalid', async () => {
    const { env } = await start(0);
    const folder = tempFolder();
    const { child, ended, saw } = spawnCli(['nightly'], { ...env, TZ: 'UTC' }, folder);
    await saw('The next run starts at ');
    writeFileSync(join(folder, '.env'), 'CLEARINGHOUSE_SCHEDULE="0 12 1 1 *"\nCLEARINGHOUSE_JITTER=0\n');
    child.kill('SIGHUP');
    await saw('-01-01 12:00 UTC');
    writeFileSync(join(folder, '.env'), 'CLEARINGHOUSE_SCHEDULE="every night"\n');
    child.kill('SIGHUP');
    await saw('The reload failed; the previous settings stay in effect.');
    child.kill('SIGTERM');
    expect((await ended).exitCode).toBe(0);
  });
});

/** Makes a process send itself a signal as soon as it listens for that signal. */
function sendAtStart(signal: string): NodeJS.ProcessEnv {
  const code = `process.on("newListener", function send(event) {
    if (event === "${signal}") setImmediate(() => process.kill(process.pid, event), process.off("newListener", send));
  });`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** Whether the process listens for SIGHUP, according to the system. */
function listensForHangup(pid: number | undefined): boolean {
  const [, caught = '0'] = /^SigCgt:\t(\w+)$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${caught}`) & 1n) === 1n;
}

describe('during the start of the process', () => {
  const STARTS = [
    [['nightly'], 'SIGTERM', 0],
    [['nightly', '--once'], 'SIGINT', 130],
    [['sync'], 'SIGTERM', 143],
  ] as const;
  const MORE_STARTS = [
    [['nightly'], 'SIGINT', 0],
    [['nightly', '--once'], 'SIGTERM', 143],
    [['sync'], 'SIGINT', 130],
  ] as const;
  test.each(
    times<readonly (typeof STARTS | typeof MORE_STARTS)[number][]>(STARTS, [...STARTS, ...MORE_STARTS]),
  )('%j exits cleanly on %s, and has changed nothing', async (args, signal, exit) => {
    const { env, database } = await start(0, true);
    const { ended } = spawnCli(args, { ...env, ...sendAtStart(signal) });
    expect(await ended).toEqual({ exitCode: exit, stdout: '', stderr: '' });
    expect(existsSync(database)).toBe(false);
  });

  test('SIGHUP does not end nightly, which reloads its settings', async () => {
    const { env } = await start(0);
    const { child, ended, saw } = spawnCli(['nightly'], { ...env, ...sendAtStart('SIGHUP') });
    await saw('Settings reloaded.');
    await saw('The next run starts at ');
    child.kill('SIGTERM');
    expect((await ended).exitCode).toBe(0);
  });

  test('Ctrl-C ends a process that still waits for its token', async () => {
    if (process.platform !== 'linux') return;
    const { env } = await start(0);
    const pipe = join(tempFolder(), 'token');
    spawnSync('mkfifo', [pipe]);
    const { child, ended } = spawnCli(['nightly', '--token-file', pipe], env);
    while (!listensForHangup(child.pid)) await delay(1);
    while (listensForHangup(child.pid)) await delay(10); // while it waits for the pipe, it listens for no signal
    child.kill('SIGINT');
    await ended;
    expect(child.signalCode).toBe('SIGINT');
  });
});

describe('nightly --once', () => {
  test('runs once and exits with the exit code of the run', async () => {
    const { env, rows } = await start(0);
    expect((await runCli(['nightly', '--once'], { env })).exitCode).toBe(0);
    expect(rows('SELECT count(*) AS n FROM sync_runs')).toEqual([{ n: 1 }]);
    const broken = { ...env, CLEARINGHOUSE_API_TOKEN: 'wrong' };
    expect((await spawnCli(['nightly', '--once'], broken).ended).exitCode).toBe(3);
    expect((await runCli(['status'], { env })).stdout).toContain('UNAUTHORIZED');
  });
});

test('fake-api serves cases at the address that it prints, until SIGTERM', async () => {
  const { child, ended, saw } = spawnCli(['fake-api', '--cases', '50']);
  await saw('Serving 50 cases at ');
  child.kill('SIGTERM');
  const { exitCode, stdout, stderr } = await ended;
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(
    /init --yes --api-url http:\/\/127\.0\.0\.1:\d+\/api\/v2p1\/ --database practice\.db/,
  );
  expect(stdout).toMatch(
    /^Serving 50 cases at http:\/\/127\.0\.0\.1:\d+\/api\/v2p1\/ \(token demo-token\)\.\n$/,
  );
});
