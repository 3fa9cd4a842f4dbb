import { STATE_OF_CODE } from '../case/courts.ts';
import type Database from 'better-sqlite3';
import { MirrorError } from '../errors/mirror-error.ts';
import { listClosest, suggestNames } from '../lib/closest-names.ts';

/*
 * The filters of cases: one language for the flags of `search` and the addresses of `browse`. Several values of one
 * filter accept cases with any of them; `(none)` accepts cases without a value.
 */

/** Parameters by name, each with its values. */
export type Params = Readonly<Record<string, readonly string[] | undefined>>;

/** The filters that take a value of the data, and the column that has it. */
export const VALUE_FILTERS = {
  ongoing: { table: 'cases', column: 'case_ongoing', what: 'value of case_ongoing' },
  court: { table: 'cases', column: 'court', what: 'court' },
  state: { table: 'cases', column: 'state', what: 'state' },
  issue: { table: 'issues', column: 'value', what: 'issue' },
  'case-type': { table: 'case_types', column: 'value', what: 'case type' },
} as const;
export type ValueFilter = keyof typeof VALUE_FILTERS;
export const VALUE_FILTER_NAMES = Object.keys(VALUE_FILTERS) as ValueFilter[];

export type FilterName = ValueFilter | 'filed';
export const FILTER_NAMES: readonly FilterName[] = [...VALUE_FILTER_NAMES, 'filed'];

/** What takes the place of a value that a case does not have. */
export const NO_VALUE = '(none)';

/** A range of years, months or days. */
export interface DateRange {
  readonly from: string | null;
  /** The last year, month or day. If both ends are null, there is no date. */
  readonly to: string | null;
  /** As it was written. */
  readonly text: string;
}

export interface CaseFilters {
  /** For each filter the accepted values; an absent filter accepts all. */
  readonly values: Readonly<Partial<Record<ValueFilter, readonly string[]>>>;
  /** When the case was filed. */
  readonly filed: DateRange | null;
}

export const toUsage = (sentence: string, hint?: string): MirrorError =>
  new MirrorError('USAGE', sentence, hint === undefined ? {} : { hint });

/** The nearest values are looked up for each value that does not occur, which takes as long as there are values. */
export const MAX_VALUES = 50;
/** What a message calls a filter: its parameter on a page, its flag for a command. */
export type ToLabel = (name: string) => string;
const asParameter: ToLabel = (name) => name;
export const asFlag: ToLabel = (name) => `--${name}`;

/** Parses the parameters of the filters; ignores others. Fails with USAGE. */
export function parseFilters(params: Params, toLabel: ToLabel = asParameter): CaseFilters {
  const values = VALUE_FILTER_NAMES.flatMap((name) => {
    const given = [...new Set(params[name])];
    if (given.length > MAX_VALUES)
      throw toUsage(
        `${toLabel(name)} has ${given.length} values, and a filter has at most ${MAX_VALUES}.`,
        'Leave the filter out, or ask in SQL.',
      );
    return given.length === 0 ? [] : [[name, given] as const];
  });
  return {
    values: Object.fromEntries(values),
    filed: parseDateRange(toLabel('filed'), params.filed?.at(-1)),
  };
}

/** The parameters of filters: the inverse of {@link parseFilters}. */
export function toFilterParams({ values, filed }: CaseFilters): Params {
  return { ...values, ...(filed !== null && { filed: [filed.text] }) };
}

const RANGES =
  'Give a range of years, months or days, the earlier one first: 2015..2020, 2015-03.., ..2020-12-31, or 2015.';
const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** Parses "2015..2020", "2015-03..", "..2020-12-31", one year, month or day, or "(none)". Fails with USAGE. */
export function parseDateRange(label: string, given: string | undefined): DateRange | null {
  if (given === undefined) return null;
  const text = given.trim();
  if (text === NO_VALUE) return { from: null, to: null, text };
  const [first = '', last = first, ...others] = text.split('..').map((date) => date.trim());
  const isRange = others.length === 0 && (first !== '' || last !== '');
  if (!isRange || ![first, last].every((date) => date === '' || isDate(date)))
    throw toUsage(
      `${JSON.stringify(given.slice(0, 100))} is not a range of dates for ${label}.`,
      toRangeHint(text),
    );
  const range = { from: first === '' ? null : first, to: last === '' ? null : last, text };
  if (range.from !== null && range.to !== null && range.from.slice(0, range.to.length) > range.to)
    throw toUsage(`The range of dates for ${label} ends before it begins: ${text}.`, RANGES);
  return range;
}

