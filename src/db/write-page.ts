import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Drift } from '../api/schema-drift.ts';
import type { CaseRows } from '../case/case-rows.ts';
import { toDatabaseError } from './errors.ts';
import type { Mirror } from './open-mirror.ts';
import { isOfCase, mayName } from './leftovers.ts';
import { prepareIsRedacted } from './public-names.ts';
import { listHeldCases } from './read-case.ts';
import { type ListFigures, createSyncLedger } from './run-log.ts';
import { mirrorMovedCases, rejectedRecords, schemaDrift } from './schema/schema.ts';
import { type ListRef, createCaseWriter } from './write-case.ts';
import type { RunStamp } from './write-history.ts';

/** A record that is not a case, or cannot be read exactly, and its source. */
export interface RejectedRecord {
  /** Its JSON as received. If it is not JSON in UTF-8: its text as a JSON string. */
  readonly record: string;
  /** The bytes as received. */
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, in hex. */
  readonly fingerprint: string;
  /** The id of the case, if it can be found. */
  readonly caseId: number | null;
  /** Whether the case is also stored, as far as it could be read. */
  readonly isStored: boolean;
  readonly why: string;
  readonly source: string;
  readonly position: number;
}

/** Drift found in a case. */
export interface CaseDrift extends Drift {
  readonly caseId: number;
}

/** A case that one run saw in two lists. */
export interface MovedCase {
  readonly caseId: number;
  readonly fromListId: number;
  readonly toListId: number;
}

/**
 * Stores a rejected record, unless it may belong to a case of which nothing may be stored; if the record is known, only
 * updates `last_run_id`. One that may name a redacted case is stored without its content. Part of the caller's transaction.
 */
function writeRejectedRecord(mirror: Mirror, rejectedRecord: RejectedRecord, runId: number): void {
  const { db } = mirror;
  const { caseId, source, position } = rejectedRecord;
  if (listHeldCases(mirror).some((id) => id === caseId || isOfCase(rejectedRecord.record, id))) return;
  const isNaming = mayName(rejectedRecord.record, caseId, prepareIsRedacted(mirror));
  const { record, bytes, fingerprint, why } = isNaming ? toTrace(rejectedRecord) : rejectedRecord;
  db.insert(rejectedRecords)
    .values({
      record,
      bytes,
      fingerprint,
      case_id: caseId,
      why,
      source,
      position,
      first_run_id: runId,
      last_run_id: runId,
    })
    .onConflictDoUpdate({
      target: rejectedRecords.fingerprint,
      set: { last_run_id: sql`excluded.last_run_id` },
    })
    .run();
}

/** What stays of a rejected record whose content may not be stored: its id, its hash and why it was rejected. */
function toTrace({ caseId, fingerprint, why }: RejectedRecord) {
  const record = JSON.stringify({ id: caseId, sha256: fingerprint });
  return {
    record,
    bytes: null,
    fingerprint: createHash('sha256').update(record).digest('hex'),
    why: `${why}; its content is not stored, because it may name a redacted case`,
  };
}

/**
 * Records that a field drifted; the same drift in a later run only updates `last_run_id`. Part of the caller's
 * transaction.
 */
function writeDrift({ db }: Mirror, { field, expected, seen, caseId }: CaseDrift, runId: number): void {
  db.insert(schemaDrift)
    .values({ field, expected, seen, example_case_id: caseId, first_run_id: runId, last_run_id: runId })
    .onConflictDoUpdate({
      target: [schemaDrift.field, schemaDrift.seen],
      set: { last_run_id: sql`excluded.last_run_id` },
    })
    .run();
}

/**
 * Records that a case was seen in two lists; the same pair is recorded once per run. Part of the caller's transaction.
 */
function writeMovedCase(
  { db }: Mirror,
  { caseId, fromListId, toListId }: MovedCase,
  { runId, at }: RunStamp,
): void {
  db.insert(mirrorMovedCases)
    .values({
      run_id: runId,
      case_id: caseId,
      from_list_id: fromListId,
      to_list_id: toListId,
      seen_at: at.toISOString(),
    })
    .onConflictDoNothing()
    .run();
}

/** A case of a page, compared with the stored case. */
export type PageCase = {
  readonly id: number;
  /** The list that holds it. */
  readonly listId: number;
  /**
   * Hash to store so that this record can be skipped next time; null if it is already stored, or if the record must be
   * read next time too.
   */
  readonly rawHash: string | null;
} & (
  | { readonly verdict: 'new' | 'changed'; readonly rows: CaseRows }
  | {
      readonly verdict: 'unchanged';
      /** Whether it was in another list before, or had departed. */
      readonly isMoved: boolean;
      readonly fingerprint: string;
    }
);

/** The content of a page, ready to be written. */
export interface PageContent {
  readonly cases: readonly PageCase[];
  readonly rejected: readonly RejectedRecord[];
  readonly drift: readonly CaseDrift[];
  readonly doubles: readonly MovedCase[];
}

/**
 * `listRef` has the list that is being read; each case has the list to which it belongs. `figures` is null for a case
 * that was looked up by its id, outside any list sync.
 */
export type WritePage = (content: PageContent, listRef: ListRef, figures: ListFigures | null) => void;

/**
 * Prepares storing pages. The cases of a page and its figures are written in one transaction: if the process dies, both
 * are stored or neither, and no reader ever sees half a case.
 */
export function prepareWritePage(mirror: Mirror): WritePage {
  const writer = createCaseWriter(mirror);
  const ledger = createSyncLedger(mirror);
  const transact = mirror.sqlite.transaction<WritePage>(
    ({ cases, rejected, drift, doubles }, listRef, figures) => {
      for (const one of cases) {
        const ofCase = { ...listRef, listId: one.listId };
        if (one.verdict === 'unchanged') {
          if (one.isMoved) writer.writeSeen(one.id, ofCase);
        } else writer.writeCase(one.rows, ofCase, one.verdict === 'new');
        if (one.rawHash !== null) writer.writeRawHash(one.id, one.rawHash, toFingerprint(one));
      }
      for (const rejectedRecord of rejected) writeRejectedRecord(mirror, rejectedRecord, listRef.runId);
      for (const one of drift) writeDrift(mirror, one, listRef.runId);
      for (const one of doubles) writeMovedCase(mirror, one, listRef);
      if (figures !== null) ledger.recordFigures(listRef.runId, listRef.listId, figures);
    },
  );
  return (...page) => {
    try {
      transact.immediate(...page);
    } catch (thrown) {
      throw toDatabaseError(thrown, mirror.path);
    }
  };
}

function toFingerprint(one: PageCase): string {
  return one.verdict === 'unchanged' ? one.fingerprint : one.rows.case.mirror_fingerprint;
}
