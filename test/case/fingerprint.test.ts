import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint, splitPayload, toCanonicalJson } from '../../src/case/fingerprint.ts';
import type { CasePayload } from '../../src/api/payload.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry, without } from '../support/make-case.ts';
import { anyJson, anyPayload, define, hasSameContent, shuffle } from './mutations.ts';

const print = (payload: CasePayload) => fingerprint(splitPayload(payload));
const withEntry = (overrides: JsonObject) =>
  makeCase({ main_docket: makeDocket({ docket_entries: [makeEntry(overrides)] }) });
const withDocket = (docket: JsonValue) => makeCase({ main_docket: docket });

const anyRandom = fc
  .infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }))
  .map((stream) => () => Number(stream.next().value));

/** Every place in a value, as the steps that lead to it. */
function listPaths(value: JsonValue, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => listPaths(one, [...path, key]))];
}

/** A copy with another value at one place. */
function replaceAt(
  value: JsonValue,
  path: readonly string[],
  change: (old: JsonValue) => JsonValue,
): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as JsonObject) }) as JsonObject;
  define(copy, step, replaceAt(copy[step] ?? null, rest, change));
  return copy;
}

test('is 64 hex digits and the same each time', () => {
  expect(print(makeCase())).toMatch(/^[0-9a-f]{64}$/);
  expect(print(makeCase())).toBe(print(makeCase()));
});

describe('is equal', () => {
  test('whatever the order of keys and list elements, at every depth', () => {
    fc.assert(
      fc.property(anyPayload, anyRandom, (payload, random) => {
        expect(print(shuffle(payload, random) as CasePayload)).toBe(print(payload));
      }),
      { numRuns: 200 },
    );
  });

  test.each<[string, CasePayload, CasePayload]>([
    [
      'for docket entries in another order',
      withDocket({ docket_entries: [{ id: 1 }, { id: 2 }] }),
      withDocket({ docket_entries: [{ id: 2 }, { id: 1 }] }),
    ],
    [
      'for attachments in another order',
      withEntry({ attachments: [makeAttachment(1), makeAttachment(2)] }),
      withEntry({ attachments: [makeAttachment(2), makeAttachment(1)] }),
    ],
    [
      'for the texts of a list in another order',
      makeCase({ issues: ['a', 'b', 'a'] }),
      makeCase({ issues: ['a', 'a', 'b'] }),
    ],
  ])('%s', (_title, one, other) => {
    expect(print(other)).toBe(print(one));
  });
});

