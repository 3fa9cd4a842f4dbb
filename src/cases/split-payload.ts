import type { CasePayload } from '../clearinghouse/case-payload.ts';
import { isJsonObject, type JsonObject } from '../json.ts';

/** A payload in the two parts in which it is stored: docket entries are 90 % of its bytes and get rows of their own. */
export interface SplitPayload {
  /** The payload without `main_docket.docket_entries`, or the whole of it when `entries` is null. */
  readonly rest: JsonObject;
  /** The docket entries, in the API's order; null when the payload has no list of objects at that place. */
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
 * The form in which versions of a payload are compared: a list of entries that has rows of its own stands as an empty
 * list, so that having one and having none remain two things.
 */
export function toVersion(rest: JsonObject, hasEntries: boolean): JsonObject {
  return joinPayload({ rest, entries: hasEntries ? [] : null });
}

/** The inverse of {@link toVersion}: `entries` come back where the version has a list for them. */
export function fromVersion(version: JsonObject, entries: readonly JsonObject[]): JsonObject {
  const docket = version.main_docket;
  const hasList =
    isJsonObject(docket) && Array.isArray(docket.docket_entries) && docket.docket_entries.length === 0;
  return hasList ? joinPayload({ rest: version, entries }) : version;
}
