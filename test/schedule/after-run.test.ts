import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import {
  type AfterRunStep,
  type RunSummary,
  runSteps,
  createSnapshotStep,
  createVerifyStep,
} from '../../src/schedule/after-run.ts';
import { Random } from '../../fake-api/invent/random.ts';
import { listSnapshots } from '../../src/backup/list.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { HOURS, World } from './world.ts';

const GOES_ON = new AbortController().signal;
const step = (name: string, run: AfterRunStep['run'], onlyIfComplete = false): AfterRunStep => ({
  step: name,
  onlyIfComplete,
  run,
});
const RUN = makeScheduledRun();
const WELL: Omit<RunSummary, 'steps'> = { run: RUN, exit: 'complete', reports: [] };
const AFTER_ALL: RunSummary = { ...WELL, steps: [] };
const does = (words: string) => () => Promise.resolve(words);

describe('the steps after a scheduled run', () => {
  test('run in order; a failed step is recorded and does not stop the others', async () => {
    const fault = new MirrorError('DISK_LOW', 'No room.');
    const bug = new TypeError('lamp is not a function');
    const told: unknown[] = [];
    const { steps: records } = await runSteps(
      [
        step('first', does('well')),
        step('second', () => Promise.reject(fault)),
        step('third', () => Promise.reject(bug)),
        step('fourth', does('well too')),
      ],
      WELL,
      GOES_ON,
      (error) => told.push(error),
    );
    expect(records).toEqual([
      { step: 'first', outcome: 'done', detail: 'well' },
      { step: 'second', outcome: 'failed', detail: 'DISK_LOW: No room.' },
      { step: 'third', outcome: 'failed', detail: 'TypeError: lamp is not a function' },
      { step: 'fourth', outcome: 'done', detail: 'well too' },
    ]);
    expect(told).toEqual([fault, bug]);
  });

  test('get the results so far, and the first failure decides the exit code', async () => {
    const heard: unknown[] = [];
    const hears: AfterRunStep['run'] = (_signal, { exit, steps }) => {
      heard.push([exit, steps.length]);
      return Promise.resolve(null);
    };
    const { exit, steps } = await runSteps(
      [
        step('first', hears),
        step('second', () => Promise.reject(new MirrorError('VERIFY_FAILED', 'Two things.'))),
        step('third', hears),
        step('fourth', () => Promise.reject(new MirrorError('DISK_LOW', 'No room.'))),
      ],
      WELL,
      GOES_ON,
      () => undefined,
    );
    expect(heard).toEqual([
      ['complete', 0],
      ['findings', 2],
    ]);
    expect(exit).toBe('findings');
    expect(steps[0]).toEqual({ step: 'first', outcome: 'skipped', detail: 'there was nothing to do' });
  });

  test('that need a complete run are skipped after a partial one', async () => {
    const { steps: records } = await runSteps(
      [step('snapshot', does('well'), true), step('verify', does('well'))],
      { ...WELL, run: { ...RUN, outcome: 'partial' } },
      GOES_ON,
      () => undefined,
    );
    expect(records).toEqual([
      { step: 'snapshot', outcome: 'skipped', detail: 'the run was not complete' },
      { step: 'verify', outcome: 'done', detail: 'well' },
    ]);
  });

  test('are skipped if the process is told to end, which is not a failure', async () => {
    const stop = new AbortController();
    const told: unknown[] = [];
    const { steps: records, exit } = await runSteps(
      [
        step('first', (signal) => {
          stop.abort(new MirrorError('TERMINATED', 'Stopped.'));
          signal.throwIfAborted();
          return Promise.resolve('well');
        }),
        step('second', does('well')),
      ],
      WELL,
      stop.signal,
      (error) => told.push(error),
    );
    expect(records.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
    expect([told, exit]).toEqual([[], 'complete']);
  });

  test('run once, after the last attempt, and not between attempts', async () => {
    const done: string[] = [];
    let tries = 0;
    const world = new World({
      start: '2026-01-10T17:00:00Z',
      cron: '30 2 * * *',
      timezone: 'UTC',
      random: new Random(1),
      weather: () => ({ msAList: 60_000, isGood: () => ++tries > 7 }),
      steps: [
        step('note', () => {
          done.push(world.now().toISOString());
          return Promise.resolve('noted');
        }),
      ],
    });
    await world.live(HOURS(5));
    expect(world.attempts).toHaveLength(3);
    expect(done).toHaveLength(1);
    expect(world.state().scheduled_runs[0]).toMatchObject({
      outcome: 'complete',
      attempts: 3,
      steps: [{ step: 'note', outcome: 'done', detail: 'noted' }],
    });
  });

  /** A world in which a step takes an hour on its first execution and records when it is done. */
  function startWorld() {
    const done: string[] = [];
    let times = 0;
    const world = new World({
      start: '2026-01-10T17:00:00Z',
      cron: '30 2 * * *',
      timezone: 'UTC',
      random: new Random(1),
      weather: () => ({ msAList: 60_000, isGood: () => true }),
      steps: [
        step('note', async (signal) => {
          if (++times === 1) await world.pass(HOURS(1));
          signal.throwIfAborted();
          done.push(world.now().toISOString());
          return 'noted';
        }),
      ],
    });
    return { world, done };
  }

  test('run in the next process if the first one dies during them, and no list is read again', async () => {
    const { world, done } = startWorld();
    world.trouble(HOURS(0.5), { kind: 'killed', downMs: 60_000 });
    await world.live(HOURS(5));
    expect(world.attempts.map(({ lists }) => lists)).toEqual([5, 0]);
    expect(done).toHaveLength(1);
    expect(world.state().scheduled_runs).toMatchObject([
      { outcome: 'complete', is_over: true, run_ids: [1], steps: [{ step: 'note', outcome: 'done' }] },
    ]);
  });

  test('run in the next process if the first one is told to end during them', async () => {
    const { world, done } = startWorld();
    await world.live(HOURS(0.5));
    expect(world.state().scheduled_runs).toMatchObject([{ outcome: 'complete', is_over: false }]);
    await world.live(HOURS(5));
    expect(world.attempts.map(({ lists }) => lists)).toEqual([5, 0]);
    expect(done.length).toBeGreaterThan(0);
    expect(world.state().scheduled_runs[0]).toMatchObject({ is_over: true, steps: [{ outcome: 'done' }] });
  });
});

describe('the verification after a scheduled run', () => {
  test('reports how many cases it verified', async () => {
    const { sync, database } = await startHarness({ source: smallCollection(20) });
    await sync();
    const { run } = createVerifyStep(database, { share: 0.5 }, Math.random);
    expect(await run(GOES_ON, AFTER_ALL)).toBe('10 of 20 cases verified');
  });

  test('fails if it finds a violation', async () => {
    const { sync, database } = await startHarness({ source: smallCollection(20) });
    await sync();
    const sqlite = openSqlite(database);
    sqlite.exec(`UPDATE docket_entries SET description = 'Another' WHERE case_id = 3`);
    sqlite.close();
    const { run } = createVerifyStep(database, { share: 1 }, Math.random);
    await expect(run(GOES_ON, AFTER_ALL)).rejects.toMatchObject({ code: 'VERIFY_FAILED', exit: 'findings' });
  });
});

test('the snapshot after a scheduled run removes the snapshots that retention does not keep', async () => {
  const { sync, database } = await startHarness({ source: smallCollection(2) });
  await sync();
  const folder = join(tempFolder(), 'snapshots');
  let day = 20;
  const now = () => new Date(`2026-11-${day}T03:17:00Z`);
  const { run } = createSnapshotStep(database, { folder, daily: 2, weekly: 0, monthly: 0, texts: true }, now);
  expect(await run(GOES_ON, AFTER_ALL)).toBe(join(folder, 'mirror-20261120T031700Z.db'));
  for (day = 21; day < 23; day++) await run(GOES_ON, AFTER_ALL);
  expect(listSnapshots(database, folder)).toHaveLength(2);
  expect(existsSync(join(folder, 'mirror-20261120T031700Z.db'))).toBe(false);
});
