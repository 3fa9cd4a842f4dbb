import type { Circumstances } from './find-circumstances.ts';
import type { StoredRows } from './find-stored-rows.ts';

/** The runs that stored the versions of a case, as far back as it has a history. */
export interface VersionRuns {
  /** Oldest first; the last one stored what is there now. */
  readonly runs: readonly number[];
  readonly oldest: number;
  /** Whether that run may have changed something of the case: it stored a version, or ran before there was history. */
  readonly allow: (runId: number) => boolean;
}

export function toVersionRuns(
  { case: row, pastVersions }: StoredRows,
  { lastRunWithoutHistory }: Circumstances,
): VersionRuns {
  const runs = [...pastVersions.map(({ run_id }) => run_id), row.mirror_changed_run_id];
  const known = new Set(runs);
  const oldest = runs[0] ?? row.mirror_changed_run_id;
  const hasLostPast = row.mirror_redacted_run_id === null && oldest <= lastRunWithoutHistory;
  return {
    runs,
    oldest,
    allow: (runId) => known.has(runId) || (hasLostPast && row.mirror_first_run_id <= runId && runId < oldest),
  };
}
