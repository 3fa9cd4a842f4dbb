import type { NightSoFar } from './plan-night.ts';
import {
  MOST_NIGHTS,
  type Night,
  type NightError,
  type NightOutcome,
  type NightStepRecord,
} from './night-book.ts';

/* What becomes of the nights of a book. Pure: each takes the nights, the newest first, and returns them anew. */

export function findNight(nights: readonly Night[], due: Date): Night | undefined {
  return nights.find(({ due_at }) => due_at === due.toISOString());
}

export function toNightSoFar(night: Night | undefined): NightSoFar | null {
  if (night === undefined) return null;
  const { attempts, last_ended_at, is_over: isOver } = night;
  // With nothing left to bring, a night that is not over was cut short in what is done afterwards.
  const isCut = !isOver && (night.outcome === 'complete' || night.outcome === 'doubtful');
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
  return nights.toSorted((a, b) => b.due_at.localeCompare(a.due_at)).slice(0, MOST_NIGHTS);
}
