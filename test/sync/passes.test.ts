import { expect, test } from '@jest/globals';
import { Pass } from '../../src/sync/passes.ts';

test('a pass that has not begun has seen no record and no changed count', () => {
  const { pages, countFirst, countLast, countHeld, cases, rejected } = new Pass();
  expect([pages, countFirst, countLast, countHeld, cases, rejected]).toEqual([0, null, null, true, 0, 0]);
});

test('records the counts of its first and last page, and whether all counts were equal', () => {
  const pass = new Pass();
  const tell = () => [pass.pages, pass.countFirst, pass.countLast, pass.countHeld];
  for (const count of [7, 7]) pass.addPage(count);
  expect(tell()).toEqual([2, 7, 7, true]);
  pass.addPage(8);
  expect(tell()).toEqual([3, 7, 8, false]);
  pass.addPage(7);
  expect(tell()).toEqual([4, 7, 7, false]);
});

test('distinguishes a known case from a new one, and counts each case once', () => {
  const pass = new Pass();
  expect([pass.addCase(4), pass.addCase(5), pass.addCase(4)]).toEqual([true, true, false]);
  expect(pass.cases).toBe(2);
});

test('recognizes a repeated record that is not a case, but counts every occurrence', () => {
  const pass = new Pass();
  expect([pass.addRejected('a'), pass.addRejected('b'), pass.addRejected('a')]).toEqual([true, true, false]);
  expect([pass.rejected, pass.cases]).toEqual([3, 0]);
});

test.each([
  ['the same cases in another order', [1, 2], [2, 1], true],
  ['nothing', [], [], true],
  ['one case more', [1, 2], [1, 2, 3], false],
  ['one case less', [1, 2], [1], false],
  ['as many, one of them another', [1, 2], [1, 3], false],
])('holds the same as another pass: %s', (_title, ids, others, expected) => {
  const [pass, other] = [new Pass(), new Pass()];
  for (const id of ids) pass.addCase(id);
  for (const id of others) other.addCase(id);
  expect(pass.holdsTheSameAs(other)).toBe(expected);
});
