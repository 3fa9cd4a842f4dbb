import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import fc from 'fast-check';
import { splitPayload } from '../../src/case/fingerprint.ts';
import { toEntry, toEntryRows } from '../../src/case/docket-rows.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { makeAttachment, makeEntry, without } from '../support/make-case.ts';
import { anyPayload } from './mutations.ts';

const keysOf = (entries: JsonObject[]) => toEntryRows(entries).map(({ columns }) => columns.mirror_key);
const fromJson = (json: string) => JSON.parse(json) as JsonObject;

function rowOf(entry: JsonObject) {
  const [row] = toEntryRows([entry]);
  if (row === undefined) throw new Error('no row');
  return row;
}

const anyEntries = anyPayload.map((payload) => splitPayload(payload).entries ?? []);
const entriesWithOddIds = fc.array(
  fc.constantFrom<JsonObject>(
    {},
    { id: null },
    { id: 0 },
    { id: -1 },
    { id: -2 },
    { id: 1 },
    { id: 2 },
    { id: '1' },
    { id: 1.5 },
    { id: 2 ** 53 },
    { id: [1] },
    { id: true },
  ),
  { maxLength: 12 },
);

describe('any entries', () => {
  const assertAll = (check: (entries: readonly JsonObject[]) => void): void => {
    fc.assert(fc.property(anyEntries, check), { numRuns: 500 });
    fc.assert(fc.property(entriesWithOddIds, check), { numRuns: 200 });
  };

  test('are rebuilt from their rows exactly, in their order', () => {
    assertAll((entries) => {
      const rebuilt = toEntryRows(entries).map(({ columns }) => toEntry(columns));
      expect(isDeepStrictEqual(rebuilt, entries)).toBe(true);
    });
  });

  test('give only values that SQLite holds unchanged', () => {
    const database = openSqlite(':memory:');
    const echo = database.prepare('SELECT ? AS value').pluck();
    assertAll((entries) => {
      for (const value of toEntryRows(entries).flatMap(({ columns }) => Object.values(columns))) {
        expect(echo.get(value)).toBe(value);
      }
    });
    database.close();
  });

  test('give the same columns each time and keys that are unique', () => {
    const columns = Object.keys(rowOf(makeEntry()).columns).sort();
    assertAll((entries) => {
      const rows = toEntryRows(entries);
      for (const row of rows) expect(Object.keys(row.columns).sort()).toEqual(columns);
      expect(new Set(rows.map((row) => row.columns.mirror_key)).size).toBe(entries.length);
    });
  });
});

describe('the key of an entry', () => {
  test.each<[string, JsonObject[], number[]]>([
    ['is its id', [{ id: 7 }, { id: 3 }], [7, 3]],
    ['is its place when the id is missing', [{ id: 7 }, {}, { id: 3 }, {}], [7, -2, 3, -4]],
    ['is its place when the id was used', [{ id: 7 }, { id: 7 }, { id: 7 }], [7, -2, -3]],
    [
      'is its place when the id is null, 0 or negative',
      [{ id: null }, { id: 0 }, { id: -1 }, { id: -4 }],
      [-1, -2, -3, -4],
    ],
    [
      'is its place when the id is of another kind',
      [{ id: '7' }, { id: 7.5 }, { id: [7] }, { id: true }],
      [-1, -2, -3, -4],
    ],
    [
      'is its place when the id is too large',
      [{ id: 2 ** 53 }, { id: 2 ** 53 - 1 }],
      [-1, Number.MAX_SAFE_INTEGER],
    ],
  ])('%s', (_title, entries, expected) => {
    expect(keysOf(entries)).toEqual(expected);
  });
});

describe('the rest of an entry', () => {
  test('is null for an entry with the documented fields', () => {
    expect(rowOf(makeEntry()).columns).toEqual({ ...makeEntry(), mirror_key: 80001, mirror_rest: null });
  });

  const entryWithoutUrl = without(makeEntry(), 'url');
  test.each<[string, JsonObject, unknown]>([
    ['names what is missing, which null would not tell', entryWithoutUrl, { missing: ['url'] }],
    ['holds a field that nobody knows', makeEntry({ lamp: null }), { values: { lamp: null } }],
    ['holds a value of another kind', makeEntry({ row_number: '1' }), { values: { row_number: '1' } }],
    ['holds a number that is not whole', makeEntry({ row_number: 0.5 }), { values: { row_number: 0.5 } }],
    [
      'holds attachments that are no list',
      makeEntry({ attachments: '[]' }),
      { values: { attachments: '[]' } },
    ],
    ['holds half a character', makeEntry({ url: 'a\ud800' }), { values: { url: 'a\ud800' } }],
    [
      'holds an unknown field in the place of a missing one',
      { ...entryWithoutUrl, lamp: 1 },
      { values: { lamp: 1 }, missing: ['url'] },
    ],
    [
      'holds a field named constructor',
      makeEntry(fromJson('{"constructor":1}')),
      { values: { constructor: 1 } },
    ],
  ])('%s', (_title, entry, rest) => {
    const { columns } = rowOf(entry);
    expect(JSON.parse(columns.mirror_rest ?? 'null')).toEqual(rest);
    expect(toEntry(columns)).toEqual(entry);
  });

  test('holds a field named __proto__', () => {
    const entry = fromJson('{"id":5,"__proto__":{"url":"x"}}');
    const { columns } = rowOf(entry);
    expect(columns.mirror_rest).toContain('"__proto__":{"url":"x"}');
    expect(columns.url).toBeNull();
    expect(JSON.stringify(toEntry(columns))).toBe(JSON.stringify(entry));
  });
});

describe('the attachments of an entry', () => {
  test('are rows, and stay beside them as they came', () => {
    const attachments = [makeAttachment(2), makeAttachment(1)];
    const row = rowOf(makeEntry({ attachments }));
    expect(row.attachments).toEqual(attachments);
    expect(row.columns.attachments).toBe(JSON.stringify(attachments));
  });

  test('have null where a value is missing or of another kind', () => {
    const { attachments } = rowOf(makeEntry({ attachments: [{ recap_id: '5', pending: 0, lamp: 1 }] }));
    expect(attachments).toEqual([
      {
        attachment_number: null,
        recap_id: null,
        pacer_url: null,
        description: null,
        pdf_url: null,
        doc_id: null,
        pending: null,
      },
    ]);
  });

  test.each<[string, JsonObject]>([
    ['null', { attachments: null }],
    ['an empty list', { attachments: [] }],
    ['no list', { attachments: {} }],
    ['a list of no objects', { attachments: ['x', null, [1]] }],
  ])('as %s are no rows, and the entry is rebuilt all the same', (_title, overrides) => {
    const row = rowOf(makeEntry(overrides));
    expect(row.attachments).toEqual([]);
    expect(toEntry(row.columns)).toEqual(makeEntry(overrides));
  });
});
