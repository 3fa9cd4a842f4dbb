import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { auditOf, findReasons } from './audit-of.ts';
import { entriesOf } from './sound-case.ts';

describe('dates_at_odds', () => {
  const reasons: [string, JsonObject, string | null][] = [
    ['another year of filing', { filing_year: 2018 }, 'filing_year differs from filing_date'],
    ['a filing year 0', { filing_year: 0 }, null],
    ['a filing date without a year', { filing_year: null }, null],
    ['an empty filing date', { filing_date: '' }, null],
    ['a filing date with a time', { filing_date: '2019-03-14T23:00:00-05:00' }, null],
    [
      'another year of closing',
      { terminating_date: '2021-12-31', closing_year: 2022 },
      'closing_year differs from terminating_date',
    ],
    ['the same year of closing', { terminating_date: '2021-12-31', closing_year: 2021 }, null],
    [
      'another year of judgment',
      { settlement_judgment_year: 2021 },
      'settlement_judgment_year differs from its date',
    ],
    ['closed the day before', { terminating_date: '2019-03-13' }, 'closed before it was filed'],
    ['closed the same day', { terminating_date: '2019-03-14' }, null],
    ['closed the year before', { closing_year: 2018 }, 'closed before it was filed'],
    ['closed the same year', { closing_year: 2019 }, null],
    ['closed in year 0', { closing_year: 0 }, null],
    [
      'closed by date before the year',
      { filing_date: null, terminating_date: '2018-12-31' },
      'closed before it was filed',
    ],
    ['closed by date in the year', { filing_date: null, terminating_date: '2019-01-01' }, null],
    [
      'settled the day before',
      { settlement_judgment_date: '2019-03-13', settlement_judgment_year: 2019 },
      'settled or judged before it was filed',
    ],
    [
      'settled the same day',
      { settlement_judgment_date: '2019-03-14', settlement_judgment_year: 2019 },
      null,
    ],
    [
      'settled the year before',
      { settlement_judgment_date: null, settlement_judgment_year: 2018 },
      'settled or judged before it was filed',
    ],
    ['an order the year before', { order_start_year: 2018 }, 'an order before it was filed'],
    ['an order the same year', { order_start_year: 2019 }, null],
    ['an order that ends before', { order_end_year: 2019 }, 'the order ends before it begins'],
    ['an order that ends in its year', { order_end_year: 2020 }, null],
    ['an order that ends in 2050', { order_end_year: 2050 }, null],
    ['checked tomorrow', { last_checked_date: '2030-01-16T00:00:00-05:00' }, 'a date that is still to come'],
    ['checked today', { last_checked_date: '2030-01-15T00:00:00-05:00' }, null],
    ['closed next year', { closing_year: 2031 }, 'a date that is still to come'],
    ['closed this year', { closing_year: 2030 }, null],
    [
      'several at once',
      { filing_year: 2018, terminating_date: '2031-01-01', order_end_year: 1999 },
      'filing_year differs from filing_date; the order ends before it begins; a date that is still to come',
    ],
  ];

  let found: readonly unknown[];
  beforeAll(async () => {
    found = await findReasons(
      'dates_at_odds',
      reasons.map(([, fields]) => [fields]),
    );
  });
  test.each(reasons.map(([title, , why], at) => ({ title, why, at })))('$title', ({ why, at }) => {
    expect(found[at]).toBe(why);
  });
});

describe('docket_out_of_time', () => {
  const midnight = (date: string): string => `${date}T00:00:00-05:00`;
  const reasons: [string, JsonObject, string[], string | null][] = [
    ['over a year before the filing', {}, ['2018-03-13', '2019-05-01'], 'an entry long before the filing'],
    ['a year before the filing', {}, ['2018-03-14'], null],
    ['two years before the year', { filing_date: null }, ['2017-12-31'], 'an entry long before the filing'],
    ['in the year before the year', { filing_date: null }, ['2018-01-01'], null],
    ['before a filing not known', { filing_date: null, filing_year: 0 }, ['1950-01-01'], null],
    [
      'over a year after the end',
      { terminating_date: '2021-02-03' },
      ['2022-02-04'],
      'an entry long after the closing',
    ],
    ['a year after the end', { terminating_date: '2021-02-03' }, ['2022-02-03'], null],
    ['two years after the year', { closing_year: 2021 }, ['2023-01-01'], 'an entry long after the closing'],
    ['in the year after the year', { closing_year: 2021 }, ['2022-12-31'], null],
    ['after year 0', { closing_year: 0 }, ['2029-12-31'], null],
    ['tomorrow', {}, ['2030-01-16'], 'an entry that is still to come'],
    ['today', {}, ['2030-01-15'], null],
  ];
  let found: readonly unknown[];
  beforeAll(async () => {
    found = await findReasons(
      'docket_out_of_time',
      reasons.map(([, fields, dates]) => [fields, entriesOf(...dates.map(midnight), null, 'soon')]),
    );
  });
  test.each(reasons.map(([title, , , why], at) => ({ title, why, at })))('an entry $title', ({ why, at }) => {
    expect(found[at]).toBe(why);
  });
});

describe('docket_after_check', () => {
  test('lists dockets with entries from over a year after the last check, and counts those since', async () => {
    const checked = { last_checked_date: '2022-05-06T12:00:00-04:00' };
    const { listed, rows } = await auditOf('docket_after_check', {
      'over a year after': [checked, entriesOf('2022-05-06', '2022-05-07', '2023-05-07')],
      'a year after': [checked, entriesOf('2023-05-06')],
      over: [{ ...checked, case_ongoing: 'No', closing_year: 2025 }, entriesOf('2023-05-07')],
      'never checked': [{ last_checked_date: null }, entriesOf('2023-05-07')],
      'without a date': [checked, entriesOf(null, '')],
    });
    expect(listed).toEqual(['over a year after', 'over']);
    expect(rows[0]).toMatchObject({
      last_checked_date: '2022-05-06',
      last_entry_date: '2023-05-07',
      entries_after_check: 2,
    });
  });
});
