import { type SQL, and, count, eq, inArray, ne } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { toCaseRows } from '../case/case-rows.ts';
import { fingerprint, splitPayload } from '../case/fingerprint.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { toDatabaseError } from './errors.ts';
import { deleteDocument, deleteLinkedOfCase, findDocumentRedaction } from './linked/redact-document.ts';
import { listRejectedRecords } from './leftovers.ts';
import type { Mirror } from './open-mirror.ts';
import { toNotMirrored } from './read-case.ts';
import { type RunStart, createSyncLedger } from './run-log.ts';
import { recordDied } from './dead-rows.ts';
import { deleteDriftOf } from './redact-drift.ts';
import { listNaming, listRejectedNaming, removeName, removeNamesLeft } from './redact-names.ts';
import { removeDroppedFiles } from './linked/file-store.ts';
import { countFilesOfCase } from './linked/files.ts';
import { requireRewriteRoom } from './rewrite-room.ts';
import { rewriteSearchIndexes } from './search-index.ts';
import {
  LIST_TABLES,
  caseChanges,
  caseDefendants,
  cases,
  docketEntries,
  dockets,
  documents,
  mirrorMovedCases,
  rejectedRecords,
  docketEntryVersions,
  caseVersions,
  relatedCases,
  syncRuns,
  mirrorRawHashes,
} from './schema/schema.ts';
import type { RunStamp } from './write-history.ts';

/** What a redaction of a case removes. */
export interface Redaction {
  readonly caseId: number;
  /** The run that already removed all content; null if there is content. */
  readonly doneRunId: number | null;
  /** Whether that run is unfinished: bytes of the deleted rows may still be in the file. */
  readonly isPending: boolean;
  readonly name: string | null;
  /** Whether it has a row of its own. A case whose every record was rejected has none. */
  readonly isStored: boolean;
  /** Rows of docket entries, current and past. */
  readonly docketEntries: number;
  /** Excludes the changes that record when the case departed and returned. These stay. */
  readonly changes: number;
  /** Rejected records that belong to the case or cannot be told apart from it. */
  readonly rejectedRecords: number;
  /** Files of documents that belong to no other case. */
  readonly files: number;
  /** Other cases that name this one as a related case, at present or in their history. The name is removed there too. */
  readonly namedBy: number;
}

/** Determines what a redaction of this case would remove. Throws CASE_NOT_MIRRORED or CASE_NOT_DEPARTED. */
export function findRedaction(mirror: Mirror, caseId: number): Redaction {
  return mirror.db.transaction((tx) => {
    const row = tx
      .select({
        name: cases.name,
        departedRunId: cases.mirror_departed_run_id,
        redactedRunId: cases.mirror_redacted_run_id,
        payload: cases.mirror_payload,
      })
      .from(cases)
      .where(eq(cases.id, caseId))
      .get();
    const rejectedCount = listRejected(mirror, caseId).length;
    const namedBy = listNaming(mirror.sqlite, caseId).length;
    if (row === undefined && listRejectedRecords(mirror.sqlite, caseId).length === 0)
      throw toNotMirrored(mirror, caseId);
    if (row?.departedRunId === null)
      throw new MirrorError(
        'CASE_NOT_DEPARTED',
        `Case ${caseId} is on the site, as far as the mirror knows.`,
      );
    const countOf = (table: SQLiteTable, which: SQL | undefined): number =>
      tx.select({ n: count() }).from(table).where(which).get()?.n ?? 0;
    const isBare = row?.payload === JSON.stringify({ id: caseId });
    const doneRunId = isBare && rejectedCount + namedBy === 0 ? row.redactedRunId : null;
    return {
      caseId,
      doneRunId,
      isPending: listPendingRedactions({ db: tx }).some(({ runId }) => runId === doneRunId),
      name: row?.name ?? null,
      isStored: row !== undefined,
      docketEntries:
        countOf(docketEntries, eq(docketEntries.case_id, caseId)) +
        countOf(docketEntryVersions, eq(docketEntryVersions.case_id, caseId)),
      changes: countOf(caseChanges, isContentOf(caseId)),
      rejectedRecords: rejectedCount,
      files: countFilesOfCase(mirror, caseId),
      namedBy,
    };
  });
}

/** The keys of the rejected records that go with a case: its own, and those that name it. */
function listRejected({ sqlite }: Mirror, caseId: number): string[] {
  return [...new Set([...listRejectedRecords(sqlite, caseId), ...listRejectedNaming(sqlite, caseId)])];
}

