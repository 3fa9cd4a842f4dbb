import type { Quantiles } from './random.ts';

/**
 * What invented cases imitate: the shape of 1,215 case objects that the API returned. Counts, lengths and sizes only;
 * no text of any case. Quantiles marked "between" are not measured: they are set so that the mean comes out right.
 */
export const RECORDS = 1215;

/** `case_ongoing` of the records; `null` occurs only together with `case_status: "In Process (Public)"`. */
export const ONGOING_COUNTS = {
  No: 635,
  Yes: 378,
  'No reason to think so': 49,
  Unknown: 14,
  'Perhaps, but long-dormant': 7,
} as const;
export const ONGOING_NULL = 132;

/** `case_status` of the records. */
export const STATUS_COUNTS = { Approved: 600, 'Coding Complete': 407, 'In Process (Public)': 208 } as const;

/** Entries of the main docket. */
export const DOCKET_ENTRIES: Quantiles = [
  [0, 0],
  [0.32, 0],
  [0.38, 6], // between
  [0.5, 34],
  [0.75, 110], // between
  [0.9, 305],
  [0.96, 595], // between
  [0.99, 1318],
  [0.997, 2050], // between
  [1, 5312],
];

/** Of the fields that may lack a value: how many records had null, how many `""` or `[]`. */
export interface Absence {
  readonly null: number;
  readonly empty: number;
  /** The same as shares among the uncoded records, those with `case_ongoing: null`. */
  readonly uncoded: { readonly null: number; readonly empty: number };
}

const NEVER = { null: 0, empty: 0 } as const;
const ALL_NULL = { null: 1, empty: 0 } as const;
const ALL_EMPTY = { null: 0, empty: 1 } as const;
/** Four free-text fields are null together, in half of the uncoded records, and `""` in the others. */
const HALF_NULL = { null: 64 / ONGOING_NULL, empty: 68 / ONGOING_NULL } as const;

export const ABSENCES = {
  attorney_orgs: { null: 0, empty: 681, uncoded: { null: 0, empty: 0.91 } },
  available_documents: { null: 0, empty: 154, uncoded: { null: 0, empty: 0.82 } },
  case_defendants: { null: 0, empty: 216, uncoded: ALL_EMPTY },
  cause_other: { null: 64, empty: 1059, uncoded: HALF_NULL },
  causes: { null: 0, empty: 219, uncoded: { null: 0, empty: 0.91 } },
  class_action_granted: { null: 190, empty: 0, uncoded: ALL_NULL },
  class_action_sought: { null: 174, empty: 0, uncoded: ALL_NULL },
  closing_year: { null: 522, empty: 0, uncoded: { null: 0.82, empty: 0 } },
  constitutional_clause: { null: 0, empty: 600, uncoded: ALL_EMPTY },
  content_of_injunction: { null: 0, empty: 807, uncoded: ALL_EMPTY },
  custom_issues: { null: 0, empty: 1191, uncoded: ALL_EMPTY },
  defendant_payment: { null: 64, empty: 952, uncoded: HALF_NULL },
  defendant_type: { null: 0, empty: 601, uncoded: ALL_EMPTY },
  docket_status: { null: 138, empty: 0, uncoded: { null: 0.91, empty: 0 } },
  facility_type: { null: 0, empty: 832, uncoded: ALL_EMPTY },
  filing_date: { null: 187, empty: 0, uncoded: { null: 0.73, empty: 0 } },
  filing_year: { null: 54, empty: 0, uncoded: NEVER },
  injunction_duration: { null: 64, empty: 1005, uncoded: HALF_NULL },
  issues: { null: 0, empty: 205, uncoded: ALL_EMPTY },
  last_checked_date: { null: 191, empty: 0, uncoded: ALL_NULL },
  name: { null: 0, empty: 1, uncoded: NEVER },
  non_docket_case_number: { null: 45, empty: 1090, uncoded: { null: 0.34, empty: 0.66 } },
  non_docket_case_number_type: { null: 1136, empty: 0, uncoded: ALL_NULL },
  non_docket_case_number_type_other: { null: 65, empty: 1147, uncoded: HALF_NULL },
  order_end_year: { null: 822, empty: 0, uncoded: { null: 0.91, empty: 0 } },
  order_start_year: { null: 694, empty: 0, uncoded: { null: 0.91, empty: 0 } },
  plaintiff_description: { null: 19, empty: 176, uncoded: { null: 0.14, empty: 0.86 } },
  plaintiff_type: { null: 0, empty: 296, uncoded: ALL_EMPTY },
  prevailing_party: { null: 193, empty: 0, uncoded: ALL_NULL },
  pro_se_status: { null: 173, empty: 0, uncoded: ALL_NULL },
  public_interest_lawyer: { null: 172, empty: 0, uncoded: ALL_NULL },
  related_cases: { null: 0, empty: 1043, uncoded: { null: 0, empty: 0.82 } },
  relief_natures: { null: 0, empty: 204, uncoded: ALL_EMPTY },
  relief_nature_other: { null: 64, empty: 1118, uncoded: HALF_NULL },
  relief_sources: { null: 0, empty: 194, uncoded: ALL_EMPTY },
  settlement_agreement: { null: 0, empty: 731, uncoded: ALL_EMPTY },
  settlement_judgment_date: { null: 785, empty: 0, uncoded: ALL_NULL },
  settlement_judgment_year: { null: 1011, empty: 0, uncoded: ALL_NULL },
  special_collections: { null: 0, empty: 532, uncoded: { null: 0, empty: 0.82 } },
  special_case_type: { null: 0, empty: 1130, uncoded: ALL_EMPTY },
  summary: { null: 66, empty: 0, uncoded: { null: 0.27, empty: 0 } },
  summary_published_date: { null: 76, empty: 0, uncoded: { null: 0.36, empty: 0 } },
  summary_short: { null: 149, empty: 238, uncoded: { null: 0.27, empty: 0.73 } },
  summary_tiny: { null: 1045, empty: 0, uncoded: ALL_NULL },
  terminating_date: { null: 879, empty: 0, uncoded: { null: 0.91, empty: 0 } },
} as const satisfies Record<string, Absence>;
export type AbsentField = keyof typeof ABSENCES;

