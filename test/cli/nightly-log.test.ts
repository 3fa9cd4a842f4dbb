import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { type ScheduledRun, readStateFile, toStateFilePath } from '../../src/schedule/state-file.ts';
import { runCli, type CliOptions } from '../support/command-line.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { always } from '../../fake-api/serve/faults.ts';

type Line = Readonly<Record<string, unknown>>;

async function start(isBroken = false) {
  const { fakeApi, database } = await startHarness({
    source: smallCollection(30),
    pageSize: 5,
    ...(isBroken && {
      faults: always({ kind: 'status', status: 503 }, ({ url }) => url.includes('5021')),
    }),
  });
  const run = async (args: readonly string[] = [], options: CliOptions = {}) => {
    const { exitCode, stderr } = await runCli(
      ['nightly', '--once', '--api-url', fakeApi.url, '--database', database, '--max-attempts', '2', ...args],
      { env: { CLEARINGHOUSE_API_TOKEN: fakeApi.token }, ...options },
    );
    const lines = (): Line[] =>
      stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
    return { exitCode, stderr, lines };
  };
  return { fakeApi, run, database };
}

const eventsOf = (lines: readonly Line[]): unknown[] => lines.map(({ event }) => event);

describe('the log of nightly without a terminal', () => {
  test('is one line of JSON for each event, with time, level and run', async () => {
    const { run, fakeApi } = await start();
    const { exitCode, stderr, lines } = await run();
    expect(exitCode).toBe(0);
    const all = lines();
    expect(eventsOf(all)).toEqual([
      'attempt-started',
      'run-begun',
      ...Array.from({ length: 6 }, () => ['list-begun', 'list-ended']).flat(),
      'run-ended',
      'attempt-ended',
    ]);
    for (const { time, level } of all) {
      expect(level).toBe('info');
      expect(new Date(String(time)).toISOString()).toBe(time);
    }
    for (const { run_id } of all.slice(1, -1)) expect(run_id).toBe(1);
    expect(all.find(({ event }) => event === 'list-ended')).toMatchObject({
      list_id: 5020,
      outcome: 'complete',
      cases_seen: 6,
      requests: 2,
    });
    expect(all.at(-1)).toMatchObject({ outcome: 'complete', run_ids: [1] });
    expect(stderr).not.toContain(fakeApi.token);
    // About 1.5 MB per year.
    expect(stderr.length).toBeLessThan(8_000);
  });

  test('has a level and a hint for each error', async () => {
    const { run } = await start(true);
    const { exitCode, lines } = await run();
    expect(exitCode).toBe(6);
    const all = lines();
    expect(all.find(({ event }) => event === 'retrying')).toMatchObject({ level: 'warn', attempt: 1 });
    expect(all.find(({ outcome }) => outcome === 'failed')).toMatchObject({
      level: 'warn',
      list_id: 5021,
      error: { code: 'SERVER_ERROR', hint: expect.any(String) },
    });
    // One run, one attempt: the steps still follow.
    expect(all.at(-1)).toMatchObject({
      level: 'error',
      event: 'attempt-ended',
      outcome: 'partial',
      is_over: true,
      steps: [
        { step: 'verify', outcome: 'done' },
        { step: 'snapshot', outcome: 'skipped' },
      ],
    });
  });

  test.each([
    ['debug', ['page-stored', 'measuring-coverage', 'run-begun'], []],
    ['warn', ['retrying'], ['run-begun', 'page-stored']],
    ['error', ['attempt-ended'], ['retrying', 'run-begun']],
  ])('has at level %s the events %j and not %j', async (level, there, absent) => {
    const { run } = await start(true);
    const events = eventsOf((await run(['--log-level', level])).lines());
    expect(events).toEqual(expect.arrayContaining(there));
    for (const event of absent) expect(events).not.toContain(event);
  });

  test('is empty at level silent', async () => {
    const { run } = await start();
    expect((await run(['--log-level', 'silent'])).stderr).toBe('');
  });
});

test('a second nightly --once is a run of its own, and each is over in its webhook too', async () => {
  const heard: { text: string; scheduled_run: ScheduledRun }[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      heard.push(body as (typeof heard)[number]);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { run, fakeApi, database } = await start();
  const notify = {
    CLEARINGHOUSE_WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    CLEARINGHOUSE_WEBHOOK_ON: 'always',
    CLEARINGHOUSE_NIGHTLY_SNAPSHOT: 'false',
  };
  await run([], { env: { CLEARINGHOUSE_API_TOKEN: fakeApi.token, ...notify } });
  const refused = await run([], {
    env: { CLEARINGHOUSE_API_TOKEN: 'a-wrong-token', ...notify },
    runtime: fakeRuntime({ start: '2030-01-15T09:10:00Z' }),
  });
  server.close();

  expect(refused.exitCode).toBe(3);
  expect(heard.map(({ text }) => text)).toEqual([
    expect.stringContaining('Cases: 30 new'),
    expect.stringContaining('Cases: 0 new'),
  ]);
  const { scheduled_runs: runs } = readStateFile(toStateFilePath(database));
  expect(runs).toMatchObject([
    { outcome: 'failed', attempts: 1, is_over: true },
    { outcome: 'complete', attempts: 1, is_over: true, run_ids: [1], error: null },
  ]);
  expect(heard.map(({ scheduled_run: { due_at, is_over } }) => ({ due_at, is_over }))).toEqual(
    runs.map(({ due_at }) => ({ due_at, is_over: true })).reverse(),
  );
});

describe('the log of nightly for a person', () => {
  test.each<[string, string[], CliOptions]>([
    ['at a terminal', [], { isTTY: true }],
    ['who asks for it', ['--log-format', 'text'], {}],
  ])('%s is text', async (_title, args, options) => {
    const { run } = await start();
    const { stderr } = await run(args, options);
    expect(stderr).toContain(': complete.');
    expect(stderr).not.toContain('{"');
  });

  test('at a terminal is JSON on request', async () => {
    const { run } = await start();
    expect(eventsOf((await run(['--log-format', 'json'], { isTTY: true })).lines())).toContain('run-ended');
  });
});

test.each([
  ['--log-format', 'xml'],
  ['--log-level', 'loud'],
])('%s %s is refused', async (flag, value) => {
  const { run } = await start();
  expect((await run([flag, value])).exitCode).toBe(2);
});
