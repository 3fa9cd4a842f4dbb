import type { docketEntries, pastDocketEntries } from '../mirror/schema.ts';

export type Entry = Omit<typeof docketEntries.$inferSelect, 'mirror_id'>;
export type PastEntry = typeof pastDocketEntries.$inferSelect;

/**
 * The docket entries of one case as they were after a run, by their keys: the present ones that were there and have not
 * been edited since, and the past ones that still stood. `past` may hold any of the case's past entries.
 */
export function toEntriesAsOf(
  present: readonly Entry[],
  past: readonly PastEntry[],
  runId: number,
): Map<number, Entry> {
  const ended = past.filter((entry) => entry.mirror_until_run_id > runId);
  const endedKeys = new Set(ended.map(({ mirror_key }) => mirror_key));
  return new Map(
    [
      ...present.filter((entry) => entry.mirror_first_run_id <= runId && !endedKeys.has(entry.mirror_key)),
      ...ended.filter((entry) => entry.mirror_since_run_id <= runId),
    ].map((entry) => [entry.mirror_key, entry]),
  );
}

/** Keys in the order in which they stand in a list, and then those that it does not have. */
export function toOrderOf(list: string | null, keys: Iterable<number>): number[] {
  const left = new Set(keys);
  const known = (JSON.parse(list ?? '[]') as number[]).filter((key) => left.delete(key));
  return [...known, ...left];
}