const SPELLED = /^([\d-]{4,10}?)\s*(?:[-–—/:]|\.{3}|…|to|until)\s*(\d{4}[\d-]{0,6})$/i;

/** The hint for what is not a range, with the range that was meant by two dates between which another sign stands. */
function toRangeHint(text: string): string {
  const [, from = '', to = ''] = SPELLED.exec(text) ?? [];
  const isMeant = isDate(from) && isDate(to) && from.slice(0, to.length) <= to;
  return isMeant ? `Did you mean ${from}..${to}? ${RANGES}` : RANGES;
}

function isDate(text: string): boolean {
  const [, year, month = '01', day = '01'] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
}

/** A value that no case has, and those that may be meant. */
export interface UnknownValue {
  readonly filter: ValueFilter;
  readonly value: string;
  readonly known: readonly string[];
}

/** The filters with each value as the data has it, whatever its capitals. A value that no case has stays as it is. */
export function resolveFilters(
  sqlite: Database.Database,
  { values, filed }: CaseFilters,
): { readonly filters: CaseFilters; readonly unknown: readonly UnknownValue[] } {
  const unknown: UnknownValue[] = [];
  const resolved = VALUE_FILTER_NAMES.flatMap((filter) => {
    const asked = values[filter];
    if (asked === undefined) return [];
    const { table, column } = VALUE_FILTERS[filter];
    const known = sqlite
      .prepare<[], string>(`SELECT DISTINCT ${column} FROM ${table} WHERE ${column} <> '' ORDER BY 1`)
      .pluck()
      .all();
    const found = asked.flatMap((value) => {
      const wanted = value.trim().toLowerCase();
      const same = wanted === NO_VALUE ? [NO_VALUE] : known.filter((one) => one.toLowerCase() === wanted);
      if (same.length === 0) unknown.push({ filter, value, known });
      return same.length === 0 ? [value] : same;
    });
    return [[filter, [...new Set(found)]] as const];
  });
  return { filters: { values: Object.fromEntries(resolved), filed }, unknown };
}

/** A list of values no longer than this is part of the hint. */
const MAX_LISTED = 8;

/** The filters with each value as the data has it. Fails with USAGE if no case has a value. */
export function requireFilters(sqlite: Database.Database, filters: CaseFilters, path: string): CaseFilters {
  const { filters: resolved, unknown } = resolveFilters(sqlite, filters);
  const [first] = unknown;
  if (first !== undefined) throw toUnknownValueError(first, path);
  return resolved;
}

/** The values that may be meant by one that no case has. */
export function listMeant({ filter, value, known }: UnknownValue): string[] {
  const state = filter === 'state' ? STATE_OF_CODE.get(value.trim().toUpperCase()) : undefined;
  return state !== undefined && known.includes(state) ? [state] : listClosest(value, known);
}

function toUnknownValueError(unknown: UnknownValue, path: string): MirrorError {
  const { filter, value, known } = unknown;
  const { table, column, what } = VALUE_FILTERS[filter];
  const all =
    known.length > MAX_LISTED
      ? `\`clearinghouse-mirror query "SELECT DISTINCT ${column} FROM ${table} ORDER BY 1"\` lists the values.`
      : `It takes ${[...known.map((one) => JSON.stringify(one)), `'${NO_VALUE}'`].join(', ')}.`;
  return toUsage(
    `No case in ${path} has the ${what} ${JSON.stringify(value.slice(0, 100))}.`,
    [suggestNames(listMeant(unknown)), all].filter((part) => part !== null).join(' '),
  );
}

/** The condition that a row of `cases` is on the site and passes the filters, which {@link requireFilters} returned. */
export function toCaseCondition(filters: CaseFilters): string {
  return ['cases.mirror_departed_run_id IS NULL', ...listConditions(filters)].join(' AND ');
}

/** Fails with USAGE if no case passes the filters, with the values that occur beside the other filters. */
export function refuseNoCase(sqlite: Database.Database, filters: CaseFilters, path: string): void {
  if (sqlite.prepare(`SELECT 1 FROM cases WHERE ${toCaseCondition(filters)} LIMIT 1`).get() !== undefined)
    return;
  const used = FILTER_NAMES.filter((name) =>
    name === 'filed' ? filters.filed !== null : filters.values[name] !== undefined,
  );
  const hints = used.map((name) => describeOccurring(sqlite, filters, name, used.length === 1));
  throw toUsage(`No case in ${path} passes all of these filters.`, hints.join(' '));
}

