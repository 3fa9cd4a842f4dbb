import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { runCli } from '../support/command-line.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { shareHistory } from '../support/shared-history.ts';

/** A mirror of one case whose name changed on the second day, and the command line for it. */
const share = shareHistory(() => ({
  source: recordedCases([makeCase({ id: 1, name: 'First name' })]),
  edits: [
    (source) => {
      source.edit(1, (record) => ({ ...record, name: 'Second name' }));
    },
  ],
}));

async function start() {
  const { database } = await share();
  return (...args: string[]) => runCli(args, { env: { CLEARINGHOUSE_DATABASE: database } });
}

describe('case --as-of', () => {
  test('shows the case as it was, and names the run and its time on standard error', async () => {
    const run = await start();
    const { exitCode, stdout, stderr } = await run('case', '1', '--as-of', '1');
    expect([exitCode, stdout.includes('First name')]).toEqual([0, true]);
    expect(stderr).toBe('As of run 1, which ended at 2030-01-15 03:17 UTC.\n');
    expect((await run('case', '1', '--as-of', '2030-01-15')).stdout).toContain('Second name');
  });

  test('--json contains the run and its time', async () => {
    const run = await start();
    const { stdout } = await run('case', '1', '--json', '--as-of', '1');
    expect(JSON.parse(stdout)).toMatchObject({
      id: 1,
      first_run_id: 1,
      changed_run_id: 1,
      as_of_run_id: 1,
      as_of_started_at: '2030-01-15T03:17:00.000Z',
      as_of_ended_at: '2030-01-15T03:17:00.000Z',
      departed_run_id: null,
      payload: { name: 'First name' },
    });
  });

  test('--raw prints the record that the API had sent by then', async () => {
    const run = await start();
    const { stdout } = await run('case', '1', '--raw', '--as-of', '1');
    expect(JSON.parse(stdout)).toEqual(makeCase({ id: 1, name: 'First name' }));
  });
});

describe('query --as-of', () => {
  test('queries the mirror as it was, and names the run and its time on standard error', async () => {
    const run = await start();
    const sql = 'SELECT name FROM cases';
    expect(await run('query', '--format', 'csv', '--as-of', '1', sql)).toEqual({
      exitCode: 0,
      stdout: 'name\nFirst name\n',
      stderr: 'As of run 1, which ended at 2030-01-15 03:17 UTC.\n',
    });
    expect((await run('query', '--format', 'csv', '--as-of', '2', sql)).stdout).toBe('name\nSecond name\n');
  });
});

test('--as-of says that the run failed, or was not complete', async () => {
  const { database } = await share();
  const copy = join(tempFolder(), 'copy.db');
  copyFileSync(database, copy);
  for (const [outcome, words] of [
    ['failed', 'which failed at 2030-01-15 03:17 UTC: the state has what it stored until then.'],
    ['partial', 'which ended partial at 2030-01-15 03:17 UTC.'],
  ] as const) {
    const sqlite = openSqlite(copy);
    sqlite.exec(`UPDATE sync_runs SET outcome = '${outcome}' WHERE id = 1`);
    sqlite.close();
    const { stderr } = await runCli(['query', '--as-of', '1', 'SELECT 1', '--database', copy]);
    expect(stderr).toBe(`As of run 1, ${words}\n`);
  }
});

describe('an --as-of that is not a mirrored run or time', () => {
  test.each([
    ['the other day', 'USAGE'],
    ['2030-02-30', 'USAGE'],
    ['9', 'RUN_UNKNOWN'],
    ['2030-01-14', 'TIME_NOT_MIRRORED'],
  ])('is refused with exit code 2 in one line: %s', async (moment, code) => {
    const run = await start();
    for (const args of [
      ['case', '1'],
      ['query', 'SELECT 1'],
    ]) {
      const { exitCode, stdout, stderr } = await run(...args, '--as-of', moment);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(new RegExp(`^Error: .*\\[${code}\\]\\nHint: .*\\n$`));
    }
  });
});
