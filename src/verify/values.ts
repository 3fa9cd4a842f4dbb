import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { isSqliteError } from '../db/errors.ts';
import type { Mirror } from '../db/open-mirror.ts';
import * as schema from '../db/schema/schema.ts';
import { LIST_TABLES } from '../db/schema/schema.ts';
import { type Violation, type Violations, show } from './checks.ts';
import type { StoredRows } from './stored-rows.ts';
import { renderPlural } from '../lib/layout.ts';

/** The results of SQLite's `typeof`. */
export type ValueType = 'integer' | 'real' | 'text' | 'blob' | 'null';

/** The values that a column accepts. */
export interface ColumnRule {
  readonly name: string;
  readonly type: ValueType;
  readonly mayBeNull: boolean;
  /** The only texts that it accepts; null if it accepts any. */
  readonly words: readonly string[] | null;
}

export interface TableRules {
  readonly table: string;
  readonly columns: readonly ColumnRule[];
}

/** The values that each table of the mirror accepts. */
export const TABLE_RULES: readonly TableRules[] = Object.values(schema)
  .filter((one): one is typeof one & SQLiteTable => is(one, SQLiteTable))
  .map(toTableRules);

function toTableRules(table: SQLiteTable): TableRules {
  return {
    table: getTableName(table),
    columns: Object.values(getTableColumns(table)).map((column) => ({
      name: column.name,
      type: column.getSQLType().toLowerCase() as ValueType,
      mayBeNull: !column.notNull,
      words: (column.enumValues as readonly string[] | undefined) ?? null,
    })),
  };
}

/** The `typeof` of a value that better-sqlite3 has read; a whole number counts as an integer. */
function typeOfValue(value: unknown): ValueType {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real';
  return typeof value === 'bigint' ? 'integer' : 'blob';
}

/** Describes the values that a column accepts. */
function describeRule({ type, mayBeNull, words }: ColumnRule): string {
  const what = words === null ? type : words.join(' or ');
  return mayBeNull ? `${what} or null` : what;
}

const RULES = new Map(TABLE_RULES.map(({ table, columns }) => [table, columns]));

/** The columns of a table, without some of them. */
export function listColumns(table: string, without: readonly string[]): string[] {
  return (RULES.get(table) ?? []).map(({ name }) => name).filter((name) => !without.includes(name));
}

/** The first column of a row that does not accept its value; undefined if there is none. */
export function findMisplaced(table: string, row: object): ColumnRule | undefined {
  const cells = row as Readonly<Record<string, unknown>>;
  return RULES.get(table)?.find((rule) => !fits(rule, cells[rule.name]));
}

/** The tables whose rows are read with their case; {@link checkLedgerValues} checks the rows of the other tables. */
const TABLES_OF_CASES = new Set([
  'cases',
  ...Object.keys(LIST_TABLES),
  'case_defendants',
  'related_cases',
  'dockets',
  'docket_entries',
  'attachments',
  'case_changes',
  'case_versions',
  'docket_entry_versions',
]);

/**
 * Checks that each value of a case's rows has the type of its column. A column in SQLite accepts any value, and the
 * later checks, like every reader of the case, rely on the types.
 */
export function* checkValues(stored: StoredRows): Violations {
  let checked = 0;
  for (const [table, rows] of listTables(stored)) {
    const columns = RULES.get(table) ?? [];
    for (const row of rows) {
      checked++;
      for (const rule of columns) {
        if (!fits(rule, row[rule.name])) yield toViolation(table, rule, row);
      }
    }
  }
  return checked;
}

/**
 * The same check for the tables that are not read case by case. SQLite looks at the types first, and only the rows of a
 * table in which it finds another one are read.
 */
export function* checkLedgerValues({ sqlite }: Mirror): Violations {
  let checked = 0;
  for (const rules of TABLE_RULES) {
    const { table, columns } = rules;
    if (TABLES_OF_CASES.has(table)) continue;
    const sound = countSound(sqlite, rules);
    if (sound !== null) {
      checked += sound;
      continue;
    }
    const rows = sqlite.prepare<[], Record<string, unknown>>(`SELECT * FROM "${table}"`);
    for (const row of rows.iterate()) {
      checked++;
      for (const rule of columns) {
        if (!fits(rule, row[rule.name])) yield toViolation(table, rule, row);
      }
    }
  }
  return checked;
}

/** The number of rows of a table if each value certainly has the type of its column; null if one may not. */
export function countSound(sqlite: Mirror['sqlite'], { table, columns }: TableRules): number | null {
  const select = `SELECT count(*), count(*) FILTER (WHERE NOT (${columns.map(toFitsSql).join(' AND ')})) FROM "${table}"`;
  try {
    const [rows = 0, others = 0] = sqlite.prepare<[], number[]>(select).raw().get() ?? [];
    return others === 0 ? rows : null;
  } catch (error) {
    // A column may be missing, or the file be damaged: the check of the rows words that.
    if (isSqliteError(error)) return null;
    throw error;
  }
}

/** SQL that is true only of values that {@link fits} accepts. */
function toFitsSql({ name, type, mayBeNull, words }: ColumnRule): string {
  const isOfType = `typeof("${name}") = '${type}'`;
  const isWord =
    words === null
      ? ''
      : ` AND "${name}" COLLATE BINARY IN (${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(', ')})`;
  return `(${mayBeNull ? `"${name}" IS NULL OR ` : ''}${isOfType}${isWord})`;
}

function* listTables(
  stored: StoredRows,
): Generator<[table: string, rows: Iterable<Record<string, unknown>>]> {
  yield ['cases', [stored.case]];
  yield* stored.lists;
  yield ['case_defendants', stored.defendants];
  yield ['related_cases', stored.relatedCases];
  if (stored.docket !== undefined) yield ['dockets', [stored.docket]];
  yield ['docket_entries', stored.entries];
  for (const rows of stored.attachments.values()) yield ['attachments', rows];
  yield ['case_changes', stored.changes as Iterable<object> as Iterable<Record<string, unknown>>];
  yield ['case_versions', stored.caseVersions];
  yield ['docket_entry_versions', stored.pastEntries];
}

function fits({ type, mayBeNull, words }: ColumnRule, value: unknown): boolean {
  if (value === null) return mayBeNull;
  if (type === 'text') return typeof value === 'string' && (words === null || words.includes(value));
  return typeOfValue(value) === type;
}

function toViolation(table: string, rule: ColumnRule, row: Readonly<Record<string, unknown>>): Violation {
  const { run_id: runId } = row;
  const value = row[rule.name];
  return {
    what: `${table}.${rule.name}`,
    expected: describeRule(rule),
    found: Buffer.isBuffer(value) ? `a blob of ${renderPlural(value.length, 'byte')}` : show(value),
    ...(typeof runId === 'number' && { runId }),
  };
}
