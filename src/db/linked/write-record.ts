import { type FieldChange, compareObjects } from '../../case/diff.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { JsonValue } from '../../lib/json.ts';
import type { RecordSpec } from '../../linked/kinds.ts';
import { type RecordContent, readPayload } from '../../linked/rows.ts';
import { getTableName } from 'drizzle-orm';
import type { Mirror } from '../open-mirror.ts';
import { type LinkedOwn, type RecordKind, linkedChanges, linkedVersions } from '../schema/schema.ts';
import { prepareInsert } from '../statements.ts';
import type { RunStamp } from '../write-history.ts';

/** What became of a record. A redacted one stays as it is, whatever arrives. */
export type RecordVerdict = 'new' | 'changed' | 'unchanged' | 'redacted';

/** What a stored record says of itself, apart from its content. */
interface StoredOwn extends LinkedOwn {
  readonly mirror_changed_run_id: number;
  readonly mirror_redacted_run_id: number | null;
  readonly mirror_fingerprint: string;
}

/** Stores the records of one kind. Every method is part of the caller's transaction. */
export interface RecordWriter {
  /** Stores a record, and its history if it changes. `columns` are those of its table for the API's fields. */
  write(key: number, content: RecordContent, columns: object, stamp: RunStamp): RecordVerdict;
  /** Marks a record as departed, or as present again (null). */
  writeDeparture(key: number, departedRunId: number | null, stamp: RunStamp): void;
}

/** Prepares all statements of one kind once for a connection. `toPayload` returns the payload that a row holds. */
export function createRecordWriter(mirror: Mirror, spec: RecordSpec): RecordWriter {
  const { sqlite } = mirror;
  const table = getTableName(spec.table);
  const key = `"${spec.key}"`;
  const select = sqlite.prepare<[number], StoredOwn>(
    `SELECT mirror_hidden, mirror_departed_run_id, mirror_changed_run_id, mirror_redacted_run_id, mirror_fingerprint
     FROM ${table} WHERE ${key} = ?`,
  );
  const selectRow = sqlite.prepare<[number], Record<string, unknown>>(
    `SELECT * FROM ${table} WHERE ${key} = ?`,
  );
  const insert = prepareInsert(mirror, spec.table);
  const setDeparted = sqlite.prepare(`UPDATE ${table} SET mirror_departed_run_id = ? WHERE ${key} = ?`);
  const history = createLinkedHistory(mirror, spec.kind);
  const updates = new Map<string, ReturnType<typeof sqlite.prepare>>();
  const update = (recordKey: number, row: Readonly<Record<string, unknown>>): void => {
    const names = Object.keys(row);
    const text = `UPDATE ${table} SET ${names.map((name) => `"${name}" = ?`).join(', ')} WHERE ${key} = ?`;
    const statement = updates.get(text) ?? sqlite.prepare(text);
    updates.set(text, statement);
    statement.run(...names.map((name) => toBound(row[name])), recordKey);
  };

  return {
    write(recordKey, content, columns, stamp) {
      const { runId } = stamp;
      const stored = select.get(recordKey);
      const { fingerprint: mirror_fingerprint, hidden: mirror_hidden, payload } = content;
      const values = {
        ...columns,
        mirror_hidden,
        mirror_fingerprint,
        ...(spec.hasPayload && { mirror_payload: JSON.stringify(payload) }),
      };
      if (stored === undefined) {
        insert({
          ...NO_RUNS,
          ...values,
          [spec.key]: recordKey,
          mirror_first_run_id: runId,
          mirror_changed_run_id: runId,
        });
        return 'new';
      }
      if (stored.mirror_redacted_run_id !== null) return 'redacted';
      const own = compareOwn(stored, { ...stored, mirror_hidden });
      if (stored.mirror_fingerprint === mirror_fingerprint) {
        if (own.length === 0) return 'unchanged';
        history.write(recordKey, own, stamp);
        update(recordKey, { mirror_hidden });
        return 'changed';
      }
      const before = readPayload(spec, selectRow.get(recordKey) ?? {});
      if (before === undefined)
        throw new MirrorError('DATABASE_DAMAGED', `${mirror.path}: ${table} ${recordKey} has no payload.`);
      history.write(recordKey, [...compareObjects(before, payload, ''), ...own], stamp);
      // A version that the same run replaces was never the state after a run, and is not kept.
      if (stored.mirror_changed_run_id !== runId)
        history.writeVersion(recordKey, stored.mirror_changed_run_id, stored.mirror_fingerprint);
      update(recordKey, { ...values, mirror_changed_run_id: runId });
      return 'changed';
    },
    writeDeparture(recordKey, departedRunId, stamp) {
      const stored = select.get(recordKey);
      if (stored === undefined) return;
      const changes = compareOwn(stored, { ...stored, mirror_departed_run_id: departedRunId });
      if (changes.length === 0) return;
      history.write(recordKey, changes, stamp);
      setDeparted.run(departedRunId, recordKey);
    },
  };
}

/** Prepares deleting a record with its history, a docket with its entries. Its links must be gone. */
export function prepareDeleteRecord(
  { sqlite }: Mirror,
  { kind, table, key }: RecordSpec,
): (key: number) => void {
  const ofEntries = 'SELECT mirror_id FROM further_docket_entries WHERE mirror_docket_key = ?';
  const histories = ['linked_changes', 'linked_versions'].flatMap((history) => [
    ...(kind === 'docket'
      ? [`DELETE FROM ${history} WHERE record_kind = 'docket_entry' AND record_key IN (${ofEntries})`]
      : []),
    `DELETE FROM ${history} WHERE record_kind = '${kind}' AND record_key = ?`,
  ]);
  // Entries, the text of a document and the row of its file are deleted with their record; the file itself is dropped.
  const drops = kind === 'document' ? [DROP_FILE] : [];
  const statements = [...drops, ...histories, `DELETE FROM ${getTableName(table)} WHERE "${key}" = ?`].map(
    (sql) => sqlite.prepare<[number]>(sql),
  );
  return (recordKey) => {
    for (const statement of statements) statement.run(recordKey);
  };
}

/** Puts the file of a document on record as dropped, before the row that names it is deleted. */
export const DROP_FILE = `INSERT OR IGNORE INTO mirror_dropped_files (hash)
  SELECT hash FROM document_files WHERE document_id = ? AND hash IS NOT NULL`;

const NO_RUNS = { mirror_departed_run_id: null, mirror_redacted_run_id: null, mirror_missing_run_id: null };

function toBound(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

function compareOwn(before: LinkedOwn, after: LinkedOwn): FieldChange[] {
  return (['mirror_hidden', 'mirror_departed_run_id'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, kind: 'changed', before: before[field], after: after[field] }));
}

/** Writes the history of the records of one kind. Part of the caller's transaction. */
function createLinkedHistory(mirror: Mirror, record_kind: RecordKind) {
  const insertChange = prepareInsert(mirror, linkedChanges);
  const insertVersion = prepareInsert(mirror, linkedVersions);
  return {
    write(record_key: number, changes: readonly FieldChange[], { runId, at }: RunStamp): void {
      for (const { field, kind, before, after } of changes)
        insertChange({
          id: null,
          record_kind,
          record_key,
          run_id: runId,
          changed_at: at.toISOString(),
          field,
          kind,
          old_value: toText(before),
          new_value: toText(after),
        });
    },
    writeVersion(record_key: number, run_id: number, fingerprint: string): void {
      insertVersion({ record_kind, record_key, run_id, fingerprint });
    },
  };
}

function toText(value: JsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
