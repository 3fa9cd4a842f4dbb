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
