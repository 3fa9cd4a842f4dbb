import type { SweptStatus } from '../clearinghouse/swept-status.ts';
import type { MirrorError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import type { RunOutcome, StatusOutcome } from '../mirror/schema.ts';
import type { StatusFigures } from '../mirror/sync-ledger.ts';

/** How one status of a run ended. */
export interface StatusReport {
  readonly status: SweptStatus;
  readonly outcome: Exclude<StatusOutcome, 'running'>;
  readonly figures: StatusFigures;
  readonly error: MirrorError | null;
}

/** How a run ended. */
export interface RunReport {
  /** Null for a dry run, which leaves no record. */
  readonly runId: number | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly outcome: Exclude<RunOutcome, 'running' | 'died'>;
  readonly exit: ExitName;
  readonly statuses: readonly StatusReport[];
  /** What the outcome is owed to, when it is not a good one. */
  readonly error: MirrorError | null;
}

const isGood = ({ outcome }: StatusReport): boolean => outcome === 'complete' || outcome === 'empty';

/** Derives how a run ended from how its statuses did. */
export function judgeRun(statuses: readonly StatusReport[]): Pick<RunReport, 'outcome' | 'exit' | 'error'> {
  const errors = statuses.flatMap(({ outcome, error }) =>
    error === null || outcome === 'skipped' ? [] : [error],
  );
  const stop = errors.find(({ code }) => code === 'INTERRUPTED' || code === 'TERMINATED');
  if (stop !== undefined) return { outcome: 'interrupted', exit: stop.exit, error: stop };
  const unauthorised = errors.find(({ code }) => code === 'UNAUTHORISED');
  if (statuses.every(isGood)) return { outcome: 'complete', exit: 'complete', error: null };
  const error = unauthorised ?? errors[0] ?? null;
  const broughtSomething = statuses.some((one) => isGood(one) || one.outcome === 'partial');
  if (!broughtSomething) return { outcome: 'failed', exit: error?.exit ?? 'unexpected', error };
  return { outcome: 'partial', exit: unauthorised?.exit ?? 'partial', error };
}
