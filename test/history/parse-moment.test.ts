import { describe, expect, test } from '@jest/globals';
import { parseAsOf, parseSince, toRunText } from '../../src/history/moments.ts';

/** A Tuesday, 10:30 in Detroit, 15:30 in UTC. */
const now = new Date('2030-01-15T15:30:00Z');
const detroit = { now, timeZone: 'America/Detroit' };

const toText = (text: string, clock = detroit): string => {
  const moment = parseAsOf(text, clock);
  if (moment.kind === 'run') return `run ${moment.runId}`;
  const [from, until] = [moment.from.toISOString(), moment.until.toISOString()];
  return from === until ? from : `${from}/${until}`;
};

describe('a moment', () => {
  test.each([
    ['7', 'run 7'],
    ['run 7', 'run 7'],
    ['#7', 'run 7'],
    ['run 2020', 'run 2020'],
    ['#2020', 'run 2020'],
    ['1899', 'run 1899'],
    ['2100', 'run 2100'],
    // Days, weeks, months and years of the local calendar, from their first to their last millisecond.
    ['2028-02-29', '2028-02-29T05:00:00.000Z/2028-03-01T04:59:59.999Z'],
    ['today', '2030-01-15T05:00:00.000Z/2030-01-16T04:59:59.999Z'],
    ['Yesterday', '2030-01-14T05:00:00.000Z/2030-01-15T04:59:59.999Z'],
    ['2026-03', '2026-03-01T05:00:00.000Z/2026-04-01T03:59:59.999Z'],
    ['last monday', '2030-01-14T05:00:00.000Z/2030-01-15T04:59:59.999Z'],
    ['last  TUESDAY', '2030-01-08T05:00:00.000Z/2030-01-09T04:59:59.999Z'],
    ['tuesday', '2030-01-15T05:00:00.000Z/2030-01-16T04:59:59.999Z'],
    ['wed', '2030-01-09T05:00:00.000Z/2030-01-10T04:59:59.999Z'],
    ['this week', '2030-01-14T05:00:00.000Z/2030-01-21T04:59:59.999Z'],
    ['last week', '2030-01-07T05:00:00.000Z/2030-01-14T04:59:59.999Z'],
    ['last month', '2029-12-01T05:00:00.000Z/2030-01-01T04:59:59.999Z'],
    ['this year', '2030-01-01T05:00:00.000Z/2031-01-01T04:59:59.999Z'],
    ['last year', '2029-01-01T05:00:00.000Z/2030-01-01T04:59:59.999Z'],
    // So long ago, at the same time of day.
    ['now', '2030-01-15T15:30:00.000Z'],
    ['90m', '2030-01-15T14:00:00.000Z'],
    ['36h', '2030-01-14T03:30:00.000Z'],
    ['7d', '2030-01-08T15:30:00.000Z'],
    ['7 days ago', '2030-01-08T15:30:00.000Z'],
    ['last 2 weeks', '2030-01-01T15:30:00.000Z'],
    ['an hour ago', '2030-01-15T14:30:00.000Z'],
    ['3 months', '2029-10-15T14:30:00.000Z'],
    ['1y', '2029-01-15T15:30:00.000Z'],
    // Times: with a zone in that zone, without one on the local clock.
    ['2026-03-01T03:17:00Z', '2026-03-01T03:17:00.000Z'],
    ['2026-03-01T03:17Z', '2026-03-01T03:17:00.000Z'],
    ['2026-03-01T03:17:00.25+02:00', '2026-03-01T01:17:00.250Z'],
    ['2026-03-01 03:17', '2026-03-01T08:17:00.000Z'],
    ['2026-07-01T03:17', '2026-07-01T07:17:00.000Z'],
    ['yesterday 23:59', '2030-01-15T04:59:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(toText(text)).toBe(expected);
  });

  test('is counted by the calendar if the clock was set in between', () => {
    const afterSpring = { now: new Date('2030-03-11T12:00:00Z'), timeZone: 'America/Detroit' };
    expect(toText('2d', afterSpring)).toBe('2030-03-09T13:00:00.000Z');
    expect(toText('2030-03-10', afterSpring)).toBe('2030-03-10T05:00:00.000Z/2030-03-11T03:59:59.999Z');
    expect(toText('48h', afterSpring)).toBe('2030-03-09T12:00:00.000Z');
  });

  test('is the last day of a month that is too short', () => {
    expect(toText('1 month', { now: new Date('2030-03-31T12:00:00Z'), timeZone: 'UTC' })).toBe(
      '2030-02-28T12:00:00.000Z',
    );
  });

  test('begins with the first instant of a day that has no midnight', () => {
    const cairo = { now, timeZone: 'Africa/Cairo' };
    expect(toText('2024-04-26', cairo)).toBe('2024-04-25T22:00:00.000Z/2024-04-26T20:59:59.999Z');
  });

  const wrong = [
    '',
    'the other day',
    '0',
    'run 0',
    '-1',
    '1.5',
    '99999999999999999999',
    '2026-02-30',
    '2026-13-01',
    '2026-13',
    '2026-3-1',
    '3/1/2026',
    '2026-02-30T00:00:00Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01 and more',
    '7 fortnights',
    '999999y',
    'last',
    'tomorrowday',
  ];
  test.each(wrong)('is not %j, which is refused with an example of what is', (text) => {
    expect(() => parseAsOf(text, detroit)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('2026-03-01') }),
    );
  });

  test.each(['2999-01', '2999-12-31', '2098'])(
    '%s does not begin a period, because it is still to come',
    (text) => {
      expect(() => parseSince(text, detroit)).toThrow(
        expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('Give a time in the past') }),
      );
    },
  );

  test.each(['2020', ' 1999 ', '2099'])(
    '%s is a year to a reader and a run to the program, so it is refused',
    (text) => {
      expect(() => parseAsOf(text, detroit)).toThrow('can be a year or a run');
    },
  );

  test.each([7, 1899, 1900, 2020, 2099, 2100])('run %i is written as it is read', (runId) => {
    expect(toText(toRunText(runId))).toBe(`run ${runId}`);
  });
});
