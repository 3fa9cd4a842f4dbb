import { expect, test } from '@jest/globals';
import { ALL_LINKED_KINDS, listLinkedKinds, renderLinkedAccount } from './kinds.ts';
import { simulateLinkedSeed } from './simulate-seed.ts';

/** Tests that the days of these seeds violate no invariant, and that they cover everything that can go wrong. */
export function expectLinkedSeeds(seeds: readonly number[], seedsATest: number): void {
  const happened = new Set<string>();
  for (let at = 0; at < seeds.length; at += seedsATest) {
    const some = seeds.slice(at, at + seedsATest);
    test(`the linked lists of ${some.length} seeds from ${some[0] ?? 0} to ${some.at(-1) ?? 0} violate no invariant`, async () => {
      const failures: string[] = [];
      for (const seed of some) {
        const account = await simulateLinkedSeed(seed);
        for (const kind of listLinkedKinds(account)) happened.add(kind);
        if (account.violations.length > 0) failures.push(renderLinkedAccount(account));
      }
      expect(failures).toEqual([]);
    });
  }

  // If these seeds do not cover a new kind, choose other seeds with `npm run simulate -- --linked --choose`.
  test('these seeds cover every fault and every change of linked lists, and interrupted passes', () => {
    expect(ALL_LINKED_KINDS.filter((kind) => !happened.has(kind))).toEqual([]);
  });
}
