import { and, eq, lte } from 'drizzle-orm';
import { MirrorError } from '../errors.ts';
import type { CaseRecord } from '../mirror/find-case.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { pastVersions } from '../mirror/schema.ts';
import { describeRun } from './find-run-as-of.ts';

/** Whether a case that was there after a run has changed since, without a note of what it had been. */
export function isHistoryMissing({ db }: Mirror, row: CaseRecord, runId: number): boolean {
  if (row.mirror_changed_run_id <= runId) return false;
  const known = db
    .select({ runId: pastVersions.run_id })
    .from(pastVersions)
    .where(and(eq(pastVersions.case_id, row.id), lte(pastVersions.run_id, runId)))
    .limit(1)
    .get();
  return known === undefined;
}

/*
 * The history of a case begins with the oldest version that is noted: a past one, or the present one. Where that is not
 * the run which first stored the case, a database from before history was kept has been brought up to date. What a
 * redaction removed is no gap: such a case is known to have been redacted.
 */
const CASES_WITH_A_GAP = `
  SELECT cases.mirror_first_run_id AS first_run_id,
    coalesce((SELECT min(run_id) FROM past_versions WHERE case_id = cases.id), cases.mirror_changed_run_id) AS known_run_id
  FROM cases
  WHERE cases.mirror_changed_run_id > cases.mirror_first_run_id
    AND known_run_id > cases.mirror_first_run_id
    AND cases.mirror_redacted_run_id IS NULL`;

/** Fails with HISTORY_MISSING unless every case that was there after a run is known as it was then. */
export function refuseMissingHistory(mirror: Mirror, runId: number): void {
  const { cases, known } = mirror.sqlite
    .prepare<[number, number], { cases: number; known: number | null }>(
      `SELECT count(*) FILTER (WHERE first_run_id <= ? AND known_run_id > ?) AS cases, max(known_run_id) AS known
      FROM (${CASES_WITH_A_GAP})`,
    )
    .get(runId, runId) ?? { cases: 0, known: null };
  if (cases === 0 || known === null) return;
  const what = cases === 1 ? '1 case has' : `${cases} cases have`;
  throw new MirrorError(
    'HISTORY_MISSING',
    `${what} changed after run ${runId} and before ${mirror.path} kept history.`,
    { hint: `Ask for ${describeRun(mirror, known)} or a later one, or without --as-of.` },
  );
}
