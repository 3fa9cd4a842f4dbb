import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { API_LISTS } from '../../src/api/lists.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { query } from '../../src/db/query.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';

const QUESTIONS = ['../../docs/questions.md', '../../README.md'].flatMap((page) =>
  [...readFileSync(new URL(page, import.meta.url), 'utf8').matchAll(/```sql\n([^]*?)```/g)].map(
    ([, sql = '']) => sql,
  ),
);

const adaCauses = ['42 U.S.C. § 1983', '42 U.S.C. § 1983', 'Americans with Disabilities Act (ADA)'];
const docketOf = (...descriptions: string[]): JsonObject =>
  makeDocket({
    docket_entries: descriptions.map((description, at) => makeEntry({ id: at + 1, description })),
  });

const UNLABELED = 'In Process (Public)';
const LABELS = ['No', 'Yes', 'Unknown', 'No reason to think so', 'Perhaps, but long-dormant', UNLABELED];
const labelOf = ({ case_ongoing }: JsonObject): unknown => case_ongoing ?? UNLABELED;

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
  { id: 8, case_ongoing: null, case_status: UNLABELED, filing_date: '2010-01-01', state: '' },
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

const NO_STATUS = '(none)';

/** Numbers come before texts, and texts before each other as their characters do. */
const compare = (a: unknown, b: unknown): number => {
  if (typeof a === 'number' || typeof b === 'number')
    return typeof a !== typeof b ? (typeof a === 'number' ? -1 : 1) : Number(a) - Number(b);
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
};
/** Sorts by these columns, of which a negative one counts downwards from its end, beginning with 1. */
const sortBy = (rows: unknown[][], ...columns: number[]): unknown[][] =>
  rows.sort((a, b) => {
    for (const column of columns) {
      const at = Math.abs(column) - 1;
      const order = compare(a[at], b[at]);
      if (order !== 0) return column < 0 ? -order : order;
    }
    return 0;
  });

/** The right answers to docs/questions.md, from the payloads alone, in the order of the questions, each in its order. */
const ANSWERS_OF_QUESTIONS: readonly (() => unknown[][])[] = [
  () => sortBy([...countBy(present.map(({ case_ongoing }) => case_ongoing ?? NO_STATUS))], -2, 1),
  () =>
    sortBy(
      [
        ...countBy(
          present.filter((one) => one.case_ongoing === 'Yes').flatMap((one) => distinct(one, 'issues')),
        ),
      ],
      -2,
      1,
    ),
  () => sortBy([...countBy(present.map(yearOf))], 1), // a number comes before "(unknown)"
  () =>
    sortBy(
      [...countBy(present.flatMap((one) => distinct(one, 'case_types')))].map(([type, cases]) => {
        const won = (party: string): number =>
          present.filter(
            (one) => one.prevailing_party === party && distinct(one, 'case_types').includes(type),
          ).length;
        return [type, won('Plaintiff'), won('Defendant'), won('Mixed'), cases];
      }),
      -5,
      1,
    ),
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
  () =>
    sortBy(
      LABELS.map((label) => {
        const cases = present.filter((one) => labelOf(one) === label).length;
        return [label, cases === 0 ? 'empty' : 'complete', cases, cases, expect.any(String)];
      }),
      1,
    ),
];

const answer = (question: number): unknown[][] => ANSWERS_OF_QUESTIONS[question - 1]?.() ?? [];

/** The README shows the first three rows of three of them, with fewer columns. */
const ANSWERS_OF_README: readonly (() => unknown[][])[] = [
  () => answer(2),
  () => answer(4).map(([type, plaintiff, , , cases]) => [type, cases, plaintiff]),
  () => answer(7).map(([id, name, , entries]) => [id, name, entries]),
].map((find) => () => find().slice(0, 3));

const ANSWERS = [...ANSWERS_OF_QUESTIONS, ...ANSWERS_OF_README];

test('each question of docs/questions.md and the README has a right answer here', () => {
  expect(QUESTIONS).toHaveLength(ANSWERS.length);
});

test.each(QUESTIONS.map((sql, at) => [sql, at] as const))('%s gives the right answer', async (sql, at) => {
  const source = recordedCases(CASES);
  const { sync, read } = await startHarness({ source });
  await sync({ lists: API_LISTS });
  source.remove(DEPARTED);
  await sync({ lists: API_LISTS });
  const rows = read((mirror) => [...query(mirror, sql).rows]);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows).toEqual(ANSWERS[at]?.());
});
