import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { keepNights, listDueBefore } from '../../src/schedule/scheduler.ts';
import {
  NIGHT_OUTCOMES,
  readNightBook,
  setNightBookAside,
  toNightBookPath,
  writeNightBook,
  type Night,
  type NightBook,
} from '../../src/schedule/state-file.ts';
import { noteBeginning } from '../../src/schedule/attempt.ts';
import { parseSchedule } from '../../src/schedule/cron.ts';
import { gatherSettings } from '../../src/config/sources.ts';
import { parseNightlySettings } from '../../src/config/settings.ts';
import { makeNight } from '../support/make-night.ts';
import { tempFolder } from '../support/temp-folder.ts';

const night = (due_at: string, changes: Partial<Night> = {}) => makeNight({ due_at, ...changes });
const BOOK: NightBook = {
  watch: {
    process_id: 7,
    version: '1',
    watching_since: '2026-11-20T12:00:00.000Z',
    at: '17 3 * * *',
    timezone: 'UTC',
    waiting: 'for the next night',
    until: '2026-11-25T03:17:00.000Z',
  },
  nights: NIGHT_OUTCOMES.map((outcome, at) => night(`2026-11-${20 - at}T03:17:00.000Z`, { outcome })),
};

describe('the book of the nights', () => {
  test('is read as it was written, and leaves no other file beside it', () => {
    const path = toNightBookPath(join(tempFolder(), 'mirror.db'));
    writeNightBook(path, BOOK);
    expect(readNightBook(path)).toEqual(BOOK);
    expect(readdirSync(dirname(path))).toEqual(['mirror.db.nightly.json']);
  });

  test('is empty where there is none', () => {
    expect(readNightBook(join(tempFolder(), 'none'))).toEqual({ watch: null, nights: [] });
  });

  test('forgets what is older than four hundred nights when one begins, however many were missed', () => {
    const daysBefore = (count: number): Date => new Date(Date.UTC(2026, 10, 24 - count, 3, 17));
    const nights = Array.from({ length: 10 }, (_, at) => night(daysBefore(600 + at).toISOString()));
    const missed = listDueBefore(parseSchedule('17 3 * * *', 'UTC'), nights[0], daysBefore(0));
    expect(missed).toHaveLength(400);
    const noted = noteBeginning(nights, daysBefore(0), daysBefore(0), missed);
    expect(noted.map(({ due_at }) => due_at)).toEqual(
      Array.from({ length: 400 }, (_, at) => daysBefore(at).toISOString()),
    );
  });

  test('knows of no missed night where none was due, or where there is no night before', () => {
    const schedule = parseSchedule('17 3 * * *', 'UTC');
    const due = new Date('2026-11-24T03:17:00Z');
    expect(listDueBefore(schedule, undefined, due)).toEqual([]);
    expect(listDueBefore(schedule, night('2026-11-23T03:17:00.000Z'), due)).toEqual([]);
    expect(listDueBefore(schedule, night('2026-11-25T03:17:00.000Z'), due)).toEqual([]);
    expect(listDueBefore(schedule, night('2026-11-22T03:17:00.000Z'), due)).toHaveLength(1);
  });

  test.each([
    ['half a file', '{"watch": null, "nights": [{'],
    ['nothing', ''],
    ['another kind of file', '[]'],
    ['no nights', '{"watch": null}'],
    ['a night without a time', '{"watch": null, "nights": [{"outcome": "complete"}]}'],
    [
      'an outcome that is none',
      JSON.stringify({ watch: null, nights: [{ ...night('2026-11-20'), outcome: 'x' }] }),
    ],
    ...[{ steps: [null] }, { steps: [{ step: 'x' }] }, { error: 'x' }, { run_ids: ['x'] }].map(
      (odd): [string, string] => [
        `a night with ${JSON.stringify(odd)}`,
        JSON.stringify({ watch: null, nights: [{ ...night('2026-11-20'), ...odd }] }),
      ],
    ),
    ['a word instead of who keeps it', '{"watch": "me", "nights": []}'],
  ])('that is damaged says so: %s', (_title, text) => {
    const path = join(tempFolder(), 'book');
    writeFileSync(path, text);
    expect(() => readNightBook(path)).toThrow(expect.objectContaining({ code: 'STATE_FILE_DAMAGED' }));
  });

  const keep = (database: string) => {
    const failures: unknown[] = [];
    keepNights({
      now: () => new Date('2026-11-24T12:00:00Z'),
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
      talk: {
        onWait: () => undefined,
        onBegin: () => undefined,
        onEnd: () => undefined,
        onFailed: (error) => failures.push(error),
      },
    });
    return failures;
  };

  test('the place of which a folder has is put aside, and keeps nobody from keeping the schedule', () => {
    const database = join(tempFolder(), 'mirror.db');
    const path = toNightBookPath(database);
    mkdirSync(path);
    expect(keep(database)).toMatchObject([{ code: 'STATE_FILE_DAMAGED' }]);
    expect(existsSync(path)).toBe(false);
  });

  test('that is a pipe is not waited for', () => {
    const path = join(tempFolder(), 'book');
    if (spawnSync('mkfifo', [path]).status !== 0) return;
    expect(() => readNightBook(path)).toThrow(expect.objectContaining({ code: 'STATE_FILE_DAMAGED' }));
  });

  test('that is damaged is put aside when the schedule is kept, and said', () => {
    const database = join(tempFolder(), 'mirror.db');
    const path = toNightBookPath(database);
    writeFileSync(path, 'lamp');
    const failures = keep(database);
    expect(failures).toMatchObject([{ code: 'STATE_FILE_DAMAGED' }]);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('lamp');
    expect(existsSync(path)).toBe(false);
  });

  test('that is damaged again and again never takes the place of an earlier one', () => {
    const path = join(tempFolder(), 'book');
    for (const text of ['one', 'two', 'three']) {
      writeFileSync(path, text);
      setNightBookAside(path);
    }
    const names = ['.damaged', '.damaged-2', '.damaged-3'];
    expect(names.map((ending) => readFileSync(`${path}${ending}`, 'utf8'))).toEqual(['one', 'two', 'three']);
    expect(existsSync(path)).toBe(false);
  });
});
