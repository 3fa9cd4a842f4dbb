import { and, eq, sql } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { cases, textHashes } from './schema.ts';

/** What tells whether a case has changed since it was stored. */
export interface StoredMark {
  readonly fingerprint: string;
  /** The status that it came under last. */
  readonly statusId: number | null;
  /** Whether it was found gone from the site. */
  readonly isDeparted: boolean;
}

export type FindMark = (caseId: number) => StoredMark | undefined;

/** Prepares the look-up of a case by its id. */
export function prepareFindMark({ db }: Mirror): FindMark {
  const statement = db
    .select(MARK)
    .from(cases)
    .where(eq(cases.id, sql.placeholder('caseId')))
    .prepare();
  return (caseId) => {
    const row = statement.get({ caseId });
    return row && toMark(row);
  };
}

/** A case whose bytes are known to say what is stored. */
export interface KnownText {
  readonly caseId: number;
  /** What it says as its `case_ongoing`. */
  readonly label: string | null;
  readonly mark: StoredMark;
}

export type FindKnownText = (textHash: string) => KnownText | undefined;

/** Prepares the one look-up that an unchanged case costs. */
export function prepareFindKnownText({ db }: Mirror): FindKnownText {
  const statement = db
    .select({ caseId: cases.id, label: cases.case_ongoing, ...MARK })
    .from(textHashes)
    .innerJoin(
      cases,
      and(eq(cases.id, textHashes.case_id), eq(cases.mirror_fingerprint, textHashes.fingerprint)),
    )
    .where(eq(textHashes.hash, sql.placeholder('textHash')))
    .prepare();
  return (textHash) => {
    const row = statement.get({ textHash });
    return row && { caseId: row.caseId, label: row.label, mark: toMark(row) };
  };
}

const MARK = {
  fingerprint: cases.mirror_fingerprint,
  statusId: cases.mirror_status_id,
  departedRunId: cases.mirror_departed_run_id,
};

function toMark(row: {
  fingerprint: string;
  statusId: number | null;
  departedRunId: number | null;
}): StoredMark {
  return { fingerprint: row.fingerprint, statusId: row.statusId, isDeparted: row.departedRunId !== null };
}
