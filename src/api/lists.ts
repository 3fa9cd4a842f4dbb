import type { CaseFilter } from './urls.ts';

/**
 * The five values of `case_ongoing`. The API's filter takes the id, its payload carries the label.
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
 * The list in which cases stand that have no `case_ongoing` yet, and that the lists of the five lists therefore do
 * not hold. That all of them are "In Process (Public)" was so in every recorded answer; `coverage` would notice others.
 */
export const UNCLASSIFIED = CASE_STATUSES[2];

/** A list of the API: one for each of the five values of `case_ongoing`, or the list of the cases without one. */
export type ApiList = OngoingStatus | typeof UNCLASSIFIED;
export type ApiListId = ApiList['id'];

export const API_LISTS: readonly ApiList[] = [...ONGOING_LISTS, UNCLASSIFIED];

/** Finds a status by its id or its label (any case); undefined when neither fits. */
export function findApiList(idOrLabel: string): ApiList | undefined {
  const wanted = idOrLabel.trim().toLowerCase();
  return API_LISTS.find(({ id, label }) => String(id) === wanted || label.toLowerCase() === wanted);
}

/** What the list of a status is filtered by. */
export function toListFilter({ id }: ApiList): CaseFilter {
  return id === UNCLASSIFIED.id ? { case_status: String(id) } : { case_ongoing: String(id) };
}

/** The status that a case comes under by the label in its payload; without a known label it is {@link UNCLASSIFIED}. */
export function toApiListId(caseOngoing: unknown): ApiListId {
  return ONGOING_LISTS.find(({ label }) => label === caseOngoing)?.id ?? UNCLASSIFIED.id;
}

/** The five lists of case_ongoing, and the list of the cases without one unless that is not wanted. */
export function chooseLists(includeUnclassified: boolean): readonly ApiList[] {
  return includeUnclassified ? API_LISTS : ONGOING_LISTS;
}
