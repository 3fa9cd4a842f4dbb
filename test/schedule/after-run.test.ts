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
  test('are done in turn; one that fails is on record and keeps no other from being done', async () => {
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

  test('hear how it went so far, and the first that fails decides how all of it ends', async () => {
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

  test('that need all of it are left out after a scheduled run that brought only a part', async () => {
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

  test('in hand and left when the process is told to end are left out, which is no failure', async () => {
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

  test('come once, when the scheduled run is over, and not between two tries of it', async () => {
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

  /** A world in which a step takes an hour the first time, and notes when it is done. */
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

  test('are done by the next process where the first one dies in them, and nothing is read again', async () => {
    const { world, done } = startWorld();
    world.trouble(HOURS(0.5), { kind: 'killed', downMs: 60_000 });
    await world.live(HOURS(5));
    expect(world.attempts.map(({ lists }) => lists)).toEqual([5, 0]);
    expect(done).toHaveLength(1);
    expect(world.state().scheduled_runs).toMatchObject([
      { outcome: 'complete', is_over: true, run_ids: [1], steps: [{ step: 'note', outcome: 'done' }] },
    ]);
  });

  test('are done by the next process where the first one is told to end in them', async () => {
    const { world, done } = startWorld();
    await world.live(HOURS(0.5));
    expect(world.state().scheduled_runs).toMatchObject([{ outcome: 'complete', is_over: false }]);
    await world.live(HOURS(5));
    expect(world.attempts.map(({ lists }) => lists)).toEqual([5, 0]);
    expect(done.length).toBeGreaterThan(0);
    expect(world.state().scheduled_runs[0]).toMatchObject({ is_over: true, steps: [{ outcome: 'done' }] });
  });
});

describe('the proof after a scheduled run', () => {
  test('says how many cases it has proved', async () => {
    const { sync, database } = await startHarness({ source: smallCollection(20) });
    await sync();
    const { run } = createVerifyStep(database, { share: 0.5 }, Math.random);
    expect(await run(GOES_ON, AFTER_ALL)).toBe('10 of 20 cases verified');
  });

  test('fails when something is not as it should be', async () => {
    const { sync, database } = await startHarness({ source: smallCollection(20) });
    await sync();
    const sqlite = openSqlite(database);
    sqlite.exec(`UPDATE docket_entries SET description = 'Another' WHERE case_id = 3`);
    sqlite.close();
    const { run } = createVerifyStep(database, { share: 1 }, Math.random);
    await expect(run(GOES_ON, AFTER_ALL)).rejects.toMatchObject({ code: 'VERIFY_FAILED', exit: 'findings' });
  });
});

test('the snapshot after a scheduled run removes those that are not to be kept', async () => {
  const { sync, database } = await startHarness({ source: smallCollection(2) });
  await sync();
  const folder = join(tempFolder(), 'snapshots');
  let day = 20;
  const now = () => new Date(`2026-11-${day}T03:17:00Z`);
  const { run } = createSnapshotStep(database, { folder, daily: 2, weekly: 0, monthly: 0 }, now);
  expect(await run(GOES_ON, AFTER_ALL)).toBe(join(folder, 'mirror-20261120T031700Z.db'));
  for (day = 21; day < 23; day++) await run(GOES_ON, AFTER_ALL);
  expect(listSnapshots(database, folder)).toHaveLength(2);
  expect(existsSync(join(folder, 'mirror-20261120T031700Z.db'))).toBe(false);
});
