import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSameEntry, pairEntries } from '../../src/case/pair-entries.ts';
import { toEntryRows } from '../../src/case/docket-rows.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { makeAttachment, makeEntry } from '../support/make-case.ts';

const toColumns = (entries: readonly JsonObject[]) => toEntryRows(entries).map(({ columns }) => columns);

/** The keys that entries get where those before them are stored. */
function keysAfter(before: readonly JsonObject[], now: readonly JsonObject[], lowestKey = 0): number[] {
  return pairEntries(toColumns(before), toEntryRows(now), lowestKey).map(({ columns }) => columns.mirror_key);
}

const of = (id: number | null, description: string, more: JsonObject = {}): JsonObject =>
  makeEntry({ id, description, entry_number: null, url: 'nan', pacer_doc_id: null, ...more });
const [one, two, three] = [of(null, 'One'), of(null, 'Two'), of(null, 'Three')] as const;

describe('an entry keeps its key', () => {
  test.each<[string, JsonObject[], JsonObject[], number[]]>([
    ['wherever it stands, by its id', [of(1, 'A'), of(2, 'B')], [of(2, 'B'), of(1, 'A')], [2, 1]],
    ['when it says something else under its id', [of(1, 'A')], [of(1, 'B')], [1]],
    ['without an id, when another comes before it', [one, two], [of(8, 'New'), one, two], [8, -1, -2]],
    ['without an id, when one without an id comes before it', [one, two], [three, one, two], [-3, -1, -2]],
    ['without an id, when the one before it goes', [one, two, three], [two, three], [-2, -3]],
    ['without an id, in another order', [one, two, three], [three, one, two], [-3, -1, -2]],
    ['when it has a twin', [one, one, two], [two, one, one], [-3, -1, -2]],
    ['when one of its twins goes', [one, one, two], [two, one], [-3, -1]],
    [
      'when an id is used twice, in another order',
      [of(1, 'A'), of(1, 'B')],
      [of(1, 'B'), of(1, 'A')],
      [-2, 1],
    ],
    ['when the other entry of its id goes', [of(1, 'A'), of(1, 'B')], [of(1, 'B')], [-2]],
    [
      'without an id, when its row is numbered anew',
      [of(null, 'One', { row_number: 1 })],
      [three, of(null, 'One', { row_number: 2 })],
      [-2, -1],
    ],
    [
      'without an id, when the text of its number and day is edited',
      [of(null, 'One', { entry_number: '7' }), two],
      [two, of(null, 'Edited', { entry_number: '7' })],
      [-2, -1],
    ],
  ])('%s', (_, before, now, keys) => {
    expect(keysAfter(before, now)).toEqual(keys);
  });

  test('with its attachments in another order', () => {
    const entry = (...numbers: number[]) =>
      of(null, 'One', { attachments: numbers.map((number) => makeAttachment(number)) });
    expect(keysAfter([two, entry(1, 2)], [entry(2, 1), two])).toEqual([-2, -1]);
  });
});

describe('an entry is new', () => {
  test('when it has nothing in common with those that are stored', () => {
    expect(keysAfter([{ odd: 1 }], [{ odd: 2 }])).toEqual([-2]);
  });
  test('under another id, whatever else it says', () => {
    expect(keysAfter([of(1, 'A')], [of(2, 'A')])).toEqual([2]);
  });
  test('and gets a key that no entry of the past has had', () => {
    expect(keysAfter([one], [one, two], -9)).toEqual([-1, -10]);
  });
});

const anyEntry = fc
  .record({
    id: fc.constantFrom(null, 1, 2, 3, 0, 'x'),
    description: fc.constantFrom('A', 'B', null),
    entry_number: fc.constantFrom('1', '2', null),
    row_number: fc.constantFrom(1, 2, null),
  })
  .map((fields) => makeEntry(fields));
const anyDocket = fc.array(anyEntry, { maxLength: 8 });

test('whatever the entries, each has a key of its own, and the same docket in any order keeps all of its keys', () => {
  fc.assert(
    fc.property(anyDocket, anyDocket, (before, now) => {
      const first = pairEntries(toColumns(before), toEntryRows(now), 0);
      const keys = first.map(({ columns }) => columns.mirror_key);
      expect(new Set(keys).size).toBe(now.length);
      const stored = first.map(({ columns }) => columns);
      const again = pairEntries(stored, toEntryRows(now.toReversed()), 0);
      const byKey = new Map(stored.map((columns) => [columns.mirror_key, columns]));
      for (const { columns } of again) {
        const old = byKey.get(columns.mirror_key);
        expect(old !== undefined && isSameEntry(old, columns)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
