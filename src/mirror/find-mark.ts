import { eq, sql } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { cases } from './schema.ts';

/** What tells whether a case has changed since it was stored. */
export interface StoredMark {
  readonly fingerprint: string;
  /** The status that it came under last. */
  readonly statusId: number | null;
  /** Whether it was found gone from the site. */
  readonly isDeparted: boolean;
}

export type FindMark = (caseId: number) => StoredMark | undefined;

/** Prepares the one look-up that an unchanged case costs. */
export function prepareFindMark({ db }: Mirror): FindMark {
  const statement = db
    .select({
      fingerprint: cases.mirror_fingerprint,
      statusId: cases.mirror_status_id,
      departedRunId: cases.mirror_departed_run_id,
    })
    .from(cases)
    .where(eq(cases.id, sql.placeholder('caseId')))
    .prepare();
  return (caseId) => {
    const row = statement.get({ caseId });
    return row && { ...row, isDeparted: row.departedRunId !== null };
  };
}
