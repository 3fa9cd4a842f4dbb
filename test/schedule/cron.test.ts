import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findScheduleWarning, parseSchedule } from '../../src/schedule/cron.ts';
import { listDueByTheMinute, listShiftHours, matchesSomeDate } from './cron-oracle.ts';
import { chooseDraws } from '../support/choose-draws.ts';
import { times } from '../support/times.ts';

const isoOf = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString());

/** All due times between two instants. */
function listDue(cron: string, timezone: string, from: string, to: string): string[] {
  const schedule = parseSchedule(cron, timezone);
  const due: Date[] = [];
  for (let next = schedule.findNext(new Date(from)); next !== null && next <= new Date(to);)
    next = schedule.findNext(due[due.push(next) - 1] ?? next);
  return isoOf(due);
}

describe('a scheduled run is due once a day', () => {
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
      'in an hour before midnight that is left out, at midnight',
      '30 23 * * *',
      'America/Nuuk',
      ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    ],
    [
      'on a day that is left out whole, at its end',
      '0 3 * * *',
      'Pacific/Apia',
      ['2011-12-29T13:00:00.000Z', '2011-12-30T10:00:00.000Z', '2011-12-30T13:00:00.000Z'],
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

test('the latest due time is the given time itself if it is due then', () => {
  const { listLast, findNext } = parseSchedule('17 3 * * *', 'UTC');
  const due = new Date('2026-11-24T03:17:00Z');
  expect(isoOf(listLast(due, 2))).toEqual(['2026-11-24T03:17:00.000Z', '2026-11-23T03:17:00.000Z']);
  expect(isoOf(listLast(new Date(due.getTime() - 1), 1))).toEqual(['2026-11-23T03:17:00.000Z']);
  expect(findNext(due)?.toISOString()).toBe('2026-11-25T03:17:00.000Z');
});

describe('an invalid schedule is rejected', () => {
  test.each([
    ['every scheduled run', 'UTC', 'neither a time nor a cron expression'],
    ['61 3 * * *', 'UTC', 'neither a time nor a cron expression'],
    ['17 3 * *', 'UTC', 'neither a time nor a cron expression'],
    ['0 0 31 2 *', 'UTC', 'matches no date'],
    ['17 3 * * *', 'Atlantis/Harbour', 'not a time zone'],
  ])('%s in %s: %s', (cron, timezone, words) => {
    expect(() => parseSchedule(cron, timezone)).toThrow(
      expect.objectContaining({ code: 'SETTING_INVALID', message: expect.stringContaining(words) }),
    );
  });
});

const ZONES = Intl.supportedValuesOf('timeZone');
const YEAR_FROM = Date.parse('2026-01-01T00:00:00Z');
const YEAR_TO = Date.parse('2027-01-01T00:00:00Z');
const DAY = 86_400_000;

const aNumber = (least: number, most: number) => fc.integer({ min: least, max: most }).map(String);
const aField = (least: number, most: number) =>
  fc.oneof(
    { weight: 4, arbitrary: aNumber(least, most) },
    fc.uniqueArray(aNumber(least, most), { minLength: 2, maxLength: 3 }).map((all) => all.join(',')),
    fc
      .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
  );
const orStar = (field: fc.Arbitrary<string>) => fc.oneof(fc.constant('*'), fc.constant('*'), field);
const anExpression = fc
  .tuple(
    aField(0, 59),
    fc.oneof({ weight: 3, arbitrary: aField(0, 23) }, aField(0, 3), fc.constant('*')),
    orStar(aField(1, 31)),
    orStar(aField(1, 12)),
    orStar(aField(0, 7)),
  )
  .map((fields) => fields.join(' '))
  .filter(matchesSomeDate);
const anyDays = fc.tuple(aField(28, 31), aField(1, 12)).map(([days, months]) => `0 0 ${days} ${months} *`);

const FORMS: Readonly<Record<string, RegExp>> = {
  star: /^\*$/,
  number: /^\d+$/,
  list: /,/,
  range: /-/,
  step: /\//,
};

/** The forms of the fields of an expression, such as `hour: range`. */
function listForms(cron: string, names: readonly string[]): string[] {
  return cron.split(' ').flatMap((field, at) => {
    const form = Object.keys(FORMS).find((one) => FORMS[one]?.test(field));
    const name = names[at] ?? '';
    return name === '' ? [] : [`${name}: ${form ?? field}`];
  });
}

const FIELD_NAMES = ['minute', 'hour', 'day', 'month', 'weekday'];
const ALL_FORMS = FIELD_NAMES.flatMap((name) => Object.keys(FORMS).map((form) => `${name}: ${form}`)).filter(
  (form) => form !== 'minute: star', // Every minute is too often for a schedule.
);

const FEW_EXPRESSIONS = chooseDraws(
  fc.tuple(fc.constantFrom(...ZONES), anExpression, fc.nat()),
  ([timezone, cron]) => [
    ...listForms(cron, FIELD_NAMES),
    listShiftHours(timezone, YEAR_FROM, YEAR_TO).length > 0 ? 'zone with clock changes' : 'zone without',
  ],
  200,
);
const FEW_DAYS = chooseDraws(
  anyDays,
  (cron) => [...listForms(cron, ['', '', 'day', 'month']), matchesSomeDate(cron) ? 'some date' : 'no date'],
  200,
);

test('the chosen expressions have every form of every field, in zones with clock changes and without', () => {
  expect(FEW_EXPRESSIONS.kinds).toEqual(new Set([...ALL_FORMS, 'zone with clock changes', 'zone without']));
  expect(FEW_DAYS.kinds).toEqual(
    new Set([...ALL_FORMS.filter((form) => /^(?:day|month): (?!star)/.test(form)), 'some date', 'no date']),
  );
});

test('around clock changes, in any zone and for any expression, the due times equal those of a check every minute', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), anExpression, fc.nat(), (timezone, cron, pick) => {
      const shifts = listShiftHours(timezone, YEAR_FROM, YEAR_TO);
      const around = shifts[pick % Math.max(1, shifts.length)] ?? YEAR_FROM + (pick % 300) * DAY;
      const [from, to] = [around - 1.5 * DAY, around + 1.5 * DAY];
      expect({
        timezone,
        cron,
        due: listDue(cron, timezone, new Date(from).toISOString(), new Date(to).toISOString()),
      }).toEqual({
        timezone,
        cron,
        due: listDueByTheMinute(cron, timezone, from, to),
      });
    }),
    {
      examples: [...FEW_EXPRESSIONS.chosen],
      numRuns: times(FEW_EXPRESSIONS.chosen.length + 3, 1000),
    },
  );
});

