import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { RunSummary } from '../../src/schedule/after-run.ts';
import { createHtmlReportStep } from '../../src/schedule/html-report.ts';
import { runCli } from '../support/command-line.ts';
import { makeDocument } from '../support/make-document.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const GOES_ON = new AbortController().signal;

/** Writes a report of these runs, each of which began on the day of its number. */
function write(folder: string, runIds: readonly number[], keep = 2, database = '/data/mirror.db') {
  const step = createHtmlReportStep({ database, folder, keep }, (first, last) =>
    Promise.resolve({
      runId: last,
      startedAt: `2030-01-${String(last).padStart(2, '0')}T03:17:00.000Z`,
      text: `runs ${first} to ${last}`,
    }),
  );
  const run = makeScheduledRun({ run_ids: runIds });
  return step.run(GOES_ON, { run, exit: 'complete', reports: [], steps: [] } satisfies RunSummary);
}

test('a report is named for its mirror and its last run, and replaces an earlier one of the same run', async () => {
  const folder = join(tempFolder(), 'reports');
  const path = join(folder, 'mirror-run-3-20300103T031700Z.html');
  expect(await write(folder, [3])).toBe(path);
  expect(await write(folder, [2, 3])).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe('runs 2 to 3');
  expect(readdirSync(folder)).toEqual(['mirror-run-3-20300103T031700Z.html']);
  expect(await write(folder, [])).toEqual({ skipped: 'no sync run began' });
});

test('the newest reports of a mirror are kept, and nothing else is removed but what a dead process left', async () => {
  const folder = tempFolder();
  const others = ['notes.html', 'mirror-run-1.html', 'other-run-1-20300101T031700Z.html'];
  for (const name of others) writeFileSync(join(folder, name), '');
  const left = '.mirror-run-1-20300101T031700Z.html.0123456789abcdef.tmp';
  const fresh = '.mirror-run-2-20300101T031700Z.html.0123456789abcdef.tmp';
  for (const name of [left, fresh]) writeFileSync(join(folder, name), '<!doctype');
  utimesSync(join(folder, left), 0, 0);
  for (const runId of [8, 9, 10]) await write(folder, [runId]);
  expect(await write(folder, [11])).toContain('1 older one removed');
  expect(readdirSync(folder).toSorted()).toEqual(
    [
      ...others,
      fresh,
      'mirror-run-10-20300110T031700Z.html',
      'mirror-run-11-20300111T031700Z.html',
    ].toSorted(),
  );
  await write(folder, [12], 0);
  expect(readdirSync(folder).filter((name) => /^mirror-run-\d+-/.test(name))).toHaveLength(3);
});

test('nightly writes a report after each run, and a failure of it is told and leaves the run complete', async () => {
  const { env, runtime, rows } = await startHarness({ source: smallCollection(4) });
  const folder = tempFolder();
  const run = (reports: string) =>
    runCli(['nightly', '--once', '--no-nightly-snapshot', '--html-reports', reports], {
      env,
      runtime,
      folder,
    });
  expect((await run('reports')).exitCode).toBe(0);
  const [name = ''] = readdirSync(join(folder, 'reports'));
  expect(name).toMatch(/^mirror-run-1-\d{8}T\d{6}Z\.html$/);
  expect(readFileSync(join(folder, 'reports', name), 'utf8')).toMatch(
    /^<!doctype html>[^]*Run 1 is the baseline[^]*<\/html>\s*$/,
  );
  writeFileSync(join(folder, 'file'), '');
  const failed = await run('file/reports');
  expect(failed.exitCode).not.toBe(0);
  expect(failed.stderr).toContain('FILE_UNWRITABLE');
  expect(rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'complete' }, { outcome: 'complete' }]);
  expect((await runCli(['status'], { env, runtime })).stdout).toContain(
    'html-report failed: FILE_UNWRITABLE',
  );
});

test('a linked pass makes the report of its run again, with what it found', async () => {
  const source = smallCollection(2);
  source.linked.putDocument(1, makeDocument({ id: 51 }));
  const { env, runtime, database } = await startHarness({ source });
  const folder = tempFolder();
  const run = () =>
    runCli(['nightly', '--once', '--no-nightly-snapshot', '--html-reports', 'reports'], {
      env: { ...env, CLEARINGHOUSE_LINKED_BUDGET: 'all' },
      runtime,
      folder,
    });
  expect((await run()).exitCode).toBe(0);
  source.linked.putDocument(1, makeDocument({ id: 52, title: 'Consent decree of the lamps' }));
  await runtime.sleep(24 * 60 * 60 * 1000, GOES_ON);
  expect((await run()).exitCode).toBe(0);
  const names = readdirSync(join(folder, 'reports'));
  expect(names).toHaveLength(2);
  const text = readFileSync(
    join(folder, 'reports', names.find((name) => name.includes('run-2-')) ?? ''),
    'utf8',
  );
  expect(text).toContain('Consent decree of the lamps');
  expect(text).toBe((await runCli(['report', '--run', '2', '--database', database])).stdout);
});
