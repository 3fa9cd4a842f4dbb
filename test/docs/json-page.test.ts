import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { runCli, spawnCli, type CliResult } from '../support/command-line.ts';
import { listFaults, readFields } from '../support/json-page.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const HOSTILE = 'name \u009b\u202e\u2028\u007f"';

const GONE = '7';
const SIZE = 30;
/** What is run, and the section that describes it. */
const DESCRIBED: readonly (readonly [section: string, args: readonly string[], least: number])[] = [
  ['case', ['case', GONE], 1],
  ['case', ['case', GONE, '--as-of', '1'], 1],
  ['changes', ['changes', '--since', '1'], SIZE],
  ['activity', ['activity'], 1],
  ['search', ['search', 'order'], 1],
  ['transitions', ['transitions'], 1],
  ['transitions --list', ['transitions', '--list'], SIZE],
  ['departed', ['departed'], 1],
  ['coverage', ['coverage'], 2],
  ['audit', ['audit'], 5],
  ['status', ['status'], 1],
  ['sync', ['sync', '--max-attempts', '1', '--delay', '0'], 1],
  ['fetch-texts', ['fetch-texts', '--delay', '0'], 1],
  ['fetch-files', ['fetch-files', '--core', '--delay', '0'], 1], // all of them on a host that is not known
  ['verify', ['verify', '--sample', '5'], 1],
  ['doctor', ['doctor'], 1],
  ['snapshot', ['snapshot'], 1],
  ['snapshot', ['snapshot', '--as-of', '1'], 1],
  ['snapshot --list', ['snapshot', '--list'], 1],
  ['sync', ['nightly', '--once', '--max-attempts', '1', '--delay', '0'], 1],
  ['status', ['status', '--database', 'MIRROR'], 1], // after a scheduled run
  ['restore', ['restore', 'latest.db'], 1],
  ['restore', ['restore', 'latest.db', '--yes'], 1],
  ['export', ['export', 'out', '--allow-partial'], 1],
  ['export', ['release', 'out-of-release', '--allow-partial'], 1],
  ['redact', ['redact', GONE], 1],
  ['redact', ['redact', GONE, '--yes'], 1],
];
const OTHERS: readonly (readonly string[])[] = [
  ['query', 'SELECT name, court FROM cases'],
  ['audit', 'outcome_at_odds'],
];

describe('docs/json.md describes what is printed by', () => {
  const results = new Map<string, CliResult>();
  const resultOf = (args: readonly string[]): CliResult =>
    results.get(args.join(' ')) ?? { exitCode: null, stdout: '', stderr: 'was not run' };

  beforeAll(async () => {
    const source = inventCollection({ size: SIZE });
    source.put(makeCase({ id: Number(GONE) }));
    const harness = await startHarness({ source });
    await harness.sync();
    source.remove(Number(GONE));
    source.advance({ changed: 8, statusMoves: 2, inserted: 2 });
    const [first = 0] = source.ids();
    source.edit(first, (record) => ({ ...record, name: HOSTILE, court: HOSTILE }));
    await harness.sync();
    const env = {
      CLEARINGHOUSE_DATABASE: harness.database,
      CLEARINGHOUSE_API_TOKEN: 'demo-token',
      CLEARINGHOUSE_API_URL: 'http://127.0.0.1:9/',
    };
    for (const args of [...DESCRIBED.map(([, one]) => one), ...OTHERS])
      results.set(
        args.join(' '),
        await runCli([...args.map((arg) => (arg === 'MIRROR' ? harness.database : arg)), '--json'], { env }),
      );
  });

  test.each(DESCRIBED)('%s: %j', (section, args, least) => {
    const { stdout, stderr } = resultOf(args);
    const lines = stdout.split('\n').slice(0, -1);
    expect([lines.length >= least, stderr]).toEqual([true, expect.any(String)]);
    const fields = readFields(section);
    expect(fields.size).toBeGreaterThan(1);
    const faults = lines.flatMap((line) => listFaults(JSON.parse(line) as Record<string, unknown>, section));
    expect([...new Set(faults)]).toEqual([]);
    expect(stdout.endsWith('\n')).toBe(true);
  });

  test.each(OTHERS.map((args) => [args]))('%j: its lines are objects', (args) => {
    const { stdout, stderr, exitCode } = resultOf(args);
    expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toEqual(expect.any(Object));
  });

  test('every command, and nothing of it can steer a terminal or turn text around', () => {
    const printed = [...results.values()].map(({ stdout }) => stdout).join('');
    expect(printed.replaceAll('\n', '')).not.toMatch(
      /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
    );
    expect(printed).toContain('\\u009b\\u202e\\u2028\\u007f');
  });
});

test('demo, doctor --probe and fake-api print what the page says, and a good sync does too', async () => {
  const database = join(tempFolder(), 'demo.db');
  const demo = await runCli(['demo', '--cases', '50', '--database', database, '--json']);
  const told = JSON.parse(demo.stdout) as Record<string, unknown>;
  expect(listFaults({ ...told, runs: [], linked_passes: [] }, 'demo')).toEqual([]);
  const runs = told.runs as Record<string, unknown>[];
  expect(runs).toHaveLength(2);
  expect(runs.flatMap((run) => listFaults(run, 'sync'))).toEqual([]);
  const status = await runCli(['status', '--json', '--database', database]);
  expect(listFaults(JSON.parse(status.stdout) as Record<string, unknown>, 'status')).toEqual([]);

  const { env, fakeApi: api } = await startHarness({ source: inventCollection({ size: 24 }) });
  const linked = { ...env, CLEARINGHOUSE_LINKED_BUDGET: '9' };
  const { stdout: lines } = await runCli(['sync', '--json'], { env: linked });
  const [, pass = '{}'] = lines.split('\n');
  const said = JSON.parse(pass) as Record<string, unknown>;
  expect([said.outcome, listFaults(said, 'linked-pass')]).toEqual(['budget', []]);
  expect(api.requests.length).toBeGreaterThan(9);
  const after = await runCli(['status', '--json'], { env: linked });
  expect(listFaults(JSON.parse(after.stdout) as Record<string, unknown>, 'status')).toEqual([]);
  const probe = await runCli(['doctor', '--probe', '--yes', '--json'], { env });
  expect(listFaults(JSON.parse(probe.stdout) as Record<string, unknown>, 'doctor --probe')).toEqual([]);

  const fakeApi = spawnCli(['fake-api', '--json', '--port', '0']);
  await fakeApi.saw('}\n');
  fakeApi.child.kill('SIGTERM');
  const { stdout } = await fakeApi.ended;
  expect(listFaults(JSON.parse(stdout) as Record<string, unknown>, 'fake-api')).toEqual([]);
});
