// Taken once: where globals are looked up slowly, as in a sandboxed realm, that would take half of all time.
const { floor, imul } = Math;

/**
 * A small seeded source of numbers (mulberry32): one 32-bit state, so that a case's own stream costs nothing to
 * start. Good enough for invented data, never for secrets.
 */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A number from 0 up to, not including, 1. */
  share(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return floor(this.share() * limit);
  }

  chance(probability: number): boolean {
    return this.share() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('pick() needs a list that is not empty');
    return item;
  }
}

/** Joins integers into one 32-bit seed; a change of any of them gives an unrelated stream. */
export function mixSeeds(...parts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    hash = imul(hash ^ (part | 0), 0x9e3779b1);
    hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return hash >>> 0;
}

/** Pairs of [share of the values at or below, value], both rising; the first share is 0 and the last 1. */
export type Quantiles = readonly (readonly [share: number, value: number])[];

/**
 * The value at a share between 0 and 1. Between two known points it grows by a constant factor, because sizes of
 * texts and lists have long tails: a straight line would put the mean far too high.
 */
export function valueAt(quantiles: Quantiles, share: number): number {
  let [lowShare, lowValue] = quantiles[0] ?? [0, 0];
  for (const [highShare, highValue] of quantiles) {
    if (share < highShare) {
      const position = (share - lowShare) / (highShare - lowShare);
      return (lowValue + 1) * ((highValue + 1) / (lowValue + 1)) ** position - 1;
    }
    lowShare = highShare;
    lowValue = highValue;
  }
  return lowValue;
}

/** Draws terms as often as their weights say; a weight is, for example, how often the term was counted. */
export class WeightedTerms<Term extends string> {
  private readonly terms: readonly Term[];
  private readonly limits: readonly number[];
  private readonly total: number;

  constructor(weights: Readonly<Record<Term, number>>) {
    let total = 0;
    this.terms = Object.keys(weights) as Term[];
    this.limits = this.terms.map((term) => (total += weights[term]));
    this.total = total;
  }

  /** The term at a share between 0 and 1 of the total weight. */
  at(share: number): Term {
    return this.term(this.position(share));
  }

  draw(random: Random): Term {
    return this.at(random.share());
  }

  /** Draws different terms, in the order drawn; all of them when `count` asks for more than there are. */
  drawDifferent(random: Random, count: number): Term[] {
    const drawn: Term[] = [];
    const wanted = Math.min(count, this.terms.length);
    while (drawn.length < wanted) {
      let position = this.position(random.share());
      // The next free term instead of another try: a list as long as the vocabulary must not take for ever.
      while (drawn.includes(this.term(position))) position = (position + 1) % this.terms.length;
      drawn.push(this.term(position));
    }
    return drawn;
  }

  private term(position: number): Term {
    const term = this.terms[position];
    if (term === undefined) throw new RangeError('A vocabulary needs at least one term');
    return term;
  }

  private position(share: number): number {
    const aim = share * this.total;
    let low = 0;
    let high = this.limits.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (aim < (this.limits[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
