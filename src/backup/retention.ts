/** How many snapshots to keep: the newest of each of that many days, weeks (from Monday) and months, in UTC. */
export interface Retention {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

/**
 * Decides which snapshots to keep. Counts only periods with a snapshot, so a long pause removes nothing. The newest is
 * always kept.
 */
export function chooseKept<One extends { readonly takenAt: Date }>(
  snapshots: readonly One[],
  { daily, weekly, monthly }: Retention,
): ReadonlySet<One> {
  const newestFirst = snapshots.toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
  const keep = new Set(newestFirst.slice(0, 1));
  for (const [toPeriod, most] of [
    [toDay, daily],
    [toWeek, weekly],
    [toMonth, monthly],
  ] as const) {
    const seen = new Set<string>();
    for (const one of newestFirst) {
      const period = toPeriod(one.takenAt);
      if (seen.size >= most) break;
      if (!seen.has(period)) keep.add(one);
      seen.add(period);
    }
  }
  return keep;
}

const toDay = (moment: Date): string => moment.toISOString().slice(0, 10);
const toMonth = (moment: Date): string => moment.toISOString().slice(0, 7);

/** The first day of its week. */
function toWeek(moment: Date): string {
  const daysSinceMonday = (moment.getUTCDay() + 6) % 7;
  return toDay(new Date(moment.getTime() - daysSinceMonday * 86_400_000));
}

/** What decides whether a snapshot may be removed. */
export interface RemovalFacts {
  readonly takenAt: Date;
  /** Whether it is known to belong to this mirror. */
  readonly isOwn: boolean;
  /** `unknown`: a copy without this record. */
  readonly takenBy: 'schedule' | 'hand' | 'unknown';
  /** Whether the mirror had every list by then. */
  readonly isComplete: boolean;
}

interface RemovalOptions<One> {
  /** Includes copies that do not record who took them. */
  readonly unmarked?: boolean;
  /** Never removed, whatever its time. */
  readonly justTaken?: One;
}

/**
 * Chooses the snapshots that retention removes: only those of this mirror that the schedule took. One with a time in
 * the future is neither removed nor replaces another. A complete one is removed only for newer complete ones.
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
