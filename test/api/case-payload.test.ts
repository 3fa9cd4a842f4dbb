import { describe, expect, test } from '@jest/globals';
import { kindOf, parseCasePayload } from '../../src/api/payload.ts';
import type { JsonValue } from '../../src/lib/json.ts';
import { makeCase } from '../support/make-case.ts';

const parse = (json: string) => parseCasePayload(JSON.parse(json) as JsonValue);

describe('a record is a case', () => {
  test.each([
    ['with nothing but an id', '{"id":1}'],
    ['with the id 0', '{"id":0}'],
    ['with a negative id', '{"id":-7}'],
    ['with the largest id', '{"id":9007199254740991}'],
    ['with null in every other field', '{"id":1,"name":null,"main_docket":null}'],
    ['with fields of other kinds', '{"id":1,"name":5,"causes":"x","main_docket":[]}'],
    ['with fields that nobody knows', '{"id":1,"lamp":{"lit":true}}'],
    ['with a field named __proto__', '{"id":1,"__proto__":{"id":"x"}}'],
    ['with a field named constructor', '{"constructor":1,"id":1}'],
  ])('%s', (_title, json) => {
    const record = JSON.parse(json) as JsonValue;
    const parsed = parseCasePayload(record);
    expect(parsed.isCase && parsed.payload).toBe(record);
  });

  test('when it has all fields, and is passed on unchanged', () => {
    const record = makeCase();
    const before = JSON.stringify(record);
    const parsed = parseCasePayload(record);
    expect(parsed.isCase && parsed.payload).toBe(record);
    expect(JSON.stringify(record)).toBe(before);
  });
});

describe('a record is no case', () => {
  test.each([
    ['null', 'not an object but null'],
    ['[]', 'not an object but a list'],
    ['[{"id":1}]', 'not an object but a list'],
    ['"x"', 'not an object but a text'],
    ['5', 'not an object but an integer'],
    ['true', 'not an object but a boolean'],
    ['{}', 'no id'],
    ['{"Id":1}', 'no id'],
    ['{"__proto__":{"id":1}}', 'no id'],
    ['{"detail":"Not found."}', 'no id'],
    ['{"id":null}', 'id is null'],
    ['{"id":"1"}', 'id is a text'],
    ['{"id":1.5}', 'id is a number'],
    ['{"id":9007199254740992}', 'id is a number'],
    ['{"id":1e999}', 'id is a number'],
    ['{"id":true}', 'id is a boolean'],
    ['{"id":[1]}', 'id is a list'],
    ['{"id":{}}', 'id is an object'],
  ])('%s: %s', (json, why) => {
    expect(parse(json)).toEqual({ isCase: false, why });
  });
});

test.each<[JsonValue | undefined, string]>([
  [undefined, 'missing'],
  [null, 'null'],
  [[], 'a list'],
  [{}, 'an object'],
  ['', 'a text'],
  [0, 'an integer'],
  [-3, 'an integer'],
  [0.5, 'a number'],
  [1e300, 'a number'],
  [false, 'a boolean'],
])('the kind of %j is %s', (value, kind) => {
  expect(kindOf(value)).toBe(kind);
});
