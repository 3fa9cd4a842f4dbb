import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toTextDifference } from '../../src/cli/text/field-sentences.ts';

describe('the difference of two texts', () => {
  const cases: [string, string, string, string, string][] = [
    ['a word', 'one two three', 'one 2 three', 'two', '2'],
    ['part of a word', 'the lamplighter left', 'the lamplighters left', 'lamplighter', 'lamplighters'],
    ['the end of the last word', 'the lamp', 'the lamps', 'lamp', 'lamps'],
    ['words at the end', 'one', 'one two', '', 'two'],
    ['words at the beginning', 'two', 'one two', '', 'one'],
    ['words in the middle', 'one three', 'one two three', '', 'two'],
    ['removed words', 'one two three', 'one three', 'two', ''],
    ['a repeated word', 'no no no', 'no no', 'no', ''],
    ['the whole text', 'one', 'two', 'one', 'two'],
  ];
  test.each(cases)('is %s', (_, one, other, before, after) => {
    expect(toTextDifference(one, other)).toMatchObject({ before, after });
  });

  test('contains every word in which the texts differ', () => {
    const words = fc
      .array(fc.constantFrom('a', 'bb', 'abab', 'c.'), { maxLength: 12 })
      .map((some) => some.join(' '));
    fc.assert(
      fc.property(words, words, words, words, (head, one, other, tail) => {
        const [before, after] = [`${head} ${one} ${tail}`, `${head} ${other} ${tail}`];
        const found = toTextDifference(before, after);
        const count = (text: string): number => text.split(/\s+/).filter(Boolean).length;
        // The omitted beginnings and ends are the same in both texts.
        expect(count(before) - count(found.before)).toBe(count(after) - count(found.after));
        if (before !== after) expect(before.includes(found.before) && after.includes(found.after)).toBe(true);
      }),
    );
  });
});
