import type { Mirror } from '../db/open-mirror.ts';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import {
  type DateRange,
  type SearchRequest,
  type SearchScope,
  VALUE_FILTERS,
  type ValueFilter,
  toUsage,
} from './request.ts';

/** Where the values of a filter are. */
const SOURCES: Readonly<
  Record<ValueFilter, { readonly table: string; readonly column: string; readonly what: string }>
> = {
  ongoing: { table: 'cases', column: 'case_ongoing', what: 'value of case_ongoing' },
  court: { table: 'cases', column: 'court', what: 'court' },
  state: { table: 'cases', column: 'state', what: 'state' },
  issue: { table: 'issues', column: 'value', what: 'issue' },
  'case-type': { table: 'case_types', column: 'value', what: 'case type' },
};

/** A list of values no longer than this is part of the hint. */
const MAX_LISTED = 8;

/** The values of the data that a filter accepts, as they are written there. Fails with USAGE. */
function resolveValues({ sqlite, path }: Mirror, filter: ValueFilter, asked: readonly string[]): string[] {
  const { table, column, what } = SOURCES[filter];
  const known = sqlite
    .prepare<[], string>(`SELECT DISTINCT ${column} FROM ${table} WHERE ${column} <> '' ORDER BY 1`)
    .pluck()
    .all();
  return asked.flatMap((value) => {
    const wanted = value.trim().toLowerCase();
    const same = known.filter((one) => one.toLowerCase() === wanted);
    if (same.length > 0) return same;
    const close = suggestNames(listClosest(value, known));
    const all =
      known.length > MAX_LISTED
        ? `\`query "SELECT DISTINCT ${column} FROM ${table} ORDER BY 1"\` lists the values.`
        : `It takes ${known.map((one) => JSON.stringify(one)).join(', ')}.`;
    throw toUsage(
      `No case in ${path} has the ${what} ${JSON.stringify(value.slice(0, 100))}.`,
      [close, all].filter((part) => part !== null).join(' '),
    );
  });
}

/** The cases of the filters, into `temp.search_cases`. */
export function fillAllowedCases(mirror: Mirror, request: SearchRequest): void {
  const departed = 'SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL';
  const where = [`id ${request.departed ? 'IN' : 'NOT IN'} (${departed})`];
  const parameters: string[] = [];
  for (const filter of VALUE_FILTERS) {
    const asked = request.values[filter];
    if (asked === undefined) continue;
    const { table, column } = SOURCES[filter];
    const isOneOf = `${column} IN (SELECT value FROM json_each(?))`;
    where.push(table === 'cases' ? isOneOf : `id IN (SELECT case_id FROM ${table} WHERE ${isOneOf})`);
    parameters.push(JSON.stringify(resolveValues(mirror, filter, asked)));
  }
  // Of some cases only the year is known.
  const filed = `coalesce(nullif(filing_date, ''), CAST(nullif(filing_year, 0) AS TEXT))`;
  const range = toConditions(filed, request.filed);
  mirror.sqlite
    .prepare(
      `INSERT INTO temp.search_cases SELECT id FROM cases WHERE ${[...where, ...range.where].join(' AND ')}`,
    )
    .run([...parameters, ...range.parameters]);
}

interface Conditions {
  readonly where: readonly string[];
  readonly parameters: readonly string[];
}

/** Dates are texts that begin with the day, so texts are compared. */
function toConditions(column: string, range: DateRange | null): Conditions {
  const parts = [
    [`${column} >= ?`, range?.from ?? null],
    [`${column} < ?`, range?.before ?? null],
  ] as const;
  const given = parts.filter(([, value]) => value !== null);
  return { where: given.map(([sql]) => sql), parameters: given.map(([, value]) => value ?? '') };
}

/** The conditions on a docket entry `e`. */
export function listEntryConditions({ entered }: SearchRequest, { sinceRunId }: SearchScope): Conditions {
  const { where, parameters } = toConditions('e.date_filed', entered);
  const isNew = `e.mirror_id IN (SELECT mirror_id FROM docket_entries WHERE mirror_first_run_id >= ${sinceRunId})`;
  return { where: sinceRunId === null ? where : [...where, isNew], parameters };
}
