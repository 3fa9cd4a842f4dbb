import { listPendingRedactions } from '../mirror/finish-redactions.ts';
import type { Mirror } from '../mirror/open-mirror.ts';

/** A row of the view `departed_cases`, and whether its redaction still has bytes to remove. */
export interface DepartedCase {
  readonly id: number;
  readonly name: string | null;
  readonly case_ongoing: string | null;
  readonly case_status: string | null;
  readonly court: string | null;
  readonly filing_date: string | null;
  readonly departed_run_id: number;
  readonly departed_at: string;
  readonly first_seen_at: string;
  readonly redacted_at: string | null;
  readonly is_redaction_pending: boolean;
}

/** The cases that have left the site, those that left last first. Read while iterating. */
export function* listDeparted(mirror: Mirror): Generator<DepartedCase> {
  const pending = new Set(listPendingRedactions(mirror).flatMap(({ caseIds }) => caseIds));
  const rows = mirror.sqlite.prepare<[], Omit<DepartedCase, 'is_redaction_pending'>>(
    'SELECT * FROM departed_cases ORDER BY departed_run_id DESC, id',
  );
  for (const row of rows.iterate()) yield { ...row, is_redaction_pending: pending.has(row.id) };
}
