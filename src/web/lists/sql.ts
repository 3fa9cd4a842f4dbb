import { MirrorError } from '../../errors/mirror-error.ts';

/** A text as a literal of SQL. The parameters of an address hold no null character, at which SQLite would stop. */
export function toSqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A pattern of LIKE that finds a text anywhere. */
export function toSqlPattern(text: string): string {
  return `${toSqlText(`%${text.replace(/[%_!]/g, '!$&')}%`)} ESCAPE '!'`;
}

export interface YearRange {
  readonly from: number | null;
  readonly to: number | null;
}

/** Parses "2019", "2015..2020", "2015.." or "..2020". Fails with USAGE. */
export function parseYears(name: string, text: string): YearRange {
  const [, from, dots, to] = /^\s*(\d{4})?\s*(\.\.)?\s*(\d{4})?\s*$/.exec(text) ?? [];
  const isRange = dots !== undefined && (from !== undefined || to !== undefined);
  if (!isRange && (from === undefined || to !== undefined))
    throw new MirrorError('USAGE', `The parameter ${name} cannot be ${JSON.stringify(text)}.`, {
      hint: 'Give a year (2019) or years (2015..2020, 2015.., ..2020).',
    });
  const year = (digits: string | undefined): number | null => (digits === undefined ? null : Number(digits));
  return isRange ? { from: year(from), to: year(to) } : { from: year(from), to: year(from) };
}

/** The condition that a column lies in these years. */
export function toYearCondition(column: string, { from, to }: YearRange): string {
  if (from !== null && from === to) return `${column} = ${from}`;
  if (from !== null && to !== null) return `${column} BETWEEN ${from} AND ${to}`;
  return from === null ? `${column} <= ${to}` : `${column} >= ${from}`;
}
