import type { Quantiles } from './random.ts';

/**
 * What invented documents imitate: the shape of 9,638 documents of 1,215 cases that the API returned. Counts and
 * sizes only; no content of any document. Quantiles marked "between" are not measured: they are set so that the mean
 * comes out right.
 */
const DOCUMENTS = 9638;
/** Documents with nothing but an id, a link and `is_core_document`; nearly every case has one. */
export const PLACEHOLDERS = 1214;
/** The documents that are not placeholders. All counts below are of these. */
export const FILLED = DOCUMENTS - PLACEHOLDERS;

/** Documents of a case, without its placeholder. */
export const DOCUMENTS_A_CASE: Quantiles = [
  [0, 0],
  [0.05, 0.4],
  [0.17, 1.5],
  [0.42, 3.5],
  [0.57, 5.4],
  [0.78, 8],
  [0.9, 13],
  [0.97, 26],
  [0.997, 71],
  [1, 404],
];

/** The most documents that a case may have: each case has as many ids. */
export const DOCUMENT_IDS_A_CASE = 512;

/** Characters of a text that is neither empty nor blank. */
export const TEXT_LENGTHS: Quantiles = [
  [0, 16],
  [0.01, 326],
  [0.05, 950],
  [0.25, 6500],
  [0.5, 22_625],
  [0.75, 50_000],
  [0.9, 95_000],
  [0.95, 148_000],
  [0.99, 343_505],
  [1, 1_371_843],
];

export const TITLE_LENGTHS: Quantiles = [
  [0, 5],
  [0.25, 9],
  [0.5, 25],
  [0.75, 59],
  [0.9, 93],
  [0.99, 224],
  [1, 443],
];

/** The controlled vocabularies, with the spellings and blanks of the API. The nulls are those of filled documents. */
export const DOCUMENT_TERMS = {
  document_status: {
    'Coding Complete': 7356,
    Deleted: 743,
    Approved: 230,
    'In Process': 47,
    'Empty/Missing Document': 40,
    'Coding Complete, but not for Public Display': 8,
  },
  document_type: {
    'Order/Opinion': 3754,
    'Pleading / Motion / Brief': 1593,
    Complaint: 1126,
    Docket: 690,
    'Settlement Agreement': 336,
    Other: 126,
    'Monitor/Expert/Receiver Report': 125,
    'Findings Letter/Report': 114,
    Correspondence: 65,
    'Press Release': 62,
    'Notice of Investigation or Suit/Demand Letter': 59,
    'Internal memorandum': 36,
    'Declaration/Affidavit': 30,
    'Magistrate Report/Recommendation': 28,
    'Statement of Interest (DOJ)': 17,
    Transcript: 15,
    'Justification Memo': 15,
    'Statute/Ordinance/Regulation': 10,
    'Discovery Material/FOIA Release': 6,
    'FOIA Request': 2,
    'Legislative Report': 1,
  },
  order_type: { 'Non-Decree': 1913, 'Litigated Decree': 796, Unknown: 614, 'Consent Decree': 536 },
  citation_status: {
    'Not applicable': 4411,
    'Official citation found/coded': 1500,
    'No citation available': 1472,
    'WL/LEXIS only: No official citation available': 652,
    'WL/LEXIS cite: Check later for official citation': 114,
    'S.Ct. - check later for U.S.': 5,
    'Not checked yet': 4,
  },
  /** Sources that name a person or an organization have invented names instead. */
  document_source: {
    'PACER [Public Access to Court Electronic Records]': 3172,
    RECAP: 1625,
    Westlaw: 689,
    'Google Scholar': 332,
    'State Court Website': 168,
    'U.S. Department of Justice, Civil Rights Division, Special Litigation Section': 107,
    LexisNexis: 75,
    "Plaintiffs' counsel": 72,
    'Lantern Legal Project': 65,
    'Fog Surveillance Court': 66,
    'BRP (Bramblewick riders’ counsel)': 57,
    'Papers of Odo Fenwhistle': 48,
    'Office of the Director of Invented Intelligence': 46,
    'Bloomberg Law ': 31,
    'National Archives (NARA)-details in other': 25,
    'Papers of Una Maddoquin (Tilly) Marlinspike': 41,
    'Supreme Court website': 19,
    'Papers of Berta Larkenshaw': 18,
    'Public.Resource.Org': 15,
    'U.S. Court of Appeals website': 14,
    'District Court': 9,
    'Docket Alarm': 7,
    "Defendant or Defendant's Counsel": 7,
    'U.S. Department of Justice, Civil Rights Division, Education Section': 6,
    'U.S. Department of Justice, Civil Rights Division, Disability Rights Section': 6,
    Justia: 2,
    "Non-web U.S. District Court Clerk's Office": 1,
  },
} as const;
export type DocumentTermField = keyof typeof DOCUMENT_TERMS;

/** Documents without a term, without placeholders. */
export const DOCUMENT_TERM_NULLS = {
  document_status: 0,
  document_type: 214,
  order_type: 4565,
  citation_status: 266,
  document_source: 1623,
} as const satisfies Record<DocumentTermField, number>;

/** Of the fields that may lack a value: how many documents have null and how many `""`, without placeholders. */
export const DOCUMENT_ABSENCES = {
  date: { null: 119, empty: 0 },
  description: { null: 5767, empty: 2296 },
  document_type_other: { null: 5268, empty: 3115 },
  title: { null: 0, empty: 114 },
  court: { null: 234, empty: 0 },
  external_url: { null: 862, empty: 5282 },
  ecf_number: { null: 2802, empty: 645 },
} as const;
export type DocumentAbsentField = keyof typeof DOCUMENT_ABSENCES;

/** Counts of single traits among the filled documents. */
export const DOCUMENT_TRAITS = {
  /** `external_url` names a docket of the archive. */
  docketUrl: 1921,
  /** `ecf_number` has a value; of these, four in five equal an entry number of the main docket. */
  ecfNumber: 4977,
  nonpublicFile: 22,
  emptyText: 59,
  blankText: 19,
  /** Documents whose text another document has too. */
  sameText: 303,
  deletedWithoutText: 123,
} as const;
