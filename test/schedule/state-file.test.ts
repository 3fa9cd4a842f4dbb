import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import {
  SCHEDULED_RUN_OUTCOMES,
  readStateFile,
  setStateFileAside,
  toStateFilePath,
  writeStateFile,
  type ScheduledRun,
  type SchedulerState,
} from '../../src/schedule/state-file.ts';
import { listMissed, startAttempt } from '../../src/schedule/attempt.ts';
import { parseSchedule } from '../../src/schedule/cron.ts';
import { gatherSettings, parseNightlySettings } from '../../src/config/settings.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { tempFolder } from '../support/temp-folder.ts';

const scheduledRun = (due_at: string, changes: Partial<ScheduledRun> = {}) =>
  makeScheduledRun({ due_at, ...changes });
const BOOK: SchedulerState = {
  process: {
    process_id: 7,
    version: '1',
    started_at: '2026-11-20T12:00:00.000Z',
    schedule: '17 3 * * *',
    timezone: 'UTC',
    waiting: 'for the next run',
    until: '2026-11-25T03:17:00.000Z',
  },
  scheduled_runs: SCHEDULED_RUN_OUTCOMES.map((outcome, at) =>
    scheduledRun(`2026-11-${20 - at}T03:17:00.000Z`, { outcome }),
  ),
};

