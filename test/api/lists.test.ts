import { expect, test } from '@jest/globals';
import { findApiList, API_LISTS, toListFilter, toApiListId } from '../../src/api/lists.ts';

test.each(API_LISTS)(
  'the status $id, $label, is found by both, in any case and with spaces around',
  (status) => {
    for (const text of [
      String(status.id),
      status.label,
      status.label.toUpperCase(),
      ` ${status.label.toLowerCase()} `,
    ]) {
      expect(findApiList(text)).toBe(status);
    }
  },
);

test.each([
  '',
  ' ',
  '5019',
  '5025',
  '05020',
  '5020.0',
  'y',
  'N',
  'no reason',
  'Perhaps',
  'null',
  '__proto__',
])('nothing is found by %j', (text) => {
  expect(findApiList(text)).toBeUndefined();
});

test('the lists are filtered by case_ongoing, but for the one of the cases that have none', () => {
  expect(API_LISTS.map(toListFilter)).toEqual([
    { case_ongoing: '5020' },
    { case_ongoing: '5021' },
    { case_ongoing: '5022' },
    { case_ongoing: '5023' },
    { case_ongoing: '5024' },
    { case_status: '5074' },
  ]);
});

test.each([
  ['Yes', 5021],
  ['Perhaps, but long-dormant', 5024],
  [null, 5074],
  [undefined, 5074],
  ['', 5074],
  ['In Process (Public)', 5074],
  [5021, 5074],
])('a case with the label %j comes under %i', (label, id) => {
  expect(toApiListId(label)).toBe(id);
});
