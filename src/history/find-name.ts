import type { Mirror } from '../mirror/open-mirror.ts';

/** Prepares the look-up of a case's present name. */
export function prepareFindName({ sqlite }: Mirror): (caseId: number) => string | null {
  const statement = sqlite.prepare<[number], string | null>('SELECT name FROM cases WHERE id = ?').pluck();
  return (caseId) => statement.get(caseId) ?? null;
}

/** Prepares the look-up of when a run began. */
export function prepareFindStart({ sqlite }: Mirror): (runId: number) => string {
  const statement = sqlite.prepare<[number], string>('SELECT started_at FROM sync_runs WHERE id = ?').pluck();
  return (runId) => statement.get(runId) ?? '';
}
