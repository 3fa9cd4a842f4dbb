/**
 * The five values of `case_ongoing`. The API's filter takes the id, its payload carries the label.
 * Source: the API reference, page "Case Ongoing".
 */
export const ONGOING_STATUSES = [
  { id: 5020, label: 'No' },
  { id: 5021, label: 'Yes' },
  { id: 5022, label: 'Unknown' },
  { id: 5023, label: 'No reason to think so' },
  { id: 5024, label: 'Perhaps, but long-dormant' },
] as const;

export type OngoingStatus = (typeof ONGOING_STATUSES)[number];
export type OngoingStatusId = OngoingStatus['id'];

/** Finds a status by its id or its label (any case); undefined when neither fits. */
export function findOngoingStatus(idOrLabel: string): OngoingStatus | undefined {
  const wanted = idOrLabel.trim().toLowerCase();
  return ONGOING_STATUSES.find(({ id, label }) => String(id) === wanted || label.toLowerCase() === wanted);
}
