import { CHECK_NAMES, type CheckName, type Finding, type Flaw } from './checks.ts';

export interface Tally {
  readonly checked: number;
  readonly findings: number;
}

export type Tallies = Readonly<Record<CheckName, Tally>>;

/** Counts what each check has looked at and found. */
export interface Counter {
  /** Makes findings of a check's flaws and counts them. Returns what the check returns. */
  count<Result>(
    check: CheckName,
    caseId: number | null,
    flaws: Generator<Flaw, Result>,
  ): Generator<Finding, Result>;
  /** The same for a check that returns how many things it has looked at. */
  run(
    check: CheckName,
    caseId: number | null,
    flaws: Generator<Flaw, number | undefined>,
  ): Generator<Finding, void>;
  addChecked(check: CheckName, more: number): void;
  /** The counts so far. */
  toTallies(): Tallies;
}

export function createCounter(): Counter {
  const checked = new Map<CheckName, number>();
  const findings = new Map<CheckName, number>();
  const add = (counts: Map<CheckName, number>, check: CheckName, more: number): void => {
    counts.set(check, (counts.get(check) ?? 0) + more);
  };
  function* count<Result>(
    check: CheckName,
    caseId: number | null,
    flaws: Generator<Flaw, Result>,
  ): Generator<Finding, Result> {
    try {
      for (let step = flaws.next(); ; step = flaws.next()) {
        if (step.done === true) return step.value;
        const { what, expected, found, runId = null } = step.value;
        add(findings, check, 1);
        yield { check, caseId: step.value.caseId ?? caseId, runId, what, expected, found };
      }
    } finally {
      flaws.return(undefined as never); // a reader who has seen enough leaves no statement open
    }
  }
  return {
    count,
    addChecked: (check, more) => {
      add(checked, check, more);
    },
    *run(check, caseId, flaws) {
      add(checked, check, (yield* count(check, caseId, flaws)) ?? 0);
    },
    toTallies: () =>
      Object.fromEntries(
        CHECK_NAMES.map((check) => [
          check,
          { checked: checked.get(check) ?? 0, findings: findings.get(check) ?? 0 },
        ]),
      ) as Record<CheckName, Tally>,
  };
}
