import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PACKAGE } from '../../src/lib/package-info.ts';
import { always } from '../../fake-api/serve/faults.ts';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface DoctorJson {
  readonly exit_code: number;
  readonly findings: { check: string; verdict: string; detail: string; hint: string | null }[];
}

describe('doctor --json', () => {
  test('prints one object with a finding for each check, sends one request, and creates no file', async () => {
    const { fakeApi, database } = await startHarness({ source: smallCollection(5), withoutFile: true });
    const { exitCode, stdout, stderr } = await runCli(['doctor', '--json', '--database', database], {
      env: { CLEARINGHOUSE_API_URL: fakeApi.url, CLEARINGHOUSE_API_TOKEN: fakeApi.token },
      runtime: fakeRuntime({ start: new Date().toISOString() }),
    });
    const { exit_code, findings } = JSON.parse(stdout) as DoctorJson;
    expect([exitCode, exit_code, stderr]).toEqual([0, 0, '']);
    const checks = [
      'settings',
      'token',
      'address',
      'clock',
      'database',
      'linked lists',
      'disk',
      'snapshots',
      'schedule',
    ];
    expect(findings.map(({ check }) => check)).toEqual(checks);
    expect(fakeApi.requests).toHaveLength(1);
    expect(existsSync(database)).toBe(false);
  });

  test('exits with the code of the first bad finding, and still runs the other checks', async () => {
    const { fakeApi } = await startHarness({
      source: smallCollection(5),
      faults: always({ kind: 'status', status: 401 }, () => true),
    });
    const path = join(tempFolder(), 'letter.txt');
    writeFileSync(path, 'Dear reader. '.repeat(100));
    const { exitCode, stdout } = await runCli(['doctor', '--json', '--database', path], {
      env: { CLEARINGHOUSE_API_URL: fakeApi.url, CLEARINGHOUSE_API_TOKEN: 'some-token' },
    });
    const { exit_code, findings } = JSON.parse(stdout) as DoctorJson;
    expect([exitCode, exit_code]).toEqual([3, 3]);
    const bad = findings.filter(({ verdict }) => verdict === 'bad');
    expect(bad.map(({ check }) => check)).toEqual(['token', 'database']);
    expect(bad.every(({ hint }) => hint !== null && hint !== '')).toBe(true);
  });

  test('warns about a clock that is ahead, and does not fail because of a warning', async () => {
    const { fakeApi, database } = await startHarness({ source: smallCollection(5) });
    const start = new Date(Date.now() + 3_600_000).toISOString();
    const { stdout } = await runCli(['doctor', '--json', '--database', database], {
      env: { CLEARINGHOUSE_API_URL: fakeApi.url, CLEARINGHOUSE_API_TOKEN: fakeApi.token },
      runtime: fakeRuntime({ start }),
    });
    const { exit_code, findings } = JSON.parse(stdout) as DoctorJson;
    expect(exit_code).toBe(0);
    expect(findings.find(({ check }) => check === 'clock')).toMatchObject({
      verdict: 'warning',
      detail: expect.stringMatching(/^3\d\d\d s ahead of the server's$/),
      hint: expect.stringContaining('NTP'),
    });
  });
});

describe('the program itself', () => {
  test('names every command in its help, on standard output', async () => {
    const { exitCode, stdout, stderr } = await runCli(['--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    for (const name of ['sync', 'nightly', 'status', 'case', 'query', 'doctor', 'demo', 'fake-api']) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b.* {2,}[A-Z]`, 'm'));
    }
  });

  test('prints its version and nothing else', async () => {
    expect(await runCli(['--version'])).toEqual({ exitCode: 0, stdout: `${PACKAGE.version}\n`, stderr: '' });
  });

  test('prints the same for `help COMMAND` as for `COMMAND --help`', async () => {
    const [long, short] = [await runCli(['query', '--help']), await runCli(['help', 'query'])];
    expect(short.stdout).toBe(long.stdout);
    expect([short.exitCode, long.exitCode]).toEqual([0, 0]);
  });

  test('suggests the right name for a misspelled command', async () => {
    const { exitCode, stderr } = await runCli(['snyc']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean sync?');
  });
});
