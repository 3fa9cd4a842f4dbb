import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../src/json.ts';
import { query } from '../src/mirror/query.ts';
import { recordedCases } from '../src/replica/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry } from './support/make-case.ts';
import { startHarness } from './support/sync-harness.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const QUESTIONS = [...README.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql);

const adaCauses = ['42 U.S.C. § 1983', '42 U.S.C. § 1983', 'Americans with Disabilities Act (ADA)'];
const docketOf = (...descriptions: string[]): JsonObject =>
  makeDocket({
    docket_entries: descriptions.map((description, at) => makeEntry({ id: at + 1, description })),
  });

/** Every trap at once: departed, listed twice, without a date, with a date that cannot be, with an empty label. */
const CASES: JsonObject[] = [
  {
    id: 1,
    issues: ['Fog', 'Fog'],
    causes: adaCauses,
    filing_date: '2010-01-01',
    terminating_date: '2012-01-01',
  },
  { id: 2, issues: ['Fog'], filing_date: null, filing_year: 2011, case_types: ['Jail', 'Jail'] },
  { id: 3, filing_date: '2010-01-01', terminating_date: '2014-01-01', prevailing_party: null },
  { id: 4, filing_date: '2010-01-01', terminating_date: '2922-01-01', case_types: ['Jail'] },
  { id: 5, filing_date: '2010-01-01', terminating_date: '2010-01-01', prevailing_party: 'Mixed' },
  { id: 6, issues: ['Fog'], causes: adaCauses, case_types: ['Jail'], filing_date: '2010-01-01' },
  { id: 7, case_ongoing: 'No', filing_date: null, filing_year: 0, prevailing_party: 'Defendant' },
].map((fields) =>
  makeCase({ case_ongoing: 'Yes', main_docket: docketOf('ORDER', 'Summary Judgment'), ...fields }),
);
const DEPARTED = 6;

const present = CASES.filter(({ id }) => id !== DEPARTED);
const countBy = (keys: readonly unknown[]): Map<unknown, number> => {
  const counts = new Map<unknown, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};
const distinct = (one: JsonObject, field: string): unknown[] => [...new Set(one[field] as string[])];
const yearOf = ({ filing_date, filing_year }: JsonObject): unknown =>
  typeof filing_date === 'string'
    ? Number(filing_date.slice(0, 4))
    : filing_year === 0
      ? '(unknown)'
      : filing_year;

/** The right answers, from the payloads alone, in the order of the questions; a row is compared without regard to order. */
const ANSWERS: readonly (() => unknown[][] | null)[] = [
  () => [...countBy(present.map(({ case_ongoing }) => case_ongoing))],
  () => [
    ...countBy(present.filter((one) => one.case_ongoing === 'Yes').flatMap((one) => distinct(one, 'issues'))),
  ],
  () => [...countBy(present.map(yearOf))],
  () =>
    [...countBy(present.flatMap((one) => distinct(one, 'case_types')))].map(([type, cases]) => {
      const won = (party: string): number =>
        present.filter((one) => one.prevailing_party === party && distinct(one, 'case_types').includes(type))
          .length;
      return [type, won('Plaintiff'), won('Defendant'), won('Mixed'), cases];
    }),
  () => [[1, 'Alder v. Thimble County', 'District of North Borealia']],
  () =>
    present.flatMap(({ name }) =>
      ['ORDER', 'Summary Judgment'].map((text) => [
        '2019-03-14',
        name,
        text,
        'https://dockets.example/doc/80001',
      ]),
    ),
  () => present.map((one) => [one.id, one.name, `https://clearinghouse.net/case/${Number(one.id)}`, 1]),
  () => [['Borealia', 3, 2]], // 2, 4 and 0 years
  () => [['Thimble County', 'Wickford', present.length]],
  () => null, // of the record of runs, which other tests check
];

test('each question of the README has a right answer here', () => {
  expect(QUESTIONS).toHaveLength(ANSWERS.length);
});

test.each(QUESTIONS.map((sql, at) => [sql, at] as const))('%s gives the right answer', async (sql, at) => {
  const source = recordedCases(CASES);
  const { sync, read } = await startHarness({ source });
  await sync();
  source.remove(DEPARTED);
  await sync();
  const toSet = (rows: readonly (readonly unknown[])[]): string[] =>
    rows.map((row) => JSON.stringify(row)).sort();
  const rows = read((mirror) => [...query(mirror, sql).rows]);
  expect(rows.length).toBeGreaterThan(0);
  const answer = ANSWERS[at]?.();
  if (answer !== null) expect(toSet(rows)).toEqual(toSet(answer ?? []));
});
