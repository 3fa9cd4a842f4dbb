import { customType, index, integer, sqliteTable, text, primaryKey } from 'drizzle-orm/sqlite-core';
import { ofRun, lists, syncRuns } from './run-log.ts';

/**
 * SQLite has no booleans: 0 and 1 in the file, true and false in the code. Drizzle's own boolean mode would turn null,
 * which means that the API did not say, into 0.
 */
export const flag = customType<{ data: boolean; driverData: number | null }>({
  dataType: () => 'integer',
  toDriver: (value: boolean | null) => (value === null ? null : Number(value)),
  fromDriver: Boolean,
});

/** One row per case. Lists have their own tables; the docket is in `dockets` and `docket_entries`. */
export const cases = sqliteTable(
  'cases',
  {
    id: integer('id').primaryKey(),
    name: text('name'),
    state: text('state'),
    court: text('court'),
    case_ongoing: text('case_ongoing'),
    case_status: text('case_status'),
    filing_date: text('filing_date'),
    filing_year: integer('filing_year'),
    terminating_date: text('terminating_date'),
    closing_year: integer('closing_year'),
    order_start_year: integer('order_start_year'),
    order_end_year: integer('order_end_year'),
    settlement_judgment_date: text('settlement_judgment_date'),
    settlement_judgment_year: integer('settlement_judgment_year'),
    last_checked_date: text('last_checked_date'),
    summary_published_date: text('summary_published_date'),
    public_interest_lawyer: text('public_interest_lawyer'),
    pro_se_status: text('pro_se_status'),
    class_action_sought: text('class_action_sought'),
    class_action_granted: text('class_action_granted'),
    cause_other: text('cause_other'),
    prevailing_party: text('prevailing_party'),
    relief_nature_other: text('relief_nature_other'),
    injunction_duration: text('injunction_duration'),
    permanent_injunction: flag('permanent_injunction'),
    defendant_payment: text('defendant_payment'),
    docket_status: text('docket_status'),
    never_filed: flag('never_filed'),
    non_docket_case_number: text('non_docket_case_number'),
    non_docket_case_number_type: text('non_docket_case_number_type'),
    non_docket_case_number_type_other: text('non_docket_case_number_type_other'),
    clearinghouse_link: text('clearinghouse_link'),
    is_active: flag('is_active'),
    case_documents_url: text('case_documents_url'),
    case_dockets_url: text('case_dockets_url'),
    case_resources_url: text('case_resources_url'),
    /** The list in which the newest run found the case. */
    mirror_list_id: integer('mirror_list_id').references(() => lists.id),
    /** The run that first stored the case, and the one that last stored a change of it. */
    mirror_first_run_id: ofRun('mirror_first_run_id'),
    mirror_changed_run_id: ofRun('mirror_changed_run_id'),
    /** Hash of the content of the case; see docs/decisions/0002-order-carries-no-meaning.md. */
    mirror_fingerprint: text('mirror_fingerprint').notNull(),
    // Long texts come last, so that reading the other columns does not have to read past them.
    plaintiff_description: text('plaintiff_description'),
    summary: text('summary'),
    summary_short: text('summary_short'),
    summary_tiny: text('summary_tiny'),
    /** `summary` without its HTML. */
    mirror_summary_text: text('mirror_summary_text'),
    /** The payload as JSON, without the docket entries. */
    mirror_payload: text('mirror_payload').notNull(),
    /** JSON list of `docket_entries.mirror_key` in the API's order; null when the payload has no list of entries. */
    mirror_entry_keys: text('mirror_entry_keys'),
    /**
     * The run that found that the case had left the site; null while it is there. Of a case that was redacted before any of
     * its records could be stored: the run of the redaction.
     */
    mirror_departed_run_id: integer('mirror_departed_run_id').references(() => syncRuns.id),
    /** The run in which the content and its history were removed on request (`redact`). */
    mirror_redacted_run_id: integer('mirror_redacted_run_id').references(() => syncRuns.id),
    /* For the search index, which reads one row per case. */
    /** The names and institutions of the defendants, one per line. */
    mirror_defendants: text('mirror_defendants'),
    /** The docket number as it is written, and with and without leading zeros, one per line. */
    mirror_docket_numbers: text('mirror_docket_numbers'),
    /** `summary_tiny` and `summary_short` without HTML. */
    mirror_short_summaries: text('mirror_short_summaries'),
  },
  (table) => [
    index('cases_case_ongoing').on(table.case_ongoing),
    index('cases_case_status').on(table.case_status),
    index('cases_filing_date').on(table.filing_date),
    index('cases_state').on(table.state),
    index('cases_court').on(table.court),
    index('cases_mirror_list_id').on(table.mirror_list_id),
    index('cases_mirror_changed_run_id').on(table.mirror_changed_run_id),
    index('cases_mirror_first_run_id').on(table.mirror_first_run_id),
    index('cases_mirror_departed_run_id').on(table.mirror_departed_run_id),
    index('cases_mirror_redacted_run_id').on(table.mirror_redacted_run_id),
  ],
);

