import { getTableName } from 'drizzle-orm';
import { BrokenHistory } from '../case/diff.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { RecordKind } from '../db/schema/schema.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { JsonObject } from '../lib/json.ts';
import type { RecordSpec } from '../linked/kinds.ts';
import {
  type ChangeRow,
  readPayload,
  toChange,
  toContentColumns,
  toRecordFingerprint,
  undoOwn,
  undoPayload,
  whyHidden,
} from '../linked/rows.ts';
import { toOrderOf } from './rebuild.ts';

/** A row of a table of linked records. */
export type LinkedRow = Readonly<Record<string, unknown>> & {
  readonly mirror_hidden: string | null;
  readonly mirror_departed_run_id: number | null;
  readonly mirror_first_run_id: number;
  readonly mirror_changed_run_id: number;
  readonly mirror_redacted_run_id: number | null;
  readonly mirror_fingerprint: string;
};

/**
 * Prepares rebuilding the row that a record of one kind had after a run that came after its first one. Fails with
 * HISTORY_DAMAGED.
 */
export function prepareRebuildRecord(
  { sqlite }: Mirror,
  spec: RecordSpec,
  runId: number,
): (record: number) => LinkedRow | undefined {
  const { kind, table, key } = spec;
  const name = getTableName(table);
  const select = sqlite.prepare<[number], LinkedRow>(`SELECT * FROM main.${name} WHERE ${key} = ?`);
  const selectChanges = sqlite.prepare<[string, number], ChangeRow>(
    `SELECT run_id, field, kind, old_value, new_value FROM main.linked_changes
     WHERE record_kind = ? AND record_key = ? AND +run_id > ${runId} ORDER BY id DESC`,
  );
  const selectVersion = sqlite.prepare<[string, number], { run_id: number; fingerprint: string }>(
    `SELECT run_id, fingerprint FROM main.linked_versions
     WHERE record_kind = ? AND record_key = ? AND run_id <= ${runId} ORDER BY run_id DESC LIMIT 1`,
  );
  const selectEntries = sqlite
    .prepare<[number], number>(
      `SELECT mirror_key FROM main.further_docket_entries AS entry
       WHERE mirror_docket_key = ? AND mirror_first_run_id <= ${runId}
         AND (mirror_missing_run_id IS NULL OR mirror_missing_run_id > ${runId})
         AND coalesce((SELECT old_value FROM main.linked_changes WHERE record_kind = 'docket_entry'
           AND record_key = entry.mirror_id AND field = 'mirror_departed_run_id' AND +run_id > ${runId}
           ORDER BY id LIMIT 1), 'null') = 'null'`,
    )
    .pluck();
  return (record) => {
    const row = select.get(record);
    if (row === undefined) return undefined;
    const changes = selectChanges.all(kind, record).map(toChange);
    const isRedacted = row.mirror_redacted_run_id !== null && row.mirror_redacted_run_id > runId;
    const { payload, own } = rebuild(kind, record, () => ({
      payload: isRedacted ? toBare(spec, record) : undoPayload(readPayload(spec, row) ?? {}, changes),
      own: undoOwn(row, changes),
    }));
    const version =
      isRedacted || row.mirror_changed_run_id <= runId ? undefined : selectVersion.get(kind, record);
    const changed = isRedacted ? row.mirror_first_run_id : (version?.run_id ?? row.mirror_changed_run_id);
    if (!isRedacted && changed > runId)
      throw toDamaged(kind, record, 'no version of it from before then is noted');
    const missing = row.mirror_missing_run_id as number | null | undefined;
    return {
      ...row,
      ...toContentColumns(spec, payload),
      ...own,
      mirror_hidden: isRedacted ? whyHidden(kind, payload) : own.mirror_hidden,
      mirror_missing_run_id: missing !== null && missing !== undefined && missing <= runId ? missing : null,
      mirror_changed_run_id: changed,
      mirror_fingerprint: version?.fingerprint ?? toRecordFingerprint(payload),
      [key]: record,
      ...(spec.hasPayload && { mirror_payload: JSON.stringify(payload) }),
      ...(kind === 'docket' && {
        mirror_entry_keys: Array.isArray(payload.docket_entries)
          ? JSON.stringify(toOrderOf(row.mirror_entry_keys as string | null, selectEntries.all(record)))
          : null,
      }),
    };
  };
}

/** The payload of a record of which only the id is known. */
function toBare({ key }: RecordSpec, record: number): JsonObject {
  return key === 'id' ? { id: record } : {};
}

function rebuild<Result>(kind: RecordKind, record: number, make: () => Result): Result {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof BrokenHistory) throw toDamaged(kind, record, cause.message, cause);
    throw cause;
  }
}

function toDamaged(kind: RecordKind, record: number, why: string, cause?: unknown): MirrorError {
  return new MirrorError(
    'HISTORY_DAMAGED',
    `The ${kind.replace('_', ' ')} ${record} cannot be rebuilt: ${why}.`,
    {
      cause,
    },
  );
}
