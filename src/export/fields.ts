import { getTableColumns, type Table as DrizzleTable } from 'drizzle-orm';
import type { Column, ColumnType } from './columns.ts';

/* The fields of the tables of an export: expressions of SQL with the columns that they become. */

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

const toListSql = (alias: string, name: string): string =>
  `CASE WHEN ${alias}.${name} IS NOT NULL AND json_valid(${alias}.mirror_payload) THEN json_extract(${alias}.mirror_payload, '$.${name}') ELSE ${alias}.${name} END`;

/** The API's fields of a table of the mirror, unchanged. */
export function rawFields(table: DrizzleTable, alias: string, except: readonly string[] = []): Field[] {
  return Object.values(getTableColumns(table)).flatMap((column): Field[] => {
    const { name } = column;
    const sql = `${alias}.${name}`;
    if (name.startsWith('mirror_') || except.includes(name)) return [];
    if (DATES.has(name))
      return [field('date', name, sql), field('text', `${name}_text`, sql, { besides: name, isWhole: true })];
    // The column has no objects.
    if (JSON_LISTS.has(name)) return [list(name, toListSql(alias, name))];
    if (column.columnType === 'SQLiteCustomColumn') return [flag(name, sql)];
    if (column.columnType === 'SQLiteInteger') return [int(name, sql)];
    return [CODED.has(name) ? coded(name, sql) : text(name, sql)];
  });
}
