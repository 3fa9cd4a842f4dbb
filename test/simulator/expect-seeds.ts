import { expect, test } from '@jest/globals';
import { ALL_KINDS, listKinds } from './kinds.ts';
import { renderFailure } from './render-account.ts';
import { simulateSeed } from './simulate-seed.ts';

/** Tests that the days of these seeds violate no invariant, and that they cover everything that can go wrong. */
export function expectSeeds(seeds: readonly number[], seedsATest: number): void {
  const happened = new Set<string>();
  for (let at = 0; at < seeds.length; at += seedsATest) {
    const some = seeds.slice(at, at + seedsATest);
    test(`the faulty days of ${some.length} seeds from ${some[0] ?? 0} to ${some.at(-1) ?? 0} violate no invariant`, async () => {
      const failures: string[] = [];
      for (const seed of some) {
        const account = await simulateSeed(seed);
        for (const kind of listKinds(account)) happened.add(kind);
        if (account.violations.length > 0) failures.push(renderFailure(account));
      }
      expect(failures).toEqual([]);
    });
  }

  // If these seeds do not cover a new kind, choose other seeds with `npm run simulate -- --choose`.
  test('these seeds cover every fault, every trouble and every change of the collection', () => {
    expect(ALL_KINDS.filter((kind) => !happened.has(kind))).toEqual([]);
  });
}
