import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createProgress } from '../../src/cli/text/progress.ts';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { always } from '../../fake-api/serve/faults.ts';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { findProgram } from '../support/program.ts';

// Faults that a first-time user found.

/** A real sync of sixty cases, one page after another, with one stream that is no longer read. */
async function syncWithClosed(stream: 'stdout' | 'stderr', token: string) {
  const { fakeApi, database, rows } = await startHarness({
    source: smallCollection(60),
    pageSize: 2,
    latencyMs: 20,
  });
  const child = spawn(process.execPath, [findProgram(), 'sync'], {
    cwd: tempFolder(),
    env: {
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_API_TOKEN: token,
      CLEARINGHOUSE_DATABASE: database,
      CLEARINGHOUSE_DELAY: '0',
    },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdout.resume();
  child.stderr.resume();
  child[stream].destroy();
  const exitCode = await ended;
  return { exitCode, outcome: existsSync(database) ? rows('SELECT outcome FROM sync_runs') : [] };
}

test('a sync whose log is no longer read still ends, and its outcome is recorded', async () => {
  expect(await syncWithClosed('stderr', 'demo-token')).toEqual({
    exitCode: 0,
    outcome: [{ outcome: 'complete' }],
  });
});

test('a failed sync exits with its error code even if its report is no longer read', async () => {
  expect((await syncWithClosed('stdout', 'wrong-token')).exitCode).toBe(3);
});

test('query prints whole numbers beyond 2^53 exactly', async () => {
  const { sync, database } = await startHarness({ source: smallCollection(5) });
  await sync();
  const { stdout } = await runCli([
    'query',
    '--json',
    '--database',
    database,
    'SELECT 9007199254740993 AS n',
  ]);
  expect(stdout).toContain('9007199254740993');
});

test('a folder as --database is not reported as a full disk', async () => {
  const { stderr } = await runCli(['status', '--database', tempFolder()]);
  expect(stderr).not.toContain('DISK_FULL');
});

test('the progress bar with its note fits into a terminal of 80 columns', async () => {
  let drawn = '';
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      drawn += chunk.toString();
      done();
    },
  });
  const [list] = ONGOING_LISTS;
  const tell = createProgress(Object.assign(out, { isTTY: true, columns: 80 }), () => new Date(), 'UTC');
  tell({ type: 'list-begun', list });
  tell({ type: 'retrying', reason: 'the server was busy', attempt: 1, waitMs: 1000 });
  await delay(300);
  tell({ type: 'list-ended', report: { list, outcome: 'failed', error: null, figures: {} as never } });
  const lines = drawn.split(/\p{Cc}(?:\[[\d;?]*[A-Za-z])?/u);
  expect(drawn).toContain('again in 1.0 s');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
});

test.each([true, false])('a thread that failed is named where a run is shown (terminal: %s)', (isTTY) => {
  let shown = '';
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      shown += chunk.toString();
      done();
    },
  });
  const tell = createProgress(Object.assign(out, { isTTY }), () => new Date(), 'UTC');
  tell({ type: 'index-thread-failed', reason: 'it ended with exit code 3' });
  expect(shown.replaceAll('\n', ' ')).toContain(
    'the search index is built in one thread, because the second one failed: it ended with exit code 3 ',
  );
});

test('a token that the server repeats in escaped JSON is not shown', async () => {
  const token = 'c4n4ry0123456789';
  const { fakeApi, database } = await startHarness({
    source: smallCollection(5),
    token,
    faults: always({ kind: 'status', status: 401, body: `{"detail":"\\u0063${token.slice(1)}"}` }),
  });
  const { stdout, stderr } = await runCli(['sync'], {
    env: {
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_API_TOKEN: token,
      CLEARINGHOUSE_DATABASE: database,
    },
  });
  expect(stdout + stderr).not.toContain(token);
});

test('the log says "1 case", not "1 cases"', async () => {
  const { fakeApi, database } = await startHarness({ source: smallCollection(5) });
  const { stderr } = await runCli(['sync'], {
    env: {
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
      CLEARINGHOUSE_DATABASE: database,
    },
  });
  expect(stderr).not.toContain('1 cases');
});

test('the name of a column cannot control the terminal', async () => {
  const { sync, database } = await startHarness({ source: smallCollection(5) });
  await sync();
  const { stdout } = await runCli(['query', '--database', database, 'SELECT 1 AS "a\u001b[2Jb"']);
  expect(stdout).not.toContain('\u001b');
});

test('the demo does not delete a mirror of another server at a local address, such as a tunnel', async () => {
  const { sync, database, rows } = await startHarness({ source: smallCollection(5) });
  await sync();
  const { exitCode } = await runCli(['demo', '--cases', '50', '--json', '--database', database]);
  expect(exitCode).toBe(2);
  expect(rows('SELECT count(*) AS n FROM cases')).toEqual([{ n: 5 }]);
});

test('a statement may begin with a comment', async () => {
  const { sync, database } = await startHarness({ source: smallCollection(5) });
  await sync();
  const { exitCode } = await runCli([
    'query',
    '--database',
    database,
    '-- how many?\nSELECT count(*) FROM cases',
  ]);
  expect(exitCode).toBe(0);
});
