import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitPayload } from '../../src/case/fingerprint.ts';
import { LIST_FIELDS, toCaseRows } from '../../src/case/case-rows.ts';
import { CASE_FIELDS, type CasePayload, type FieldKind } from '../../src/api/payload.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { makeCase, makeDocket, makeEntry, without } from '../support/make-case.ts';
import { anyPayload } from './mutations.ts';

const rowsOf = (payload: CasePayload) => toCaseRows(payload, splitPayload(payload), 'the-print');
const SCALAR_KINDS: readonly FieldKind[] = ['text', 'integer', 'boolean'];
const SCALARS = Object.entries(CASE_FIELDS).flatMap(([field, kind]) =>
  SCALAR_KINDS.includes(kind) ? [field] : [],
);
const MISFITS: JsonValue[] = [{ lamp: 1 }, [1], 0.5];

describe('the row of a case', () => {
  test('has every scalar as the API sent it', () => {
    const payload = makeCase();
    const row = rowsOf(payload).case as unknown as JsonObject;
    expect(Object.fromEntries(SCALARS.map((field) => [field, row[field]]))).toEqual(
      Object.fromEntries(SCALARS.map((field) => [field, payload[field]])),
    );
  });

  test('keeps apart null, an empty text, 0 and false', () => {
    const { case: row } = rowsOf(makeCase({ name: '', court: null, filing_year: 0, is_active: false }));
    expect(row).toMatchObject({ name: '', court: null, filing_year: 0, is_active: false });
  });

  describe.each(SCALARS.filter((field) => field !== 'id'))('%s', (field) => {
    test.each(MISFITS)('is null for %j', (rejectedRecord) => {
      expect(rowsOf(makeCase({ [field]: rejectedRecord })).case).toHaveProperty(field, null);
    });

    test('is null when it is missing', () => {
      expect(rowsOf(without(makeCase(), field)).case).toHaveProperty(field, null);
    });
  });

  test.each<[string, JsonValue]>([
    ['filing_year', '2019'],
    ['filing_year', true],
    ['filing_year', 2 ** 53],
    ['name', 5],
    ['is_active', 1],
    ['is_active', 'true'],
  ])('%s is not guessed from %j', (field, value) => {
    expect(rowsOf(makeCase({ [field]: value })).case).toHaveProperty(field, null);
  });

  test('holds the fingerprint, the payload without entries, and the keys of the entries in order', () => {
    const { case: row } = rowsOf(makeCase());
    expect(row.mirror_fingerprint).toBe('the-print');
    expect(JSON.parse(row.mirror_payload)).toEqual(splitPayload(makeCase()).rest);
    expect(row.mirror_entry_keys).toBe('[80001,80002,80003]');
  });

  test.each<[string, JsonValue, string | null]>([
    ['an empty list', [], '[]'],
    ['null', null, null],
    ['a list with a text in it', [makeEntry(), 'x'], null],
    ['a text', 'x', null],
  ])('with %s of entries has the keys %j', (_title, docket_entries, keys) => {
    const rows = rowsOf(makeCase({ main_docket: makeDocket({ docket_entries }) }));
    expect(rows.case.mirror_entry_keys).toBe(keys);
    expect(rows.entries).toEqual([]);
  });

  test.each<[JsonValue, string | null]>([
    ['<p>Lamp &amp; oil</p>', 'Lamp & oil'],
    ['', ''],
    [null, null],
    [['<p>x</p>'], null],
    [5, null],
  ])('for the summary %j has the text %j', (summary, text) => {
    expect(rowsOf(makeCase({ summary })).case.mirror_summary_text).toBe(text);
  });

  test('loses nothing: payload and entries together are the case', () => {
    fc.assert(
      fc.property(anyPayload, (payload) => {
        const { rest, entries } = splitPayload(payload);
        const rows = rowsOf(payload);
        expect(JSON.stringify(JSON.parse(rows.case.mirror_payload))).toBe(JSON.stringify(rest));
        expect(rows.entries).toHaveLength(entries?.length ?? 0);
      }),
    );
  });
});