test('an expression is rejected only if it matches no date', () => {
  fc.assert(
    fc.property(anyDays, (cron) => {
      if (matchesSomeDate(cron)) expect(parseSchedule(cron, 'UTC').findNext(new Date())).not.toBeNull();
      else expect(() => parseSchedule(cron, 'UTC')).toThrow(/matches no date/);
    }),
    {
      examples: [
        ['0 0 31 9 *'],
        ['0 0 29 2 *'],
        ['0 0 30 2 *'],
        ...FEW_DAYS.chosen.map((cron): [string] => [cron]),
      ],
      numRuns: times(FEW_DAYS.chosen.length + 6, 1000),
    },
  );
});

describe('two day fields', () => {
  test.each([
    ['0 3 1,15 * 1', '2026-11-30T03:00:00.000Z', 'either will do'],
    ['0 3 15 * *', '2026-12-15T03:00:00.000Z', 'a field that is not restricted says nothing'],
    [
      '0 3 */2 * 1',
      '2026-12-07T03:00:00.000Z',
      'a field that begins with a star is not restricted, so that both have to match',
    ],
  ])('%s is due next at %s: %s', (cron, due) => {
    expect(parseSchedule(cron, 'UTC').findNext(new Date('2026-11-26T12:00:00Z'))?.toISOString()).toBe(due);
  });
});

test.each([
  ['03:17', '17 3 * * *'],
  [' 3:05 ', '5 3 * * *'],
  ['0:00', '0 0 * * *'],
  ['12:30 am', '30 0 * * *'],
  ['11:45 PM', '45 23 * * *'],
])('the time of day %j means the expression %j', (time, cron) => {
  expect(parseSchedule(time, 'UTC').cron).toBe(cron);
});

test.each(['24:00', '3:60', '13:00 pm', '0:15 am', '3h', '03:17:00'])('%j is not a time of day', (time) => {
  expect(() => parseSchedule(time, 'UTC')).toThrow('neither a time nor a cron expression');
});

test.each([
  ['0 0 2 * * *', 'it has 6 fields, not five'],
  ['0 0 2 * * * 2031', 'it has 7 fields, not five'],
  ['17 3 * * * root', 'it has 6 fields, not five'],
  ['2031-01-01T00:00:00', 'it has 1 field, not five'],
  ['@reboot', 'it has 1 field, not five'],
  ['', 'it is empty'],
  ['0 3 1 * +MON', 'the day of the week cannot be "+MON"'],
  ['13:00 pm', 'the hour before "pm" must be from 1 to 12'],
  ['0 22-2 * * *', 'the hour cannot be "22-2"'],
  ['5/15 3 * * *', 'the minute cannot be "5/15"'],
])('%j is rejected although the library may accept it, because %s', (written, why) => {
  expect(() => parseSchedule(written, 'UTC')).toThrow(
    expect.objectContaining({ code: 'SETTING_INVALID', message: expect.stringContaining(why) }),
  );
});

test.each([
  ['@daily', '2030-01-02T00:00', '2030-01-03T00:00'],
  ['@Weekly', '2030-01-06T00:00', '2030-01-13T00:00'],
  ['0 3 * Feb mon,FRI', '2030-02-01T03:00', '2030-02-04T03:00'],
  ['0 3 * * 7', '2030-01-06T03:00', '2030-01-13T03:00'],
  ['0 3 L * *', '2030-01-31T03:00', '2030-02-28T03:00'],
  ['0 3 * * 5L', '2030-01-25T03:00', '2030-02-22T03:00'],
  ['0 3 * * 5#2', '2030-01-11T03:00', '2030-02-08T03:00'],
  ['0 3 29 2 *', '2032-02-29T03:00', '2036-02-29T03:00'],
  ['0 3 31 * *', '2030-01-31T03:00', '2030-03-31T03:00'],
])('%j is due at %s and %s', (written, first, second) => {
  const { findNext } = parseSchedule(written, 'UTC');
  const next = findNext(new Date('2030-01-01T12:00:00Z'));
  expect(next?.toISOString()).toBe(`${first}:00.000Z`);
  expect(next && findNext(next)?.toISOString()).toBe(`${second}:00.000Z`);
});

test('a schedule whose next run is more than a month away causes a warning', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  expect(findScheduleWarning(parseSchedule('0 3 1 * *', 'UTC'), now)).toBeNull();
  expect(findScheduleWarning(parseSchedule('0 3 1 2 *', 'UTC'), now)).toContain('67 days away');
});