/** The share of null by `case_ongoing` for the two fields that follow it; other lists take the third share. */
export const CLOSED_NULL_SHARES = {
  closing_year: { No: 0.06, Yes: 0.93, other: 0.35 },
  terminating_date: { No: 0.56, Yes: 0.97, other: 0.4 },
} as const;

/** Of the years that have a value, the share that is 0. */
export const ZERO_YEAR_SHARES = { closing_year: 0.07, order_start_year: 0.25, order_end_year: 0.25 } as const;

/** Items of each list, over all records; an empty list counts as 0. */
export const LIST_SIZES = {
  attorney_orgs: sizes(681, 0, 1, 3, 6),
  available_documents: sizes(154, 2, 4, 5, 7),
  case_defendants: sizes(216, 1, 4, 9, 27),
  case_types: sizes(0, 1, 2, 4, 6),
  causes: sizes(219, 1, 3, 5, 8),
  constitutional_clause: sizes(600, 1, 3, 5, 8),
  content_of_injunction: sizes(807, 0, 3, 9, 13),
  custom_issues: sizes(1191, 0, 0, 1, 3),
  defendant_type: sizes(601, 1, 1, 2, 5),
  facility_type: sizes(832, 0, 1, 1, 2),
  issues: sizes(205, 4, 12, 26, 39),
  plaintiff_type: sizes(296, 1, 1, 2, 3),
  related_cases: sizes(1043, 0, 1, 5, 14),
  relief_natures: sizes(204, 1, 2, 3, 5),
  relief_sources: sizes(194, 1, 1, 2, 2),
  settlement_agreement: sizes(731, 0, 1, 2, 3),
  special_case_type: sizes(1130, 0, 0, 1, 2),
  special_collections: sizes(532, 1, 2, 4, 6),
} as const satisfies Record<string, Quantiles>;
export type ListField = keyof typeof LIST_SIZES;

/** Characters of the free texts, over all values that are not null; `""` counts as 0. */
export const TEXT_LENGTHS = {
  cause_other: lengths(0.92, [0.921, 8], [0.99, 88], [1, 219]),
  name: lengths(0, [0, 12], [0.5, 32], [0.9, 67], [0.99, 131], [1, 240]),
  plaintiff_description: lengths(0.147, [0.15, 24], [0.5, 80], [0.9, 235], [0.99, 484], [1, 1713]),
  relief_nature_other: lengths(0.971, [0.972, 12], [0.99, 32], [1, 149]),
  summary: lengths(0, [0, 7], [0.02, 250], [0.5, 2972], [0.9, 7506], [0.99, 14_069], [1, 33_491]),
  summary_short: lengths(0.223, [0.224, 150], [0.5, 594], [0.9, 1310], [0.99, 2087], [1, 2685]),
  summary_tiny: lengths(0, [0, 59], [0.5, 196], [0.9, 253], [0.99, 256], [1, 256]),
} as const satisfies Record<string, Quantiles>;
export type TextField = keyof typeof TEXT_LENGTHS;

/** Characters of a docket entry's description, before the docket's own factor. */
export const DESCRIPTION_LENGTHS: Quantiles = [
  [0, 12],
  [0.25, 86],
  [0.5, 172],
  [0.9, 457],
  [0.99, 963],
  [1, 3556],
];

/** Filing years; nine in ten of the cases are from after 1964. */
export const FILING_YEARS: Quantiles = [
  [0, 1952],
  [0.05, 1964],
  [0.15, 1978],
  [0.25, 1992],
  [0.4, 2004],
  [0.6, 2012],
  [0.75, 2019],
  [0.9, 2024],
  [1, 2026],
];

/** A list's quantiles from what was measured: records with an empty list, median, 90th, 99th percentile, most. */
function sizes(empty: number, p50: number, p90: number, p99: number, most: number): Quantiles {
  const emptyShare = empty / RECORDS;
  const measured: Quantiles = [
    [0.5, p50],
    [0.9, p90],
    [0.99, p99],
    [1, most],
  ];
  const present = measured.filter(([share]) => share > emptyShare);
  return [[0, 0], [emptyShare, 0], [emptyShare, 1], ...present];
}

/** A text's quantiles; `emptyShare` of the values are `""`. */
function lengths(emptyShare: number, ...measured: Quantiles): Quantiles {
  return [[0, 0], [emptyShare, 0], ...measured];
}
