import type { Day } from './day.ts';
import type { Account } from './simulate-seed.ts';

export type Counts = Map<string, number>;

/** The sums over many seeds. */
export interface Tally {
  readonly seeds: number;
  readonly days: number;
  readonly requests: number;
  readonly faults: Counts;
  readonly troubles: Counts;
  readonly edits: Counts;
  readonly outcomes: Counts;
  readonly listOutcomes: Counts;
  readonly failedSeeds: readonly number[];
}

export function createTally() {
  let [seeds, days, requests] = [0, 0, 0];
  const [faults, troubles, edits, outcomes, listOutcomes] = Array.from({ length: 5 }, () => new Map()) as [
    Counts,
    Counts,
    Counts,
    Counts,
    Counts,
  ];
  const failedSeeds: number[] = [];
  return {
    add({ history, days: lived, violations }: Account): void {
      seeds++;
      days += lived.length;
      if (violations.length > 0) failedSeeds.push(history.seed);
      for (const day of lived) {
        requests += day.served.log.length;
        for (const { fault } of day.served.log) if (fault !== null) increase(faults, fault);
        for (const trouble of day.troubles) increase(troubles, trouble);
        for (const edit of day.served.edits) increase(edits, edit.replace(/ \(.*/, ''));
        increase(outcomes, describeEnding(day));
        if (day.ending.kind !== 'report') continue;
        for (const { outcome, error } of day.ending.report.lists)
          increase(listOutcomes, error === null ? outcome : `${outcome} ${error.code}`);
      }
    },
    toTally: (): Tally => ({
      seeds,
      days,
      requests,
      faults,
      troubles,
      edits,
      outcomes,
      listOutcomes,
      failedSeeds,
    }),
  };
}

/** How a day ended, in one or two words. */
export function describeEnding({ ending }: Day): string {
  if (ending.kind === 'report') return ending.report.outcome;
  if (ending.kind === 'death') return 'death';
  const { error } = ending;
  if (error instanceof Error && 'code' in error) return `error ${String(error.code)}`;
  return 'error of the listener';
}

function increase(counts: Counts, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
