import type { Column } from './columns.ts';
import { describeColumn } from './descriptions.ts';
import type { Field } from './fields.ts';

/* What a table of an export is made of: columns, a key and the statement that reads its rows. */

export const TABLE_NAMES = [
  'cases',
  'case_defendants',
  'related_cases',
  'dockets',
  'docket_entries',
  'attachments',
  'further_docket_entries',
  'documents',
  'case_documents',
  'resources',
  'case_resources',
  'document_texts',
  'document_files',
  'case_changes',
  'linked_changes',
  'runs',
  'list_syncs',
] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** What a table is about. Only content is independent of when the mirror was filled. */
export type TableKind = 'content' | 'history' | 'run log';

export interface Reference {
  readonly columns: readonly string[];
  readonly table: TableName;
  readonly to: readonly string[];
}

export interface Table {
  readonly name: TableName;
  readonly kind: TableKind;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  readonly references: readonly Reference[];
  /** Reads the rows in the order of the key. */
  readonly sql: string;
  /** Whether the statement reads the rows of one case, the id of which is its only parameter. */
  readonly isPerCase: boolean;
}

export interface TableOptions {
  /** The values as the API sent them, with departed cases and hidden records. */
  readonly isRaw: boolean;
  /** Whether summaries are left out. */
  readonly withoutTexts: boolean;
}

/** The temporary tables that hold what is exported: see select.ts. */
export const CHOSEN = 'temp.export_cases';
export const ENTRY_KEYS = 'temp.export_entry_keys';
export const DOCKET_KEYS = 'temp.export_docket_keys';
export const RESOURCE_KEYS = 'temp.export_resource_keys';

interface Definition extends Pick<Table, 'name' | 'kind' | 'description' | 'key' | 'isPerCase'> {
  readonly fields: readonly Field[];
  readonly references?: readonly Reference[];
  /** What follows the fields of the statement. */
  readonly from: string;
}

export const define = ({ fields, from, references = [], ...rest }: Definition): Table => ({
  ...rest,
  references,
  columns: fields.map(({ name, type, extra }) => ({
    name,
    type,
    description: describeColumn(rest.name, name),
    ...extra,
  })),
  sql: `SELECT ${fields.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')} ${from}`,
});

export const OF_CASE: Reference = { columns: ['case_id'], table: 'cases', to: ['id'] };

/** Whether a case that is exported links to a record. */
export const isLinked = (table: string, column: string, key: string): string =>
  `EXISTS (SELECT 1 FROM ${table} AS link JOIN ${CHOSEN} AS chosen ON chosen.id = link.case_id
    WHERE link.${column} = ${key} AND link.mirror_to_run_id IS NULL)`;
