import { expect, test } from '@jest/globals';
import { quoteWord } from '../../src/lib/command-line.ts';

test.each([
  ['out/csv', 'out/csv'],
  ['two words', "'two words'"],
  ["it's", String.raw`'it'\''s'`],
  ['a\u2028b\u202e\u00ad', String.raw`$'a\342\200\250b\342\200\256\302\255'`],
  ['a`b c', String.raw`$'a\140b c'`],
  ["a\nb\\'\u0085", String.raw`$'a\012b\\\'\302\205'`],
])('the word %j is quoted for a shell, in visible characters', (word, quoted) => {
  expect(quoteWord(word)).toBe(quoted);
});
