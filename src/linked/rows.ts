import { fingerprint } from '../case/fingerprint.ts';
import { type Scalar, pickScalars } from '../case/docket-rows.ts';
import { type JsonObject, isJsonObject } from '../lib/json.ts';
import type { RecordSpec } from './kinds.ts';
import { type HiddenReason, whyHidden } from './visibility.ts';

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

/** The columns of a record for the API's fields. A list becomes JSON. What does not fit is in the payload. */
export function toColumns({ fields }: RecordSpec, payload: JsonObject): Record<string, Scalar> {
  const columns: Record<string, Scalar> = pickScalars(payload, fields);
  for (const [field, kind] of Object.entries(fields)) {
    if (kind !== 'texts' && kind !== 'list') continue;
    const value = Object.hasOwn(payload, field) ? payload[field] : undefined;
    columns[field] = Array.isArray(value) ? JSON.stringify(value) : null;
  }
  return columns;
}
