import { and, eq, gt } from 'drizzle-orm';
import type { CasePayload } from '../clearinghouse/case-payload.ts';
import { fingerprint } from '../cases/fingerprint.ts';
import { fromVersion, splitPayload } from '../cases/split-payload.ts';
import { toEntry } from '../cases/to-docket-rows.ts';
import { MirrorError } from '../errors.ts';
import { findCaseRow, type CaseRecord, type StoredCase } from '../mirror/find-case.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { docketEntries, pastDocketEntries } from '../mirror/schema.ts';
import { describeRun } from './find-run-as-of.ts';
import { isHistoryMissing } from './missing-history.ts';
import { toEntriesAsOf, toOrderOf } from './past-entries.ts';
import { prepareRebuildVersion, toDamaged } from './rebuild-version.ts';

/** A case as the mirror had it after a run. */
export interface CaseAsOf extends StoredCase {
  /** The run that had found the case gone from the site by then; null when it was there. */
  readonly departedRunId: number | null;
}

/**
 * Rebuilds a case whole, as it was after a run that has ended. The order of what stands in lists may be another; all
 * else is proven by the fingerprint of then. Fails with CASE_NOT_MIRRORED, CASE_REDACTED, HISTORY_MISSING, HISTORY_DAMAGED.
 */
export function findCaseAsOf(mirror: Mirror, id: number, runId: number): CaseAsOf {
  const { db, path } = mirror;
  return db.transaction(() => {
    const row = findCaseRow(mirror, id);
    refuse(mirror, row, runId);
    const { version, own, changedRunId, fingerprint: expected } = prepareRebuildVersion(mirror, runId)(row);
    const entries = listEntriesAsOf(mirror, row, runId);
    const payload = fromVersion(version, entries.map(toEntry)) as CasePayload;
    if (fingerprint(splitPayload(payload)) !== expected)
      throw toDamaged(id, `what comes out for run ${runId} in ${path} has another fingerprint`);
    return {
      id,
      payload,
      fingerprint: expected,
      firstRunId: row.mirror_first_run_id,
      changedRunId,
      departedRunId: own.mirror_departed_run_id,
    };
  });
}

function refuse(mirror: Mirror, row: CaseRecord, runId: number): void {
  const { mirror_first_run_id: first, mirror_redacted_run_id: redacted, id } = row;
  if (first > runId)
    throw new MirrorError(
      'CASE_NOT_MIRRORED',
      `${mirror.path} held no case ${id} after run ${runId}; it came with ${describeRun(mirror, first)}.`,
      { hint: 'Ask for a later moment, or without --as-of.' },
    );
  if (redacted !== null && redacted > runId)
    throw new MirrorError(
      'CASE_REDACTED',
      `The content of case ${id} was removed in ${describeRun(mirror, redacted)}, with its history.`,
    );
  if (isHistoryMissing(mirror, row, runId))
    throw new MirrorError(
      'HISTORY_MISSING',
      `Case ${id} changed before ${mirror.path} kept history; what it said after run ${runId} is not known.`,
    );
}

function listEntriesAsOf({ db }: Mirror, { id, mirror_entry_keys }: CaseRecord, runId: number) {
  const present = db.select().from(docketEntries).where(eq(docketEntries.case_id, id)).all();
  const past = db
    .select()
    .from(pastDocketEntries)
    .where(and(eq(pastDocketEntries.case_id, id), gt(pastDocketEntries.mirror_until_run_id, runId)))
    .all();
  const byKey = toEntriesAsOf(present, past, runId);
  return toOrderOf(mirror_entry_keys, byKey.keys()).flatMap((key) => byKey.get(key) ?? []);
}
