import { describe, expect, test } from '@jest/globals';
import type { Cost, Setting } from '../../bench/contenders.ts';
import { costOf, median, ratioOf, toTargets } from '../../bench/figures.ts';
import { renderResults } from '../../bench/render-results.ts';
import { fillInResults, mergeResults } from '../../bench/write-results.ts';

const cost = (wallMs: number, more: Partial<Cost> = {}): Cost => ({
  wallMs,
  cpuMs: wallMs,
  peakBytes: 150e6,
  databaseBytes: 1.3e6,
  searchBytes: 2e5,
  ...more,
});

const setting = (cases: number, latencyMs: number, ours: readonly Cost[]): Setting => ({
  cases,
  jsonBytes: 1e6,
  latencyMs,
  rounds: {
    'floor first': ours.map(() => cost(1000)),
    'floor again': ours.map(() => cost(1000)),
    'ours first': ours,
    'ours unchanged': ours.map(() => cost(300)),
    'ours 1 % changed': ours.map(() => cost(950)),
  },
});

test.each([
  [[3], 3],
  [[1, 100, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[], NaN],
])('the median of %j is %d', (numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});

describe('a ratio', () => {
  test('is taken within each round, so that a machine which slows down does not count', () => {
    const slowing: Setting = {
      ...setting(10, 0, []),
      rounds: {
        'floor first': [cost(100), cost(1000), cost(10_000)],
        'ours first': [cost(150), cost(1500), cost(15_000)],
      },
    };
    expect(ratioOf(slowing, 'ours first', 'floor first', 'wallMs')).toBe(1.5);
    expect(costOf(slowing, 'ours first', 'wallMs')).toBe(1500);
  });
});

describe('the targets', () => {
  const judge = (settings: readonly Setting[]) =>
    toTargets(settings).map(({ what, atMost, is }) => [what, is <= atMost]);

  test('are judged for each size, and across the sizes', () => {
    const judged = judge([
      setting(100, 0, [cost(1400)]),
      setting(12_000, 0, [cost(1400, { peakBytes: 201e6 })]),
      setting(100, 200, [cost(899)]),
    ]);
    expect(judged).toEqual([
      ['first sync, to the floor; 100 cases', true],
      ["unchanged day, to the floor's second run; 100 cases", true],
      ["1 % changed, to the floor's second run; 100 cases", false],
      ['database without its search index, to the JSON; 100 cases', true],
      ['peak memory of any sync; 100 cases', true],
      ['first sync, to the floor; 12,000 cases', false],
      ["unchanged day, to the floor's second run; 12,000 cases", false],
      ["1 % changed, to the floor's second run; 12,000 cases", false],
      ['database without its search index, to the JSON; 12,000 cases', true],
      ['peak memory of any sync; 12,000 cases', false],
      ['first sync at 200 ms a request, to the floor; 100 cases', true],
      ["unchanged day at 200 ms, to the floor's second run; 100 cases", true],
      ['time per case of a first sync, 12,000 cases to 100 cases', true],
    ]);
  });

  test('count as not met where nothing was measured', () => {
    expect(judge([{ ...setting(100, 0, []), rounds: {} }]).some(([, isMet]) => isMet)).toBe(false);
  });
});

test('the page says of each target whether it is met, and keeps what is around the results', () => {
  const results = {
    machine: 'A machine.',
    settings: [setting(100, 0, [cost(2500)])],
    layers: { cases: 100, cpuMsPer1000: { parse: 2500 } },
  };
  const text = renderResults(results);
  expect(text).toContain('| first sync, to the floor; 100 cases | 1.5  | 2.50  | **not met** |');
  expect(text).toContain('| parse | 2500 | 0.25 |');
  const page = fillInResults(
    'before\n<!-- generated: results -->\nold\n<!-- end: results -->\nafter\n',
    results,
  );
  expect(page).toBe(`before\n<!-- generated: results -->\n\n${text}\n\n<!-- end: results -->\nafter\n`);
  expect(() => fillInResults('nothing', results)).toThrow('no generated part');
});

test('a part that is measured again replaces its like, and leaves the rest', () => {
  const [old, kept, fresh] = [
    setting(10, 0, [cost(1)]),
    setting(5, 200, [cost(2)]),
    setting(10, 0, [cost(3)]),
  ];
  const before = { machine: 'Old.', settings: [old, kept], layers: { cases: 1, cpuMsPer1000: {} } };
  const merged = mergeResults(before, { machine: 'New.', settings: [fresh], layers: null });
  expect(merged).toEqual({ machine: 'New.', settings: [fresh, kept], layers: before.layers });
});
