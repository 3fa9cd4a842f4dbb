import type { CaseFilter } from './urls.ts';

/**
 * The five values of `case_ongoing`. The API's filter takes the id; the payload of a case contains the label (A14).
 * Source: the API reference, page "Case Ongoing".
 */
export const ONGOING_LISTS = [
  { id: 5020, label: 'No' },
  { id: 5021, label: 'Yes' },
  { id: 5022, label: 'Unknown' },
  { id: 5023, label: 'No reason to think so' },
  { id: 5024, label: 'Perhaps, but long-dormant' },
] as const;

export type OngoingStatus = (typeof ONGOING_LISTS)[number];
export type OngoingListId = OngoingStatus['id'];

/** The values of `case_status`. Source: the API reference, page "Case Status". */
export const CASE_STATUSES = [
  { id: 5069, label: 'Approved' },
  { id: 5071, label: 'Coding Complete' },
  { id: 5074, label: 'In Process (Public)' },
] as const;

/**
 * The list of the cases without `case_ongoing`, which none of the five lists contains. In every recorded response, all
 * of them are "In Process (Public)" (A15); `coverage` reports any others.
 */
export const UNCLASSIFIED = CASE_STATUSES[2];

/** A list of the API: one for each of the five values of `case_ongoing`, or the list of the cases without one. */
export type ApiList = OngoingStatus | typeof UNCLASSIFIED;
export type ApiListId = ApiList['id'];

export const API_LISTS: readonly ApiList[] = [...ONGOING_LISTS, UNCLASSIFIED];

/** Finds a list by its id or its label, in upper or lower case; undefined if there is none. */
export function findApiList(idOrLabel: string): ApiList | undefined {
  const wanted = idOrLabel.trim().toLowerCase();
  return API_LISTS.find(({ id, label }) => String(id) === wanted || label.toLowerCase() === wanted);
}

/** The filter by which the API returns a list. */
export function toListFilter({ id }: ApiList): CaseFilter {
  return id === UNCLASSIFIED.id ? { case_status: String(id) } : { case_ongoing: String(id) };
}

/** The list of a case, by the label in its payload; without a known label, {@link UNCLASSIFIED}. */
export function toApiListId(caseOngoing: unknown): ApiListId {
  return ONGOING_LISTS.find(({ label }) => label === caseOngoing)?.id ?? UNCLASSIFIED.id;
}

/** The five lists of `case_ongoing`, and on request the list of the cases without one. */
export function chooseLists(includeUnclassified: boolean): readonly ApiList[] {
  return includeUnclassified ? API_LISTS : ONGOING_LISTS;
}