describe('the lists of a case', () => {
  test('are the texts in order, whether plain or in an object with value', () => {
    const { lists } = rowsOf(makeCase());
    expect(lists.issues).toEqual(['Lamps: brightness', 'Stairs']);
    expect(lists.plaintiff_type).toEqual(['Private Plaintiff', 'Keeper']);
    expect(Object.keys(lists).sort()).toEqual([...LIST_FIELDS].sort());
    for (const list of Object.values(lists)) expect(list).not.toEqual([]);
  });

  test.each<[string, JsonValue, string[]]>([
    ['a text twice stays twice', ['a', 'a'], ['a', 'a']],
    ['an empty text stays', [''], ['']],
    ['both forms may be mixed', ['a', { value: 'b' }], ['a', 'b']],
    ['what is no text is left out', [1, null, true, ['a'], {}, { value: null }, { value: 5 }, 'z'], ['z']],
    ['null is no list', null, []],
    ['a text is no list', 'a', []],
    ['an object is no list', { value: 'a' }, []],
  ])('%s', (_title, list, expected) => {
    for (const field of LIST_FIELDS)
      expect(rowsOf(makeCase({ [field]: list })).lists[field]).toEqual(expected);
  });

  test('have only texts and no other field than the lists, whatever the case holds', () => {
    fc.assert(
      fc.property(anyPayload, (payload) => {
        const lists = Object.values(rowsOf(payload).lists);
        expect(lists).toHaveLength(LIST_FIELDS.length);
        expect(lists.flat().every((text) => typeof text === 'string')).toBe(true);
      }),
    );
  });
});

describe('the other parts of a case', () => {
  test('are defendants, related cases, the docket and its entries with their attachments', () => {
    const payload = makeCase();
    const rows = rowsOf(payload);
    expect(rows.defendants).toEqual(payload.case_defendants);
    expect(rows.relatedCases).toEqual([{ id: 90002, name: 'Birch v. Thimble County' }]);
    expect(rows.docket).toEqual({
      ...without(makeDocket(), 'docket_entries'),
      mirror_number: '04 2019 000123 = cv',
    });
    expect(rows.entries.map(({ columns }) => columns.url)).toEqual([makeEntry().url, 'nan', makeEntry().url]);
    expect(rows.entries.map(({ attachments }) => attachments.length)).toEqual([0, 0, 2]);
  });

  test.each<[JsonValue, number]>([
    [null, 0],
    ['x', 0],
    [{}, 0],
    [[null, 'x', [], 5], 0],
    [[{}], 1],
    [[{ name: 'a' }, 'x', { name: 'a' }], 2],
  ])('for the list %j are %d rows', (list, count) => {
    const rows = rowsOf(makeCase({ case_defendants: list, related_cases: list }));
    expect(rows.defendants).toHaveLength(count);
    expect(rows.relatedCases).toHaveLength(count);
  });

  test.each<[JsonValue]>([[null], ['x'], [[]]])('for the docket %j is none', (main_docket) => {
    expect(rowsOf(makeCase({ main_docket }))).toMatchObject({ docket: null, entries: [] });
  });

  test('have null for what does not fit', () => {
    const rows = rowsOf(
      makeCase({
        case_defendants: [{ name: 5 }],
        related_cases: [{ id: 'x' }, { id: '5' }],
        main_docket: { id: 'x' },
      }),
    );
    expect(new Set(Object.values(rows.defendants[0] ?? { none: 1 }))).toEqual(new Set([null]));
    expect(rows.relatedCases.map(({ id }) => id)).toEqual([null, 5]);
    expect(new Set(Object.values(rows.docket ?? { none: 1 }))).toEqual(new Set([null]));
  });
});
