import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { caseId, flag, position } from './cases.ts';

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
