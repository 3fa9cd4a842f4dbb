import { getTableColumns, type Table as DrizzleTable } from 'drizzle-orm';
import type { Column, ColumnType } from './columns.ts';
import { describeColumn } from './descriptions.ts';

/* What the tables of an export are made of: columns, keys and the statements that read their rows. */

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

/** An expression and the column that it becomes: `expression AS name`, or a name alone. */
export interface Field {
  readonly name: string;
  readonly type: ColumnType;
  readonly sql: string;
  readonly extra?: Partial<Column>;
}

const field = (type: ColumnType, name: string, sql = name, extra: Partial<Column> = {}): Field => ({
  name,
  type,
  sql,
  extra,
});
export const int = (name: string, sql?: string): Field => field('integer', name, sql);
export const flag = (name: string, sql?: string): Field => field('boolean', name, sql, { isCoded: true });
export const text = (name: string, sql?: string): Field => field('text', name, sql);
export const coded = (name: string, sql?: string): Field => field('text', name, sql, { isCoded: true });
export const time = (name: string, sql?: string): Field => field('timestamp', name, sql);
export const list = (name: string, sql?: string): Field => field('list', name, sql, { isCoded: true });
/** A date, and beside it the text that the type cannot hold. `asSent` is that text. */
export const date = (name: string, sql: string, asSent: string): Field[] => [
  field('date', name, sql),
  field('text', `${name}_text`, asSent, { besides: name }),
];

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

/** Columns with values from a fixed set. */
const CODED: ReadonlySet<string> = new Set([
  'case_ongoing',
  'case_status',
  'state',
  'public_interest_lawyer',
  'pro_se_status',
  'class_action_sought',
  'class_action_granted',
  'prevailing_party',
  'docket_status',
  'defendant_payment',
  'non_docket_case_number_type',
  'document_type',
  'document_status',
  'order_type',
  'document_source',
  'citation_status',
  'defendant_level',
  'docket_case_type',
  'status',
  'injunction_duration',
]);
const DATES: ReadonlySet<string> = new Set([
  'filing_date',
  'terminating_date',
  'settlement_judgment_date',
  'last_checked_date',
  'summary_published_date',
  'date_filed',
  'date',
]);
const JSON_LISTS: ReadonlySet<string> = new Set([
  'party_types',
  'resource_types',
  'case_types',
  'causes',
  'issues',
  'special_collections',
  'attorney_orgs',
]);

/** The API's fields of a table of the mirror, unchanged. */
export function rawFields(table: DrizzleTable, alias: string, except: readonly string[] = []): Field[] {
  return Object.values(getTableColumns(table)).flatMap((column): Field[] => {
    const { name } = column;
    const sql = `${alias}.${name}`;
    if (name.startsWith('mirror_') || except.includes(name)) return [];
    if (DATES.has(name))
      return [field('date', name, sql), field('text', `${name}_text`, sql, { besides: name, isWhole: true })];
    if (JSON_LISTS.has(name)) return [list(name, sql)];
    if (column.columnType === 'SQLiteCustomColumn') return [flag(name, sql)];
    if (column.columnType === 'SQLiteInteger') return [int(name, sql)];
    return [CODED.has(name) ? coded(name, sql) : text(name, sql)];
  });
}

/** Whether a case that is exported links to a record. */
export const isLinked = (table: string, column: string, key: string): string =>
  `EXISTS (SELECT 1 FROM ${table} AS link JOIN ${CHOSEN} AS chosen ON chosen.id = link.case_id
    WHERE link.${column} = ${key} AND link.mirror_to_run_id IS NULL)`;
