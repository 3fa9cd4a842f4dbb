import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import {
  DOCUMENT_FIELDS,
  LINKED_DOCKET_FIELDS,
  type LinkedKind,
  RESOURCE_FIELDS,
} from '../api/linked-fields.ts';
import { DOCKET_ENTRY_FIELDS, type FieldKind } from '../api/payload.ts';
import {
  RECORD_KINDS,
  type RecordKind,
  caseDocuments,
  caseFurtherDockets,
  caseResources,
  documents,
  furtherDocketEntries,
  furtherDockets,
  resources,
} from '../db/schema/schema.ts';

/** Where the records of one kind are stored. A new kind is one entry of {@link RECORD_SPECS} and its table. */
export interface RecordSpec {
  readonly kind: RecordKind;
  readonly table: SQLiteTable;
  /** The column that identifies a record. */
  readonly key: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
  /** Whether the table has the payload as JSON. Without it, the columns and `mirror_rest` hold all of it. */
  readonly hasPayload: boolean;
}

export const RECORD_SPECS: Readonly<Record<RecordKind, RecordSpec>> = {
  document: { kind: 'document', table: documents, key: 'id', fields: DOCUMENT_FIELDS, hasPayload: true },
  docket: {
    kind: 'docket',
    table: furtherDockets,
    key: 'mirror_key',
    fields: LINKED_DOCKET_FIELDS,
    hasPayload: true,
  },
  docket_entry: {
    kind: 'docket_entry',
    table: furtherDocketEntries,
    key: 'mirror_id',
    fields: DOCKET_ENTRY_FIELDS,
    hasPayload: false,
  },
  resource: {
    kind: 'resource',
    table: resources,
    key: 'mirror_key',
    fields: RESOURCE_FIELDS,
    hasPayload: true,
  },
};

/** The kinds of records in a linked list, with the table that links them to cases. */
export interface LinkSpec {
  readonly list: LinkedKind;
  readonly record: RecordSpec;
  readonly table: SQLiteTable;
  /** The column of the link table that names the record. */
  readonly column: string;
}

export const LINK_SPECS: Readonly<Record<LinkedKind, LinkSpec>> = {
  documents: {
    list: 'documents',
    record: RECORD_SPECS.document,
    table: caseDocuments,
    column: 'document_id',
  },
  dockets: {
    list: 'dockets',
    record: RECORD_SPECS.docket,
    table: caseFurtherDockets,
    column: 'docket_key',
  },
  resources: {
    list: 'resources',
    record: RECORD_SPECS.resource,
    table: caseResources,
    column: 'resource_key',
  },
};

export const listRecordSpecs = (): readonly RecordSpec[] => RECORD_KINDS.map((kind) => RECORD_SPECS[kind]);
