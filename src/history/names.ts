import type { Mirror } from '../db/open-mirror.ts';

/** Prepares the lookup of a case's present name. */
export function prepareFindName({ sqlite }: Mirror): (caseId: number) => string | null {
  const statement = sqlite.prepare<[number], string | null>('SELECT name FROM cases WHERE id = ?').pluck();
  return (caseId) => statement.get(caseId) ?? null;
}

/** What a list shows of a new case. */
export interface CaseFacts {
  readonly court: string | null;
  /** The day, or the year if the day is unknown. */
  readonly filed: string | null;
  readonly caseTypes: readonly string[];
}

/** Prepares the lookup of these fields. */
export function prepareFindFacts({ sqlite }: Mirror): (caseId: number) => CaseFacts {
  const selectCase = sqlite.prepare<
    [number],
    { court: string | null; filing_date: string | null; filing_year: number | null }
  >('SELECT court, filing_date, filing_year FROM cases WHERE id = ?');
  const selectTypes = sqlite
    .prepare<[number], string>(
      "SELECT value FROM case_types WHERE case_id = ? AND value <> '' ORDER BY mirror_position",
    )
    .pluck();
  return (caseId) => {
    const { court = null, filing_date = null, filing_year = null } = selectCase.get(caseId) ?? {};
    const year = filing_year === null || filing_year === 0 ? null : String(filing_year);
    return {
      court: court === '' ? null : court,
      filed: filing_date === null || filing_date === '' ? year : filing_date,
      caseTypes: selectTypes.all(caseId),
    };
  };
}

/** Prepares the lookup of the time when a run began. */
export function prepareFindStart({ sqlite }: Mirror): (runId: number) => string {
  const statement = sqlite.prepare<[number], string>('SELECT started_at FROM sync_runs WHERE id = ?').pluck();
  return (runId) => statement.get(runId) ?? '';
}
