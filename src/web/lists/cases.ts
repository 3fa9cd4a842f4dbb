import type Database from 'better-sqlite3';
import { type Asked, readChoice } from '../request.ts';
import { CASE_COLUMNS } from './case-index.ts';
import { parseYears, toSqlText, toYearCondition } from './sql.ts';

/** A field by which the cases are filtered and counted. */
interface Facet {
  readonly label: string;
  /** Its value in `cases`, or the table with its values. */
  readonly column?: string;
  readonly table?: string;
  readonly isYear?: true;
}

const FILING_YEAR =
  'coalesce(nullif(cases.filing_year, 0), CAST(substr(cases.filing_date, 1, 4) AS INTEGER))';

/** By the names of the parameters. */
export const FACETS = {
  ongoing: { label: 'Ongoing', column: 'cases.case_ongoing' },
  court: { label: 'Court', column: 'cases.court' },
  state: { label: 'State', column: 'cases.state' },
  'case-type': { label: 'Case type', table: 'case_types' },
  issue: { label: 'Issue', table: 'issues' },
  filed: { label: 'Filing year', column: FILING_YEAR, isYear: true },
} as const satisfies Record<string, Facet>;
export type FacetName = keyof typeof FACETS;
export const FACET_NAMES = Object.keys(FACETS) as FacetName[];

/** What takes the place of a value that a case does not have. */
const NO_VALUE = '(none)';

const ORDERS = {
  filed: 'cases.filing_date IS NULL, cases.filing_date DESC, cases.id',
  oldest: 'cases.filing_date IS NULL, cases.filing_date, cases.id',
  name: `cases.name IS NULL OR cases.name = '', cases.name COLLATE NOCASE, cases.id`,
  changed: 'cases.mirror_changed_run_id DESC, cases.id',
} as const;
export type CaseOrder = keyof typeof ORDERS;
const ORDER_NAMES = Object.keys(ORDERS) as [CaseOrder, ...CaseOrder[]];

export const CASE_PARAMETERS = [...FACET_NAMES, 'sort', 'page'] as const;

export interface CaseFilter {
  readonly values: Readonly<Partial<Record<FacetName, string>>>;
  readonly order: CaseOrder;
}

/** Parses the parameters of the list of cases. Fails with USAGE. */
export function parseCaseFilter(asked: Asked): CaseFilter {
  const values: Partial<Record<FacetName, string>> = {};
  for (const name of FACET_NAMES) {
    const value = asked[name];
    if (value === undefined) continue;
    if (name === 'filed' && value !== NO_VALUE) parseYears(name, value);
    values[name] = value;
  }
  return { values, order: readChoice('sort', asked.sort, ORDER_NAMES) };
}

/** The parameters of a filter, from which addresses are built. The default order is left out. */
export function toCaseParameters({ values, order }: CaseFilter): Record<string, string | undefined> {
  return { ...values, sort: order === ORDER_NAMES[0] ? undefined : order };
}

const COLUMNS = CASE_COLUMNS.filter((column) => column !== 'mirror_departed_run_id');

export interface ListedCase {
  readonly id: number;
  readonly name: string | null;
  readonly court: string | null;
  readonly state: string | null;
  readonly case_ongoing: string | null;
  readonly filing_date: string | null;
  readonly filing_year: number | null;
  readonly mirror_changed_run_id: number;
}

function toCondition(name: FacetName, value: string): string {
  const facet: Facet = FACETS[name];
  const { column, table } = facet;
  if (table !== undefined)
    return value === NO_VALUE
      ? `cases.id NOT IN (SELECT case_id FROM ${table})`
      : `cases.id IN (SELECT case_id FROM ${table} WHERE value = ${toSqlText(value)})`;
  if (value === NO_VALUE) return `coalesce(${column}, '') = ''`;
  return facet.isYear === true
    ? toYearCondition(String(column), parseYears(name, value))
    : `${column} = ${toSqlText(value)}`;
}

/** The conditions of a filter, but for one of its fields. */
function listConditions({ values }: CaseFilter, except?: FacetName): string[] {
  const chosen = FACET_NAMES.flatMap((name) => {
    const value = values[name];
    return value === undefined || name === except ? [] : [toCondition(name, value)];
  });
  return ['cases.mirror_departed_run_id IS NULL', ...chosen];
}

/** The SQL of a list of cases: what the page shows, what the files hold, and what anybody can run. */
export function toCasesSql(filter: CaseFilter): string {
  return [
    `SELECT ${COLUMNS.join(', ')}`,
    'FROM cases',
    `WHERE ${listConditions(filter).join('\n  AND ')}`,
    `ORDER BY ${ORDERS[filter.order]}`,
  ].join('\n');
}

/** A longer value is a mistake, and fits no address. */
export const MAX_VALUE_LENGTH = 200;
/** More values than any field of the site has. */
const MAX_VALUES = 500;

export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** The values of a field, and how many more there are. */
export interface FacetCounts {
  readonly counts: readonly FacetCount[];
  readonly notCounted: number;
}

/** A part of a list of cases, with its counts. */
export interface CaseList {
  readonly total: number;
  readonly cases: readonly ListedCase[];
  /** The values of each field with the number of cases that each would leave in the list. */
  readonly facets: Readonly<Record<FacetName, FacetCounts>>;
}

/** Reads a part of a list of cases, and counts, from the copy of the tables. All of it comes from the same conditions. */
export function findCaseList(
  copy: Database.Database,
  filter: CaseFilter,
  toPart: (total: number) => { readonly offset: number; readonly size: number },
): CaseList {
  const from = (except?: FacetName): string =>
    `FROM cases WHERE ${listConditions(filter, except).join(' AND ')}`;
  const total = copy.prepare<[], number>(`SELECT count(*) ${from()}`).pluck().get() ?? 0;
  const { offset, size } = toPart(total);
  const cases = copy.prepare<[], ListedCase>(`${toCasesSql(filter)} LIMIT ${size} OFFSET ${offset}`).all();
  const facets = Object.fromEntries(
    FACET_NAMES.map((name) => [name, countFacet(copy, name, from(name))]),
  ) as Record<FacetName, FacetCounts>;
  return { total, cases, facets };
}

/** The values that the cases have, most frequent first; years, newest first. */
function countFacet(copy: Database.Database, name: FacetName, from: string): FacetCounts {
  const { column, table, isYear }: Facet = FACETS[name];
  const order = isYear === true ? 'value IS NULL, value DESC' : 'count DESC, value';
  const rows = copy
    .prepare<[], { value: string | number | null; count: number }>(
      table === undefined
        ? `SELECT nullif(${column}, '') AS value, count(*) AS count ${from} GROUP BY 1 ORDER BY ${order}`
        : `SELECT value, count(DISTINCT case_id) AS count FROM ${table}
           WHERE case_id IN (SELECT cases.id ${from}) GROUP BY value ORDER BY ${order}`,
    )
    .all();
  const counts = rows
    .map(({ value, count }) => ({ value: value === null ? NO_VALUE : String(value), count }))
    .filter(({ value }) => value.length <= MAX_VALUE_LENGTH && !value.includes('\0'))
    .slice(0, MAX_VALUES);
  return { counts, notCounted: rows.length - counts.length };
}
