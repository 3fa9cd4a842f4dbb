import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { caseId, flag } from './cases.ts';
import { docketFields, entryFields, entryTexts, numberColumn } from './docket.ts';
import { changeColumns } from './history.ts';
import { ofRun, runOrNull } from './run-log.ts';

/* The records of the lists that the API links from a case. A record is stored once, however many cases link to it. */

/** The kinds of records that have a history. The main docket of a case belongs to the case. */
export const RECORD_KINDS = ['document', 'docket', 'docket_entry', 'resource'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** What the mirror itself records about a linked record. */
const ofRecord = () => ({
  /** Why the record is not for the public (`placeholder`, `status`, `file`); null if it is. The `clean_` views leave it out. */
  mirror_hidden: text('mirror_hidden', { enum: ['placeholder', 'status', 'file'] }),
  /** The run that first stored the record, and the one that last stored a change of it. */
  mirror_first_run_id: ofRun('mirror_first_run_id'),
  mirror_changed_run_id: ofRun('mirror_changed_run_id'),
  /** The run after which no case linked to the record; null while one does. */
  mirror_departed_run_id: runOrNull('mirror_departed_run_id'),
  /** The run in which the content and its history were removed on request (`redact`). It stays removed. */
  mirror_redacted_run_id: runOrNull('mirror_redacted_run_id'),
  /** Hash of the content; see docs/decisions/0002-order-carries-no-meaning.md. */
  mirror_fingerprint: text('mirror_fingerprint').notNull(),
});

/** The mirror's own columns of a record that have a history like the API's fields. */
export interface LinkedOwn {
  readonly mirror_hidden: string | null;
  readonly mirror_departed_run_id: number | null;
}

/** The documents of all cases: orders, complaints, settlements. `case_documents` says to which cases each belongs. */
export const documents = sqliteTable(
  'documents',
  {
    id: integer('id').primaryKey(),
    title: text('title'),
    no_title: flag('no_title'),
    date: text('date'),
    date_is_estimate: flag('date_is_estimate'),
    date_not_available: flag('date_not_available'),
    document_type: text('document_type'),
    document_type_other: text('document_type_other'),
    document_source: text('document_source'),
    document_status: text('document_status'),
    order_type: text('order_type'),
    court: text('court'),
    /** JSON list of the texts. */
    party_types: text('party_types'),
    per_curium: flag('per_curium'),
    per_curiam: flag('per_curiam'),
    is_core_document: flag('is_core_document'),
    ecf_number: text('ecf_number'),
    docket_id: integer('docket_id'),
    file: text('file'),
    external_url: text('external_url'),
    clearinghouse_link: text('clearinghouse_link'),
    has_text: flag('has_text'),
    text_url: text('text_url'),
    citation_status: text('citation_status'),
    citation_paren: text('citation_paren'),
    cite_1_vol: integer('cite_1_vol'),
    cite_1_reporter: text('cite_1_reporter'),
    cite_1_page: integer('cite_1_page'),
    cite_2_vol: integer('cite_2_vol'),
    cite_2_reporter: text('cite_2_reporter'),
    cite_2_page: integer('cite_2_page'),
    cite_3_vol: integer('cite_3_vol'),
    cite_3_reporter: text('cite_3_reporter'),
    cite_3_page: integer('cite_3_page'),
    ...ofRecord(),
    description: text('description'),
    /** The payload as JSON. */
    mirror_payload: text('mirror_payload').notNull(),
  },
  (table) => [
    index('documents_document_type').on(table.document_type),
    index('documents_date').on(table.date),
    index('documents_mirror_first_run_id').on(table.mirror_first_run_id),
    index('documents_mirror_changed_run_id').on(table.mirror_changed_run_id),
    index('documents_mirror_redacted_run_id')
      .on(table.mirror_redacted_run_id)
      .where(sql`mirror_redacted_run_id IS NOT NULL`),
  ],
);

/** The dockets of a case other than its main docket, which is in `dockets`. */
export const furtherDockets = sqliteTable(
  'further_dockets',
  {
    /** The docket's `id`, or a negative number if it has none. */
    mirror_key: integer('mirror_key').primaryKey(),
    ...docketFields(),
    recap_docket_number: text('recap_docket_number'),
    ...ofRecord(),
    scales_html: text('scales_html'),
    /** The payload as JSON; `docket_entries` is an empty list, as the entries are in `further_docket_entries`. */
    mirror_payload: text('mirror_payload').notNull(),
    /** JSON list of `further_docket_entries.mirror_key` in the API's order; null when the payload has no list of entries. */
    mirror_entry_keys: text('mirror_entry_keys'),
    ...numberColumn(),
  },
  (table) => [
    index('further_dockets_mirror_first_run_id').on(table.mirror_first_run_id),
    index('further_dockets_mirror_changed_run_id').on(table.mirror_changed_run_id),
  ],
);

/** The entries of the dockets in `further_dockets`. */
export const furtherDocketEntries = sqliteTable(
  'further_docket_entries',
  {
    mirror_id: integer('mirror_id').primaryKey(),
    mirror_docket_key: integer('mirror_docket_key')
      .notNull()
      .references(() => furtherDockets.mirror_key, { onDelete: 'cascade' }),
    ...entryFields(),
    ...ofRecord(),
    /** The run of the first complete read without the entry; the second one departs it. */
    mirror_missing_run_id: runOrNull('mirror_missing_run_id'),
    ...entryTexts(),
  },
  (table) => [
    uniqueIndex('further_docket_entries_mirror_docket_key').on(table.mirror_docket_key, table.mirror_key),
    index('further_docket_entries_mirror_first_run_id').on(table.mirror_first_run_id),
    index('further_docket_entries_mirror_changed_run_id').on(table.mirror_changed_run_id),
  ],
);

/** Books, articles and other works about cases. */
export const resources = sqliteTable(
  'resources',
  {
    /** A number of the mirror, because the API prints no id. */
    mirror_key: integer('mirror_key').primaryKey(),
    id: integer('id'),
    title: text('title'),
    author: text('author'),
    author_role: text('author_role'),
    institution: text('institution'),
    citation: text('citation'),
    date: text('date'),
    display_date: text('display_date'),
    source: text('source'),
    status: text('status'),
    file: text('file'),
    external_url: text('external_url'),
    /** JSON list of the texts. */
    resource_types: text('resource_types'),
    /** JSON list, as the API sent it; so are the following lists. */
    cases: text('cases'),
    case_types: text('case_types'),
    causes: text('causes'),
    issues: text('issues'),
    special_collections: text('special_collections'),
    attorney_orgs: text('attorney_orgs'),
    ...ofRecord(),
    abstract: text('abstract'),
    /** The payload as JSON. */
    mirror_payload: text('mirror_payload').notNull(),
  },
  (table) => [
    index('resources_mirror_fingerprint').on(table.mirror_fingerprint),
    index('resources_mirror_first_run_id').on(table.mirror_first_run_id),
    index('resources_mirror_changed_run_id').on(table.mirror_changed_run_id),
  ],
);

/** The period in which a case linked to a record. */
const ofLink = () => ({
  /** The run that first found the record in the list of the case. */
  mirror_from_run_id: ofRun('mirror_from_run_id'),
  /** The run of the first complete read without the record; null while it is there. */
  mirror_missing_run_id: runOrNull('mirror_missing_run_id'),
  /** The run of the second complete read without the record, which ends the link; null while the link is there. */
  mirror_to_run_id: runOrNull('mirror_to_run_id'),
});

/** Which documents each case has and had. A document can belong to several cases. */
export const caseDocuments = sqliteTable(
  'case_documents',
  {
    case_id: caseId(),
    document_id: integer('document_id')
      .notNull()
      .references(() => documents.id, { onDelete: 'cascade' }),
    ...ofLink(),
  },
  (table) => [
    primaryKey({ columns: [table.case_id, table.document_id, table.mirror_from_run_id] }),
    index('case_documents_document_id').on(table.document_id),
    index('case_documents_mirror_from_run_id').on(table.mirror_from_run_id),
    index('case_documents_mirror_to_run_id').on(table.mirror_to_run_id),
  ],
);

/** Which dockets each case has and had besides its main docket. */
export const caseFurtherDockets = sqliteTable(
  'case_further_dockets',
  {
    case_id: caseId(),
    docket_key: integer('docket_key')
      .notNull()
      .references(() => furtherDockets.mirror_key, { onDelete: 'cascade' }),
    ...ofLink(),
  },
  (table) => [
    primaryKey({ columns: [table.case_id, table.docket_key, table.mirror_from_run_id] }),
    index('case_further_dockets_docket_key').on(table.docket_key),
    index('case_further_dockets_mirror_from_run_id').on(table.mirror_from_run_id),
    index('case_further_dockets_mirror_to_run_id').on(table.mirror_to_run_id),
  ],
);

/** Which resources each case has and had. A resource can belong to several cases. */
export const caseResources = sqliteTable(
  'case_resources',
  {
    case_id: caseId(),
    resource_key: integer('resource_key')
      .notNull()
      .references(() => resources.mirror_key, { onDelete: 'cascade' }),
    ...ofLink(),
  },
  (table) => [
    primaryKey({ columns: [table.case_id, table.resource_key, table.mirror_from_run_id] }),
    index('case_resources_resource_key').on(table.resource_key),
    index('case_resources_mirror_from_run_id').on(table.mirror_from_run_id),
    index('case_resources_mirror_to_run_id').on(table.mirror_to_run_id),
  ],
);

/** Main dockets of which the list of dockets has another copy than the case. The copy of the case is the stored one. */
export const mirrorDocketDifferences = sqliteTable(
  'mirror_docket_differences',
  {
    id: integer('id').primaryKey(),
    case_id: caseId(),
    docket_id: integer('docket_id'),
    /** The number of docket entries in each copy; null if it has no list of them. */
    entries_in_case: integer('entries_in_case'),
    entries_in_list: integer('entries_in_list'),
    /** The first field that differs. */
    differing: text('differing').notNull(),
    /** The run that found the difference, and the one that found another or none; null while it is there. */
    seen_run_id: ofRun('seen_run_id'),
    resolved_run_id: runOrNull('resolved_run_id'),
  },
  (table) => [index('mirror_docket_differences_case_id').on(table.case_id)],
);

/** One row for each field of a linked record that changed, and for each element that was added to or removed from a list. */
export const linkedChanges = sqliteTable(
  'linked_changes',
  {
    id: integer('id').primaryKey(),
    record_kind: text('record_kind', { enum: RECORD_KINDS }).notNull(),
    /** `documents.id`, `further_dockets.mirror_key`, `further_docket_entries.mirror_id` or `resources.mirror_key`. */
    record_key: integer('record_key').notNull(),
    ...changeColumns(),
  },
  (table) => [
    index('linked_changes_record').on(table.record_kind, table.record_key),
    index('linked_changes_run_id').on(table.run_id),
  ],
);

/** The fingerprint that a linked record had before its current one. It proves that a rebuilt state is correct. */
export const linkedVersions = sqliteTable(
  'linked_versions',
  {
    record_kind: text('record_kind', { enum: RECORD_KINDS }).notNull(),
    record_key: integer('record_key').notNull(),
    /** The run that stored this version. */
    run_id: ofRun('run_id'),
    fingerprint: text('fingerprint').notNull(),
  },
  (table) => [primaryKey({ columns: [table.record_kind, table.record_key, table.run_id] })],
);