/** The column that links a child row to its case. */
export const caseId = () =>
  integer('case_id')
    .notNull()
    .references(() => cases.id, { onDelete: 'cascade' });

/** The position of an element in the API's list, from 0. */
export const position = () => integer('mirror_position').notNull();

/**
 * The bytes in which a case last arrived, so that the same bytes need not be parsed again. It says nothing about a case
 * that is not in the other tables: without a row, or with a stale one, a case is parsed and compared as a whole.
 */
export const mirrorRawHashes = sqliteTable(
  'mirror_raw_hashes',
  {
    case_id: integer('case_id')
      .primaryKey()
      .references(() => cases.id, { onDelete: 'cascade' }),
    /** The number of bytes, a colon, and the SHA-256 of the expected fields and the bytes. */
    hash: text('hash').notNull(),
    /** The fingerprint of the case in these bytes. The row is valid while it equals that of the stored case. */
    fingerprint: text('fingerprint').notNull(),
  },
  (table) => [index('mirror_raw_hashes_hash').on(table.hash)],
);

/** A list of texts has a table with the name of the field and one row per element. */
const listTable = <Name extends string>(name: Name) =>
  sqliteTable(
    name,
    { case_id: caseId(), mirror_position: position(), value: text('value').notNull() },
    (table) => [
      primaryKey({ columns: [table.case_id, table.mirror_position] }),
      index(`${name}_value`).on(table.value),
    ],
  );

export const attorneyOrgs = listTable('attorney_orgs');
export const availableDocuments = listTable('available_documents');
export const caseTypes = listTable('case_types');
export const causes = listTable('causes');
export const constitutionalClause = listTable('constitutional_clause');
export const contentOfInjunction = listTable('content_of_injunction');
export const customIssues = listTable('custom_issues');
export const defendantType = listTable('defendant_type');
export const facilityType = listTable('facility_type');
export const issues = listTable('issues');
export const plaintiffType = listTable('plaintiff_type');
export const reliefNatures = listTable('relief_natures');
export const reliefSources = listTable('relief_sources');
export const settlementAgreement = listTable('settlement_agreement');
export const specialCaseType = listTable('special_case_type');
export const specialCollections = listTable('special_collections');

export const LIST_TABLES = {
  attorney_orgs: attorneyOrgs,
  available_documents: availableDocuments,
  case_types: caseTypes,
  causes,
  constitutional_clause: constitutionalClause,
  content_of_injunction: contentOfInjunction,
  custom_issues: customIssues,
  defendant_type: defendantType,
  facility_type: facilityType,
  issues,
  plaintiff_type: plaintiffType,
  relief_natures: reliefNatures,
  relief_sources: reliefSources,
  settlement_agreement: settlementAgreement,
  special_case_type: specialCaseType,
  special_collections: specialCollections,
} as const;

export type ListField = keyof typeof LIST_TABLES;

export const caseDefendants = sqliteTable(
  'case_defendants',
  {
    case_id: caseId(),
    mirror_position: position(),
    name: text('name'),
    institution: text('institution'),
    institution_city: text('institution_city'),
    institution_county: text('institution_county'),
    institution_alt_state: text('institution_alt_state'),
    defendant_level: text('defendant_level'),
    defendant_level_other: text('defendant_level_other'),
    is_active: flag('is_active'),
  },
  (table) => [
    primaryKey({ columns: [table.case_id, table.mirror_position] }),
    index('case_defendants_name').on(table.name),
  ],
);

/** `id` is that of the other case, which need not be in the mirror. */
export const relatedCases = sqliteTable(
  'related_cases',
  { case_id: caseId(), mirror_position: position(), id: integer('id'), name: text('name') },
  (table) => [
    primaryKey({ columns: [table.case_id, table.mirror_position] }),
    index('related_cases_id').on(table.id),
  ],
);
