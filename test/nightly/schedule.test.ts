import { describe, expect, test } from '@jest/globals';
import { parseSchedule } from '../../src/nightly/schedule.ts';

const isoOf = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString());

/** All times that are due between two moments. */
function listDue(cron: string, timezone: string, from: string, to: string): string[] {
  const schedule = parseSchedule(cron, timezone);
  const due: Date[] = [];
  for (let next = schedule.findNext(new Date(from)); next !== null && next <= new Date(to);)
    next = schedule.findNext(due[due.push(next) - 1] ?? next);
  return isoOf(due);
}

describe('a night is due once a day', () => {
  test.each([
    [
      'in an hour that is left out, at its end',
      '30 2 * * *',
      'America/Detroit',
      ['2026-03-07T07:30:00.000Z', '2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    ],
    [
      'in an hour that comes twice, the first time',
      '30 1 * * *',
      'America/Detroit',
      ['2026-10-31T05:30:00.000Z', '2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ],
    [
      'in a zone that leaves out midnight',
      '0 0 * * *',
      'America/Santiago',
      ['2026-09-05T04:00:00.000Z', '2026-09-06T04:00:00.000Z', '2026-09-07T03:00:00.000Z'],
    ],
    [
      'in UTC, always at the same time',
      '17 3 * * *',
      'UTC',
      ['2026-10-25T03:17:00.000Z', '2026-10-26T03:17:00.000Z'],
    ],
  ])('%s', (_title, cron, timezone, due) => {
    const from = new Date(Date.parse(String(due[0])) - 1).toISOString();
    expect(listDue(cron, timezone, from, String(due.at(-1)))).toEqual(due);
  });

  test.each(['America/Detroit', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago', 'UTC'])(
    'in %s through two years, at any hour: looking back finds what looking ahead found',
    (timezone) => {
      for (const cron of ['0 0 * * *', '30 1 * * *', '15 2 * * *', '30 2 * * *', '17 3 * * *']) {
        const due = listDue(cron, timezone, '2025-12-31T12:00:00Z', '2028-01-01T12:00:00Z');
        expect(due.length).toBeGreaterThanOrEqual(730);
        expect(due.length).toBeLessThanOrEqual(731);
        const { listLast } = parseSchedule(cron, timezone);
        expect(isoOf(listLast(new Date(String(due.at(-1))), due.length)).reverse()).toEqual(due);
      }
    },
  );
});

test('the last time that was due is the very moment that is asked for, if that is one', () => {
  const { listLast, findNext } = parseSchedule('17 3 * * *', 'UTC');
  const due = new Date('2026-11-24T03:17:00Z');
  expect(isoOf(listLast(due, 2))).toEqual(['2026-11-24T03:17:00.000Z', '2026-11-23T03:17:00.000Z']);
  expect(isoOf(listLast(new Date(due.getTime() - 1), 1))).toEqual(['2026-11-23T03:17:00.000Z']);
  expect(findNext(due)?.toISOString()).toBe('2026-11-25T03:17:00.000Z');
});

describe('what is no schedule is refused', () => {
  test.each([
    ['every night', 'UTC', 'not a cron expression'],
    ['61 3 * * *', 'UTC', 'not a cron expression'],
    ['17 3 * *', 'UTC', 'not a cron expression'],
    ['0 0 31 2 *', 'UTC', 'never comes'],
    ['17 3 * * *', 'Atlantis/Harbour', 'not a time zone'],
  ])('%s in %s: %s', (cron, timezone, words) => {
    expect(() => parseSchedule(cron, timezone)).toThrow(
      expect.objectContaining({ code: 'SETTING_INVALID', message: expect.stringContaining(words) }),
    );
  });
});
