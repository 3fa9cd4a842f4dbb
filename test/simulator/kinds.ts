import type { PlannedSeed } from './choose-seeds.ts';
import { drawHistory } from './draw-history.ts';
import { EDIT_NAMES } from './edits.ts';
import { FAULT_NAMES, SLOW_FAULTS } from './faults.ts';
import type { Account } from './simulate-seed.ts';
import { createTally, type Counts } from './tally.ts';
import { TROUBLE_NAMES } from './troubles.ts';

/** The kinds that the simulator can make happen, each with the word that tells it from the others. */
export const ALL_KINDS: readonly string[] = [
  ...FAULT_NAMES.map((name) => `fault: ${name}`),
  ...TROUBLE_NAMES.map((name) => `trouble: ${name}`),
  ...EDIT_NAMES.map((name) => `edit: ${name}`),
];

/** Every kind of thing that happened in the days of a seed: also how they ended, and what was special about them. */
export function listKinds(account: Account): Set<string> {
  const tally = createTally();
  tally.add(account);
  const { faults, troubles, edits, outcomes, statusOutcomes } = tally.toTally();
  const toKinds = (word: string, counts: Counts) => [...counts.keys()].map((name) => `${word}: ${name}`);
  return new Set([
    ...toKinds('fault', faults),
    ...toKinds('trouble', troubles),
    ...toKinds('edit', edits),
    ...toKinds('day', outcomes),
    ...toKinds('list', statusOutcomes),
    ...listTraits(account.history.seed),
  ]);
}

/**
 * Those of them that happen on every machine. In days that pass real time-outs, a slow machine passes some that a fast one
 * does not, and what comes after is another story; only the fault that stalls is sure.
 */
export function listSureKinds(account: Account): Set<string> {
  const kinds = listKinds(account);
  const faults = account.history.badDays.flatMap((day) => day.faults.map(({ fault }) => fault));
  const stalls = [...SLOW_FAULTS].filter((name) => faults.includes(name)).map((name) => `fault: ${name}`);
  return stalls.length === 0 ? kinds : new Set(stalls.filter((kind) => kinds.has(kind)));
}

/** What a seed plans: the kinds of {@link listKinds} that are known before it is played. */
export function planSeed(seed: number): PlannedSeed {
  const { badDays, endsQuietly } = drawHistory(seed);
  const kinds = badDays.flatMap(({ faults, troubles, edits }) => [
    ...faults.map(({ fault }) => `fault: ${fault}`),
    ...troubles.map(({ trouble }) => `trouble: ${trouble}`),
    ...edits.map(({ edit }) => `edit: ${edit}`),
  ]);
  return {
    seed,
    kinds: new Set([...kinds, ...listTraits(seed)]),
    days: badDays.length + (endsQuietly ? 3 : 2),
  };
}

/** What the history of a seed has that others have not: its settings, and where its faults strike. */
function listTraits(seed: number): string[] {
  const { order, gzip, withUnclassified, withoutFile, endsQuietly, settings, badDays } = drawHistory(seed);
  const traits = { order, gzip, withUnclassified, withoutFile, endsQuietly, days: badDays.length };
  return [
    ...Object.entries({ ...traits, ...settings }).map(([name, value]) => `history: ${name} ${String(value)}`),
    ...badDays.flatMap(({ faults }) => faults.map(({ place }) => `place: ${place}`)),
  ];
}
