import { describe, expect, test } from '@jest/globals';
import { listDrift, listLinkedDrift, listTextDrift } from '../../src/api/schema-drift.ts';
import { CASE_FIELDS } from '../../src/api/payload.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import {
  makeAttachment,
  makeCase,
  makeDocket,
  makeEntry,
  without,
  type MadeCase,
} from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';

/** Builds an object from JSON, so that keys such as __proto__ are fields like any other. */
const fromJson = (json: string) => JSON.parse(json) as JsonObject;
const docketWith = (overrides: JsonObject) => ({ main_docket: makeDocket(overrides) });
const entriesWith = (...entries: JsonValue[]) => docketWith({ docket_entries: entries });
const attachmentsWith = (...attachments: JsonValue[]) => entriesWith(makeEntry({ attachments }));

const drift = (field: string, expected: string, seen: string) => ({ field, expected, seen });
const ENTRIES = 'main_docket.docket_entries';

test('a case with every field of the contract has no drift', () => {
  expect(Object.keys(makeCase()).sort()).toEqual(Object.keys(CASE_FIELDS).sort());
  expect(listDrift(makeCase())).toEqual([]);
});

describe('null is never drift', () => {
  test.each(Object.keys(CASE_FIELDS).filter((field) => field !== 'id'))('in %s', (field) => {
    expect(listDrift(makeCase({ [field]: null }))).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ['in a docket', docketWith({ id: null, court: null, docket_entries: null })],
    ['in an entry', entriesWith(makeEntry({ id: null, url: null, attachments: null }))],
    ['in an attachment', attachmentsWith(makeAttachment(1, { recap_id: null, pending: null }))],
    ['in a defendant', { case_defendants: [{ ...firstDefendant(), name: null, is_active: null }] }],
    ['in a related case', { related_cases: [{ id: null, name: null }] }],
    ['in the value of a list', { plaintiff_type: [{ value: null }] }],
  ])('%s', (_title, overrides) => {
    expect(listDrift(makeCase(overrides))).toEqual([]);
  });
});

function firstDefendant(): JsonObject {
  const [first] = makeCase().case_defendants as JsonObject[];
  return first ?? {};
}

describe('a field of another kind', () => {
  test.each<[field: string, overrides: JsonObject, expected: string, seen: string]>([
    ['name', { name: 5 }, 'a text', 'an integer'],
    ['filing_year', { filing_year: '2019' }, 'an integer', 'a text'],
    ['filing_year', { filing_year: 2019.5 }, 'an integer', 'a number'],
    ['is_active', { is_active: 1 }, 'a boolean', 'an integer'],
    ['causes', { causes: 'x' }, 'a list', 'a text'],
    ['causes', { causes: {} }, 'a list', 'an object'],
    ['causes[]', { causes: ['x', 5] }, 'a text', 'an integer'],
    ['causes[]', { causes: [{ value: 'x' }] }, 'a text', 'an object'],
    ['plaintiff_type', { plaintiff_type: { value: 'x' } }, 'a list', 'an object'],
    ['plaintiff_type[]', { plaintiff_type: ['x'] }, 'an object', 'a text'],
    ['plaintiff_type[].value', { plaintiff_type: [{ value: true }] }, 'a text', 'a boolean'],
    ['case_defendants', { case_defendants: {} }, 'a list', 'an object'],
    ['case_defendants[]', { case_defendants: ['x'] }, 'an object', 'a text'],
    [
      'case_defendants[].is_active',
      { case_defendants: [{ ...firstDefendant(), is_active: 'x' }] },
      'a boolean',
      'a text',
    ],
    ['related_cases[].id', { related_cases: [{ id: '5', name: 'x' }] }, 'an integer', 'a text'],
    ['main_docket', { main_docket: [] }, 'an object', 'a list'],
    ['main_docket', { main_docket: 'x' }, 'an object', 'a text'],
    ['main_docket.docket_year', docketWith({ docket_year: '2019' }), 'an integer', 'a text'],
    [ENTRIES, docketWith({ docket_entries: {} }), 'a list', 'an object'],
    [`${ENTRIES}[]`, entriesWith('x'), 'an object', 'a text'],
    [`${ENTRIES}[].entry_number`, entriesWith(makeEntry({ entry_number: 1 })), 'a text', 'an integer'],
    [`${ENTRIES}[].attachments`, entriesWith(makeEntry({ attachments: '[]' })), 'a list', 'a text'],
    [`${ENTRIES}[].attachments[]`, attachmentsWith(1), 'an object', 'an integer'],
    [
      `${ENTRIES}[].attachments[].pending`,
      attachmentsWith(makeAttachment(1, { pending: 'x' })),
      'a boolean',
      'a text',
    ],
  ])('%s', (field, overrides, expected, seen) => {
    expect(listDrift(makeCase(overrides))).toEqual([drift(field, expected, seen)]);
  });

  test('null as an element of a list is one, since no list table can hold it', () => {
    expect(listDrift(makeCase({ causes: [null] }))).toEqual([drift('causes[]', 'a text', 'null')]);
  });
});

