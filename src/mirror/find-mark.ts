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

/*
 * Drizzle writes these two look-ups once; their answers come from SQLite directly, because every case of every night
 * costs one or the other.
 */

/** Prepares the look-up of a case by its id. */
export function prepareFindMark({ db, sqlite }: Mirror): FindMark {
  const query = db
    .select(MARK)
    .from(cases)
    .where(eq(cases.id, sql.placeholder('caseId')));
  const statement = sqlite.prepare<[number], MarkRow>(query.toSQL().sql).raw();
  return (caseId) => {
    const row = statement.get(caseId);
    return row && toMark(row);
  };
}

/** A case whose bytes are known to say what is stored. */
export interface KnownText {
  readonly caseId: number;
  /** What it says as its `case_ongoing`. */
  readonly label: string | null;
  /** And as its `case_status`. */
  readonly caseStatus: string | null;
  readonly mark: StoredMark;
}

export type FindKnownText = (textHash: string) => KnownText | undefined;

/** Prepares the one look-up that an unchanged case costs. */
export function prepareFindKnownText({ db, sqlite }: Mirror): FindKnownText {
  const query = db
    .select({ ...MARK, caseId: cases.id, label: cases.case_ongoing, caseStatus: cases.case_status })
    .from(textHashes)
    .innerJoin(
      cases,
      and(eq(cases.id, textHashes.case_id), eq(cases.mirror_fingerprint, textHashes.fingerprint)),
    )
    .where(eq(textHashes.hash, sql.placeholder('textHash')));
  const statement = sqlite
    .prepare<[string], [...MarkRow, caseId: number, label: string | null, caseStatus: string | null]>(
      query.toSQL().sql,
    )
    .raw();
  return (textHash) => {
    const row = statement.get(textHash);
    if (row === undefined) return undefined;
    const [fingerprint, statusId, departedRunId, caseId, label, caseStatus] = row;
    return { caseId, label, caseStatus, mark: toMark([fingerprint, statusId, departedRunId]) };
  };
}

const MARK = {
  fingerprint: cases.mirror_fingerprint,
  statusId: cases.mirror_status_id,
  departedRunId: cases.mirror_departed_run_id,
};
type MarkRow = [fingerprint: string, statusId: number | null, departedRunId: number | null];

function toMark([fingerprint, statusId, departedRunId]: MarkRow): StoredMark {
  return { fingerprint, statusId, isDeparted: departedRunId !== null };
}
