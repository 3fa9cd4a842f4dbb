import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { closing, openSqlite } from '../../src/db/engine.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { takeWriterLock } from '../../src/db/lock.ts';
import { type FaultRule, always, page } from '../../fake-api/serve/faults.ts';
import { runCli, type CliOptions } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness, type HarnessOptions } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A fake API, and the environment for a command that uses it. */
async function start(options: Partial<HarnessOptions> = {}) {
  const harness = await startHarness({ source: smallCollection(30), pageSize: 4, ...options });
  const env = {
    CLEARINGHOUSE_API_URL: harness.fakeApi.url,
    CLEARINGHOUSE_API_TOKEN: `Token ${harness.fakeApi.token}`,
    CLEARINGHOUSE_DATABASE: harness.database,
    CLEARINGHOUSE_MAX_ATTEMPTS: '2',
  };
  const sync = (args: string[] = [], options: CliOptions = {}) =>
    runCli(['sync', ...args], { ...options, env: { ...env, ...options.env } });
  return { ...harness, env, sync };
}

describe('the exit code', () => {
  test('is 0 if every list is complete or empty, and a table shows each list', async () => {
    const { sync } = await start();
    const { exitCode, stdout } = await sync();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/5020 No +complete +6 +6 +6 +0 +0/);
    expect(stdout).toMatch(/Run 1: complete, in .*: \d+ requests \(0 retries\)/);
  });

  const codes: [number, string, FaultRule, Record<string, string>][] = [
    [
      2,
      'the API address is not encrypted',
      () => undefined,
      { CLEARINGHOUSE_API_URL: 'http://clearinghouse.example/' },
    ],
    [2, 'there is no token', () => undefined, { CLEARINGHOUSE_API_TOKEN: ' Token ' }],
    [3, 'the token is refused', () => undefined, { CLEARINGHOUSE_API_TOKEN: 'wrong-token' }],
    [4, 'the server keeps failing', always({ kind: 'status', status: 500 }), {}],
    [4, 'no server listens', () => undefined, { CLEARINGHOUSE_API_URL: 'http://127.0.0.1:9/' }],
    [5, 'the contract is broken', always({ kind: 'json', body: { count: 'many' } }), {}],
    [6, 'one list fails and others do not', always({ kind: 'status', status: 500 }, page(1, 5021)), {}],
    [9, 'the database is unusable', () => undefined, { CLEARINGHOUSE_DATABASE: '/nowhere/at/all.db' }],
  ];
  test.each(codes)('is %i if %s, with a hint and without a stack trace', async (code, _, faults, env) => {
    const { sync } = await start({ faults });
    const { exitCode, stdout, stderr } = await sync([], { env });
    expect(exitCode).toBe(code);
    expect(`${stdout}${stderr}`).toContain('Hint: ');
    expect(`${stdout}${stderr}`).not.toMatch(/\n +at /);
  });

  test('is 8, at once and without a request, while another process writes', async () => {
    const { sync, database, fakeApi } = await start();
    const lock = takeWriterLock(database);
    const { exitCode, stderr } = await sync();
    lock.release();
    expect(exitCode).toBe(8);
    expect(stderr).toContain('[LOCKED]');
    expect(fakeApi.requests).toEqual([]);
  });

  test.each([
    ['INTERRUPTED', 130],
    ['TERMINATED', 143],
  ] as const)('after %s is %i', async (code, exit) => {
    const { sync } = await start();
    const { exitCode } = await sync([], {
      onStop: (stop) => {
        stop(new MirrorError(code, 'Stopped.'));
      },
    });
    expect(exitCode).toBe(exit);
  });
});

