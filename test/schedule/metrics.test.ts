import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createMetricsStep } from '../../src/schedule/metrics.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const RUN = makeScheduledRun({ attempts: 2 });
const GOES_ON = new AbortController().signal;

/** Parses the samples of a file in the text format, and the names that have a help and a type. */
function parse(text: string) {
  const samples = new Map<string, number>();
  const described = new Set<string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [, name] = /^# TYPE (\S+) gauge$/.exec(line) ?? [];
    if (name !== undefined) described.add(name);
    if (line.startsWith('#')) continue;
    const [, key, value] = /^([a-z_]+(?:\{[^{}]*\})?) (-?[\d.]+(?:e[+-]?\d+)?)$/.exec(line) ?? [];
    if (key === undefined) throw new Error(`not a sample: ${line}`);
    samples.set(key.replace('clearinghouse_mirror_', ''), Number(value));
  }
  return { samples, described };
}

test('the metrics of a scheduled run describe the run and the mirror in the format of Prometheus', async () => {
  const { sync, database, fakeApi, runtime } = await startHarness({ source: smallCollection(10) });
  const report = await sync();
  const path = join(tempFolder(), 'clearinghouse.prom');
  const steps = [
    { step: 'verify', outcome: 'done', detail: '' },
    { step: 'snapshot', outcome: 'failed', detail: 'no "room"' },
  ] as const;
  const step = createMetricsStep(database, path, runtime.now);
  expect(await step.run(GOES_ON, { run: RUN, exit: 'complete', reports: [report], steps })).toBe(path);
  expect(readdirSync(dirname(path))).toEqual(['clearinghouse.prom']);
  const text = readFileSync(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  const { samples, described } = parse(text);
  expect(Object.fromEntries(samples)).toMatchObject({
    last_success_timestamp_seconds: Date.parse('2030-01-15T03:17:00Z') / 1000,
    scheduled_run_due_timestamp_seconds: Date.parse(RUN.due_at) / 1000,
    'scheduled_run_outcome{outcome="complete"}': 1,
    'scheduled_run_outcome{outcome="failed"}': 0,
    scheduled_run_duration_seconds: 1830,
    scheduled_run_attempts: 2,
    'scheduled_run_cases{kind="new"}': 10,
    'scheduled_run_cases{kind="departed"}': 0,
    scheduled_run_requests: fakeApi.requests.length,
    scheduled_run_retries: 0,
    'scheduled_run_step_failed{step="verify"}': 0,
    'scheduled_run_step_failed{step="snapshot"}': 1,
    'cases{list_id="5020",list="No"}': 2,
    departed_cases: 0,
  });
  for (const key of samples.keys())
    expect(described).toContain(`clearinghouse_mirror_${key.replace(/\{.*/, '')}`);
});

test('an unknown value has no sample', async () => {
  const { sync, database, runtime } = await startHarness({ source: smallCollection(1) });
  await sync({ lists: [] });
  const path = join(tempFolder(), 'clearinghouse.prom');
  const run = makeScheduledRun({ outcome: 'failed', last_ended_at: null });
  await createMetricsStep(database, path, runtime.now).run(GOES_ON, {
    run,
    exit: 'network',
    reports: [],
    steps: [],
  });
  const { samples } = parse(readFileSync(path, 'utf8'));
  expect(samples.has('last_success_timestamp_seconds')).toBe(false);
  expect(samples.has('scheduled_run_duration_seconds')).toBe(false);
  expect(samples.get('scheduled_run_outcome{outcome="failed"}')).toBe(1);
});

test('a metrics file belongs to its mirror until the mirror is deleted', async () => {
  const [first, second] = [
    await startHarness({ source: smallCollection(1) }),
    await startHarness({ source: smallCollection(1) }),
  ];
  const path = join(tempFolder(), 'clearinghouse.prom');
  const summary = { run: RUN, exit: 'complete', reports: [], steps: [] } as const;
  const write = async ({ sync, database, runtime }: typeof first) => {
    await sync({ lists: [] });
    return createMetricsStep(database, path, runtime.now).run(GOES_ON, summary);
  };
  await write(first);
  await write(first);
  const before = readFileSync(path, 'utf8');
  await expect(write(second)).rejects.toMatchObject({
    code: 'FILE_UNWRITABLE',
    message: expect.stringContaining(first.database),
  });
  expect(readFileSync(path, 'utf8')).toBe(before);
  rmSync(first.database);
  await write(second);
  expect(readFileSync(path, 'utf8')).toContain(second.database);
});
