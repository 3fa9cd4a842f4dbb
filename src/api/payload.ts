import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';

/**
 * The kind of each field of the API's objects if it is not null. Source: recorded responses of the API, which agree
 * with its reference. The program assumes that other kinds do not occur (A30), and records drift if they do.
 */
export type FieldKind =
  | 'text'
  | 'integer'
  | 'boolean'
  /** A list of strings. */
  | 'texts'
  /** A list of `{ "value": string }`. */
  | 'values'
  /** A list of anything. */
  | 'list'
  | 'defendants'
  | 'related cases'
  | 'docket'
  | 'docket entries'
  | 'attachments';

export const CASE_FIELDS = {
  id: 'integer',
  name: 'text',
  state: 'text',
  court: 'text',
  case_ongoing: 'text',
  case_status: 'text',
  case_types: 'texts',
  special_case_type: 'values',
  special_collections: 'texts',
  filing_date: 'text',
  filing_year: 'integer',
  terminating_date: 'text',
  closing_year: 'integer',
  order_start_year: 'integer',
  order_end_year: 'integer',
  settlement_judgment_date: 'text',
  settlement_judgment_year: 'integer',
  last_checked_date: 'text',
  summary: 'text',
  summary_short: 'text',
  summary_tiny: 'text',
  summary_published_date: 'text',
  plaintiff_description: 'text',
  plaintiff_type: 'values',
  public_interest_lawyer: 'text',
  attorney_orgs: 'texts',
  pro_se_status: 'text',
  class_action_sought: 'text',
  class_action_granted: 'text',
  case_defendants: 'defendants',
  defendant_type: 'values',
  facility_type: 'values',
  causes: 'texts',
  cause_other: 'text',
  constitutional_clause: 'values',
  issues: 'texts',
  custom_issues: 'texts',
  prevailing_party: 'text',
  relief_natures: 'texts',
  relief_nature_other: 'text',
  relief_sources: 'texts',
  settlement_agreement: 'texts',
  content_of_injunction: 'values',
  injunction_duration: 'text',
  permanent_injunction: 'boolean',
  defendant_payment: 'text',
  docket_status: 'text',
  main_docket: 'docket',
  never_filed: 'boolean',
  non_docket_case_number: 'text',
  non_docket_case_number_type: 'text',
  non_docket_case_number_type_other: 'text',
  available_documents: 'texts',
  related_cases: 'related cases',
  clearinghouse_link: 'text',
  is_active: 'boolean',
  case_documents_url: 'text',
  case_dockets_url: 'text',
  case_resources_url: 'text',
} as const satisfies Record<string, FieldKind>;

export const DEFENDANT_FIELDS = {
  name: 'text',
  institution: 'text',
  institution_city: 'text',
  institution_county: 'text',
  institution_alt_state: 'text',
  defendant_level: 'text',
  defendant_level_other: 'text',
  is_active: 'boolean',
} as const satisfies Record<string, FieldKind>;

export const RELATED_CASE_FIELDS = { id: 'integer', name: 'text' } as const satisfies Record<
  string,
  FieldKind
>;

/** The element of a list of values. */
export const VALUE_FIELDS = { value: 'text' } as const satisfies Record<string, FieldKind>;

export const DOCKET_FIELDS = {
  id: 'integer',
  court: 'text',
  state: 'text',
  docket_case_type: 'text',
  docket_year: 'integer',
  docket_filing_number: 'integer',
  docket_office_number: 'text',
  docket_number_manual: 'text',
  is_main_docket: 'boolean',
  is_active: 'boolean',
  recap_link: 'text',
  scales_html: 'text',
  docket_entries: 'docket entries',
} as const satisfies Record<string, FieldKind>;

export const DOCKET_ENTRY_FIELDS = {
  row_number: 'integer',
  id: 'integer',
  entry_number: 'text',
  date_filed: 'text',
  attachments: 'attachments',
  url: 'text',
  recap_pdf_url: 'text',
  pacer_doc_id: 'text',
  description: 'text',
} as const satisfies Record<string, FieldKind>;

export const ATTACHMENT_FIELDS = {
  attachment_number: 'integer',
  recap_id: 'integer',
  pacer_url: 'text',
  description: 'text',
  pdf_url: 'text',
  doc_id: 'integer',
  pending: 'boolean',
} as const satisfies Record<string, FieldKind>;

/** Keys that an attachment may omit. */
export const OPTIONAL_ATTACHMENT_FIELDS: ReadonlySet<string> = new Set(['pdf_url', 'doc_id', 'pending']);

/**
 * A case exactly as the API sent it. Only `id` is certain. Every other field may be null, missing or of an unknown
 * kind, so its type is open and readers must check it.
 */
export type CasePayload = JsonObject & { readonly id: number } & Readonly<
    Partial<Record<Exclude<keyof typeof CASE_FIELDS, 'id'>, JsonValue>>
  >;

export type ParsedRecord =
  | { readonly isCase: true; readonly payload: CasePayload }
  | { readonly isCase: false; readonly why: string };

/** Accepts any record with an integer `id` as a case (A31); otherwise returns the reason. */
export function parseCasePayload(record: JsonValue): ParsedRecord {
  if (!isJsonObject(record)) return { isCase: false, why: `not an object but ${kindOf(record)}` };
  if (!Object.hasOwn(record, 'id')) return { isCase: false, why: 'no id' };
  const { id } = record;
  if (typeof id !== 'number' || !Number.isSafeInteger(id))
    return { isCase: false, why: `id is ${kindOf(id)}` };
  return { isCase: true, payload: record as CasePayload };
}

/** The kind of a JSON value, in the words of the drift record. */
export function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'an integer' : 'a number';
  return { string: 'a text', boolean: 'a boolean', object: 'an object' }[
    typeof value as 'string' | 'boolean' | 'object'
  ];
}
