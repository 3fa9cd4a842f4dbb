/** How many snapshots are kept: the newest of each of so many days, weeks (from Monday) and months, in UTC. */
export interface Retention {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

/**
 * Says which snapshots are kept. Only periods of which there is one count, so that a long pause takes nothing away; the
 * newest is always kept.
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

/** The day on which its week began. */
function toWeek(moment: Date): string {
  const daysSinceMonday = (moment.getUTCDay() + 6) % 7;
  return toDay(new Date(moment.getTime() - daysSinceMonday * 86_400_000));
}