describe('is different', () => {
  test('when any single value changes', () => {
    const change = fc.oneof(
      anyJson.map((value) => () => value),
      fc.constantFrom<(old: JsonValue) => JsonValue>(
        (old) => JSON.stringify(old),
        (old) => [old],
        (old) => (typeof old === 'string' ? `${old} ` : JSON.stringify(old)),
        (old) => (Array.isArray(old) ? [...old, ...old] : null),
      ),
    );
    fc.assert(
      fc.property(anyPayload, fc.nat(), change, (payload, at, changeValue) => {
        const paths = listPaths(payload).filter(([first]) => first !== undefined && first !== 'id');
        const path = paths[at % paths.length] ?? [];
        const changed = replaceAt(payload, path, changeValue) as CasePayload;
        expect(print(changed) === print(payload)).toBe(hasSameContent(changed, payload));
      }),
      { numRuns: 500 },
    );
  });

  const withEntries = (docket_entries: JsonValue) => withDocket(makeDocket({ docket_entries }));

  test.each<[string, readonly CasePayload[]]>([
    [
      'for null, an empty text and no field',
      [makeCase({ name: null }), makeCase({ name: '' }), without(makeCase(), 'name')],
    ],
    ['for a number and its text', [makeCase({ filing_year: 1 }), makeCase({ filing_year: '1' })]],
    ['for true, 1 and their texts', ['true', true, 1, '1'].map((is_active) => makeCase({ is_active }))],
    ['for null and its text', [makeCase({ name: null }), makeCase({ name: 'null' })]],
    [
      'for how often a list has a text',
      [['a'], ['a', 'a'], ['a', 'a', 'a']].map((issues) => makeCase({ issues })),
    ],
    ['for an empty list, null and an object', [[], null, {}].map((issues) => makeCase({ issues }))],
    ['for a text in a list and the text itself', [makeCase({ issues: 'a' }), makeCase({ issues: ['a'] })]],
    ['for texts that are cut elsewhere', [makeCase({ issues: ['a,b'] }), makeCase({ issues: ['a', 'b'] })]],
    ['for texts with quotation marks', [makeCase({ issues: ['a","b'] }), makeCase({ issues: ['a', 'b'] })]],
    [
      'for a value in another field',
      [makeCase({ court: 'x', state: 'y' }), makeCase({ court: 'y', state: 'x' })],
    ],
    [
      'for two halves of characters',
      [makeCase({ name: '\ud800' }), makeCase({ name: '\ud801' }), makeCase({ name: '\ufffd' })],
    ],
    ['for letters that look alike', [makeCase({ name: '\u00e9' }), makeCase({ name: 'e\u0301' })]],
    [
      'for one entry and the same entry twice',
      [withEntries([makeEntry()]), withEntries([makeEntry(), makeEntry()])],
    ],
    [
      'for an entry with null, with an empty text and without the field',
      [withEntry({ url: null }), withEntry({ url: '' }), withEntries([without(makeEntry(), 'url')])],
    ],
    ['for an entry with one more field', [withEntry({}), withEntry({ lamp: null })]],
    [
      'for an unknown field in the place of a missing one',
      [
        withEntries([without(makeEntry(), 'url')]),
        withEntries([{ ...without(makeEntry(), 'url'), lamp: 'x' }]),
      ],
    ],
    [
      'for a value in another field of an entry',
      [withEntry({ url: 'x', recap_pdf_url: 'y' }), withEntry({ url: 'y', recap_pdf_url: 'x' })],
    ],
    [
      'for attachments and the text of them',
      [[], '[]', null, 'null', {}, '{}'].map((attachments) => withEntry({ attachments })),
    ],
    [
      'for one attachment that moves to another entry',
      [
        withEntries([
          makeEntry({ id: 1, attachments: [makeAttachment(1)] }),
          makeEntry({ id: 2, attachments: [] }),
        ]),
        withEntries([
          makeEntry({ id: 1, attachments: [] }),
          makeEntry({ id: 2, attachments: [makeAttachment(1)] }),
        ]),
      ],
    ],
    ['for no docket, an empty one and a list', [null, {}, []].map(withDocket)],
    [
      'for an empty list of entries, null and no such field',
      [withEntries([]), withEntries(null), withDocket(without(makeDocket(), 'docket_entries'))],
    ],
    [
      'for a line break in a text and two texts',
      [makeCase({ issues: ['a\nb'] }), makeCase({ issues: ['a', 'b'] })],
    ],
  ])('%s', (_title, payloads) => {
    expect(new Set(payloads.map(print)).size).toBe(payloads.length);
  });

  test('for a field named __proto__', () => {
    const odd = JSON.parse('{"__proto__":{"lamp":1}}') as JsonObject;
    const other = JSON.parse('{"__proto__":{"lamp":2}}') as JsonObject;
    expect(
      new Set(
        [makeCase(), makeCase(odd), makeCase(other), withEntry({}), withEntry(odd), withEntry(other)].map(
          print,
        ),
      ).size,
    ).toBe(6);
  });
});

describe('canonical JSON', () => {
  test.each<[JsonValue, string]>([
    [{ b: 1, a: [2, 1] }, '{"a":[1,2],"b":1}'],
    [[{ b: 1 }, { a: 1 }, null, 'x', true], '["x",null,true,{"a":1},{"b":1}]'],
    [[[2, 1], [1]], '[[1,2],[1]]'],
    ['\ud800\n', '"\\ud800\\n"'],
    [{}, '{}'],
    [[], '[]'],
  ])('of %j is %s', (value, expected) => {
    expect(toCanonicalJson(value)).toBe(expected);
  });

  test('can be read and has the same content', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(hasSameContent(JSON.parse(toCanonicalJson(value)) as JsonValue, value)).toBe(true);
      }),
    );
  });
});
