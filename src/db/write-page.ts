import { sql } from 'drizzle-orm';
import type { Drift } from '../api/schema-drift.ts';
import type { CaseRows } from '../case/case-rows.ts';
import { toDatabaseError } from './errors.ts';
import type { Mirror } from './open-mirror.ts';
import { type ListFigures, createSyncLedger } from './run-log.ts';
import { mirrorMovedCases, rejectedRecords, schemaDrift } from './schema/schema.ts';
import { type ListRef, createCaseWriter } from './write-case.ts';
import type { RunStamp } from './write-history.ts';

/** A record that cannot be a case, or cannot be read exactly, and where it came from. */
export interface RejectedRecord {
  /** Its JSON as it came; of one that is no JSON in UTF-8 its text, as a JSON string. */
  readonly record: string;
  /** The bytes in which it came. */
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, in hex. */
  readonly fingerprint: string;
  /** The case that it names, as far as that can be told. */
  readonly caseId: number | null;
  /** Whether it is stored as a case all the same. */
  readonly isStored: boolean;
  readonly why: string;
  readonly source: string;
  readonly position: number;
}

/** Drift found in a case. */
export interface CaseDrift extends Drift {
  readonly caseId: number;
}

/** A case that one run saw under two lists. */
export interface MovedCase {
  readonly caseId: number;
  readonly fromListId: number;
  readonly toListId: number;
}

/** Stores a rejected record; the same record again only updates `last_run_id`. Part of the caller's transaction. */
function writeRejectedRecord({ db }: Mirror, rejectedRecord: RejectedRecord, runId: number): void {
  const { record, bytes, fingerprint, caseId, why, source, position } = rejectedRecord;
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

/** Records that a field drifted; the same drift in a later run only moves `last_run_id`. Part of the caller's transaction. */
function writeDrift({ db }: Mirror, { field, expected, seen, caseId }: CaseDrift, runId: number): void {
  db.insert(schemaDrift)
    .values({ field, expected, seen, example_case_id: caseId, first_run_id: runId, last_run_id: runId })
    .onConflictDoUpdate({
      target: [schemaDrift.field, schemaDrift.seen],
      set: { last_run_id: sql`excluded.last_run_id` },
    })
    .run();
}

/** Records that a case was seen under two lists; the same pair once more in one run adds nothing. Part of the caller's transaction. */
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

/** A case of a page, already compared with what is stored. */
export type PageCase = {
  readonly id: number;
  /** The list that holds it. */
  readonly listId: number;
  /** By which its bytes are to be known from now on; null when they are already, or are to be read the next time too. */
  readonly rawHash: string | null;
} & (
  | { readonly verdict: 'new' | 'changed'; readonly rows: CaseRows }
  | {
      readonly verdict: 'unchanged';
      /** Another list held it before, or it had departed. */
      readonly isMoved: boolean;
      readonly fingerprint: string;
    }
);

/** Everything that a page brings, ready to be written. */
export interface PageContent {
  readonly cases: readonly PageCase[];
  readonly rejected: readonly RejectedRecord[];
  readonly drift: readonly CaseDrift[];
  readonly doubles: readonly MovedCase[];
}

/**
 * `listRef` has the status whose list is being read; each case of the page says itself which one it comes under.
 * `figures` is null for a case that was looked up by its id and belongs to no list sync.
 */
export type WritePage = (content: PageContent, listRef: ListRef, figures: ListFigures | null) => void;

/**
 * Prepares the storing of pages. A page's cases and the record of them are one transaction: after any death either
 * both are there or neither, and no reader ever sees half a case.
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
