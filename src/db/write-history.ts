import { eq, sql } from 'drizzle-orm';
import { compareCases, type FieldChange } from '../case/diff.ts';
import { toVersion } from '../case/fingerprint.ts';
import type { CaseRow } from '../case/case-rows.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import type { Mirror } from './open-mirror.ts';
import { onFirstUse, prepareInsert } from './statements.ts';
import { caseChanges, cases, caseVersions } from './schema/schema.ts';

/** The run and time in which a change was found. */
export interface RunStamp {
  readonly runId: number;
  readonly at: Date;
}

/** The columns of `cases` that are the mirror's metadata of a case, and have a history like the API's fields. */
export interface MirrorFields {
  readonly mirror_list_id: number | null;
  readonly mirror_departed_run_id: number | null;
}

export interface HistoryWriter {
  /** Records the change of a case before its row is overwritten. Part of the caller's transaction. */
  recordChange(row: CaseRow, own: MirrorFields, stamp: RunStamp): void;
  /** Records a change of the mirror's metadata of a case alone. Returns whether it changes. */
  recordMirrorFields(caseId: number, own: MirrorFields, stamp: RunStamp): boolean;
}

/** Prepares writing the history: before a case changes, its present version is stored. */
export function createHistoryWriter(mirror: Mirror): HistoryWriter {
  const { db } = mirror;
  const insertChange = prepareInsert(mirror, caseChanges);
  const insertVersion = prepareInsert(mirror, caseVersions);
  const selectCase = onFirstUse(() =>
    db
      .select({
        payload: cases.mirror_payload,
        keys: cases.mirror_entry_keys,
        fingerprint: cases.mirror_fingerprint,
        changedRunId: cases.mirror_changed_run_id,
        mirror_list_id: cases.mirror_list_id,
        mirror_departed_run_id: cases.mirror_departed_run_id,
      })
      .from(cases)
      .where(eq(cases.id, sql.placeholder('caseId')))
      .prepare(),
  );

  const write = (case_id: number, changes: readonly FieldChange[], { runId, at }: RunStamp): void => {
    for (const { field, kind, before, after } of changes) {
      insertChange({
        id: null,
        case_id,
        run_id: runId,
        changed_at: at.toISOString(),
        field,
        kind,
        old_value: toText(before),
        new_value: toText(after),
      });
    }
  };

  return {
    recordChange(row, own, stamp) {
      const old = selectCase().get({ caseId: row.id });
      if (old === undefined) return;
      const changes = compareCases(
        parseVersion(old.payload, old.keys),
        parseVersion(row.mirror_payload, row.mirror_entry_keys),
      );
      write(row.id, [...changes, ...compareMirrorFields(old, own)], stamp);
      // A version that the same run replaces was never the state after a run, and is not kept.
      if (old.changedRunId !== stamp.runId)
        insertVersion({ case_id: row.id, run_id: old.changedRunId, fingerprint: old.fingerprint });
    },
    recordMirrorFields(caseId, own, stamp) {
      const old = selectCase().get({ caseId });
      const changes = old === undefined ? [] : compareMirrorFields(old, own);
      write(caseId, changes, stamp);
      return changes.length > 0;
    },
  };
}

/** A stored payload in the form in which versions are compared. */
export function parseVersion(payload: string, entryKeys: string | null): JsonObject {
  return toVersion(JSON.parse(payload) as JsonObject, entryKeys !== null);
}

function compareMirrorFields(old: MirrorFields, now: MirrorFields): FieldChange[] {
  return (['mirror_list_id', 'mirror_departed_run_id'] as const)
    .filter((field) => old[field] !== now[field])
    .map((field) => ({ field, kind: 'changed', before: old[field], after: now[field] }));
}

function toText(value: JsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
