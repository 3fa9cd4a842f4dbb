import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { findCaseAsOf } from '../../src/history/case-as-of.ts';
import { findCase } from '../../src/db/read-case.ts';
import { anyPayload, define, hasSameContent } from '../case/mutations.ts';
import { listMisplacedValues } from '../support/misplaced-values.ts';
import { startTexts } from './served-texts.ts';
import { times } from '../support/times.ts';

const CASES = 6;
const DAYS = 3;
const HUGE = 2 ** 18;

/** What makes a text long: plain, of two bytes or four, what SQL or JSON escapes, and what SQLite cannot hold as it is. */
const anyHugeText = fc.constantFrom('x', 'é', '🗼', '"\\', "'", '\0', '\ud800').map((unit) => {
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
    { numRuns: times(2, 40), endOnFailure: true },
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
