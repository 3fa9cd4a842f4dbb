import { Random } from '../../fake-api/invent/random.ts';

/** What a seed brings, and what it costs to play it. */
export interface PlayedSeed {
  readonly seed: number;
  readonly kinds: ReadonlySet<string>;
  readonly cost: number;
}

/** How often a part of the best choice so far is chosen anew, and how large that part is. */
const ROUNDS = 400;
const SHARE_ANEW = 0.3;

/** What a seed plans: some of it will not happen, because the day ends before or something else comes first. */
export type PlannedSeed = Omit<PlayedSeed, 'cost'> & { readonly days: number };

/**
 * Chooses the seeds that are worth playing, because few of them together plan everything that all of them plan; then few
 * others that do, and so on.
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
 * Chooses seeds that together bring every kind that all of them bring, for as little as can be found: first by the worth
 * of each, then by choosing a part anew, in which luck has a say, again and again.
 */
export function chooseSeeds(played: readonly PlayedSeed[]): number[] {
  const wanted = new Set(played.flatMap(({ kinds }) => [...kinds]));
  const random = new Random(1);
  let best = complete([], played, wanted, () => 1);
  for (let round = 0; round < ROUNDS; round++) {
    const kept = best.filter(() => !random.chance(SHARE_ANEW));
    const other = complete(kept, played, wanted, () => 1 + SHARE_ANEW * random.share());
    if (sumCosts(other) < sumCosts(best)) best = other;
  }
  return best.map(({ seed }) => seed).sort((one, other) => one - other);
}

/**
 * Adds seeds until every kind is there. The next one is always that which brings the most new kinds for its cost; at the
 * end those go of which every kind is brought by another.
 */
function complete(
  kept: readonly PlayedSeed[],
  played: readonly PlayedSeed[],
  wanted: ReadonlySet<string>,
  luck: () => number,
): readonly PlayedSeed[] {
  const chosen = [...kept];
  const missing = new Set(wanted);
  for (const { kinds } of kept) for (const kind of kinds) missing.delete(kind);
  while (missing.size > 0) {
    let [best, most] = [played[0], 0];
    for (const one of played) {
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

function sumCosts(chosen: readonly PlayedSeed[]): number {
  return chosen.reduce((sum, { cost }) => sum + cost, 0);
}
