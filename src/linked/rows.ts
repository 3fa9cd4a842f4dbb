import { LINKED_DOCKET_FIELDS } from '../api/linked-fields.ts';
import { isNonpublic } from '../api/urls.ts';
import { toElement, toNumberParts } from '../case/case-rows.ts';
import { type FieldChange, undoChanges } from '../case/diff.ts';
import { type EntryColumns, type Scalar, pickScalars, toEntry, toEntryRows } from '../case/docket-rows.ts';
import { fingerprint } from '../case/fingerprint.ts';
import type { ChangeKind, LinkedOwn, RecordKind } from '../db/schema/schema.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import type { RecordSpec } from './kinds.ts';

/** The content of a record as it is stored, without its key and the runs. */
export interface RecordContent {
  /** The payload that the row holds: that of a docket has an empty list in place of its entries. */
  readonly payload: JsonObject;
  readonly fingerprint: string;
  readonly hidden: HiddenReason | null;
}

/** Converts a record to what the mirror stores of it. Pure. */
export function toContent({ kind }: RecordSpec, record: JsonObject): RecordContent {
  const payload = kind === 'docket' ? splitDocket(record).payload : record;
  return {
    payload,
    fingerprint: toRecordFingerprint(payload),
    hidden: whyHidden(kind, record),
  };
}

/** The fingerprint of a record, independent of the order of its keys and lists. */
export function toRecordFingerprint(payload: JsonObject): string {
  return fingerprint({ rest: payload, entries: null });
}

/**
 * Separates the entries of a docket, which are records of their own. Null if the docket has no list of objects; then
 * the payload holds all of it.
 */
export function splitDocket(docket: JsonObject): {
  readonly payload: JsonObject;
  readonly entries: readonly JsonObject[] | null;
} {
  const entries = Object.hasOwn(docket, 'docket_entries') ? docket.docket_entries : undefined;
  if (!Array.isArray(entries) || !entries.every(isJsonObject)) return { payload: docket, entries: null };
  return { payload: { ...docket, docket_entries: [] }, entries };
}

/**
 * The columns of a record for the API's fields. A list becomes JSON; one of texts without objects and lists, because clean views,
 * exports and the search show it, and an object may be a record that is not public. What does not fit is in the payload.
 */
export function toColumns(
  { fields, kind: recordKind }: RecordSpec,
  payload: JsonObject,
): Record<string, Scalar> {
  const columns: Record<string, Scalar> = pickScalars(payload, fields);
  for (const [field, kind] of Object.entries(fields)) {
    if (kind !== 'texts' && kind !== 'list') continue;
    const value = Object.hasOwn(payload, field) ? payload[field] : undefined;
    columns[field] = Array.isArray(value)
      ? JSON.stringify(kind === 'texts' ? value.map(toElement).filter(isValue) : value)
      : null;
  }
  if (recordKind === 'docket')
    columns.mirror_number = toNumberParts(pickScalars(payload, LINKED_DOCKET_FIELDS));
  return columns;
}

const isValue = (element: JsonValue | undefined): boolean =>
  element !== undefined && (element === null || typeof element !== 'object');

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

/** Why a record is not for the public. */
export type HiddenReason = 'placeholder' | 'status' | 'file';

/** The only values of a status that are known to be public (A46). */
const PUBLIC_STATUSES: ReadonlySet<string> = new Set(['Coding Complete', 'Approved']);

const STATUS_FIELDS: Partial<Record<RecordKind, string>> = {
  document: 'document_status',
  resource: 'status',
};

/** Fields that even a blank placeholder fills in. */
const FIELDS_OF_PLACEHOLDERS: ReadonlySet<string> = new Set([
  'id',
  'clearinghouse_link',
  'is_core_document',
  'text_url',
]);

/**
 * Why a record is not for the public, or null if it is: a blank placeholder, a status that is not known to be public
 * (a null too), or a file in a folder that is not public.
 */
export function whyHidden(kind: RecordKind, payload: JsonObject): HiddenReason | null {
  const field = STATUS_FIELDS[kind];
  if (field === undefined) return null;
  if (isPlaceholder(payload)) return 'placeholder';
  if (Object.hasOwn(payload, field) && !isPublicStatus(payload[field])) return 'status';
  const { file } = payload;
  return typeof file === 'string' && isNonpublic(file) ? 'file' : null;
}

function isPublicStatus(status: JsonValue | undefined): boolean {
  return typeof status === 'string' && PUBLIC_STATUSES.has(status.trim());
}

/** Whether nothing is filled in. A flag that is false and an empty list say nothing. */
function isPlaceholder(payload: JsonObject): boolean {
  const fields = Object.entries(payload).filter(([name]) => !FIELDS_OF_PLACEHOLDERS.has(name));
  return fields.length > 0 && fields.every(([, value]) => isBlank(value));
}

function isBlank(value: JsonValue): boolean {
  return value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0);
}

/* The way back: earlier states, from the changes that are recorded of a record. */

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
