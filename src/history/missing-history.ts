import { MirrorError } from '../errors.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { describeRun } from './find-run-as-of.ts';
import type { PresentCase } from './rebuild-version.ts';

/** Whether a case that was there after a run has changed since, without a note of what it had been. */
export function isHistoryMissing({ sqlite }: Mirror, now: PresentCase, runId: number): boolean {
  if (now.mirror_changed_run_id <= runId) return false;
  const known = sqlite.prepare<[number, number]>(
    'SELECT 1 FROM past_versions WHERE case_id = ? AND run_id <= ? LIMIT 1',
  );
  return known.get(now.id, runId) === undefined;
}

const WITH_A_GAP_SINCE = `
  FROM cases
  WHERE mirror_changed_run_id > ? AND mirror_first_run_id <= ?
    AND NOT EXISTS (SELECT 1 FROM past_versions WHERE case_id = cases.id AND run_id <= ?)
    AND mirror_redacted_run_id IS NULL`;

/*
 * The history of a case begins with the oldest version that is noted: a past one, or the present one. Where that is not
 * the run which first stored the case, a database from before history was kept has been brought up to date. What a
 * redaction removed is no gap: such a case is known to have been redacted.
 */
const KNOWN_SINCE = `
  SELECT max(known_run_id) FROM (
    SELECT mirror_first_run_id, mirror_redacted_run_id,
      coalesce((SELECT min(run_id) FROM past_versions WHERE case_id = cases.id), mirror_changed_run_id) AS known_run_id
    FROM cases
  ) WHERE known_run_id > mirror_first_run_id AND mirror_redacted_run_id IS NULL`;

/** Fails with HISTORY_MISSING unless every case that was there after a run is known as it was then. */
export function refuseMissingHistory(mirror: Mirror, runId: number): void {
  const { sqlite, path } = mirror;
  const count = sqlite.prepare<number[], number>(`SELECT count(*) ${WITH_A_GAP_SINCE}`).pluck();
  const cases = count.get(runId, runId, runId) ?? 0;
  if (cases === 0) return;
  const known = Number(sqlite.prepare(KNOWN_SINCE).pluck().get());
  const what = cases === 1 ? '1 case has' : `${cases} cases have`;
  throw new MirrorError(
    'HISTORY_MISSING',
    `${what} changed after run ${runId} and before ${path} kept history.`,
    { hint: `Ask for ${describeRun(mirror, known)} or a later one, or without --as-of.` },
  );
}