describe('--list', () => {
  test('accepts ids and labels, in upper or lower case, in any order', async () => {
    const { sync, rows } = await start();
    expect((await sync(['--list', 'perhaps, but long-dormant', '5020'])).exitCode).toBe(0);
    expect(rows('SELECT list_id FROM list_syncs ORDER BY list_id')).toEqual([
      { list_id: 5020 },
      { list_id: 5024 },
    ]);
  });

  test('rejects a list that does not exist, and names those that do', async () => {
    const { sync, fakeApi } = await start();
    const { exitCode, stderr, stdout } = await sync(['--list', 'Maybe']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('There is no list "Maybe"');
    expect(stderr).toContain('5023 (No reason to think so)');
    expect(stdout).toBe('');
    expect(fakeApi.requests).toEqual([]);
  });
});

test('--json prints only the report, with the figures of the ledger', async () => {
  const { sync, rows } = await start();
  const report = JSON.parse((await sync(['--json'])).stdout) as {
    run_id: number;
    exit_code: number;
    lists: Record<string, unknown>[];
  };
  expect(report).toMatchObject({ run_id: 1, outcome: 'complete', exit_code: 0, error: null });
  const figures = rows(
    `SELECT list_id, outcome, cases_seen, cases_new, pages, requests, bytes FROM list_syncs ORDER BY list_id`,
  );
  expect(report.lists).toHaveLength(6);
  report.lists.forEach((status, index) => {
    expect(status).toMatchObject(figures[index] ?? {});
  });
});

test('a mirror of the Clearinghouse takes no cases of another API, unless that is accepted; from then on its texts neither', async () => {
  const { sync, env, fakeApi, database } = await start();
  await sync();
  const follow = (address: string) => {
    closing(openSqlite(database), (sqlite) =>
      sqlite.prepare('UPDATE sync_runs SET api_url = ?').run(address),
    );
  };
  follow('https://clearinghouse.net/api/v2p1/');
  const before = fakeApi.requests.length;
  for (const words of [['sync'], ['sync', '--dry-run'], ['nightly', '--once'], ['fetch-texts', '--core']]) {
    const { exitCode, stdout, stderr } = await runCli(words, { env });
    expect([words, exitCode, `${stdout}${stderr}`]).toEqual([
      words,
      2,
      expect.stringContaining('API_DIFFERS'),
    ]);
  }
  expect(fakeApi.requests).toHaveLength(before);
  expect((await sync(['--accept-other-api'])).exitCode).toBe(0);
  expect((await sync()).exitCode).toBe(0);
  // A run that received nothing says nothing of the source.
  expect((await sync([], { env: { CLEARINGHOUSE_API_TOKEN: 'wrong' } })).exitCode).toBe(3);
  follow('http://127.0.0.1:1/api/v2p1/');
  expect((await sync()).exitCode).toBe(0);
});

test('--dry-run says so and leaves no file', async () => {
  const { sync, read } = await start({ withoutFile: true });
  const { exitCode, stdout } = await sync(['--dry-run']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Dry run (nothing was written)');
  expect(() => {
    read(() => undefined);
  }).toThrow('There is no mirror');
});

describe('progress', () => {
  test('is printed as lines on standard error without a terminal', async () => {
    const { sync } = await start();
    const { stderr } = await sync();
    expect(stderr).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC run 1 begun\n/);
    expect(stderr).not.toContain('\u001b');
  });

  test('is a bar on a terminal, and the table has color unless NO_COLOR is set', async () => {
    const { sync } = await start();
    const first = await sync([], { isTTY: true });
    expect(first.stderr).toContain('6/6 cases');
    expect(first.stdout).toContain('\u001b[32mcomplete');
    const second = await sync([], { isTTY: true, env: { NO_COLOR: '1' } });
    expect(second.stdout).not.toContain('\u001b');
  });
});

describe('settings', () => {
  test('a flag takes precedence over the environment, and the environment over .env', async () => {
    const { sync, env, fakeApi } = await start();
    const folder = tempFolder();
    writeFileSync(
      join(folder, '.env'),
      `CLEARINGHOUSE_API_URL=http://127.0.0.1:9/\nCLEARINGHOUSE_API_TOKEN=${fakeApi.token}\n`,
    );
    const fromDotEnv = { CLEARINGHOUSE_API_TOKEN: '' };
    expect((await sync([], { folder, env: fromDotEnv })).exitCode).toBe(0);
    const wrong = { ...fromDotEnv, CLEARINGHOUSE_API_URL: 'http://127.0.0.1:9/' };
    expect((await sync(['--api-url', env.CLEARINGHOUSE_API_URL], { folder, env: wrong })).exitCode).toBe(0);
  });

  test('the token can be read from a file', async () => {
    const { sync, fakeApi } = await start();
    const path = join(tempFolder(), 'token');
    writeFileSync(path, ` token ${fakeApi.token}\n`);
    expect((await sync(['--token-file', path], { env: { CLEARINGHOUSE_API_TOKEN: 'wrong' } })).exitCode).toBe(
      0,
    );
  });
});
