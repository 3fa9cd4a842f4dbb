import { toCanonicalJson } from '../case/fingerprint.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import { isSame } from '../case/diff.ts';
import { createHash } from 'node:crypto';

/** A record without an id (A48), as it is stored or as it arrived. */
interface Pairable {
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

/** How the copy of a main docket in the list of dockets differs from the copy in the case. */
interface DocketDifference {
  readonly entriesInCase: number | null;
  readonly entriesInList: number | null;
  /** The first field that differs. */
  readonly differing: string;
}

/** A docket and its entries; null if it has no list of objects there. */
interface DocketCopy {
  readonly payload: JsonObject;
  readonly entries: readonly JsonObject[] | null;
}

/** Compares two copies of one docket in the fields that both have (A34, A47). Null if they agree. */
export function compareDockets(inCase: DocketCopy, inList: DocketCopy): DocketDifference | null {
  const differing = findDifferingField(inCase.payload, inList.payload) ?? findDifferingEntry(inCase, inList);
  if (differing === null) return null;
  return {
    entriesInCase: inCase.entries?.length ?? null,
    entriesInList: inList.entries?.length ?? null,
    differing,
  };
}

function findDifferingField(one: JsonObject, other: JsonObject): string | null {
  return (
    Object.keys(one).find(
      (field) =>
        field !== 'docket_entries' && Object.hasOwn(other, field) && !isSame(one[field], other[field]),
    ) ?? null
  );
}

function findDifferingEntry({ entries: one }: DocketCopy, { entries: other }: DocketCopy): string | null {
  if (one?.length !== other?.length) return 'docket_entries';
  const left = new Set((other ?? []).map(toCanonicalJson));
  const differing = one?.find((entry) => !left.has(toCanonicalJson(entry)));
  if (differing === undefined) return null;
  const twin = other?.find(({ id }) => id === differing.id);
  const field =
    twin === undefined
      ? undefined
      : Object.keys(differing).find((name) => !isSame(differing[name], twin[name]));
  return `docket_entries[].${field ?? 'id'}`;
}

/** At most this share of the lists with records may turn empty at once (A42), and always this many. */
const MAX_EMPTY_SHARE = 0.05;
const MIN_EMPTY = 10;

/** Whether lists that turned empty may be believed, once another run has read the same. */
export function isPlausiblyEmpty(doubted: number, listsWithRecords: number): boolean {
  return doubted <= Math.max(MIN_EMPTY, listsWithRecords * MAX_EMPTY_SHARE);
}

/** From this number of cases on, one list that comes for all of them means that the server ignores the case (A40). */
export const MAX_SAME_LISTS = 5;

/** Whether one list may be that of so many cases, once another run has read the same. */
export function isPlausiblySame(sharing: number, listsWithRecords: number): boolean {
  return sharing < MAX_SAME_LISTS || sharing <= listsWithRecords * MAX_EMPTY_SHARE;
}

/** A hash of the records of a list, independent of their order. */
export function hashRecords(identities: readonly (string | number)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(identities.map(String).sort()))
    .digest('hex');
}

/** Whether a resource names the case: by its id, its address or its name. */
export function namesCase(payload: JsonObject, caseId: number, caseName: string | null): boolean {
  const { cases } = payload;
  return Array.isArray(cases) && cases.some((one) => isCase(one, caseId, caseName));
}

function isCase(value: JsonValue, caseId: number, caseName: string | null): boolean {
  if (value === caseId) return true;
  if (typeof value === 'string')
    return (
      value.trim() === String(caseId) ||
      new RegExp(`/cases?/${caseId}(?!\\d)`).test(value) ||
      (caseName !== null && caseName !== '' && value.trim() === caseName.trim())
    );
  return (
    isJsonObject(value) &&
    Object.values(value).some((one) => !isJsonObject(one) && isCase(one, caseId, caseName))
  );
}
