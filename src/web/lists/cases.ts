import type Database from 'better-sqlite3';
import {
  type CaseFilters,
  FILING_YEAR,
  FILTER_NAMES,
  type FilterName,
  NO_VALUE,
  type Params,
  type UnknownValue,
  VALUE_FILTERS,
  listConditions,
  parseFilters,
  resolveFilters,
  toFilterParams,
} from '../../search/filters.ts';
import type { Parameters } from '../addresses.ts';
import { type Asked, readChoice } from '../request.ts';
import { CASE_COLUMNS } from '../reader.ts';

const ORDERS = {
  filed: 'cases.filing_date IS NULL, cases.filing_date DESC, cases.id',
  oldest: 'cases.filing_date IS NULL, cases.filing_date, cases.id',
  name: `cases.name IS NULL OR cases.name = '', cases.name COLLATE NOCASE, cases.id`,
  changed: 'cases.mirror_changed_run_id DESC, cases.id',
} as const;
export type CaseOrder = keyof typeof ORDERS;
const ORDER_NAMES = Object.keys(ORDERS) as [CaseOrder, ...CaseOrder[]];

export const CASE_PARAMETERS = [...FILTER_NAMES, 'sort', 'page'] as const;

/** What a list of cases has, and in which order. */
export interface CaseListRequest {
  readonly filters: CaseFilters;
  readonly order: CaseOrder;
  /** Values that no case has. */
  readonly unknown: readonly UnknownValue[];
}

/**
 * Parses the parameters of a list of cases, with the values as these tables have them. No case has an unknown value, so
 * the list is empty then. Fails with USAGE.
 */
export function parseCaseListRequest(
  sqlite: Database.Database,
  params: Params,
  { sort }: Asked,
): CaseListRequest {
  const { filters, unknown } = resolveFilters(sqlite, parseFilters(params));
  return { filters, unknown, order: readChoice('sort', sort, ORDER_NAMES) };
}

