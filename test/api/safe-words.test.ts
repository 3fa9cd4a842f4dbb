import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toSafeWords } from '../../src/lib/safe-text.ts';
import { anyCharacter } from '../support/once/any-character.ts';

describe('the words of a server, made safe to print', () => {
  test.each([
    ['plain words stay', 'No lamp: 5 — sorry.', 'No lamp: 5 — sorry.'],
    ['letters of other scripts stay', 'Ünïcode 灯台 🗼', 'Ünïcode 灯台 🗼'],
    ['lines become one', 'a\r\nb\n\n\tc', 'a b c'],
    ['white space around goes', '  a ', 'a'],
    ['a terminal escape loses its escape character', 'a\u001b[31mred\u001b[0m', 'a [31mred [0m'],
    ['the eight-bit escape goes too', 'a\u009b31mred', 'a 31mred'],
    ['a title sequence and a bell', '\u001b]0;owned\u0007x', ']0;owned x'],
    ['a nought byte', 'a\0b', 'a b'],
    ['a delete character', 'a\u007fb', 'a b'],
    ['a turn of the writing direction', 'lamp\u202egnp.exe', 'lamp gnp.exe'],
    ['characters without width', 'a\u200bb\ufeffc', 'a b c'],
    ['separators of lines and paragraphs', 'a\u2028b\u2029c', 'a b c'],
    ['only control characters', '\u0001\u0002', ''],
    ['nothing', '', ''],
  ])('%s', (_title, text, expected) => {
    expect(toSafeWords(text)).toBe(expected);
  });

  test.each([
    [299, 299, false],
    [300, 300, false],
    [301, 303, true],
    [5000, 303, true],
  ])('%d characters become %d', (length, expected, cut) => {
    const words = toSafeWords('x'.repeat(length));
    expect(words).toHaveLength(expected);
    expect(words.endsWith('...')).toBe(cut);
  });

  test('a cut does not split a character in two', () => {
    expect(toSafeWords(`${'x'.repeat(299)}🗼🗼`).isWellFormed()).toBe(true);
  });

  test('no text leads to a control character, a line break or more than 303 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 700 }), (text) => {
        const words = toSafeWords(text);
        expect(words).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(words.length).toBeLessThanOrEqual(303);
      }),
    );
  });
});
