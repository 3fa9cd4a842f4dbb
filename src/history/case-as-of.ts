import type { CasePayload } from '../api/payload.ts';
import { fingerprint, fromVersion, splitPayload } from '../case/fingerprint.ts';
import {
  type Entry,
  type EntryColumns,
  type PastEntry,
  toEntriesAsOf,
  toEntry,
} from '../case/docket-rows.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { type Presence, type StoredCase, findPresence, toNotMirrored } from '../db/read-case.ts';
import { prepareFindStart } from '../db/run-log.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { describeRun } from './period.ts';
import {
  type PresentCase,
  isHistoryMissing,
  prepareFindPresent,
  prepareRebuildVersion,
  toDamaged,
  toOrderOf,
} from './rebuild.ts';

/** A case in the state after a run. */
export interface CaseAsOf extends StoredCase {
  /** The run that had found the case gone from the site by then; null if the case was present. */
  readonly departedRunId: number | null;
}

export type FindCaseAsOf = (id: number) => CaseAsOf;

/** Rebuilds one case; see {@link prepareFindCaseAsOf}. */
export function findCaseAsOf(mirror: Mirror, id: number, runId: number): CaseAsOf {
  return prepareFindCaseAsOf(mirror, runId)(id);
}

/**
 * Prepares rebuilding whole cases in their state after a finished run. The order of list elements can differ;
 * everything else is proven by the fingerprint that was recorded then. Fails with CASE_NOT_MIRRORED, CASE_REJECTED,
 * CASE_REDACTED, HISTORY_MISSING, HISTORY_DAMAGED.
 */
export function prepareFindCaseAsOf(mirror: Mirror, runId: number): FindCaseAsOf {
  const findPresent = prepareFindPresent(mirror);
  const rebuild = prepareRebuildVersion(mirror, runId);
  const listEntries = prepareListEntries(mirror, runId);
  const find = (id: number): CaseAsOf => {
    const now = findPresent(id);
    if (now === undefined) throw toNotMirrored(mirror, id);
    refuse(mirror, now, runId);
    const { version, own, changedRunId, fingerprint: expected } = rebuild(now);
    const payload = fromVersion(version, listEntries(now).map(toEntry)) as CasePayload;
    if (fingerprint(splitPayload(payload)) !== expected)
      throw toDamaged(id, `what comes out for run ${runId} in ${mirror.path} has another fingerprint`);
    return {
      id,
      payload,
      fingerprint: expected,
      firstRunId: now.mirror_first_run_id,
      changedRunId,
      departedRunId: own.mirror_departed_run_id,
    };
  };
  return mirror.sqlite.transaction(find);
}

function refuse(mirror: Mirror, now: PresentCase, runId: number): void {
  const { mirror_first_run_id: first, mirror_redacted_run_id: redacted, id } = now;
  if (first > runId)
    throw new MirrorError(
      'CASE_NOT_MIRRORED',
      `${mirror.path} held no case ${id} after run ${runId}; it came with ${describeRun(mirror, first)}.`,
      { hint: 'Ask for a later time, or leave out --as-of.' },
    );
  if (redacted !== null && redacted > runId)
    throw new MirrorError(
      'CASE_REDACTED',
      `The content of case ${id} was removed in ${describeRun(mirror, redacted)}, with its history.`,
    );
  if (isHistoryMissing(mirror, now, runId))
    throw new MirrorError(
      'HISTORY_MISSING',
      `Case ${id} changed before ${mirror.path} kept history; what it said after run ${runId} is not known.`,
    );
}

function prepareListEntries({ sqlite }: Mirror, runId: number): (now: PresentCase) => EntryColumns[] {
  const present = sqlite.prepare<[number], Entry>('SELECT * FROM docket_entries WHERE case_id = ?');
  const past = sqlite.prepare<[number], PastEntry>(
    `SELECT * FROM docket_entry_versions WHERE case_id = ? AND +mirror_valid_to_run_id > ${runId}`,
  );
  return ({ id, mirror_entry_keys }) => {
    const byKey = toEntriesAsOf(present.all(id), past.all(id), runId);
    return toOrderOf(mirror_entry_keys, byKey.keys()).flatMap((key) => byKey.get(key) ?? []);
  };
}

/** Whether the case was on the site after that run. */
export function toPresenceThen(
  mirror: Mirror,
  departedRunId: number | null,
  runId: number,
  id: number,
): Presence {
  const now = findPresence(mirror, id);
  const wasRedacted = now.redacted_run_id !== null && now.redacted_run_id <= runId;
  return {
    departed_run_id: departedRunId,
    departed_at: departedRunId === null ? null : prepareFindStart(mirror)(departedRunId),
    redacted_run_id: wasRedacted ? now.redacted_run_id : null,
    redacted_at: wasRedacted ? now.redacted_at : null,
  };
}
