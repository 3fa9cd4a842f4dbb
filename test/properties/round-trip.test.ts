import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { findCaseAsOf } from '../../src/history/case-as-of.ts';
import { findCase } from '../../src/db/read-case.ts';
import { anyPayload, define, hasSameContent } from '../case/mutations.ts';
import { chooseDraws } from '../support/choose-draws.ts';
import { makeCase } from '../support/make-case.ts';
import { listMisplacedValues } from '../support/misplaced-values.ts';
import { startTexts } from './served-texts.ts';
import { times } from '../support/times.ts';

const CASES = 6;
const DAYS = 3;
const HUGE = 2 ** 18;

/** What makes a text long: plain, of two bytes or four, what SQL or JSON escapes, and what SQLite cannot hold as it is. */
const UNITS = ['x', 'é', '🗼', '"\\', "'", '\0', '\ud800'];
const anyHugeText = fc.constantFrom(...UNITS).map((unit) => {
  return unit.repeat(Math.ceil(HUGE / unit.length));
});

const PLACES: readonly ((payload: JsonObject) => JsonObject | undefined)[] = [
  (payload) => payload,
  (payload) => objectOf(payload.main_docket),
  (payload) => firstOf(objectOf(payload.main_docket)?.docket_entries),
  (payload) => firstOf(payload.case_defendants),
];

const FIELDS = ['name', 'summary', 'court', 'description', 'attachments', 'lamp', '__proto__'];

/** Any payload, and now and then one in which a field is a quarter of a megabyte of text. */
const anyRecord = fc
  .tuple(
    anyPayload,
    fc.option(fc.tuple(fc.constantFrom(...PLACES), fc.constantFrom(...FIELDS), anyHugeText), { freq: 12 }),
  )
  .map(([payload, huge]): JsonObject => {
    if (huge === null) return payload;
    const [place, field, text] = huge;
    const object = place(payload);
    if (object !== undefined) define(object, field, text);
    return payload;
  });

/** The same cases day after day, each of them something else every time. */
const anyDays = fc.array(
  fc
    .array(anyRecord, { minLength: CASES, maxLength: CASES })
    .map((records) => records.map((record, at) => ({ ...record, id: at + 1 }))),
  { minLength: DAYS, maxLength: DAYS },
);

/** How a record differs from a full case: what it gained or lost, and its odd texts. */
function listKinds(record: JsonObject): string[] {
  const docket = objectOf(record.main_docket);
  const entries = docket?.docket_entries;
  const isList = Array.isArray(entries) && entries.every((one) => isJsonObject(one) && 'id' in one);
  return [
    ...compareFields('case', FULL, record),
    ...compareFields('docket', objectOf(FULL.main_docket), docket),
    ...compareFields('entry', firstOf(objectOf(FULL.main_docket)?.docket_entries), firstOf(entries)),
    ...compareFields('defendant', firstOf(FULL.case_defendants), firstOf(record.case_defendants)),
    ...(isList ? [] : ['no list of entries']),
    ...listTexts(record).flatMap((text) =>
      text.length < HUGE / 2
        ? [...(text.includes('\0') ? ['a NUL'] : []), ...(text.isWellFormed() ? [] : ['a lone surrogate'])]
        : UNITS.filter((unit) => text.startsWith(unit)).map((unit) => `huge: ${JSON.stringify(unit)}`),
    ),
  ];
}

const FULL: JsonObject = makeCase();

function compareFields(place: string, full: JsonObject | undefined, now: JsonObject | undefined): string[] {
  if (full === undefined || now === undefined) return [`${place}: gone`];
  return [
    ...(Object.keys(full).some((key) => !Object.hasOwn(now, key)) ? [`${place}: a field less`] : []),
    ...(Object.keys(now).some((key) => !Object.hasOwn(full, key)) ? [`${place}: a field more`] : []),
    ...(Object.hasOwn(now, '__proto__') ? [`${place}: __proto__`] : []),
    ...(Object.keys(full).some((key) => Object.hasOwn(now, key) && typeof now[key] !== typeof full[key])
      ? [`${place}: a field of another type`]
      : []),
  ];
}

function listTexts(value: JsonValue): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(listTexts);
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, one]) => [key, ...listTexts(one)]) : [];
}

/** Fewest records with every kind that hundreds have, as the days of one history. */
const FEW = chooseDraws(anyRecord, listKinds, 400);
const FEW_AS_DAYS = Array.from({ length: DAYS }, (_, day) =>
  Array.from({ length: CASES }, (_none, at): JsonObject => ({
    ...structuredClone(FEW.chosen[(day * CASES + at) % FEW.chosen.length]),
    id: at + 1,
  })),
);

test('the chosen records have every kind of change in every place, and every kind of text', () => {
  expect(FEW.chosen.length).toBeLessThanOrEqual(DAYS * CASES);
  expect([...FEW.kinds].sort()).toEqual(
    [
      ...['case', 'docket', 'entry', 'defendant'].flatMap((place) =>
        ['a field less', 'a field more', '__proto__', 'a field of another type'].map(
          (kind) => `${place}: ${kind}`,
        ),
      ),
      ...['docket', 'entry', 'defendant'].map((place) => `${place}: gone`),
      ...['no list of entries', 'a NUL', 'a lone surrogate'],
      ...UNITS.map((unit) => `huge: ${JSON.stringify(unit)}`),
    ].sort(),
  );
});

test('whatever cases are made of, the JSON that was sent comes back, that of each earlier day too, and all of it verifies', async () => {
  await fc.assert(
    fc.asyncProperty(anyDays, async (days) => {
      const { day, read, run } = await startTexts();
      const sent: JsonObject[][] = [];
      for (const records of days) {
        const texts = records.map((record) => JSON.stringify(record));
        expect(await day(texts)).toMatchObject({ outcome: 'complete' });
        const parsed = texts.map((text) => JSON.parse(text) as JsonObject);
        sent.push(parsed);
        read((mirror) => {
          for (const payload of parsed)
            expectSame(findCase(mirror, Number(payload.id)).payload, payload, isDeepStrictEqual);
        });
      }
      expect(read(listMisplacedValues)).toEqual([]);
      read((mirror) => {
        for (const [before, payloads] of sent.entries())
          for (const payload of payloads) {
            const then = findCaseAsOf(mirror, Number(payload.id), before + 1);
            expectSame(then.payload, payload, hasSameContent);
          }
      });
      const raw = await run('case', '1', '--raw');
      expectSame(JSON.parse(raw.stdout) as JsonValue, sent.at(-1)?.[0] ?? null, isDeepStrictEqual);
      const first = await run('case', '1', '--raw', '--as-of', '1');
      expectSame(JSON.parse(first.stdout) as JsonValue, sent[0]?.[0] ?? null, hasSameContent);
      const { exitCode, stdout } = await run('verify');
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    }),
    { examples: [[FEW_AS_DAYS]], numRuns: times(2, 40), endOnFailure: true },
  );
});

/** Jest would print both values, however long they are. */
function expectSame(
  found: JsonValue,
  sent: JsonValue,
  isSame: (one: JsonValue, other: JsonValue) => boolean,
): void {
  if (!isSame(found, sent)) expect(clip(found)).toBe(`the same as ${clip(sent)}`);
}

function clip(value: JsonValue): string {
  return JSON.stringify(value).slice(0, 5000);
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

function firstOf(list: JsonValue | undefined): JsonObject | undefined {
  return Array.isArray(list) ? objectOf(list[0]) : undefined;
}
