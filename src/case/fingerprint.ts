import { createHash, hash as hashOf } from 'node:crypto';
import { type CasePayload, DOCKET_ENTRY_FIELDS } from '../api/payload.ts';
import type { PlainEntries } from '../api/plain-entries.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';

/**
 * A payload in the two parts in which it is stored. Docket entries are 90 % of its bytes and have their own rows. The
 * payload has all of them (A34).
 */
export interface SplitPayload {
  /** The payload without `main_docket.docket_entries`, or the whole payload if `entries` is null. */
  readonly rest: JsonObject;
  /** The docket entries, in the API's order; null if the payload has no list of objects there. */
  readonly entries: readonly JsonObject[] | null;
}

export function splitPayload(payload: CasePayload): SplitPayload {
  const docket = payload.main_docket;
  if (!isJsonObject(docket) || !Object.hasOwn(docket, 'docket_entries'))
    return { rest: payload, entries: null };
  const { docket_entries: entries, ...docketWithoutEntries } = docket;
  if (!Array.isArray(entries) || !entries.every(isJsonObject)) return { rest: payload, entries: null };
  return { rest: { ...payload, main_docket: docketWithoutEntries }, entries };
}

/** The inverse of {@link splitPayload}. */
export function joinPayload({ rest, entries }: SplitPayload): JsonObject {
  if (entries === null || !isJsonObject(rest.main_docket)) return rest;
  return { ...rest, main_docket: { ...rest.main_docket, docket_entries: [...entries] } };
}

/**
 * The form in which versions of a payload are compared. A list of entries with their own rows becomes an empty list, so
 * an existing list still differs from a missing one.
 */
export function toVersion(rest: JsonObject, hasEntries: boolean): JsonObject {
  return joinPayload({ rest, entries: hasEntries ? [] : null });
}

/** The inverse of {@link toVersion}: puts `entries` back if the version has a list for them. */
export function fromVersion(version: JsonObject, entries: readonly JsonObject[]): JsonObject {
  const docket = version.main_docket;
  const hasList =
    isJsonObject(docket) && Array.isArray(docket.docket_entries) && docket.docket_entries.length === 0;
  return hasList ? joinPayload({ rest: version, entries }) : version;
}

/**
 * A hash of the content of a case. It is equal for two payloads that differ only in the order of keys or list elements,
 * which has no meaning (A36; see docs/decisions/0002-order-carries-no-meaning.md), and different for any other two. SHA-256,
 * 64 hex digits. Entries in `plain` count as if they were in `entries`.
 */
export function fingerprint({ rest, entries }: SplitPayload, plain: PlainEntries | null = null): string {
  if (entries === null) return hashOf('sha256', toCanonicalJson(rest), 'hex');
  const hash = createHash('sha256').update(toCanonicalJson(rest));
  hash.update('\nentries'); // An empty list of entries differs from a missing list.
  // One update for many lines: each update costs more than to hash a line, and so does joining two long texts.
  if (plain !== null) hash.update('\n').update(toSortedBytes(plain, entries), 'latin1');
  else if (entries.length > 0) hash.update('\n').update(toSortedLines(entries).join('\n'));
  return hash.digest('hex');
}

/** JSON with sorted keys and sorted lists: equal content gives equal text. */
export function toCanonicalJson(value: JsonValue): string {
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : `[${value.map(toCanonicalJson).sort().join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  let members = '';
  for (const key of Object.keys(value).sort())
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${toCanonicalJson(value[key] as JsonValue)}`;
  return `{${members}}`;
}

const ENTRY_FIELDS = Object.keys(DOCKET_ENTRY_FIELDS) as (keyof typeof DOCKET_ENTRY_FIELDS)[];

/**
 * The same lines with one character per byte. Each begins with a row number and an id, and all ids differ, so the order
 * of the bytes is that of the characters.
 */
function toSortedBytes({ lines }: PlainEntries, parsed: readonly JsonObject[]): string {
  const all: string[] = [];
  for (const line of lines) if (line !== null) all.push(line);
  for (const entry of parsed) all.push(Buffer.from(toEntryLine(entry)).toString('latin1'));
  return all.sort().join('\n');
}

function toSortedLines(entries: readonly JsonObject[]): string[] {
  return entries.map(toEntryLine).sort();
}

/**
 * The values of an entry with exactly the documented fields, in the documented order: its keys need no sorting. Such a
 * line begins with "[" and a canonical one with "{", so they cannot be confused.
 */
function toEntryLine(entry: JsonObject): string {
  const values = new Array<JsonValue>(ENTRY_FIELDS.length);
  for (const [at, field] of ENTRY_FIELDS.entries()) {
    const value = entry[field];
    if (value === undefined) return toCanonicalJson(entry);
    values[at] = typeof value === 'object' && value !== null ? toWrapped(value) : value;
  }
  return Object.keys(entry).length === ENTRY_FIELDS.length ? JSON.stringify(values) : toCanonicalJson(entry);
}

/** The canonical form in a list, so no text can equal it. */
function toWrapped(value: JsonValue[] | JsonObject): JsonValue[] {
  return Array.isArray(value) && value.length === 0 ? NOTHING : [toCanonicalJson(value)];
}

const NOTHING = ['[]'];