describe('the state file of the scheduler', () => {
  test('is read back unchanged, and leaves no other file beside it', () => {
    const path = toStateFilePath(join(tempFolder(), 'mirror.db'));
    writeStateFile(path, BOOK);
    expect(readStateFile(path)).toEqual(BOOK);
    expect(readdirSync(dirname(path))).toEqual(['mirror.db.nightly.json']);
  });

  test('counts as empty if it does not exist', () => {
    expect(readStateFile(join(tempFolder(), 'none'))).toEqual({ process: null, scheduled_runs: [] });
  });

  test('of the previous version is read, with its outcomes under their current names', () => {
    const path = join(tempFolder(), 'mirror.db.nightly.json');
    const run = makeScheduledRun({ due_at: '2026-11-20T03:17:00.000Z', run_ids: [7] });
    const before = {
      watch: { process_id: 7, version: '0', watching_since: '2026-11-01T00:00:00Z', at: '17 3 * * *' },
      nights: [{ ...run, outcome: 'doubtful' }, run],
      ahead: [run],
    };
    writeFileSync(path, JSON.stringify(before));
    const state = readStateFile(path);
    expect(state).toMatchObject({ process: null, ahead: [run] });
    expect(state.scheduled_runs[1]).toEqual(run);
    expect(SCHEDULED_RUN_OUTCOMES).toContain(state.scheduled_runs[0]?.outcome);
    expect(state.scheduled_runs[0]?.run_ids).toEqual([7]);
    writeFileSync(path, JSON.stringify({ ...before, nights: [{ due_at: 'x' }] }));
    expect(() => readStateFile(path)).toThrow(expect.objectContaining({ code: 'STATE_FILE_DAMAGED' }));
  });

  test('keeps four hundred scheduled runs, however many were missed', () => {
    const daysBefore = (count: number): Date => new Date(Date.UTC(2026, 10, 24 - count, 3, 17));
    const scheduledRuns = Array.from({ length: 10 }, (_, at) =>
      scheduledRun(daysBefore(600 + at).toISOString()),
    );
    const schedule = parseSchedule('17 3 * * *', 'UTC');
    expect(listMissed(schedule, scheduledRuns[0], daysBefore(0))).toHaveLength(400);
    const { runs, missed } = startAttempt(scheduledRuns, schedule, daysBefore(0), daysBefore(0));
    expect(missed).toBe(400);
    expect(runs.map(({ due_at }) => due_at)).toEqual(
      Array.from({ length: 400 }, (_, at) => daysBefore(at).toISOString()),
    );
  });

  test('has no missed run if none was due, or if there was none before', () => {
    const schedule = parseSchedule('17 3 * * *', 'UTC');
    const due = new Date('2026-11-24T03:17:00Z');
    expect(listMissed(schedule, undefined, due)).toEqual([]);
    expect(listMissed(schedule, scheduledRun('2026-11-23T03:17:00.000Z'), due)).toEqual([]);
    expect(listMissed(schedule, scheduledRun('2026-11-25T03:17:00.000Z'), due)).toEqual([]);
    expect(listMissed(schedule, scheduledRun('2026-11-22T03:17:00.000Z'), due)).toHaveLength(1);
  });

  test.each([
    ['half a file', '{"process": null, "scheduled_runs": [{'],
    ['nothing', ''],
    ['another kind of file', '[]'],
    ['no scheduled runs', '{"process": null}'],
    ['a scheduled run without a time', '{"process": null, "scheduled_runs": [{"outcome": "complete"}]}'],
    [
      'an outcome that is none',
      JSON.stringify({ process: null, scheduled_runs: [{ ...scheduledRun('2026-11-20'), outcome: 'x' }] }),
    ],
    ...[{ steps: [null] }, { steps: [{ step: 'x' }] }, { error: 'x' }, { run_ids: ['x'] }].map(
      (odd): [string, string] => [
        `a scheduled run with ${JSON.stringify(odd)}`,
        JSON.stringify({ process: null, scheduled_runs: [{ ...scheduledRun('2026-11-20'), ...odd }] }),
      ],
    ),
    ['a word instead of who keeps it', '{"process": "me", "scheduled_runs": []}'],
  ])('that is damaged causes an error: %s', (_title, text) => {
    const path = join(tempFolder(), 'book');
    writeFileSync(path, text);
    expect(() => readStateFile(path)).toThrow(expect.objectContaining({ code: 'STATE_FILE_DAMAGED' }));
  });

  const keep = (database: string) => {
    const failures: unknown[] = [];
    createScheduler({
      clock: {
        now: () => new Date('2026-11-24T12:00:00Z'),
        sleep: () => Promise.reject(new Error('not asked for')),
        nextMinute: () => Promise.reject(new Error('not asked for')),
      },
      random: () => 0.5,
      who: { process_id: 1, version: '1' },
      job: () => ({
        apiUrl: '',
        database,
        schedule: parseSchedule('17 3 * * *', 'UTC'),
        settings: parseNightlySettings(gatherSettings({}, {}, {})),
        lists: ONGOING_LISTS,
        runSync: () => Promise.reject(new Error('not asked for')),
        steps: [],
      }),
      signal: new AbortController().signal,
      events: {
        onWait: () => undefined,
        onBegin: () => undefined,
        onEnd: () => undefined,
        onFailed: (error) => failures.push(error),
      },
    });
    return failures;
  };

  test('that is replaced with a folder is moved away, and the schedule continues', () => {
    const database = join(tempFolder(), 'mirror.db');
    const path = toStateFilePath(database);
    mkdirSync(path);
    expect(keep(database)).toMatchObject([{ code: 'STATE_FILE_DAMAGED' }]);
    expect(existsSync(path)).toBe(false);
  });

  test('that is a pipe does not block', () => {
    const path = join(tempFolder(), 'book');
    if (spawnSync('mkfifo', [path]).status !== 0) return;
    expect(() => readStateFile(path)).toThrow(expect.objectContaining({ code: 'STATE_FILE_DAMAGED' }));
  });

  test('that is damaged is moved away with a warning when the scheduler starts', () => {
    const database = join(tempFolder(), 'mirror.db');
    const path = toStateFilePath(database);
    writeFileSync(path, 'lamp');
    const failures = keep(database);
    expect(failures).toMatchObject([{ code: 'STATE_FILE_DAMAGED' }]);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('lamp');
    expect(existsSync(path)).toBe(false);
  });

  test('that is damaged repeatedly never replaces an earlier damaged one', () => {
    const path = join(tempFolder(), 'book');
    for (const text of ['one', 'two', 'three']) {
      writeFileSync(path, text);
      setStateFileAside(path);
    }
    const names = ['.damaged', '.damaged-2', '.damaged-3'];
    expect(names.map((ending) => readFileSync(`${path}${ending}`, 'utf8'))).toEqual(['one', 'two', 'three']);
    expect(existsSync(path)).toBe(false);
  });
});
