import { chooseKept, type Retention } from './choose-kept.ts';

/** What decides whether a snapshot may be removed. */
export interface RemovalFacts {
  readonly takenAt: Date;
  /** Whether it is known to be of this very mirror. */
  readonly isOwn: boolean;
  /** `unknown`: a copy that does not say so. */
  readonly takenBy: 'schedule' | 'hand' | 'unknown';
  /** Whether the mirror held every list by then. */
  readonly isComplete: boolean;
}

interface RemovalOptions<One> {
  /** Includes copies that do not say who took them. */
  readonly unmarked?: boolean;
  /** Never removed, whatever its time. */
  readonly justTaken?: One;
}

/**
 * Chooses the snapshots that retention removes: only those of this mirror that the schedule took. One of the future is
 * neither removed nor takes the place of another. A complete one is only removed for newer complete ones.
 */
export function chooseRemoved<One extends RemovalFacts>(
  snapshots: readonly One[],
  retention: Retention,
  now: Date,
  { unmarked = false, justTaken }: RemovalOptions<One> = {},
): One[] {
  const candidates = snapshots.filter(
    ({ takenAt, isOwn, takenBy }) =>
      isOwn &&
      takenAt.getTime() <= now.getTime() &&
      (takenBy === 'schedule' || (unmarked && takenBy === 'unknown')),
  );
  const keptOfAll = chooseKept(candidates, retention);
  const keptOfComplete = chooseKept(
    candidates.filter(({ isComplete }) => isComplete),
    retention,
  );
  return candidates.filter((one) => one !== justTaken && !keptOfAll.has(one) && !keptOfComplete.has(one));
}
