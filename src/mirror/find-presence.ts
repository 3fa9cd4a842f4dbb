import type { Mirror } from './open-mirror.ts';

/** Whether a case is still on the site, and whether its content is still here. */
export interface Presence {
  readonly departed_run_id: number | null;
  readonly departed_at: string | null;
  readonly redacted_run_id: number | null;
  readonly redacted_at: string | null;
}

/** When a case left the site, and when it was redacted, with the runs that recorded it. */
export function findPresence({ sqlite }: Mirror, caseId: number): Presence {
  const found = sqlite
    .prepare<[number], Presence>(
      `SELECT mirror_departed_run_id AS departed_run_id, departed.started_at AS departed_at,
        mirror_redacted_run_id AS redacted_run_id, redacted.started_at AS redacted_at
       FROM cases
       LEFT JOIN sync_runs AS departed ON departed.id = mirror_departed_run_id
       LEFT JOIN sync_runs AS redacted ON redacted.id = mirror_redacted_run_id
       WHERE cases.id = ?`,
    )
    .get(caseId);
  return found ?? { departed_run_id: null, departed_at: null, redacted_run_id: null, redacted_at: null };
}
