import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';

/* Whether the documents of the list of all documents name their cases (A44). */

/** Why a field that names cases is believed, or not. */
export type CaseField =
  /** No field of all documents leads to a case. */
  | { readonly answer: 'without_case' }
  /** Too few of the documents are known, so nobody can tell whether the field is right. */
  | { readonly answer: 'unconfirmed'; readonly field: string; readonly confirmed: number }
  /** A known document is not in the list of the case that the field names. */
  | { readonly answer: 'wrong_case'; readonly field: string; readonly contradicted: number }
  | { readonly answer: 'names_case'; readonly field: string; readonly confirmed: number };

/** So many known documents must be in the lists of the cases that the field names. */
const MIN_CONFIRMED = 5;

const NAME_OF_CASE = /(?:^|_)cases?(?:_|$)/i;
const ADDRESS_OF_CASE = /\/cases?\/(\d{1,15})\/?(?:[?#].*)?$/;

/** The cases that a value leads to: ids, addresses, objects with an id, or a list of these. Null if it leads to none. */
export function readCaseIds(value: JsonValue | undefined): readonly number[] | null {
  if (Array.isArray(value)) {
    const ids = value.map(readCaseIds);
    return ids.length > 0 && ids.every((one) => one !== null) ? ids.flat() : null;
  }
  if (isJsonObject(value)) return readCaseIds(value.id);
  const text = typeof value === 'string' ? (ADDRESS_OF_CASE.exec(value)?.[1] ?? value) : value;
  const id = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? [id] : null;
}

const isCandidate = (name: string, value: JsonValue | undefined): boolean =>
  readCaseIds(value) !== null &&
  (NAME_OF_CASE.test(name) || (typeof value === 'string' && ADDRESS_OF_CASE.test(value)));

/**
 * Finds the field that leads to the case, the same in all documents, and compares it with the lists of cases that were read.
 * `findCases` returns the cases whose list has the document; undefined if none is known to. No field is trusted on its word.
 */
export function judgeCaseField(
  listed: readonly JsonObject[],
  findCases: (documentId: number) => ReadonlySet<number> | undefined,
): CaseField {
  const [first] = listed;
  const judged = Object.keys(first ?? {})
    .filter((name) => listed.every((document) => isCandidate(name, document[name])))
    .map((field) => {
      let [confirmed, contradicted] = [0, 0];
      for (const document of listed) {
        const known = typeof document.id === 'number' ? findCases(document.id) : undefined;
        if (known === undefined) continue;
        if (readCaseIds(document[field])?.some((id) => known.has(id)) === true) confirmed++;
        else contradicted++;
      }
      return { field, confirmed, contradicted };
    });
  const best =
    judged.find(({ confirmed, contradicted }) => contradicted === 0 && confirmed >= MIN_CONFIRMED) ??
    judged.find(({ contradicted }) => contradicted === 0) ??
    judged[0];
  if (best === undefined) return { answer: 'without_case' };
  const { field, confirmed, contradicted } = best;
  if (contradicted > 0) return { answer: 'wrong_case', field, contradicted };
  return { answer: confirmed >= MIN_CONFIRMED ? 'names_case' : 'unconfirmed', field, confirmed };
}
