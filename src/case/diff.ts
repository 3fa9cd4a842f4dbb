import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import type { ChangeKind } from '../db/schema/schema.ts';
import { toCanonicalJson } from './fingerprint.ts';

/**
 * One difference between two versions of a case. A missing value is undefined, which differs from null. `added` and
 * `removed` are single elements of a list.
 */
export interface FieldChange {
  readonly field: string;
  readonly kind: ChangeKind;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** The object of a case that is compared field by field; all others are compared as a whole. */
export const DOCKET_FIELD = 'main_docket';

/**
 * The differences between two payloads in the form that `toVersion` returns. Scalars and objects are compared as a
 * whole, the docket field by field, and lists as multisets, so their order makes no difference.
 */
export function compareCases(before: JsonObject, after: JsonObject): FieldChange[] {
  return compareObjects(before, after, '');
}

/** The differences between any two objects; `prefix` comes before each field name. */
export function compareObjects(before: JsonObject, after: JsonObject, prefix: string): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name): FieldChange[] => {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    const now = Object.hasOwn(after, name) ? after[name] : undefined;
    if (prefix === '' && name === DOCKET_FIELD && isJsonObject(old) && isJsonObject(now)) {
      return compareObjects(old, now, `${DOCKET_FIELD}.`);
    }
    const field = `${prefix}${toFieldName(name)}`;
    if (Array.isArray(old) && Array.isArray(now)) return compareLists(field, old, now);
    return isSame(old, now) ? [] : [{ field, kind: 'changed', before: old, after: now }];
  });
}

function compareLists(
  field: string,
  before: readonly JsonValue[],
  after: readonly JsonValue[],
): FieldChange[] {
  const left = new Map<string, JsonValue[]>();
  for (const element of before) {
    const key = toCanonicalJson(element);
    const same = left.get(key);
    if (same === undefined) left.set(key, [element]);
    else same.push(element);
  }
  const added = after.filter((element) => left.get(toCanonicalJson(element))?.pop() === undefined);
  const removed = [...left.values()].flat();
  return [
    ...removed.map((element) => ({ field, kind: 'removed' as const, before: element, after: undefined })),
    ...added.map((element) => ({ field, kind: 'added' as const, before: undefined, after: element })),
  ];
}

export function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  return toCanonicalJson(one) === toCanonicalJson(other);
}

/** Quotes a name that could be mistaken for a path, for a quoted name or for one of the mirror's columns. */
function toFieldName(name: string): string {
  return /[."]|^mirror_/.test(name) || !name.isWellFormed() ? JSON.stringify(name) : name;
}

/** The inverse of the function above: splits the place of a field into its names. */
export function toFieldPath(field: string): string[] {
  const inDocket = field.startsWith(`${DOCKET_FIELD}.`);
  const name = inDocket ? field.slice(DOCKET_FIELD.length + 1) : field;
  const plain = name.startsWith('"') ? (JSON.parse(name) as string) : name;
  return inDocket ? [DOCKET_FIELD, plain] : [plain];
}

/** The history of a case does not match what is stored: a change contains a value that is not there. */
export class BrokenHistory extends Error {
  override readonly name = 'BrokenHistory';
}

/**
 * The version of a case before some changes, which are given newest first. Proves each step: the new value of a change
 * must equal the stored value. Fails with {@link BrokenHistory}.
 */
export function undoChanges(version: JsonObject, newestFirst: Iterable<FieldChange>): JsonObject {
  const fields = toMap(version);
  let docket = toDocketMap(fields);
  for (const change of newestFirst) {
    const path = toFieldPath(change.field);
    const name = path.at(-1) ?? change.field;
    if (path.length === 1) {
      if (docket !== null) fields.set(DOCKET_FIELD, Object.fromEntries(docket));
      undo(fields, name, change);
      docket = toDocketMap(fields);
    } else {
      if (docket === null) throw new BrokenHistory(`${change.field} changed where there is no docket`);
      undo(docket, name, change);
    }
  }
  if (docket !== null) fields.set(DOCKET_FIELD, Object.fromEntries(docket));
  return Object.fromEntries(fields);
}

/** Map and Object.fromEntries, because a field may be named `__proto__`. */
type Fields = Map<string, JsonValue>;

const toMap = (object: JsonObject): Fields => new Map(Object.entries(object));

function toDocketMap(fields: Fields): Fields | null {
  const docket = fields.get(DOCKET_FIELD);
  return isJsonObject(docket) ? toMap(docket) : null;
}

function undo(fields: Fields, name: string, { field, kind, before, after }: FieldChange): void {
  const now = fields.get(name);
  if (kind === 'changed') {
    if (!isSame(now, after)) throw new BrokenHistory(`${field} is not what its newest change says`);
    if (before === undefined) fields.delete(name);
    else fields.set(name, before);
    return;
  }
  if (!Array.isArray(now))
    throw new BrokenHistory(`${field} is not a list, although elements were added or removed`);
  if (kind === 'removed' && before !== undefined) {
    fields.set(name, [...now, before]);
    return;
  }
  const at = now.findIndex((element) => isSame(element, after));
  if (at < 0) throw new BrokenHistory(`${field} is missing an element that its newest change added`);
  fields.set(name, now.toSpliced(at, 1));
}
