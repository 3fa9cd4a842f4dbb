import { expect, test } from '@jest/globals';
import { Walk } from '../../src/sync/passes.ts';

test('a walk that has not begun has seen nothing, and no count that did not hold', () => {
  const { pages, countFirst, countLast, countHeld, cases, misfits } = new Walk();
  expect([pages, countFirst, countLast, countHeld, cases, misfits]).toEqual([0, null, null, true, 0, 0]);
});

test('knows the count of its first page and of its last, and whether all of them were the same', () => {
  const walk = new Walk();
  const tell = () => [walk.pages, walk.countFirst, walk.countLast, walk.countHeld];
  for (const count of [7, 7]) walk.addPage(count);
  expect(tell()).toEqual([2, 7, 7, true]);
  walk.addPage(8);
  expect(tell()).toEqual([3, 7, 8, false]);
  walk.addPage(7);
  expect(tell()).toEqual([4, 7, 7, false]);
});

test('tells a case that it has from one that is new, and counts it once', () => {
  const walk = new Walk();
  expect([walk.addCase(4), walk.addCase(5), walk.addCase(4)]).toEqual([true, true, false]);
  expect(walk.cases).toBe(2);
});

test('tells likewise a record that is no case, but counts it as often as it comes', () => {
  const walk = new Walk();
  expect([walk.addMisfit('a'), walk.addMisfit('b'), walk.addMisfit('a')]).toEqual([true, true, false]);
  expect([walk.misfits, walk.cases]).toEqual([3, 0]);
});

test.each([
  ['the same cases in another order', [1, 2], [2, 1], true],
  ['nothing', [], [], true],
  ['one case more', [1, 2], [1, 2, 3], false],
  ['one case less', [1, 2], [1], false],
  ['as many, one of them another', [1, 2], [1, 3], false],
])('holds the same as another walk: %s', (_title, ids, others, expected) => {
  const [walk, other] = [new Walk(), new Walk()];
  for (const id of ids) walk.addCase(id);
  for (const id of others) other.addCase(id);
  expect(walk.holdsTheSameAs(other)).toBe(expected);
});
