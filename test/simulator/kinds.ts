import type { PlannedSeed } from './choose-seeds.ts';
import { drawHistory } from './draw-history.ts';
import { EDIT_NAMES } from './edits.ts';
import { FAULT_NAMES, SLOW_FAULTS } from './faults.ts';
import type { Account } from './simulate-seed.ts';
import { createTally, type Counts } from './tally.ts';
import { TROUBLE_NAMES } from './troubles.ts';

/** The kinds of events that the simulator can cause, each with its category. */
export const ALL_KINDS: readonly string[] = [
  ...FAULT_NAMES.map((name) => `fault: ${name}`),
  ...TROUBLE_NAMES.map((name) => `trouble: ${name}`),
  ...EDIT_NAMES.map((name) => `edit: ${name}`),
];

/** Every kind of event on the days of a seed, including how the days ended and the traits of the history. */
export function listKinds(account: Account): Set<string> {
  const tally = createTally();
  tally.add(account);
  const { faults, troubles, edits, outcomes, listOutcomes } = tally.toTally();
  const toKinds = (word: string, counts: Counts) => [...counts.keys()].map((name) => `${word}: ${name}`);
  return new Set([
    ...toKinds('fault', faults),
    ...toKinds('trouble', troubles),
    ...toKinds('edit', edits),
    ...toKinds('day', outcomes),
    ...toKinds('list', listOutcomes),
    ...listTraits(account.history.seed),
  ]);
}

/**
 * The kinds that happen on every machine. On days with real time-outs, a slow machine reaches some time-outs that a
 * fast one does not, and the rest of the history differs, so only the stalling fault is certain.
 */
export function listSureKinds(account: Account): Set<string> {
  const kinds = listKinds(account);
  const faults = account.history.faultyDays.flatMap((day) => day.faults.map(({ fault }) => fault));
  const stalls = [...SLOW_FAULTS].filter((name) => faults.includes(name)).map((name) => `fault: ${name}`);
  return stalls.length === 0 ? kinds : new Set(stalls.filter((kind) => kinds.has(kind)));
}

/** The plan of a seed: the kinds of {@link listKinds} that are known before its simulation. */
export function planSeed(seed: number): PlannedSeed {
  const { faultyDays, endsQuietly } = drawHistory(seed);
  const kinds = faultyDays.flatMap(({ faults, troubles, edits }) => [
    ...faults.map(({ fault }) => `fault: ${fault}`),
    ...troubles.map(({ trouble }) => `trouble: ${trouble}`),
    ...edits.map(({ edit }) => `edit: ${edit}`),
  ]);
  return {
    seed,
    kinds: new Set([...kinds, ...listTraits(seed)]),
    days: faultyDays.length + (endsQuietly ? 3 : 2),
  };
}

/** The traits of the history of a seed: its settings, and the places of its faults. */
function listTraits(seed: number): string[] {
  const { order, gzip, withUnclassified, withoutFile, endsQuietly, settings, faultyDays } = drawHistory(seed);
  const traits = { order, gzip, withUnclassified, withoutFile, endsQuietly, days: faultyDays.length };
  return [
    ...Object.entries({ ...traits, ...settings }).map(([name, value]) => `history: ${name} ${String(value)}`),
    ...faultyDays.flatMap(({ faults }) => faults.map(({ place }) => `place: ${place}`)),
  ];
}
