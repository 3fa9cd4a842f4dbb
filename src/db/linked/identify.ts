import { getTableName } from 'drizzle-orm';
import { isOwnId } from '../../case/docket-rows.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import type { LinkSpec } from '../../linked/kinds.ts';
import {
  DOCKET_SIGNATURES,
  RESOURCE_SIGNATURES,
  type StoredRecord,
  pairRecords,
} from '../../linked/compare.ts';
import type { RecordContent } from '../../linked/rows.ts';
import type { Mirror } from '../open-mirror.ts';

/** Finds the key of each record of a list: `open` has the keys that the case links to. */
export type Identify = (records: readonly RecordContent[], open: readonly number[]) => number[];

/** The id of a record, if that can be its key. */
export function toOwnId(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && isOwnId(value) ? value : null;
}

/** Prepares the look-up of the keys of one kind. A document is known by its id, under whichever case it is (A45). */
export function prepareIdentify({ sqlite }: Mirror, { record }: LinkSpec): Identify {
  if (record.kind === 'document') return (records) => records.map(({ payload }) => Number(payload.id));
  const table = getTableName(record.table);
  const selectRecord = sqlite.prepare<[number], StoredRecord & { readonly text: string }>(
    `SELECT mirror_key AS key, mirror_fingerprint AS fingerprint, mirror_payload AS text FROM ${table} WHERE mirror_key = ?`,
  );
  const isDocket = record.kind === 'docket';
  const selectSame = sqlite
    .prepare<[string], number>(
      `SELECT mirror_key FROM ${table} WHERE mirror_fingerprint = ? AND mirror_redacted_run_id IS NULL ORDER BY mirror_key LIMIT 1`,
    )
    .pluck();
  const selectNew = sqlite
    .prepare<[], number>(
      isDocket
        ? `SELECT min(0, coalesce(min(mirror_key), 0)) - 1 FROM ${table}`
        : `SELECT coalesce(max(mirror_key), 0) + 1 FROM ${table}`,
    )
    .pluck();
  const readStored = (key: number): StoredRecord[] => {
    const row = selectRecord.get(key);
    return row === undefined ? [] : [{ ...row, payload: JSON.parse(row.text) as JsonObject }];
  };
  return (records, open) => {
    const ids = records.map(({ payload }) => (isDocket ? toOwnId(payload.id) : null));
    const without = records.filter((_, at) => ids[at] === null);
    if (without.length === 0) return ids.map(Number);
    const stored = open.filter((key) => !isDocket || key < 0).flatMap(readStored);
    const paired = pairRecords(stored, without, isDocket ? DOCKET_SIGNATURES : RESOURCE_SIGNATURES);
    const taken = new Set(paired);
    let next = selectNew.get() ?? 1;
    const keys = without.map(({ fingerprint }, at) => {
      // Another case may link to the same record.
      const same = paired[at] ?? (isDocket ? undefined : selectSame.get(fingerprint));
      if (same !== undefined && (paired[at] === same || !taken.has(same))) {
        taken.add(same);
        return same;
      }
      const fresh = isDocket ? next-- : next++;
      taken.add(fresh);
      return fresh;
    });
    let at = 0;
    return ids.map((id) => id ?? keys[at++] ?? 0);
  };
}
