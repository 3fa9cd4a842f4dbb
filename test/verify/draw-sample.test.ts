import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createDraw } from '../../src/verify/proof.ts';
import { type SampleSize } from '../../src/config/paths.ts';

function draw(total: number, size: SampleSize, random: () => number): number[] {
  const isDrawn = createDraw(total, size, random);
  return Array.from({ length: total }, (_, index) => index).filter(isDrawn);
}

describe('a sample', () => {
  test('is as large as requested, whatever the random numbers are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 300 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (total, count, chance) => {
          const random = (): number => chance.next().value as number;
          expect(draw(total, { count }, random)).toHaveLength(Math.min(total, count));
          expect(draw(total, { share: 0.1 }, random)).toHaveLength(Math.ceil(total / 10));
        },
      ),
    );
  });

  test('takes each case as often as any other', () => {
    const times = new Array<number>(20).fill(0);
    for (let day = 0; day < 20_000; day++)
      for (const index of draw(20, { count: 5 }, Math.random)) times[index] = (times[index] ?? 0) + 1;
    for (const count of times) expect(Math.abs(count - 5000)).toBeLessThan(400);
  });

  test('has no case that was added after the count', () => {
    const isDrawn = createDraw(2, { share: 1 }, () => 0);
    expect([isDrawn(), isDrawn(), isDrawn(), isDrawn()]).toEqual([true, true, false, false]);
  });
});
