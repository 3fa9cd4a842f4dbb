import { describe, expect, test } from '@jest/globals';
import { dropTrailingCommas, replaceUnknownWords } from '../../src/api/parse-page.ts';

const mend = (json: string): unknown => JSON.parse(dropTrailingCommas(replaceUnknownWords(json)));

describe('an envelope that is not JSON is read', () => {
  test.each([
    ['with commas after the last elements', '{"a": [1, 2, ], "b": {"c": 1,},}', { a: [1, 2], b: { c: 1 } }],
    ['with bare words', '{"a": NaN, "b": -Infinity, "c": None, "d": null}', { a: {}, b: {}, c: {}, d: null }],
    [
      'with both, and texts that look like them',
      '{"a, }": "NaN, }", "b": NaN,}',
      { 'a, }': 'NaN, }', b: {} },
    ],
    [
      'with quotes and backslashes in a text',
      String.raw`{"a": "\",} \\", "b": NaN,}`,
      { a: '",} \\', b: {} },
    ],
  ])('%s', (_how, json, value) => {
    expect(mend(json)).toEqual(value);
  });

  test('with texts of many megabytes and of nothing but escapes', () => {
    for (const text of ['a'.repeat(16e6), String.raw`\n`.repeat(8e6), String.raw`\"`.repeat(8e6)])
      expect(mend(`{"count": 5, "note": "${text}", "next": NaN,}`)).toMatchObject({ count: 5, next: {} });
  });
});

test('a text that is not closed is left as it is', () => {
  const json = '{"a": "NaN, } \\';
  expect(dropTrailingCommas(replaceUnknownWords(json))).toBe(json);
});
