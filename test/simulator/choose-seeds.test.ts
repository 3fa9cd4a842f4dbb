import { describe, expect, test } from '@jest/globals';
import { choosePromising, chooseSeeds } from './choose-seeds.ts';

const simulated = (seed: number, kinds: string, cost = 1) => ({ seed, kinds: new Set(kinds), cost });

test('the chosen seeds cover every kind that all seeds cover', () => {
  expect(chooseSeeds([simulated(1, 'ab'), simulated(2, 'b'), simulated(3, 'bc'), simulated(4, 'd')])).toEqual(
    [1, 3, 4],
  );
});

test('the cheaper of two seeds that cover the same kinds is chosen', () => {
  expect(chooseSeeds([simulated(1, 'abc', 9), simulated(2, 'abc', 2), simulated(3, 'a')])).toEqual([2]);
});

test('a seed is dropped again if later seeds cover all of its kinds', () => {
  expect(chooseSeeds([simulated(1, 'abc', 2), simulated(2, 'ade', 2.1), simulated(3, 'bcf', 2.1)])).toEqual([
    2, 3,
  ]);
});

test('no seed is chosen if there is none', () => {
  expect(chooseSeeds([])).toEqual([]);
});

test('two seeds that together cost less are chosen instead of three that each cover more for their cost', () => {
  const three = [simulated(1, 'abcd', 2), simulated(4, 'e', 0.7), simulated(5, 'f', 0.7)];
  expect(chooseSeeds([...three, simulated(2, 'abe', 1.6), simulated(3, 'cdf', 1.6)])).toEqual([2, 3]);
});

describe('the most promising seeds', () => {
  const planned = (seed: number, kinds: string, days = 4) => ({ seed, kinds: new Set(kinds), days });

  test('are first a few that together plan every kind, and then a few others that do', () => {
    const all = [planned(1, 'a'), planned(2, 'abc'), planned(3, 'cd'), planned(4, 'ab'), planned(5, 'd')];
    expect(choosePromising(all, 2)).toEqual([2, 3]);
    expect(choosePromising(all, 4)).toEqual([2, 3, 4, 5]);
  });

  test('are at most as many as there are', () => {
    expect(choosePromising([planned(7, 'a'), planned(8, '')], 9)).toEqual([7]);
    expect(choosePromising([], 9)).toEqual([]);
  });
});