/** The values that the cases of the other filters have, or all cases if there is no other filter. */
function describeOccurring(
  sqlite: Database.Database,
  filters: CaseFilters,
  name: FilterName,
  isOnly: boolean,
): string {
  const others = isOnly ? 'on the site' : 'of the other filters';
  const where = ['cases.mirror_departed_run_id IS NULL', ...listConditions(filters, name)].join(' AND ');
  const select = (sql: string): string[] => sqlite.prepare<[], string>(sql).pluck().all();
  if (name === 'filed') {
    const of = `SELECT DISTINCT ${FILING_YEAR} AS year FROM cases WHERE ${where}`;
    const years = select(`SELECT year FROM (${of}) WHERE year IS NOT NULL ORDER BY year`);
    const [first, last] = [years[0], years.at(-1)];
    return first === undefined
      ? `\`--filed\`: no case ${others} has a date.`
      : `\`--filed\`: the cases ${others} are from ${first === last ? first : `${first} to ${last}`}.`;
  }
  const { table, column } = VALUE_FILTERS[name];
  const ofCases = table === 'cases' ? where : `case_id IN (SELECT id FROM cases WHERE ${where})`;
  const values = select(
    `SELECT ${column} FROM ${table} WHERE ${ofCases} AND ${column} <> '' GROUP BY ${column} ORDER BY count(*) DESC, ${column} LIMIT ${MAX_LISTED + 1}`,
  ).map((value) => JSON.stringify(value));
  const all = `${values.slice(0, MAX_LISTED).join(', ')}${values.length > MAX_LISTED ? ' and others' : ''}`;
  return values.length === 0
    ? `\`--${name}\`: no case ${others} has a value.`
    : `\`--${name}\`: ${isOnly ? '' : 'with the other filters, '}${all} occur${values.length === 1 ? 's' : ''}.`;
}

/** A text as a literal of SQL. Neither an argument nor an address holds a null character, at which SQLite would stop. */
export function toSqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** When a case was filed. Of some cases only the year is known. */
const FILED = `coalesce(nullif(cases.filing_date, ''), CAST(nullif(cases.filing_year, 0) AS TEXT))`;
const A_YEAR = `GLOB '[0-9][0-9][0-9][0-9]*'`;
/** The year in which a case was filed, as text; null if no year is known. */
export const FILING_YEAR = `CASE WHEN ${FILED} ${A_YEAR} THEN substr(${FILED}, 1, 4) END`;

/** The conditions that filters, except one of them, set on a row of `cases`. */
export function listConditions({ values, filed }: CaseFilters, except?: FilterName): string[] {
  const ofValues = VALUE_FILTER_NAMES.flatMap((name) => {
    const accepted = values[name];
    return accepted === undefined || name === except ? [] : [toCondition(name, accepted)];
  });
  return filed === null || except === 'filed' ? ofValues : [...ofValues, ...listDateConditions(FILED, filed)];
}

function toCondition(name: ValueFilter, accepted: readonly string[]): string {
  const { table, column } = VALUE_FILTERS[name];
  const texts = accepted.filter((value) => value !== NO_VALUE).map(toSqlText);
  const isOneOf = texts.length === 1 ? `= ${texts.join('')}` : `IN (${texts.join(', ')})`;
  const [has, hasNone] =
    table === 'cases'
      ? [`cases.${column} ${isOneOf}`, `coalesce(cases.${column}, '') = ''`]
      : [
          `cases.id IN (SELECT case_id FROM ${table} WHERE ${column} ${isOneOf})`,
          `cases.id NOT IN (SELECT case_id FROM ${table})`,
        ];
  if (!accepted.includes(NO_VALUE)) return has;
  return texts.length === 0 ? hasNone : `(${has} OR ${hasNone})`;
}

/** The conditions that a text, which begins with a year, a month or a day if it is a date, lies in a range. */
export function listDateConditions(column: string, { from, to }: DateRange): string[] {
  if (from === null && to === null) return [`coalesce(${column}, '') NOT ${A_YEAR}`];
  return [
    `${column} ${A_YEAR}`,
    ...(from === null ? [] : [`${column} >= ${toSqlText(from)}`]),
    ...(to === null ? [] : [`substr(${column}, 1, ${to.length}) <= ${toSqlText(to)}`]),
  ];
}