/** The parameters of a list, from which addresses are built. The default order is left out. */
export function toCaseListParameters({ filters, order }: Omit<CaseListRequest, 'unknown'>): Parameters {
  return { ...toFilterParams(filters), sort: order === ORDER_NAMES[0] ? undefined : order };
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

function toWhere(filters: CaseFilters, except?: FilterName): string {
  return ['cases.mirror_departed_run_id IS NULL', ...listConditions(filters, except)].join('\n  AND ');
}

/** The SQL of a list of cases: what the page shows, what the files hold, and what anybody can run. */
export function toCasesSql({ filters, order }: CaseListRequest): string {
  return [
    `SELECT ${COLUMNS.join(', ')}`,
    'FROM cases',
    `WHERE ${toWhere(filters)}`,
    `ORDER BY ${ORDERS[order]}`,
  ].join('\n');
}

/** A longer value is a mistake, and fits no address. */
export const MAX_VALUE_LENGTH = 200;
/** More values than any field of the site has. */
const MAX_VALUES = 500;

export interface FacetCount {
  readonly value: string;
  /** Null if it was not counted. */
  readonly count: number | null;
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
  readonly facets: Readonly<Record<FilterName, FacetCounts>>;
}

/** Reads a part of a list of cases, and counts, from the copy of the tables. All of it comes from the same conditions. */
export function findCaseList(
  copy: Database.Database,
  request: CaseListRequest,
  toPart: (total: number) => { readonly offset: number; readonly size: number },
): CaseList {
  const { filters } = request;
  const total =
    copy
      .prepare<[], number>(`SELECT count(*) FROM cases WHERE ${toWhere(filters)}`)
      .pluck()
      .get() ?? 0;
  const { offset, size } = toPart(total);
  const cases = copy.prepare<[], ListedCase>(`${toCasesSql(request)} LIMIT ${size} OFFSET ${offset}`).all();
  return { total, cases, facets: countFacets(copy, filters) };
}

/** The values of each field with the number of cases that each would leave in a list. */
function countFacets(copy: Database.Database, filters: CaseFilters): CaseList['facets'] {
  return Object.fromEntries(
    FILTER_NAMES.map((name) => [name, countFacet(copy, name, `FROM cases WHERE ${toWhere(filters, name)}`)]),
  ) as CaseList['facets'];
}

/** The values of each field among found cases. Of a field with a filter, all values that it can have, without counts. */
export function countFoundFacets(
  copy: Database.Database,
  ids: readonly number[],
  filters: CaseFilters,
): CaseList['facets'] {
  const isChosen = (name: FilterName): boolean =>
    name === 'filed' ? filters.filed !== null : filters.values[name] !== undefined;
  const found = new Set(ids);
  return Object.fromEntries(
    FILTER_NAMES.map((name) => {
      const facet = isChosen(name)
        ? listAllFacets(copy)[name]
        : countValues(listFields(copy)[name], found, name);
      return [name, facet];
    }),
  ) as CaseList['facets'];
}

const facetsOf = new WeakMap<Database.Database, CaseList['facets']>();

/** All values that each field can have, without counts. */
export function listAllFacets(copy: Database.Database): CaseList['facets'] {
  const known = facetsOf.get(copy);
  if (known !== undefined) return known;
  const onSite = copy
    .prepare<[], number>(`SELECT id FROM cases WHERE ${toWhere(NO_FILTERS)}`)
    .pluck()
    .all();
  const all = new Set(onSite);
  const facets = Object.fromEntries(
    FILTER_NAMES.map((name) => {
      const { counts, notCounted } = countValues(listFields(copy)[name], all, name);
      return [name, { counts: counts.map(({ value }) => ({ value, count: null })), notCounted }];
    }),
  ) as unknown as CaseList['facets'];
  facetsOf.set(copy, facets);
  return facets;
}

/** The values of a field, null for none, each with its cases. */
type FieldOfCases = readonly { readonly value: string | null; readonly ids: readonly number[] }[];
type FieldsOfCases = Readonly<Record<FilterName, FieldOfCases>>;
const fieldsOf = new WeakMap<Database.Database, FieldsOfCases>();

/** The values of all cases, read once for each copy: to count those of thousands of cases, SQLite takes longer than a page may. */
function listFields(copy: Database.Database): FieldsOfCases {
  const known = fieldsOf.get(copy);
  if (known !== undefined) return known;
  const fields = Object.fromEntries(FILTER_NAMES.map((name) => [name, readField(copy, name)]));
  fieldsOf.set(copy, fields as unknown as FieldsOfCases);
  return fields as unknown as FieldsOfCases;
}

/** One row for each value: to read one for each value of each case takes longer than a page may. */
function readField(copy: Database.Database, name: FilterName): FieldOfCases {
  return copy
    .prepare<[], { value: string | null; ids: string }>(toValuesSql(name))
    .all()
    .map(({ value, ids }) => ({ value, ids: JSON.parse(ids) as number[] }));
}

function toValuesSql(name: FilterName): string {
  if (name === 'filed')
    return `SELECT ${FILING_YEAR} AS value, json_group_array(id) AS ids FROM cases GROUP BY 1`;
  const { table, column } = VALUE_FILTERS[name];
  return table === 'cases'
    ? `SELECT nullif(cases.${column}, '') AS value, json_group_array(id) AS ids FROM cases GROUP BY 1`
    : `SELECT ${column} AS value, json_group_array(DISTINCT case_id) AS ids FROM ${table} GROUP BY 1`;
}

function countValues(field: FieldOfCases, found: ReadonlySet<number>, name: FilterName): FacetCounts {
  const rows = field.flatMap(({ value, ids }) => {
    const count = ids.reduce((sum, id) => sum + Number(found.has(id)), 0);
    return count === 0 ? [] : [{ value, count }];
  });
  const compareText = (a: string | null, b: string | null): number =>
    a === b ? 0 : a === null ? -1 : b === null ? 1 : a < b ? -1 : 1;
  return toFacetCounts(
    rows.sort((a, b) =>
      name === 'filed'
        ? Number(a.value === null) - Number(b.value === null) || compareText(b.value, a.value)
        : b.count - a.count || compareText(a.value, b.value),
    ),
  );
}

const NO_FILTERS: CaseFilters = { values: {}, filed: null };

/** The values that the cases have, most frequent first; years, newest first. */
function countFacet(copy: Database.Database, name: FilterName, from: string): FacetCounts {
  return toFacetCounts(
    copy.prepare<[], { value: string | null; count: number }>(toFacetSql(name, from)).all(),
  );
}

function toFacetCounts(
  rows: readonly { readonly value: string | null; readonly count: number }[],
): FacetCounts {
  const counts = rows
    .map(({ value, count }) => ({ value: value ?? NO_VALUE, count }))
    .filter(({ value }) => value.length <= MAX_VALUE_LENGTH && !value.includes('\0'))
    .slice(0, MAX_VALUES);
  return { counts, notCounted: rows.length - counts.length };
}

function toFacetSql(name: FilterName, from: string): string {
  if (name === 'filed')
    return `SELECT ${FILING_YEAR} AS value, count(*) AS count ${from} GROUP BY 1 ORDER BY value IS NULL, value DESC`;
  const { table, column } = VALUE_FILTERS[name];
  return table === 'cases'
    ? `SELECT nullif(cases.${column}, '') AS value, count(*) AS count ${from} GROUP BY 1 ORDER BY count DESC, value`
    : `SELECT ${column} AS value, count(DISTINCT case_id) AS count FROM ${table}
       WHERE case_id IN (SELECT cases.id ${from}) GROUP BY value ORDER BY count DESC, value`;
}
