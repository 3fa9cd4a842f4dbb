import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 } as const;
const LAST = 0x10ffff;

/**
 * Any character, for `fc.string({ unit: anyCharacter })`. It draws the same characters as the unit `binary`, which
 * puts all million of them into a map: that takes a second and 100 MB in each worker.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: LAST - SURROGATES.count })
  .map(toCharacter, toNumber);

function toCharacter(number: number): string {
  return String.fromCodePoint(number < SURROGATES.first ? number : number + SURROGATES.count);
}

function toNumber(character: unknown): number {
  const point = typeof character === 'string' ? character.codePointAt(0) : undefined;
  if (point === undefined) throw new TypeError('This is no character.');
  const number = point < SURROGATES.first ? point : point - SURROGATES.count;
  if (toCharacter(Math.max(0, number)) !== character) throw new TypeError('This is no character.');
  return number;
}
