import { expect, test } from '@jest/globals';
import { listClosest, suggestNames } from '../../src/lib/closest-names.ts';

const NAMES = ['cases', 'case_types', 'case_defendants', 'dockets', 'docket_entries', 'id', 'court'];

test.each([
  ['caess', ['cases']],
  ['CASES', ['cases']],
  ['docket-entries', ['docket_entries']],
  ['case', ['cases', 'case_types', 'case_defendants']],
  ['types', ['case_types']],
  ['cuort', ['court']],
  ['docket_lines', ['docket_entries']],
  ['case-outcomes', ['case_types', 'case_defendants']],
  ['mirror_list_id', []],
  ['xyzzy', []],
  ['', []],
  ['--', []],
])('%j may be meant for %j', (word, closest) => {
  expect(listClosest(word, NAMES)).toEqual(closest);
});

test('a word as long as a page is meant for nothing, and is not compared letter by letter', () => {
  expect(listClosest('cases'.repeat(10_000_000), NAMES)).toEqual([]);
});

test('what is suggested is a question, and nothing where nothing is close', () => {
  expect([suggestNames(['a']), suggestNames(['a', 'b']), suggestNames([])]).toEqual([
    'Did you mean a?',
    'Did you mean a or b?',
    null,
  ]);
});