/** The changes of a case except its departures and returns, which are not content. */
const isContentOf = (caseId: number): SQL | undefined =>
  and(eq(caseChanges.case_id, caseId), ne(caseChanges.field, 'mirror_departed_run_id'));

/** Every table with a `case_id`; attachments are deleted with their entries. */
const TABLES_OF_A_CASE = [
  ...Object.values(LIST_TABLES),
  caseDefendants,
  relatedCases,
  dockets,
  docketEntries,
  docketEntryVersions,
  caseVersions,
  mirrorMovedCases,
  mirrorRawHashes,
] as const;

/**
 * Removes the content of a departed case, or of one whose every record was rejected, from its rows, its history and the file, which is rewritten so that no free
 * page keeps a remnant; and its name from all other cases. What stays is that a case with this id existed, when it was first seen, departed and was
 * redacted. This is recorded as a separate run, which is complete when the last byte is gone. If nothing returned since
 * an earlier redaction, only finishes that one if it is pending. Returns the id of the run. Throws CASE_NOT_MIRRORED,
 * CASE_NOT_DEPARTED or REDACTION_UNFINISHED. The caller holds the writer lock.
 */
export function redactCase(mirror: Mirror, caseId: number, start: RunStart, now: () => Date): number {
  return redact(mirror, { kind: 'case', id: caseId }, findRedaction(mirror, caseId), start, now);
}

/**
 * Removes the content of a document, whether or not its cases are on the site. Its id and its links stay, and every list
 * that brings it again is refused. Throws DOCUMENT_NOT_MIRRORED or REDACTION_UNFINISHED. The caller holds the writer
 * lock.
 */
export function redactDocument(mirror: Mirror, id: number, start: RunStart, now: () => Date): number {
  return redact(mirror, { kind: 'document', id }, findDocumentRedaction(mirror, id), start, now);
}

/** What can be redacted. */
export interface Redactable {
  readonly kind: 'case' | 'document';
  readonly id: number;
}

function redact(
  mirror: Mirror,
  subject: Redactable,
  { doneRunId, isPending }: Pick<Redaction, 'doneRunId' | 'isPending'>,
  start: RunStart,
  now: () => Date,
): number {
  try {
    if (isPending) finishRedactions(mirror, now);
    if (doneRunId !== null) return doneRunId;
    const runId = deleteInRun(mirror, subject, start, now);
    finishRedactions(mirror, now);
    return runId;
  } catch (thrown) {
    throw toDatabaseError(thrown, mirror.path);
  }
}

/** Deletes the content, and records it as a run. */
function deleteInRun(mirror: Mirror, { kind, id }: Redactable, start: RunStart, now: () => Date): number {
  const ledger = createSyncLedger(mirror);
  return mirror.db.transaction(
    () => {
      const runId = ledger.beginRun(start);
      mirror.sqlite.pragma('secure_delete = ON');
      const stamp = { runId, at: now() };
      if (kind === 'document') deleteDocument(mirror, id, stamp);
      else deleteContent(mirror, id, stamp);
      return runId;
    },
    { behavior: 'immediate' },
  );
}

/**
 * Removes the content of a case or a document from a copy of a mirror, as a separate run. In a copy the case need not
 * have departed.
 */
export function redactCopy(mirror: Mirror, subject: Redactable, start: RunStart, now: () => Date): void {
  recordDied(mirror.sqlite, now());
  deleteInRun(mirror, subject, start, now);
  finishRedactions(mirror, now);
}

/** Deletes the rows of a case and overwrites them with zeros. */
function deleteContent(mirror: Mirror, caseId: number, stamp: RunStamp): void {
  const { db, sqlite } = mirror;
  const rejected = listRejected(mirror, caseId);
  addMissingRow(mirror, caseId, stamp.runId);
  deleteLinkedOfCase(mirror, caseId, stamp);
  for (const table of TABLES_OF_A_CASE) db.delete(table).where(eq(table.case_id, caseId)).run();
  db.delete(caseChanges).where(isContentOf(caseId)).run();
  for (const key of rejected) db.delete(rejectedRecords).where(eq(rejectedRecords.fingerprint, key)).run();
  db.update(cases).set(toBareRow(caseId, stamp.runId)).where(eq(cases.id, caseId)).run();
  removeName(sqlite, caseId);
  deleteDriftOf(sqlite, 'case', [caseId]);
}

/**
 * A case of which only rejected records are known gets a row, so that its redaction holds. It counts as departed by the
 * redaction itself, by which a sync knows that it must not store what the API sends of it.
 */
function addMissingRow({ db }: Mirror, caseId: number, runId: number): void {
  db.insert(cases)
    .values({ ...toBareRow(caseId, runId), mirror_first_run_id: runId, mirror_departed_run_id: runId })
    .onConflictDoNothing()
    .run();
}

