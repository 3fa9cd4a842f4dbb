import type { MirrorError } from '../../src/errors/mirror-error.ts';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { listDateConditions, parseDateRange } from '../../src/search/filters.ts';
import { parseSearchRequest } from '../../src/search/request.ts';
import { runSearch } from '../../src/search/search.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { startSite } from '../support/site.ts';

const DATES = ['2014-12-31', '2015', '2015-03', '2015-03-31', '2015-04-01', '2020-12-31 10:00', '9999-12-31'];
const NO_DATES = [null, '', 'unknown', '22', 'c. 2015'];

describe('a range of dates', () => {
  const sqlite = openSqlite(':memory:');
  sqlite.exec('CREATE TABLE dates (day)');
  const insert = sqlite.prepare('INSERT INTO dates VALUES (?)');
  for (const date of [...DATES, ...NO_DATES]) insert.run(date);
  const find = (text: string): unknown[] => {
    const range = parseDateRange('filed', text);
    if (range === null) throw new Error('no range');
    const where = listDateConditions('day', range).join(' AND ');
    return sqlite.prepare(`SELECT day FROM dates WHERE ${where} ORDER BY rowid`).pluck().all();
  };

  test.each([
    ['2015', ['2015', '2015-03', '2015-03-31', '2015-04-01']],
    ['2015-03', ['2015-03', '2015-03-31']],
    ['2015-03-31', ['2015-03-31']],
    ['2015-03..2020', ['2015-03', '2015-03-31', '2015-04-01', '2020-12-31 10:00']],
    [' 2015-12 .. 2020-12-31 ', ['2020-12-31 10:00']],
    ['2020..', ['2020-12-31 10:00', '9999-12-31']],
    ['..2014-12-31', ['2014-12-31']],
    ['2020..9999', ['2020-12-31 10:00', '9999-12-31']],
    ['..9999', DATES],
    ['(none)', NO_DATES],
  ])('%s includes its first and its last day, and no text that is not a date', (text, expected) => {
    expect(find(text)).toEqual(expected);
  });

  test.each([
    '',
    '..',
    '2020..2015',
    '2015-04..2015-03-31',
    '2015-13',
    '2015-02-30',
    '2015..16..17',
    'x',
    '15',
  ])('cannot be %j', (text) => {
    expect(() => parseDateRange('filed', text)).toThrow(/range of dates for filed/);
  });
});

test.each([
  ['2015-2020', 'Did you mean 2015..2020?'],
  ['2015-03 to 2016-04-30', 'Did you mean 2015-03..2016-04-30?'],
  ['2020-2015', 'Give a range'],
  ['2015-13-2016', 'Give a range'],
])('the hint for %s is the range that was meant, if the text has one', (text, hint) => {
  let told: unknown;
  try {
    parseDateRange('filed', text);
  } catch (thrown) {
    told = thrown;
  }
  expect((told as MirrorError).hint.startsWith(hint)).toBe(true);
});

test('the command and the pages read filters in the same way', async () => {
  const path = await makeFullMirror();
  const site = await startSite(path);
  const mirror = openMirrorReadOnly(path);
  const sizes = new Set<number>();
  for (const params of [
    {},
    { ongoing: ['YES'] },
    { ongoing: ['Yes', '(none)'], state: ['borealia'] },
    { court: ['(none)'] },
    { issue: ['Stairs', '(none)'] },
    { 'case-type': ['jail conditions'], filed: ['2015..2020'] },
    { filed: ['..2018-06'] },
    { filed: ['(none)'] },
  ]) {
    runSearch(mirror, parseSearchRequest({ q: ['x'], ...params }), {
      sinceRunId: null,
      isPast: false,
      firstCases: null,
    });
    const bySearch = mirror.sqlite.prepare('SELECT id FROM temp.search_cases ORDER BY id').pluck().all();
    const query = new URLSearchParams(
      Object.entries(params).flatMap(([name, values]) =>
        values.map((value) => [name, value] as [string, string]),
      ),
    );
    const listed = JSON.parse((await site.get(`/cases.json?${query.toString()}`)).body) as { id: number }[];
    expect([params, listed.map(({ id }) => id).sort((one, other) => one - other)]).toEqual([
      params,
      bySearch,
    ]);
    sizes.add(bySearch.length);
  }
  expect(sizes.size).toBeGreaterThan(4);
  mirror.close();
});
