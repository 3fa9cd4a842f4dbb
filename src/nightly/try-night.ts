import type { SweptStatus } from '../clearinghouse/swept-status.ts';
import { messageOf, MirrorError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import type { RunReport } from '../sync/run-report.ts';
import type { NightError } from './night-book.ts';
import type { NightEnding } from './note-night.ts';
import { mayPass } from './plan-night.ts';

/** How one try of a night ended. */
export interface TryEnding extends Pick<NightEnding, 'outcome' | 'runId' | 'error'> {
  readonly exit: ExitName;
  /** Whether another try could do better. */
  readonly mayPass: boolean;
  /** Null when no run was needed, or none came to an end. */
  readonly report: RunReport | null;
}

const NOTHING_LEFT: TryEnding = {
  outcome: 'complete',
  runId: null,
  error: null,
  exit: 'complete',
  mayPass: false,
  report: null,
};

/** Departures that are doubted wait for a person, not for another try. */
export function toTryEnding(report: RunReport): TryEnding {
  const { outcome, runId, error, exit, statuses, departures } = report;
  const failures =
    outcome === 'doubtful' ? [] : [...statuses, departures].flatMap((one) => one?.error?.code ?? []);
  return { outcome, runId, error: error && toNightError(error), exit, mayPass: mayPass(failures), report };
}

/** Runs a sync of what lacks. Fails with nothing: how it failed is how the try ended. */
export async function tryNight(
  statuses: readonly SweptStatus[],
  runSync: (statuses: readonly SweptStatus[]) => Promise<RunReport>,
  onFailed: (error: unknown) => void,
): Promise<TryEnding> {
  if (statuses.length === 0) return NOTHING_LEFT;
  try {
    return toTryEnding(await runSync(statuses));
  } catch (error) {
    onFailed(error);
    const isExpected = error instanceof MirrorError;
    return {
      ...NOTHING_LEFT,
      outcome: 'failed',
      error: toNightError(error),
      exit: isExpected ? error.exit : 'unexpected',
      mayPass: !isExpected || mayPass([error.code]),
    };
  }
}

function toNightError(error: unknown): NightError {
  if (error instanceof MirrorError) return { code: error.code, message: error.message, hint: error.hint };
  return {
    code: 'UNEXPECTED',
    message: messageOf(error),
    hint: 'A fault of this program. Please report it.',
  };
}
