import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { runCli, spawnCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { findProgram } from '../support/program.ts';
import { times } from '../support/times.ts';

/** A mirror of five cases, and the environment for a process that uses it. */
const share = shareHistory(() => ({ source: smallCollection(5) }));

async function start() {
  const { database } = await share();
  return { CLEARINGHOUSE_DATABASE: database };
}

test('query - reads its statement from standard input', async () => {
  const env = await start();
  const args = ['query', '-', '--format', 'csv'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [findProgram(), ...args], {
    cwd: tempFolder(),
    env,
    input: 'SELECT count(*) AS n\n  FROM cases;\n',
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'n\n5\n', stderr: '' });
});

test('query - waits for a writer that is slower than its own start', async () => {
  const env = await start();
  const child = spawn(process.execPath, [findProgram(), 'query', '-', '--format', 'csv'], {
    cwd: tempFolder(),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for (const piece of ['SELECT ', 'count(*) AS n ', 'FROM cases']) {
    await delay(700);
    child.stdin.write(piece);
  }
  child.stdin.end();
  const [exitCode] = (await once(child, 'close')) as [number];
  expect([exitCode, said]).toEqual([0, 'n\n5\n']);
});

test.each<[string, Buffer, number, string]>([
  ['empty input', Buffer.alloc(0), 2, 'Standard input is empty'],
  ['a statement in UTF-16', Buffer.from('\ufeffSELECT 1 AS n', 'utf16le'), 0, 'n\n1\n'],
  ...times<[string, Buffer, number, string][]>(
    [],
    [['a statement with a byte-order mark', Buffer.from('\ufeffSELECT 1 AS n'), 0, 'n\n1\n']],
  ),
  ['input that is not text', Buffer.from([0x53, 0xff, 0x80]), 2, 'it is not UTF-8'],
  ['a long statement', Buffer.from(`SELECT 1 AS n -- ${'x'.repeat(500_000)}`), 0, 'n\n1\n'],
  ['input that is too long for a statement', Buffer.alloc(17_000_000, 'x'), 2, 'more than 16 MB'],
])('query - handles %s', async (_title, input, exitCode, words) => {
  const env = await start();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [findProgram(), 'query', '-', '--format', 'csv'],
    {
      cwd: tempFolder(),
      env: { PATH: process.env.PATH, ...env },
      input,
      encoding: 'utf8',
    },
  );
  expect([status, `${stdout}${stderr}`]).toEqual([exitCode, expect.stringContaining(words)]);
});

const READ_EARLY = ['csv', 'table', 'ndjson'];
test.each(times(READ_EARLY, [...READ_EARLY, 'json', 'tsv']))(
  'a reader of %s can stop early',
  async (format) => {
    const env = await start();
    const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000)
    SELECT i, hex(zeroblob(25)) AS z FROM n`;
    const { child, ended, saw } = spawnCli(['query', '--format', format, sql], env);
    await saw('0000');
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
  },
);

test('fake-api --json prints its address, and a sync from this address completes', async () => {
  const { child, ended, saw } = spawnCli(['fake-api', '--json', '--cases', '50', '--seed', '3']);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await saw('\n');
  const { api_url, token, cases } = JSON.parse(said) as { api_url: string; token: string; cases: number };
  expect(cases).toBe(50);
  const sync = await runCli(['sync', '--json', '--delay', '0', '--database', join(tempFolder(), 'try.db')], {
    env: { CLEARINGHOUSE_API_URL: api_url, CLEARINGHOUSE_API_TOKEN: token },
  });
  expect(sync.exitCode).toBe(0);
  expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: 'complete' });
  child.kill('SIGTERM');
  expect((await ended).exitCode).toBe(0);
});
