import type { ApiList } from '../api/lists.ts';
import type { ExitName } from '../errors/exit-codes.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import type { RunReport } from '../sync/report.ts';
import { type NightSoFar, mayPass } from './plan.ts';
import {
  MAX_NIGHTS,
  type Night,
  type NightError,
  type NightOutcome,
  type NightStepRecord,
} from './state-file.ts';

/* What becomes of the nights of a book. Pure: each takes the nights, the newest first, and returns them anew. */

export function findNight(nights: readonly Night[], due: Date): Night | undefined {
  return nights.find(({ due_at }) => due_at === due.toISOString());
}

export function toNightSoFar(night: Night | undefined): NightSoFar | null {
  if (night === undefined) return null;
  const { attempts, last_ended_at, is_over: isOver } = night;
  // With nothing left to bring, a night that is not over was cut short in what is done afterwards.
  const isCut = !isOver && (night.outcome === 'complete' || night.outcome === 'suspicious');
  return { attempts, lastEndedAt: last_ended_at === null || isCut ? null : new Date(last_ended_at), isOver };
}

/** An attempt begins. Nothing is on record of the times that were due in between: these nights were missed. */
export function noteBeginning(
  nights: readonly Night[],
  due: Date,
  at: Date,
  dueBetween: readonly Date[],
): readonly Night[] {
  const known = findNight(nights, due);
  const night: Night = {
    due_at: due.toISOString(),
    outcome: 'running',
    attempts: (known?.attempts ?? 0) + 1,
    first_began_at: known?.first_began_at ?? at.toISOString(),
    last_ended_at: null,
    is_over: false,
    run_ids: known?.run_ids ?? [],
    error: known?.error ?? null,
    steps: [],
  };
  return toOrder([...nights.filter((one) => one !== known), ...dueBetween.map(toMissed), night]);
}

export interface NightEnding {
  readonly outcome: NightOutcome;
  readonly endedAt: Date;
  /** Null when no run was needed, or none could begin. */
  readonly runId: number | null;
  readonly error: NightError | null;
}

/** The attempt in hand ends. One that was cut short did not come to an end of its own, and goes on with the next process. */
export function noteEnding(
  nights: readonly Night[],
  due: Date,
  { outcome, endedAt, runId, error }: NightEnding,
): readonly Night[] {
  return nights.map((night) =>
    night.due_at !== due.toISOString()
      ? night
      : {
          ...night,
          outcome,
          last_ended_at: outcome === 'interrupted' ? null : endedAt.toISOString(),
          run_ids: runId === null ? night.run_ids : [...night.run_ids, runId],
          error,
        },
  );
}

/** What is done after a night has been done, and with that the night is over, or it is not because not all of it was. */
export function noteSteps(
  nights: readonly Night[],
  due: Date,
  steps: readonly NightStepRecord[],
  is_over: boolean,
): readonly Night[] {
  return nights.map((night) => (night.due_at === due.toISOString() ? { ...night, steps, is_over } : night));
}

function toMissed(due: Date): Night {
  return {
    due_at: due.toISOString(),
    outcome: 'missed',
    attempts: 0,
    first_began_at: null,
    last_ended_at: null,
    is_over: true,
    run_ids: [],
    error: null,
    steps: [],
  };
}

function toOrder(nights: readonly Night[]): readonly Night[] {
  return nights.toSorted((a, b) => b.due_at.localeCompare(a.due_at)).slice(0, MAX_NIGHTS);
}

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
  const { outcome, runId, error, exit, lists, departures } = report;
  const failures =
    outcome === 'suspicious' ? [] : [...lists, departures].flatMap((one) => one?.error?.code ?? []);
  return { outcome, runId, error: error && toNightError(error), exit, mayPass: mayPass(failures), report };
}

/** Runs a sync of what lacks. Fails with nothing: how it failed is how the try ended. */
export async function tryNight(
  lists: readonly ApiList[],
  runSync: (lists: readonly ApiList[]) => Promise<RunReport>,
  onFailed: (error: unknown) => void,
): Promise<TryEnding> {
  if (lists.length === 0) return NOTHING_LEFT;
  try {
    return toTryEnding(await runSync(lists));
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
