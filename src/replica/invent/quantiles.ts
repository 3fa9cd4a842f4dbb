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
