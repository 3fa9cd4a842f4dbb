import { Random } from '../../fake-api/invent/random.ts';

/** The kinds that a seed covers, and the cost of its simulation. */
export interface SimulatedSeed {
  readonly seed: number;
  readonly kinds: ReadonlySet<string>;
  readonly cost: number;
}

/** How often a part of the best choice is replaced, and the size of that part. */
const ROUNDS = 400;
const REPLACED_SHARE = 0.3;

/** The kinds that a seed plans. Some do not happen, because the day ends earlier or another event prevents them. */
export type PlannedSeed = Omit<SimulatedSeed, 'cost'> & { readonly days: number };

/**
 * Chooses the most promising seeds: a few that together plan every kind that all plan, then a few others that do, and
 * so on.
 */
export function choosePromising(planned: readonly PlannedSeed[], size: number): number[] {
  const promising: number[] = [];
  let rest = planned.map(({ seed, kinds, days }) => ({ seed, kinds, cost: days }));
  while (promising.length < size && rest.length > 0) {
    const wanted = new Set(rest.flatMap(({ kinds }) => [...kinds]));
    const chosen = new Set(complete([], rest, wanted, () => 1).map(({ seed }) => seed));
    if (chosen.size === 0) break;
    promising.push(...chosen);
    rest = rest.filter(({ seed }) => !chosen.has(seed));
  }
  return promising.slice(0, size);
}

/**
 * Chooses seeds that together cover every kind that all cover, at a low cost: first by the worth of each seed, and
 * then by replacing random parts of the choice again and again.
 */
export function chooseSeeds(simulated: readonly SimulatedSeed[]): number[] {
  const wanted = new Set(simulated.flatMap(({ kinds }) => [...kinds]));
  const random = new Random(1);
  let best = complete([], simulated, wanted, () => 1);
  for (let round = 0; round < ROUNDS; round++) {
    const kept = best.filter(() => !random.chance(REPLACED_SHARE));
    const other = complete(kept, simulated, wanted, () => 1 + REPLACED_SHARE * random.share());
    if (sumCosts(other) < sumCosts(best)) best = other;
  }
  return best.map(({ seed }) => seed).sort((one, other) => one - other);
}

/**
 * Adds seeds until every kind is covered. The next seed is always the one that covers the most new kinds for its
 * cost. In the end, seeds whose kinds are all covered by others are removed.
 */
function complete(
  kept: readonly SimulatedSeed[],
  simulated: readonly SimulatedSeed[],
  wanted: ReadonlySet<string>,
  luck: () => number,
): readonly SimulatedSeed[] {
  const chosen = [...kept];
  const missing = new Set(wanted);
  for (const { kinds } of kept) for (const kind of kinds) missing.delete(kind);
  while (missing.size > 0) {
    let [best, most] = [simulated[0], 0];
    for (const one of simulated) {
      const worth = ([...missing].filter((kind) => one.kinds.has(kind)).length / one.cost) * luck();
      if (worth > most) [best, most] = [one, worth];
    }
    if (best === undefined) break;
    chosen.push(best);
    for (const kind of best.kinds) missing.delete(kind);
  }
  for (const one of [...chosen].sort((a, b) => b.cost - a.cost)) {
    const others = new Set(chosen.filter((other) => other !== one).flatMap(({ kinds }) => [...kinds]));
    if ([...one.kinds].every((kind) => others.has(kind))) chosen.splice(chosen.indexOf(one), 1);
  }
  return chosen;
}

function sumCosts(chosen: readonly SimulatedSeed[]): number {
  return chosen.reduce((sum, { cost }) => sum + cost, 0);
}
