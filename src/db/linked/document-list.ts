import { desc } from 'drizzle-orm';
import type { Mirror } from '../open-mirror.ts';
import { type DocumentListAnswer, mirrorDocumentListChecks } from '../schema/schema.ts';

/* What is known of the list of all documents, `documents/` (A44). */

export type DocumentListCheck = typeof mirrorDocumentListChecks.$inferSelect;

/** The newest answer; null if the list was never requested. */
export function findDocumentListCheck({ db }: Pick<Mirror, 'db'>): DocumentListCheck | null {
  return (
    db.select().from(mirrorDocumentListChecks).orderBy(desc(mirrorDocumentListChecks.id)).limit(1).get() ??
    null
  );
}

export function recordDocumentListCheck({ db }: Mirror, row: Omit<DocumentListCheck, 'id'>): void {
  db.insert(mirrorDocumentListChecks).values(row).run();
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** An API that offers the list may stop, and one that does not may begin. */
const ASKED_EVERY_DAYS = 30;
/** No clear answer, or too few known documents on its pages: it is asked sooner. */
const UNCLEAR_EVERY_DAYS = 7;
/** A mirror with fewer documents does not need the list, and could hardly confirm what it says. */
const MIN_DOCUMENTS = 100;

const EVERY_DAYS: Readonly<Record<DocumentListAnswer, number>> = {
  names_case: 0, // It is used in every pass.
  not_offered: ASKED_EVERY_DAYS,
  without_case: ASKED_EVERY_DAYS,
  wrong_case: ASKED_EVERY_DAYS,
  unconfirmed: UNCLEAR_EVERY_DAYS,
  unclear: UNCLEAR_EVERY_DAYS,
};

/** Whether a pass requests the list now. */
export function isDocumentListDue(mirror: Mirror, now: Date): boolean {
  const { sqlite } = mirror;
  const last = findDocumentListCheck(mirror);
  const since = last === null ? Infinity : now.getTime() - Date.parse(last.checked_at);
  // A time in the future shows that the clock was ahead.
  if (last !== null && since >= 0 && since < EVERY_DAYS[last.answer] * DAY_MS) return false;
  return sqlite.prepare('SELECT 1 FROM documents LIMIT 1 OFFSET ?').get(MIN_DOCUMENTS - 1) !== undefined;
}

/** What the mirror knows of a document. */
export interface KnownDocument {
  /** Null if it is redacted. */
  readonly fingerprint: string | null;
  /** The cases whose list has it; empty if it is gone or redacted. */
  readonly caseIds: ReadonlySet<number>;
}

/** Finds a stored document, gone and redacted ones included; undefined if there is none. */
export function prepareFindDocument({
  sqlite,
}: Pick<Mirror, 'sqlite'>): (documentId: number) => KnownDocument | undefined {
  const find = sqlite
    .prepare<[number], string | null>(
      'SELECT iif(mirror_redacted_run_id IS NULL, mirror_fingerprint, NULL) FROM documents WHERE id = ?',
    )
    .pluck();
  const listCases = sqlite
    .prepare<[number], number>(
      'SELECT case_id FROM case_documents WHERE document_id = ? AND mirror_to_run_id IS NULL',
    )
    .pluck();
  return (documentId) => {
    const fingerprint = find.get(documentId);
    return fingerprint === undefined
      ? undefined
      : { fingerprint, caseIds: new Set(listCases.all(documentId)) };
  };
}
