import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { findCase } from '../../src/db/read-case.ts';
import { CaseCollection, inventCollection } from '../../fake-api/collection/collection.ts';
import { readRecordedCases, recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';
import { times } from '../support/times.ts';
import { anyCharacter } from '../support/once/any-character.ts';

/** The same records, those without a status listed under "Yes": no list sync of a status would bring them otherwise. */
function listEveryRecord(source: CaseCollection): CaseCollection {
  return toCollection(source.find().map((slot) => ({ ...slot, ongoing: slot.ongoing ?? 'Yes' })));
}

type Slots = ReturnType<CaseCollection['find']>;

function toCollection(slots: Slots): CaseCollection {
  return new CaseCollection([...slots], {
    seed: 1,
    nextIndex: 0,
    inventAt: () => {
      throw new Error('no day passes here');
    },
  });
}

/** What each field of a record is, at any depth: absent fields leave theirs out. */
function listShapes(slot: Slots[number]): string[] {
  const list = (value: JsonValue, path: string): string[] => {
    if (Array.isArray(value))
      return [
        `${path}: ${value.length === 0 ? 'empty list' : 'list'}`,
        ...value.flatMap((one) => list(one, `${path}[]`)),
      ];
    if (value !== null && typeof value === 'object')
      return [
        `${path}: object`,
        ...Object.entries(value).flatMap(([key, one]) => list(one, `${path}.${key}`)),
      ];
    return [`${path}: ${value === null ? 'null' : value === '' ? 'empty text' : typeof value}`];
  };
  return list(JSON.parse(Buffer.concat(slot.read()).toString()) as JsonValue, '');
}

/** Those that bring a shape that none before them has. */
function keepNewShapes(slots: Slots): Slots {
  const seen = new Set<string>();
  return slots.filter((slot) => {
    const before = seen.size;
    for (const shape of listShapes(slot)) seen.add(shape);
    return seen.size > before;
  });
}

/** Syncs a collection twice, and compares every case in the mirror with what was served. */
async function expectLossless(source: CaseCollection): Promise<void> {
  const { sync, read, rows } = await startHarness({ source });
  expect(await sync()).toMatchObject({ outcome: 'complete' });
  const served = source.ids();
  expect(served).toHaveLength(source.size);
  expect(rows('SELECT id FROM cases ORDER BY id').map(({ id }) => id)).toEqual(served.sort((a, b) => a - b));
  read((mirror) => {
    for (const id of served) expect(findCase(mirror, id).payload).toEqual(source.get(id));
  });
  const again = await sync();
  expect(again.lists.every(({ figures }) => figures.cases_unchanged === figures.cases_seen)).toBe(true);
}

test('every case of an invented collection is read from the database exactly as it was sent', async () => {
  const source = listEveryRecord(inventCollection({ seed: 7, size: 150 }));
  const [all, few] = [source.find(), keepNewShapes(source.find())];
  expect(few.length).toBeLessThan(50);
  expect(new Set(few.flatMap(listShapes))).toEqual(new Set(all.flatMap(listShapes)));
  await expectLossless(toCollection(times(few, all)));
});

const SAMPLE = process.env.CLEARINGHOUSE_SAMPLE;
const sampleTest = SAMPLE === undefined || SAMPLE === '' ? test.skip : test;
sampleTest(
  'every recorded case of CLEARINGHOUSE_SAMPLE comes back out exactly (skipped when the variable is not set)',
  async () => {
    await expectLossless(listEveryRecord(await readRecordedCases(String(SAMPLE))));
  },
);

const json = fc.jsonValue({ maxDepth: 3, stringUnit: anyCharacter }) as fc.Arbitrary<JsonValue>;
const oddText = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.constantFrom(
    '\ud800',
    'a\udc00b',
    '\u0000',
    'nan',
    '',
    '  ',
    '\u2028',
    "'; DROP TABLE cases; --",
    '$1 ? :id @x',
  ),
);
const oddValue: fc.Arbitrary<JsonValue> = fc.oneof(
  json,
  oddText,
  fc.constantFrom(null, 1e300, 2 ** 53 + 2, 0.1, true, [], {}),
);
const oddKey = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'mirror_payload', 'id2', ''),
  fc.string(),
);

/** An object with some fields dropped, some of another value, and some that nobody knows. */
function mutate(object: JsonObject, keep: readonly string[]): fc.Arbitrary<JsonObject> {
  const changeable = Object.keys(object).filter((key) => !keep.includes(key));
  return fc
    .record({
      dropped: fc.subarray(changeable, { maxLength: 4 }),
      changed: fc.dictionary(fc.constantFrom(...changeable), oddValue, { maxKeys: 6 }),
      added: fc.dictionary(oddKey, oddValue, { maxKeys: 3 }),
    })
    .map(({ dropped, changed, added }) => {
      const members = new Map<string, JsonValue>(Object.entries(object));
      for (const [key, value] of [...Object.entries(changed), ...Object.entries(added)]) {
        if (!keep.includes(key)) members.set(key, value);
      }
      for (const key of dropped) members.delete(key);
      // As JSON would bring it: a key named __proto__ is a member like any other.
      return JSON.parse(JSON.stringify(Object.fromEntries(members))) as JsonObject;
    });
}

const mutatedCase = fc.integer({ min: 1, max: 1_000_000 }).chain((id) => {
  const made = makeCase({ id, case_ongoing: 'Yes' });
  const docket = made.main_docket as JsonObject;
  const entries = docket.docket_entries as JsonObject[];
  const mutatedEntries = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.array(
        fc.constantFrom(...entries).chain((entry) => mutate(entry, [])),
        { maxLength: 6 },
      ),
    },
    { weight: 1, arbitrary: oddValue },
  ) as fc.Arbitrary<JsonValue>;
  return fc
    .tuple(
      mutate(made, ['id', 'case_ongoing', 'main_docket']),
      mutate(docket, ['docket_entries']),
      mutatedEntries,
    )
    .map(([top, middle, docket_entries]): JsonObject => ({
      ...top,
      main_docket: { ...middle, docket_entries },
    }));
});

describe('whatever value a field has', () => {
  test('nothing crashes and nothing is lost, on the first day or when the case changes', async () => {
    const source = recordedCases([]);
    const { sync, read } = await startHarness({ source, pageSize: 200 });
    const days = fc.sample(
      fc.uniqueArray(mutatedCase, { minLength: 60, maxLength: 60, selector: ({ id }) => Number(id) % 80 }),
      {
        numRuns: times(2, 4),
        seed: 11,
      },
    );
    for (const day of days) {
      const cases = day.map((record) => ({ ...record, id: (Number(record.id) % 80) + 1 }));
      for (const record of cases) source.put(record);
      expect(await sync({ lists: [statusOf(5021)] })).toMatchObject({ outcome: 'complete' });
      read((mirror) => {
        for (const { id } of cases) expect(findCase(mirror, id).payload).toEqual(source.get(id));
      });
    }
  });
});
