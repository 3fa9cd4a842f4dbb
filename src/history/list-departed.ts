import type { Mirror } from '../mirror/open-mirror.ts';

/** A row of the view `departed_cases`. */
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
}

/** The cases that have left the site, those that left last first. Read while iterating. */
export function listDeparted({ sqlite }: Mirror): Iterable<DepartedCase> {
  return sqlite
    .prepare<[], DepartedCase>('SELECT * FROM departed_cases ORDER BY departed_run_id DESC, id')
    .iterate();
}
