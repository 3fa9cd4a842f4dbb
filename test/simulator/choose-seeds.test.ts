import { describe, expect, test } from '@jest/globals';
import { choosePromising, chooseSeeds } from './choose-seeds.ts';

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

test('two seeds that cost less together are chosen instead of three that are each worth more', () => {
  const three = [played(1, 'abcd', 2), played(4, 'e', 0.7), played(5, 'f', 0.7)];
  expect(chooseSeeds([...three, played(2, 'abe', 1.6), played(3, 'cdf', 1.6)])).toEqual([2, 3]);
});

describe('the seeds that are worth playing', () => {
  const planned = (seed: number, kinds: string, days = 4) => ({ seed, kinds: new Set(kinds), days });

  test('are first few that together plan everything, then few others that do', () => {
    const all = [planned(1, 'a'), planned(2, 'abc'), planned(3, 'cd'), planned(4, 'ab'), planned(5, 'd')];
    expect(choosePromising(all, 2)).toEqual([2, 3]);
    expect(choosePromising(all, 4)).toEqual([2, 3, 4, 5]);
  });

  test('are no more than there are', () => {
    expect(choosePromising([planned(7, 'a'), planned(8, '')], 9)).toEqual([7]);
    expect(choosePromising([], 9)).toEqual([]);
  });
});