describe('a missing field', () => {
  test.each<[field: string, payload: MadeCase, expected: string]>([
    ['name', without(makeCase(), 'name'), 'a text'],
    ['causes', without(makeCase(), 'causes'), 'a list'],
    ['main_docket', without(makeCase(), 'main_docket'), 'an object'],
    ['main_docket.court', makeCase({ main_docket: without(makeDocket(), 'court') }), 'a text'],
    [ENTRIES, makeCase({ main_docket: without(makeDocket(), 'docket_entries') }), 'a list'],
    [`${ENTRIES}[].url`, makeCase(entriesWith(without(makeEntry(), 'url'))), 'a text'],
    [`${ENTRIES}[].attachments`, makeCase(entriesWith(without(makeEntry(), 'attachments'))), 'a list'],
    [
      `${ENTRIES}[].attachments[].recap_id`,
      makeCase(attachmentsWith(without(makeAttachment(1), 'recap_id'))),
      'an integer',
    ],
    ['case_defendants[].name', makeCase({ case_defendants: [without(firstDefendant(), 'name')] }), 'a text'],
    ['related_cases[].name', makeCase({ related_cases: [{ id: 5 }] }), 'a text'],
    ['facility_type[].value', makeCase({ facility_type: [{}] }), 'a text'],
  ])('%s', (field, payload, expected) => {
    expect(listDrift(payload)).toEqual([drift(field, expected, 'missing')]);
  });

  test.each(['pdf_url', 'doc_id', 'pending'])('%s of an attachment is no drift', (field) => {
    expect(listDrift(makeCase(attachmentsWith(without(makeAttachment(1), field))))).toEqual([]);
  });
});

describe('an unknown field', () => {
  test.each<[field: string, overrides: JsonObject, seen: string]>([
    ['lamp', { lamp: 'x' }, 'a text'],
    ['lamp', { lamp: null }, 'null'],
    ['main_docket.lamp', docketWith({ lamp: {} }), 'an object'],
    [`${ENTRIES}[].lamp`, entriesWith(makeEntry({ lamp: [] })), 'a list'],
    [`${ENTRIES}[].attachments[].lamp`, attachmentsWith(makeAttachment(1, { lamp: 5 })), 'an integer'],
    ['case_defendants[].lamp', { case_defendants: [{ ...firstDefendant(), lamp: true }] }, 'a boolean'],
    ['related_cases[].lamp', { related_cases: [{ id: 5, name: 'x', lamp: 0.5 }] }, 'a number'],
    ['facility_type[].lamp', { facility_type: [{ value: 'x', lamp: 1 }] }, 'an integer'],
    ['constructor', fromJson('{"constructor":{}}'), 'an object'],
    ['__proto__', fromJson('{"__proto__":"x"}'), 'a text'],
    ['hasOwnProperty', fromJson('{"hasOwnProperty":1}'), 'an integer'],
    ['main_docket.__proto__', docketWith(fromJson('{"__proto__":1}')), 'an integer'],
    [`${ENTRIES}[].toString`, entriesWith(makeEntry(fromJson('{"toString":[]}'))), 'a list'],
  ])('%s', (field, overrides, seen) => {
    expect(listDrift(makeCase(overrides))).toEqual([drift(field, 'no such field', seen)]);
  });

  test('is named by the first hundred characters of its name', () => {
    expect(listDrift(makeCase({ ['x'.repeat(500)]: 1 }))).toEqual([
      drift('x'.repeat(100), 'no such field', 'an integer'),
    ]);
  });

  test.each([
    ['k33per0f7he1amp9d2c', '[19 characters]'],
    ['api_key_9f86d081884c7d659a2feaa0c55ad015', 'api_key_[32 characters]'],
    ['docket_number_manual_2', 'docket_number_manual_2'],
    ['recap_docket_identifier', 'recap_docket_identifier'],
    ['plaintiffdescriptionalternative', 'plaintiffdescriptionalternative'],
  ])('is named without what may be a secret: %s', (name, shown) => {
    expect(listDrift(makeCase({ [name]: 1 }))).toEqual([drift(shown, 'no such field', 'an integer')]);
    expect(listLinkedDrift('documents', { ...makeDocument({ id: 1 }), [name]: 1 })).toEqual([
      drift(`documents[].${shown}`, 'no such field', 'an integer'),
    ]);
    expect(listTextDrift({ id: 1, text: '', [name]: 1 })).toEqual([
      drift(`text.${shown}`, 'no such field', 'an integer'),
    ]);
  });

  test('cannot stand in for a known one through the prototype', () => {
    const payload = fromJson(`{"id":1,"__proto__":${JSON.stringify(without(makeCase(), 'id'))}}`) as MadeCase;
    const found = listDrift(payload);
    expect(found.filter(({ seen }) => seen === 'missing')).toHaveLength(58);
    expect(found.filter(({ expected }) => expected === 'no such field')).toEqual([
      drift('__proto__', 'no such field', 'an object'),
    ]);
  });
});

describe('each way of drifting is reported once', () => {
  test('however many entries have it', () => {
    const entries = Array.from({ length: 50 }, (_, n) => makeEntry({ id: n, url: 5, lamp: 'x' }));
    expect(listDrift(makeCase(entriesWith(...entries)))).toEqual([
      drift(`${ENTRIES}[].url`, 'a text', 'an integer'),
      drift(`${ENTRIES}[].lamp`, 'no such field', 'a text'),
    ]);
  });

  test('and two ways of one field are two', () => {
    const entries = [
      makeEntry({ url: 5 }),
      makeEntry({ url: true }),
      without(makeEntry(), 'url'),
      makeEntry({ url: 6 }),
    ];
    expect(listDrift(makeCase(entriesWith(...entries))).map(({ seen }) => seen)).toEqual([
      'an integer',
      'a boolean',
      'missing',
    ]);
  });
});
