import type { Random } from './random.ts';

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