/** The row of a case of which only the id is known. */
function toBareRow(caseId: number, runId: number) {
  const payload = { id: caseId };
  const split = splitPayload(payload);
  return {
    ...toCaseRows(payload, split, fingerprint(split)).case,
    mirror_list_id: null,
    mirror_changed_run_id: runId,
    mirror_redacted_run_id: runId,
  };
}

/*
 * A redaction has two parts. One transaction deletes the rows; then the file is rewritten, because a deleted row leaves
 * its bytes in free pages and in the log. The run is complete only after both. Until then the redaction is pending:
 * every mention of the case says so, and the next writer finishes it.
 */

/** A redaction whose rows are deleted and whose bytes may still be in the file. */
export interface PendingRedaction {
  readonly runId: number;
  readonly startedAt: string;
  readonly caseIds: readonly number[];
  readonly documentIds: readonly number[];
}

const isPending = and(eq(syncRuns.trigger, 'redact'), ne(syncRuns.outcome, 'complete'));

/** The unfinished redactions, oldest first. */
export function listPendingRedactions({
  db,
}: {
  readonly db: Pick<Mirror['db'], 'select'>;
}): PendingRedaction[] {
  const runs = db
    .select({ runId: syncRuns.id, startedAt: syncRuns.started_at })
    .from(syncRuns)
    .where(isPending)
    .orderBy(syncRuns.id)
    .all();
  if (runs.length === 0) return [];
  const redactedDocuments = db
    .select({ id: documents.id, runId: documents.mirror_redacted_run_id })
    .from(documents)
    .where(
      inArray(
        documents.mirror_redacted_run_id,
        runs.map(({ runId }) => runId),
      ),
    )
    .orderBy(documents.id)
    .all();
  const redacted = db
    .select({ id: cases.id, runId: cases.mirror_redacted_run_id })
    .from(cases)
    .where(
      inArray(
        cases.mirror_redacted_run_id,
        runs.map(({ runId }) => runId),
      ),
    )
    .orderBy(cases.id)
    .all();
  return runs.map((run) => ({
    ...run,
    caseIds: redacted.filter(({ runId }) => runId === run.runId).map(({ id }) => id),
    documentIds: redactedDocuments.filter(({ runId }) => runId === run.runId).map(({ id }) => id),
  }));
}

/**
 * Removes the bytes of deleted rows from the file and its log, and the files that were dropped with them, and records the pending redactions as complete. The
 * caller holds the writer lock. If another program reads the file or the disk has no room, records and throws
 * REDACTION_UNFINISHED.
 */
function finishRedactions(mirror: Mirror, now: () => Date): void {
  const { db, path } = mirror;
  if (listPendingRedactions(mirror).length === 0) return;
  try {
    removeDroppedFiles(mirror);
    removeDeletedBytes(mirror);
  } catch (thrown) {
    const error = toUnfinished(toDatabaseError(thrown, path), path);
    db.update(syncRuns)
      .set({
        outcome: 'partial',
        ended_at: now().toISOString(),
        error_code: error.code,
        error_message: error.message,
      })
      .where(isPending)
      .run();
    throw error;
  }
  db.update(syncRuns)
    .set({ outcome: 'complete', ended_at: now().toISOString(), error_code: null, error_message: null })
    .where(isPending)
    .run();
}

/**
 * The same at the start of a sync, which continues in any case. If the bytes cannot be removed yet, the run of the
 * redaction records why, and `status`, `verify` and `departed` report it as pending.
 */
export function finishRedactionsIfPossible(mirror: Mirror, now: () => Date): void {
  try {
    removeNamesLeft(mirror.sqlite);
    finishRedactions(mirror, now);
  } catch (thrown) {
    if (!(thrown instanceof MirrorError && thrown.code === 'REDACTION_UNFINISHED')) throw thrown;
  }
}

/** Rewrites the file without its free pages, and empties the log, which contains old pages too. */
function removeDeletedBytes({ sqlite, path }: Mirror): void {
  requireRewriteRoom(sqlite, path);
  rewriteSearchIndexes(sqlite);
  sqlite.exec('VACUUM');
  const [checkpoint] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (checkpoint?.busy !== 0) throw new MirrorError('REDACTION_UNFINISHED', `Another program reads ${path}.`);
}

function toUnfinished(cause: Error, path: string): MirrorError {
  return new MirrorError(
    'REDACTION_UNFINISHED',
    `The rows are deleted, but ${path} still holds their bytes: ${messageOf(cause)}`,
    { cause },
  );
}
