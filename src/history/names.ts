import type { Mirror } from '../db/open-mirror.ts';

/** Prepares the look-up of a case's present name. */
export function prepareFindName({ sqlite }: Mirror): (caseId: number) => string | null {
  const statement = sqlite.prepare<[number], string | null>('SELECT name FROM cases WHERE id = ?').pluck();
  return (caseId) => statement.get(caseId) ?? null;
}

/** What a reader of a list wants to know of a case that is new to them. */
export interface CaseFacts {
  readonly court: string | null;
  /** The day, or the year where no day is known. */
  readonly filed: string | null;
  readonly caseTypes: readonly string[];
}

/** Prepares the look-up of these. */
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

/** Prepares the look-up of when a run began. */
export function prepareFindStart({ sqlite }: Mirror): (runId: number) => string {
  const statement = sqlite.prepare<[number], string>('SELECT started_at FROM sync_runs WHERE id = ?').pluck();
  return (runId) => statement.get(runId) ?? '';
}
