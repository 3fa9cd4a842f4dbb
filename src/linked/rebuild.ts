import { type EntryColumns, toEntry, toEntryRows } from '../case/docket-rows.ts';
import { type FieldChange, undoChanges } from '../case/diff.ts';
import type { ChangeKind, LinkedOwn } from '../db/schema/schema.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import type { RecordSpec } from './kinds.ts';
import { toColumns } from './rows.ts';

/** A row of `linked_changes`, as far as a state is rebuilt from it. */
export interface ChangeRow {
  readonly run_id: number;
  readonly field: string;
  readonly kind: ChangeKind;
  readonly old_value: string | null;
  readonly new_value: string | null;
}

export interface LinkedChange extends FieldChange {
  readonly runId: number;
}

export function toChange({ run_id: runId, field, kind, old_value, new_value }: ChangeRow): LinkedChange {
  return { runId, field, kind, before: parseValue(old_value), after: parseValue(new_value) };
}

function parseValue(text: string | null): JsonValue | undefined {
  return text === null ? undefined : (JSON.parse(text) as JsonValue);
}

/** Whether a change concerns a column of the mirror. An unquoted field of a payload never begins with this prefix. */
export const isOwnChange = ({ field }: FieldChange): boolean => field.startsWith('mirror_');

/** Undoes changes of a payload, newest first. Fails with BrokenHistory if one of them does not fit. */
export function undoPayload(payload: JsonObject, newestFirst: readonly LinkedChange[]): JsonObject {
  return undoChanges(
    payload,
    newestFirst.filter((change) => !isOwnChange(change)),
  );
}

/** Undoes changes of the mirror's columns. Fails with BrokenHistory. */
export function undoOwn(own: LinkedOwn, newestFirst: readonly LinkedChange[]): LinkedOwn {
  const { mirror_hidden, mirror_departed_run_id } = own;
  return undoChanges(
    { mirror_hidden, mirror_departed_run_id },
    newestFirst.filter(isOwnChange),
  ) as unknown as LinkedOwn;
}

/** The payload that a row holds; undefined if it holds none. */
export function readPayload(
  spec: RecordSpec,
  row: Readonly<Record<string, unknown>>,
): JsonObject | undefined {
  try {
    if (!spec.hasPayload) return toEntry(row as unknown as EntryColumns);
    const payload: unknown = JSON.parse(String(row.mirror_payload));
    return isJsonObject(payload) ? payload : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The columns of a row for the API's fields, made from its payload. The key of a docket entry is not among them. */
export function toContentColumns(spec: RecordSpec, payload: JsonObject): Readonly<Record<string, unknown>> {
  if (spec.hasPayload) return toColumns(spec, payload);
  const { mirror_key: _, ...columns } = toEntryRows([payload])[0]?.columns ?? {};
  return columns;
}
