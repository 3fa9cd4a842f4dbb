import { createHash } from 'node:crypto';
import { type JsonValue, isJsonObject, type JsonObject } from '../lib/json.ts';

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
