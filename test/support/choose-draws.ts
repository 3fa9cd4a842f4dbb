import fc from 'fast-check';

/** The seed of the draws, so that each run of the tests makes the same choice. */
const SEED = 1;

/**
 * Chooses a few of many drawn values that together cover every kind, so that a short test keeps the reach of a long
 * one. The test names the kinds that it expects.
 */
export function chooseDraws<Value>(
  arbitrary: fc.Arbitrary<Value>,
  listKinds: (value: Value) => readonly string[],
  draws: number,
): { readonly chosen: readonly Value[]; readonly kinds: ReadonlySet<string> } {
  const drawn = fc
    .sample(arbitrary, { numRuns: draws, seed: SEED })
    .map((value) => ({ value, kinds: new Set(listKinds(value)) }));
  const kinds = new Set(drawn.flatMap((one) => [...one.kinds]));
  const missing = new Set(kinds);
  const chosen: Value[] = [];
  while (missing.size > 0) {
    const countNew = (one: (typeof drawn)[number]): number =>
      [...one.kinds].filter((kind) => missing.has(kind)).length;
    const best = drawn.reduce((one, other) => (countNew(other) > countNew(one) ? other : one));
    chosen.push(best.value);
    for (const kind of best.kinds) missing.delete(kind);
  }
  return { chosen, kinds };
}
