import type { Mirror } from '../mirror/open-mirror.ts';

/** What of the mirror as a whole makes something legitimate in one case that would be a flaw in another mirror. */
export interface Circumstances {
  /** The newest run from before the mirror kept history; 0 when it has kept it always. */
  readonly lastRunWithoutHistory: number;
  /** Whether a run may have seen a case more than once, and so have replaced what it had stored itself. */
  readonly maySeeTwice: (runId: number, caseId: number) => boolean;
  /** Whether some list has brought cases whose label is that of another one. */
  readonly hasForeignLabels: () => boolean;
}

export function findCircumstances({ sqlite }: Mirror): Circumstances {
  // Walks have been counted since history has been kept.
  const lastWithout = sqlite
    .prepare<[], number | null>('SELECT max(run_id) FROM status_syncs WHERE pages > 0 AND walks = 0')
    .pluck();
  const twice = sqlite
    .prepare<[number, number, number], number>(
      `SELECT EXISTS (SELECT 1 FROM status_syncs WHERE run_id = ? AND (walks > 1 OR outcome NOT IN ('complete', 'empty')))
       OR EXISTS (SELECT 1 FROM double_sightings WHERE run_id = ? AND case_id = ?)`,
    )
    .pluck();
  const foreign = sqlite
    .prepare<[], number>(
      `SELECT EXISTS (SELECT 1 FROM payload_drift WHERE field = 'case_ongoing' AND seen = 'another label')`,
    )
    .pluck();
  return {
    lastRunWithoutHistory: lastWithout.get() ?? 0,
    maySeeTwice: (runId, caseId) => twice.get(runId, runId, caseId) === 1,
    hasForeignLabels: () => foreign.get() === 1,
  };
}
