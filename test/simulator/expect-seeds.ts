import { expect, test } from '@jest/globals';
import { EDIT_NAMES } from './edits.ts';
import { FAULT_NAMES } from './faults.ts';
import { renderFailure } from './render-account.ts';
import { simulateSeed } from './simulate-seed.ts';
import { createTally } from './tally.ts';
import { TROUBLE_NAMES } from './troubles.ts';

/** Seeds of one test: few enough to stay far below its time-out on a busy machine. */
const SEEDS_A_TEST = 25;
const TIMEOUT_MS = 240_000;

/** Tests that nothing is violated in the nights of these seeds, and that together they did everything that can go wrong. */
export function expectSeeds(from: number, count: number): void {
  const tally = createTally();
  for (let first = from; first < from + count; first += SEEDS_A_TEST) {
    const last = Math.min(first + SEEDS_A_TEST, from + count) - 1;
    test(
      `the bad nights of seeds ${first} to ${last} violate nothing`,
      async () => {
        const failures: string[] = [];
        for (let seed = first; seed <= last; seed++) {
          const account = await simulateSeed(seed);
          tally.add(account);
          if (account.violations.length > 0) failures.push(renderFailure(account));
        }
        expect(failures).toEqual([]);
      },
      TIMEOUT_MS,
    );
  }

  test('these seeds did every fault, met every trouble and saw every change of the collection', () => {
    const { seeds, faults, troubles, edits } = tally.toTally();
    expect(seeds).toBe(count);
    expect(FAULT_NAMES.filter((name) => !faults.has(name))).toEqual([]);
    expect(TROUBLE_NAMES.filter((name) => !troubles.has(name))).toEqual([]);
    expect(EDIT_NAMES.filter((name) => !edits.has(name))).toEqual([]);
  });
}
