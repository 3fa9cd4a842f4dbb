import fc from 'fast-check';
import type { CasePayload } from '../../src/api/payload.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { makeCase } from '../support/make-case.ts';
import { anyCharacter } from '../support/once/any-character.ts';

const ODD_TEXTS = [
  '',
  ' ',
  'nan',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00y',
  '\udfff\ud83d',
  '\u2028',
  '\ufeff',
  '🗼',
  'é',
  '[]',
  '{}',
  'null',
  '1',
];
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'id',
  'value',
  'values',
  'missing',
  'lamp',
];

const anyText = fc.oneof(
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: anyCharacter, maxLength: 5 }),
  fc.array(fc.nat(0xffff), { maxLength: 4 }).map((units) => String.fromCharCode(...units)),
);
/** JSON has no -0. */
const anyNumber = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((number) => (number === 0 ? 0 : number));
const anyKey = fc.oneof(fc.constantFrom(...ODD_KEYS), anyText);

/** Any JSON value; `__proto__` in it is a key like any other, as it is after JSON.parse. */
export const anyJson = fc.letrec<{ value: JsonValue; list: JsonValue[]; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(fc.constant(null), fc.boolean(), anyNumber, anyText),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc
    .array(fc.tuple(anyKey, tie('value')), { maxLength: 4 })
    .map((members) => Object.fromEntries(members)),
})).value;

interface Mutation {
  readonly at: number;
  readonly field: number;
  readonly how: 'drop' | 'add' | 'retype';
  readonly key: string;
  readonly value: JsonValue;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(1_000),
  field: fc.nat(1_000),
  how: fc.constantFrom('drop', 'add', 'retype'),
  key: anyKey,
  value: anyJson,
});

/** What may stand in the place of `docket_entries`. */
const oddEntries = fc.oneof(
  fc.constantFrom<JsonValue>(null, [], {}, 'x', 0, [null], [[]], [{}, 'x'], [{}], [{}, {}]),
  fc.array(anyJson, { maxLength: 3 }),
);

/** A full case in which any objects lost, gained or changed fields; it keeps its id, or it would be no case. */
export const anyPayload: fc.Arbitrary<CasePayload> = fc
  .record({
    mutations: fc.array(mutation, { maxLength: 8 }),
    entries: fc.option(oddEntries, { freq: 4, nil: undefined }),
  })
  .map(({ mutations, entries }) => {
    const payload = makeCase();
    for (const one of mutations) mutate(payload, one);
    const docket = payload.main_docket;
    if (entries !== undefined && isJsonObject(docket)) docket.docket_entries = entries;
    return payload;
  });

function mutate(payload: JsonObject, { at, field, how, key, value }: Mutation): void {
  const objects = listObjects(payload);
  const object = objects[at % objects.length] ?? payload;
  const keys = Object.keys(object).filter((name) => object !== payload || name !== 'id');
  const name = how === 'add' ? key : keys[field % keys.length];
  if (name === undefined || (object === payload && name === 'id')) return;
  if (how === 'drop') Reflect.deleteProperty(object, name);
  else define(object, name, value);
}

/** Sets a field, also one that is called `__proto__`. */
export function define(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

function listObjects(value: JsonValue): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(listObjects);
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(listObjects)] : [];
}

/** The same content in another order of keys and list elements, at every depth. */
export function shuffle(value: JsonValue, random: () => number): JsonValue {
  const mix = <One>(list: One[]): One[] =>
    list
      .map((one) => ({ one, rank: random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ one }) => one);
  if (Array.isArray(value)) return mix(value).map((one) => shuffle(one, random));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(mix(Object.entries(value)).map(([key, one]) => [key, shuffle(one, random)]));
}

/** Whether two values differ in the order of keys and list elements at most; written apart from the fingerprint. */
export function hasSameContent(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    const left = [...b];
    return a.every((one) => {
      const place = left.findIndex((other) => hasSameContent(one, other));
      if (place >= 0) left.splice(place, 1);
      return place >= 0;
    });
  }
  if (!isJsonObject(a)) return a === b;
  if (!isJsonObject(b) || Object.keys(a).length !== Object.keys(b).length) return false;
  return Object.keys(a).every(
    (key) => Object.hasOwn(b, key) && hasSameContent(a[key] ?? null, b[key] ?? null),
  );
}
