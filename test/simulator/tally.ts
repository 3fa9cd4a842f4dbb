import type { Night } from './night.ts';
import type { Account } from './simulate-seed.ts';

export type Counts = Map<string, number>;

/** What many seeds did together. */
export interface Tally {
  readonly seeds: number;
  readonly nights: number;
  readonly requests: number;
  readonly faults: Counts;
  readonly troubles: Counts;
  readonly edits: Counts;
  readonly outcomes: Counts;
  readonly statusOutcomes: Counts;
  readonly failedSeeds: readonly number[];
}

export function createTally() {
  let [seeds, nights, requests] = [0, 0, 0];
  const [faults, troubles, edits, outcomes, statusOutcomes] = Array.from({ length: 5 }, () => new Map()) as [
    Counts,
    Counts,
    Counts,
    Counts,
    Counts,
  ];
  const failedSeeds: number[] = [];
  return {
    add({ history, nights: lived, violations }: Account): void {
      seeds++;
      nights += lived.length;
      if (violations.length > 0) failedSeeds.push(history.seed);
      for (const night of lived) {
        requests += night.served.log.length;
        for (const { fault } of night.served.log) if (fault !== null) increase(faults, fault);
        for (const trouble of night.troubles) increase(troubles, trouble);
        for (const edit of night.served.edits) increase(edits, edit.replace(/ \(.*/, ''));
        increase(outcomes, describeEnding(night));
        if (night.ending.kind !== 'report') continue;
        for (const { outcome, error } of night.ending.report.lists)
          increase(statusOutcomes, error === null ? outcome : `${outcome} ${error.code}`);
      }
    },
    toTally: (): Tally => ({
      seeds,
      nights,
      requests,
      faults,
      troubles,
      edits,
      outcomes,
      statusOutcomes,
      failedSeeds,
    }),
  };
}

/** How a night ended, in a word or two. */
export function describeEnding({ ending }: Night): string {
  if (ending.kind === 'report') return ending.report.outcome;
  if (ending.kind === 'death') return 'death';
  const { error } = ending;
  if (error instanceof Error && 'code' in error) return `error ${String(error.code)}`;
  return 'error of the listener';
}

function increase(counts: Counts, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
