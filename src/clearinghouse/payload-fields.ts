/**
 * What each field of the API's objects holds when it is not null. Source: counted over recorded answers of the API,
 * which agree with its reference; that other kinds do not occur is an assumption, and drift is recorded.
 */
export type FieldKind =
  | 'text'
  | 'integer'
  | 'boolean'
  /** A list of strings. */
  | 'texts'
  /** A list of `{ "value": string }`. */
  | 'values'
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

/** Keys that an attachment need not have. */
export const OPTIONAL_ATTACHMENT_FIELDS: ReadonlySet<string> = new Set(['pdf_url', 'doc_id', 'pending']);
