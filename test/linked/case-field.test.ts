import { expect, test } from '@jest/globals';
import { judgeCaseField, readCaseIds } from '../../src/linked/case-field.ts';
import type { JsonObject } from '../../src/lib/json.ts';

/** Document N0 is in the list of case N, as far as the list was read. */
const findCases = (read: number) => (id: number) => (id <= read * 10 ? new Set([id / 10]) : undefined);
const listed = (toFields: (caseId: number) => JsonObject): JsonObject[] =>
  [1, 2, 3, 4, 5, 6].map((caseId) => ({ id: caseId * 10, ecf_number: '7', ...toFields(caseId) }));

test.each<[string, JsonObject[], number, object]>([
  ['no field', listed(() => ({})), 6, { answer: 'without_case' }],
  ['an id', listed((id) => ({ case_id: id })), 6, { answer: 'names_case', field: 'case_id', confirmed: 6 }],
  [
    'an address',
    listed((id) => ({ about: `https://api.example.org/v2/cases/${id}/` })),
    5,
    { answer: 'names_case', field: 'about', confirmed: 5 },
  ],
  ['a list', listed((id) => ({ cases: [{ id }, 99] })), 6, { answer: 'names_case', confirmed: 6 }],
  [
    'the id of another case',
    listed((id) => ({ case: id + 1 })),
    6,
    { answer: 'wrong_case', contradicted: 6 },
  ],
  ['ids of documents that are hardly known', listed((id) => ({ case: id })), 4, { answer: 'unconfirmed' }],
  [
    'a field that one document lacks',
    listed((id) => (id === 3 ? {} : { case_id: id })),
    6,
    { answer: 'without_case' },
  ],
  [
    'two fields, of which one is right',
    listed((id) => ({ case_number: 5, case_id: id })),
    6,
    { answer: 'names_case', field: 'case_id' },
  ],
])('documents with %s are judged by the lists of the cases', (_what, documents, read, expected) => {
  expect(judgeCaseField(documents, findCases(read))).toMatchObject(expected);
});

test.each([[null], ['Alder v. Thimble County'], [{ name: 'x' }], [[]], [[1, 'x']], [-1], [true]])(
  '%j leads to no case',
  (value) => {
    expect(readCaseIds(value)).toBeNull();
  },
);
