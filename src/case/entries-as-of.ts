import type { docketEntries, docketEntryVersions } from '../db/schema/schema.ts';

export type Entry = Omit<typeof docketEntries.$inferSelect, 'mirror_id'>;
export type PastEntry = typeof docketEntryVersions.$inferSelect;

/**
 * The docket entries of one case after a run, by their keys: present entries that existed and were not edited since,
 * and past entries that were still valid. `past` can hold any of the case's past entries.
 */
export function toEntriesAsOf(
  present: readonly Entry[],
  past: readonly PastEntry[],
  runId: number,
): Map<number, Entry> {
  const ended = past.filter((entry) => entry.mirror_valid_to_run_id > runId);
  const endedKeys = new Set(ended.map(({ mirror_key }) => mirror_key));
  return new Map(
    [
      ...present.filter((entry) => entry.mirror_first_run_id <= runId && !endedKeys.has(entry.mirror_key)),
      ...ended.filter((entry) => entry.mirror_valid_from_run_id <= runId),
    ].map((entry) => [entry.mirror_key, entry]),
  );
}
