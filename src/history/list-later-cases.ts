import type { Mirror } from '../mirror/open-mirror.ts';
import { LATER_CASES } from './shadow-cases.ts';

/**
 * Lists in a temporary table the cases of which the present rows do not tell how they were after the run: those that
 * came later, changed, moved, departed or returned, or were redacted. Returns how many of then have been redacted.
 */
export function listLaterCases({ sqlite }: Mirror, runId: number): number {
  sqlite.exec(`
    INSERT INTO temp.${LATER_CASES} SELECT id FROM main.cases WHERE mirror_changed_run_id > ${runId};
    INSERT OR IGNORE INTO temp.${LATER_CASES} SELECT case_id FROM main.case_changes WHERE run_id > ${runId};
  `);
  // No index leads to the redacted cases, and there are hardly ever any; the record of runs says whether to look.
  const redaction = sqlite
    .prepare(`SELECT 1 FROM main.sync_runs WHERE trigger = 'redact' AND id > ${runId} LIMIT 1`)
    .get();
  if (redaction === undefined) return 0;
  sqlite.exec(
    `INSERT OR IGNORE INTO temp.${LATER_CASES} SELECT id FROM main.cases WHERE mirror_redacted_run_id > ${runId}`,
  );
  return Number(
    sqlite
      .prepare(
        `SELECT count(*) FROM main.cases WHERE mirror_redacted_run_id > ${runId} AND mirror_first_run_id <= ${runId}`,
      )
      .pluck()
      .get(),
  );
}
