import { getTableColumns, getTableName } from 'drizzle-orm';
import { type EntryColumns, toEntry } from '../case/docket-rows.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { RecordSpec } from '../linked/kinds.ts';
import { toContentColumns, toRecordFingerprint, whyHidden } from '../linked/rows.ts';
import { type JsonObject, isJsonObject } from '../lib/json.ts';

/*
 * Proves linked records without a history in a short way: no objects are made of their rows, and their history is not
 * looked up record by record. As with cases, the short way can only conclude that a record is correct. linked.ts checks
 * any other record and words the findings.
 */

type Raw = readonly (string | number | null | Buffer)[];

/** The number of records that are proven together. */
export const RECORDS_AT_ONCE = 200;

/** What was read of the records after a key, in the order of their keys. */
export interface NextRecords {
  readonly count: number;
  /** The key of the last record; undefined if there is none. */
  readonly last: unknown;
  /** The keys of those that are proven. */
  readonly proven: ReadonlySet<unknown>;
}

/** Prepares proving the next records after a key, in one transaction. */
export function prepareNextRecords({ sqlite }: Mirror, spec: RecordSpec): (after: number) => NextRecords {
  const columns = Object.values(getTableColumns(spec.table)).map(({ name }) => name);
  const list = columns.map((name) => `"${name}"`).join(', ');
  const next = sqlite
    .prepare<[number], Raw>(
      `SELECT ${list} FROM ${getTableName(spec.table)} WHERE ${spec.key} > ? ORDER BY ${spec.key} LIMIT ${RECORDS_AT_ONCE}`,
    )
    .raw();
  const ofBatch = 'record_kind = ? AND record_key BETWEEN ? AND ?';
  const withHistory = sqlite
    .prepare<[string, unknown, unknown, string, unknown, unknown]>(
      `SELECT record_key FROM linked_changes WHERE ${ofBatch} UNION SELECT record_key FROM linked_versions WHERE ${ofBatch}`,
    )
    .pluck();
  const isPlain = prepareIsPlain(spec, columns);
  const keyAt = columns.indexOf(spec.key);
  return sqlite.transaction((after: number): NextRecords => {
    const rows = next.all(after);
    const last = rows.at(-1)?.[keyAt];
    const batch = [spec.kind, rows[0]?.[keyAt], last] as const;
    const past = new Set(rows.length === 0 ? [] : withHistory.all(...batch, ...batch));
    const proven = new Set<unknown>();
    for (const row of rows) if (!past.has(row[keyAt]) && isPlain(row)) proven.add(row[keyAt]);
    return { count: rows.length, last, proven };
  });
}

/** Prepares deciding whether the individual check would find nothing in a row without a history. */
function prepareIsPlain(spec: RecordSpec, columns: readonly string[]): (row: Raw) => boolean {
  const places = new Map(columns.map((name, at) => [name, at]));
  const at = (name: string): number => places.get(name) ?? -1;
  const [keyAt, hiddenAt, fingerprintAt] = [at(spec.key), at('mirror_hidden'), at('mirror_fingerprint')];
  const [firstAt, changedAt] = [at('mirror_first_run_id'), at('mirror_changed_run_id')];
  const [departedAt, redactedAt] = [at('mirror_departed_run_id'), at('mirror_redacted_run_id')];
  const readPayload = spec.hasPayload ? toReadJson(at('mirror_payload')) : toReadEntry(columns);
  return (row) => {
    if (spec.kind === 'docket') return false; // Its entries are counted too.
    if (!Number.isSafeInteger(row[keyAt]) || row[firstAt] !== row[changedAt]) return false;
    if (row[departedAt] !== null || row[redactedAt] !== null) return false;
    const payload = readPayload(row);
    if (payload === undefined || (spec.key === 'id' && payload.id !== row[keyAt])) return false;
    if (toRecordFingerprint(payload) !== row[fingerprintAt]) return false;
    if (whyHidden(spec.kind, payload) !== row[hiddenAt]) return false;
    const content = toContentColumns(spec, payload);
    for (const column of Object.keys(content)) {
      const value = content[column] ?? null;
      const expected = typeof value === 'boolean' ? Number(value) : value;
      if (column !== spec.key && expected !== row[at(column)]) return false;
    }
    return true;
  };
}

type ReadPayload = (row: Raw) => JsonObject | undefined;

const toReadJson =
  (payloadAt: number): ReadPayload =>
  (row) =>
    orUndefined(() => {
      const payload: unknown = JSON.parse(String(row[payloadAt]));
      return isJsonObject(payload) ? payload : undefined;
    });

const toReadEntry =
  (columns: readonly string[]): ReadPayload =>
  (row) =>
    orUndefined(() => {
      const entry: Record<string, unknown> = {};
      for (const [at, name] of columns.entries()) entry[name] = row[at];
      return toEntry(entry as unknown as EntryColumns);
    });

/** A payload that cannot be read is a finding of the individual check. */
function orUndefined(read: () => JsonObject | undefined): JsonObject | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
