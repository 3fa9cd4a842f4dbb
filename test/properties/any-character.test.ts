import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anyCharacter } from '../support/once/any-character.ts';

const draws = fc.sample(fc.string({ unit: anyCharacter }), { seed: 1, numRuns: 500 });

test('any character is a whole one, before or after the surrogates', () => {
  const points = draws.flatMap((text) => Array.from(text, (character) => Number(character.codePointAt(0))));
  expect(points.filter((point) => point >= 0xd800 && point < 0xe000)).toEqual([]);
  expect(Math.min(...points)).toBeLessThan(0x20);
  expect(Math.max(...points)).toBeGreaterThan(0xffff);
  expect(points.some((point) => point < 0xd800 && point > 0xff)).toBe(true);
});

test('among the texts are those that JavaScript treats specially', () => {
  expect(draws).toContain('__proto__');
});
