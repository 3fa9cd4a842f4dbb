import { expect, test } from '@jest/globals';
import { ALL_LINKED_KINDS, listLinkedKinds, renderLinkedAccount } from './kinds.ts';
import { simulateLinkedSeed } from './simulate-seed.ts';

/** Tests that nothing is violated in the nights of these seeds, and that everything that can go wrong happened in them. */
export function expectLinkedSeeds(seeds: readonly number[], seedsATest: number): void {
  const happened = new Set<string>();
  for (let at = 0; at < seeds.length; at += seedsATest) {
    const some = seeds.slice(at, at + seedsATest);
    test(`the linked lists of ${some.length} seeds from ${some[0] ?? 0} to ${some.at(-1) ?? 0} violate nothing`, async () => {
      const failures: string[] = [];
      for (const seed of some) {
        const account = await simulateLinkedSeed(seed);
        for (const kind of listLinkedKinds(account)) happened.add(kind);
        if (account.violations.length > 0) failures.push(renderLinkedAccount(account));
      }
      expect(failures).toEqual([]);
    });
  }

  // Choose other seeds with `npm run simulate -- --linked --choose` where these do not bring a new kind.
  test('these seeds did every fault of linked lists, saw every change of them, and cut passes short', () => {
    expect(ALL_LINKED_KINDS.filter((kind) => !happened.has(kind))).toEqual([]);
  });
}
