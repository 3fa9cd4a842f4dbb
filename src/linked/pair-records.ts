import { toCanonicalJson } from '../case/fingerprint.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';

/** A record without an id (A48), as it is stored or as it arrived. */
export interface Pairable {
  readonly fingerprint: string;
  readonly payload: JsonObject;
}

export interface StoredRecord extends Pairable {
  readonly key: number;
}

/**
 * Finds for records without an id the stored records that they continue: first identical ones, then an edited one that
 * shares an address or a title with exactly one record on the other side. Returns a key for each record; undefined for
 * a new one.
 */
export function pairRecords(
  stored: readonly StoredRecord[],
  records: readonly Pairable[],
  signatures: readonly ((payload: JsonObject) => string | null)[],
): (number | undefined)[] {
  const keys = new Array<number | undefined>(records.length);
  const left = new Map(stored.map((one) => [one.key, one]));
  const open = new Set(records.keys());
  const take = (at: number, key: number): void => {
    keys[at] = key;
    left.delete(key);
    open.delete(at);
  };
  for (const at of [...open]) {
    const fingerprint = records[at]?.fingerprint;
    const same = [...left.values()].find((one) => one.fingerprint === fingerprint);
    if (same !== undefined) take(at, same.key);
  }
  for (const toSignature of signatures) {
    const before = groupUnique([...left.values()].map((one) => [toSignature(one.payload), one.key]));
    const after = groupUnique([...open].map((at) => [toSignature(records[at]?.payload ?? {}), at]));
    for (const [signature, at] of after) {
      const key = before.get(signature);
      if (key !== undefined) take(at, key);
    }
  }
  return keys;
}

/** The signatures that occur exactly once. */
function groupUnique(pairs: readonly (readonly [string | null, number])[]): ReadonlyMap<string, number> {
  const unique = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [signature, item] of pairs) {
    if (signature === null) continue;
    if (unique.has(signature)) repeated.add(signature);
    unique.set(signature, item);
  }
  for (const signature of repeated) unique.delete(signature);
  return unique;
}

/** A signature of one or several fields; null if one of them says nothing. */
const byFields =
  (...fields: readonly string[]) =>
  (payload: JsonObject): string | null => {
    const values = fields.map((field) => payload[field]);
    return values.every(says) ? toCanonicalJson(values as JsonValue[]) : null;
  };

function says(value: JsonValue | undefined): boolean {
  return (typeof value === 'string' && value.trim() !== '') || typeof value === 'number';
}

/** What two versions of a resource may have in common, strongest first. */
export const RESOURCE_SIGNATURES = [
  byFields('id'),
  byFields('title', 'external_url'),
  byFields('title', 'file'),
  byFields('external_url'),
  byFields('file'),
  byFields('title'),
];

/** What two versions of a docket without an id may have in common. */
export const DOCKET_SIGNATURES = [
  byFields('recap_link'),
  byFields('court', 'docket_number_manual'),
  byFields('docket_number_manual'),
];
