import { expect, test } from '@jest/globals';
import { ALL_KINDS, listKinds } from './kinds.ts';
import { renderFailure } from './render-account.ts';
import { simulateSeed } from './simulate-seed.ts';

/** Tests that nothing is violated in the days of these seeds, and that everything that can go wrong happened in them. */
export function expectSeeds(seeds: readonly number[], seedsATest: number): void {
  const happened = new Set<string>();
  for (let at = 0; at < seeds.length; at += seedsATest) {
    const some = seeds.slice(at, at + seedsATest);
    test(`the bad days of ${some.length} seeds from ${some[0] ?? 0} to ${some.at(-1) ?? 0} violate nothing`, async () => {
      const failures: string[] = [];
      for (const seed of some) {
        const account = await simulateSeed(seed);
        for (const kind of listKinds(account)) happened.add(kind);
        if (account.violations.length > 0) failures.push(renderFailure(account));
      }
      expect(failures).toEqual([]);
    });
  }

  // Choose other seeds with `npm run simulate -- --choose` where these do not bring a new kind.
  test('these seeds did every fault, met every trouble and saw every change of the collection', () => {
    expect(ALL_KINDS.filter((kind) => !happened.has(kind))).toEqual([]);
  });
}
