import { describe, expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';
import { startHarness } from '../support/sync-harness.ts';

/** A mirror of 120 cases, damaged or not, and the command line for it. */
const share = shareHistory(() => ({ source: smallCollection(120) }));

async function start(damage = '') {
  const { database } = await share();
  const { sqlite, close } = openMirror(database);
  sqlite.exec(damage);
  close();
  return (...args: string[]) => runCli(['verify', '--database', database, ...args]);
}

interface Report {
  readonly exit_code: number;
  readonly file_checks: readonly string[];
  readonly checks: readonly { check: string; checked: number; findings_total: number; findings: unknown[] }[];
  readonly totals: { readonly cases_checked: number; readonly findings: number };
}

const parse = (text: string): Report => JSON.parse(text) as Report;

describe('verify', () => {
  test('exits with 0 for a sound mirror and lists its checks', async () => {
    const run = await start();
    const { exitCode, stdout, stderr } = await run();
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^payload +0 +120 {2}cases/m);
    expect(stdout).toMatch(/120 of 120 cases verified in .*: nothing found\.\n$/);
  });

  test('--sample checks as many cases as requested, and says what it left out', async () => {
    const run = await start();
    const { stdout } = await run('--sample', '10%');
    expect(stdout).toContain('12 of 120 cases verified');
    expect(stdout).toContain('quick_check only');
    expect(parse((await run('--sample', '50', '--json')).stdout)).toMatchObject({
      file_checks: ['quick_check'],
      totals: { cases_checked: 50, findings: 0 },
    });
  });

  test.each([
    ['--sample', '10%'],
    ['--case', '1'],
  ])('rejects a second thread with %s', async (...scope) => {
    const run = await start();
    const { exitCode, stderr } = await run('--threads', '2', ...scope);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('`--threads 2` is for verifying all cases'),
    ]);
  });

  test('lists the first findings of a check and counts the others', async () => {
    const run = await start(`UPDATE cases SET court = 'x'`);
    const { exitCode, stdout } = await run();
    expect(exitCode).toBe(10);
    expect(stdout.match(/^rows +case/gm)).toHaveLength(50);
    expect(stdout).toContain('rows: 70 further findings not listed.');
    expect(stdout).toContain('120 findings.');
  });

  test('--json is one document with every check, its findings and the totals', async () => {
    const run = await start(`UPDATE cases SET court = 'x'`);
    const { exitCode, stdout } = await run('--json');
    const report = parse(stdout);
    expect([exitCode, report.exit_code]).toEqual([10, 10]);
    expect(report.totals).toEqual({ cases_checked: 120, findings: 120 });
    const rows = report.checks.find(({ check }) => check === 'rows');
    expect(rows).toMatchObject({ findings_total: 120 });
    expect(rows?.findings).toHaveLength(50);
    expect(rows?.findings[0]).toEqual({
      case_id: 1,
      run_id: null,
      what: 'cases.court',
      expected: '"District of North Borealia"',
      found: '"x"',
    });
  });

  test('--case checks one case and nothing else', async () => {
    const run = await start(`UPDATE cases SET court = 'x' WHERE id = 7`);
    expect((await run('--case', '6')).exitCode).toBe(0);
    const { exitCode, stdout } = await run('--case', '7', '--json');
    expect(exitCode).toBe(10);
    expect(parse(stdout)).toMatchObject({ file_checks: [], totals: { cases_checked: 1, findings: 1 } });
  });

  test.each([
    [['--case', '999'], 'has no case 999'],
    [['--case', '1', '--sample', '5'], 'not both'],
    [['--sample', '0'], 'such as 10%'],
    [['--sample', '101%'], 'such as 10%'],
    [['--sample', '1.5'], 'such as 10%'],
  ])('%j exits with 2 and says why', async (args, message) => {
    const { exitCode, stderr } = await (await start())(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('shows its progress at a terminal', async () => {
    const { sync, database } = await startHarness({ source: smallCollection(10) });
    await sync();
    const { exitCode, stderr } = await runCli(['verify', '--database', database], { isTTY: true });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('verifying');
  });
});
