/** What a seed brings, and what it costs to play it. */
export interface PlayedSeed {
  readonly seed: number;
  readonly kinds: ReadonlySet<string>;
  readonly cost: number;
}

/**
 * Chooses seeds that together bring every kind that all of them bring. The next one is always that which brings the most
 * new kinds for its cost; at the end those go of which every kind is brought by another.
 */
export function chooseSeeds(played: readonly PlayedSeed[]): number[] {
  const missing = new Set(played.flatMap(({ kinds }) => [...kinds]));
  const chosen: PlayedSeed[] = [];
  while (missing.size > 0) {
    const worth = ({ kinds, cost }: PlayedSeed) =>
      [...kinds].filter((kind) => missing.has(kind)).length / cost;
    const best = played.reduce((one, other) => (worth(other) > worth(one) ? other : one));
    chosen.push(best);
    for (const kind of best.kinds) missing.delete(kind);
  }
  for (const one of [...chosen].sort((a, b) => b.cost - a.cost)) {
    const others = new Set(chosen.filter((other) => other !== one).flatMap(({ kinds }) => [...kinds]));
    if ([...one.kinds].every((kind) => others.has(kind))) chosen.splice(chosen.indexOf(one), 1);
  }
  return chosen.map(({ seed }) => seed).sort((one, other) => one - other);
}
