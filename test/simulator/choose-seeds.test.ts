import { expect, test } from '@jest/globals';
import { chooseSeeds } from './choose-seeds.ts';

const played = (seed: number, kinds: string, cost = 1) => ({ seed, kinds: new Set(kinds), cost });

test('chosen seeds bring every kind that all bring', () => {
  expect(chooseSeeds([played(1, 'ab'), played(2, 'b'), played(3, 'bc'), played(4, 'd')])).toEqual([1, 3, 4]);
});

test('of two seeds that bring the same the cheaper one is chosen', () => {
  expect(chooseSeeds([played(1, 'abc', 9), played(2, 'abc', 2), played(3, 'a')])).toEqual([2]);
});

test('a seed whose kinds all come with later ones is left out again', () => {
  expect(chooseSeeds([played(1, 'abc', 2), played(2, 'ade', 2.1), played(3, 'bcf', 2.1)])).toEqual([2, 3]);
});

test('without seeds there is none to choose', () => {
  expect(chooseSeeds([])).toEqual([]);
});
