import { MirrorError } from '../errors/mirror-error.ts';
import { type SearchText, parseSearchText } from './query-text.ts';

/*
 * The language of a search: what is searched for, and which cases and docket entries count. It has one parser and one
 * way back to parameters, for the command line, addresses and forms.
 */

/** What a search can look in. */
export const KINDS = ['cases', 'entries'] as const;
export type Kind = (typeof KINDS)[number];

/** The filters that take a value of the data: the column that has it, and the parameter. */
export const VALUE_FILTERS = ['ongoing', 'court', 'state', 'issue', 'case-type'] as const;
export type ValueFilter = (typeof VALUE_FILTERS)[number];

/** A range of days. The texts compare with dates as text. */
export interface DateRange {
  readonly from: string | null;
  /** The first text that is too late. */
  readonly before: string | null;
  /** As it was written. */
  readonly text: string;
}

export interface SearchRequest {
  /** As it was typed. */
  readonly text: string;
  /** The terms of the text; null if the text is a query of FTS5 itself. */
  readonly parsed: SearchText | null;
  readonly kinds: readonly Kind[];
  /** For each filter the accepted values; an absent filter accepts all. */
  readonly values: Readonly<Partial<Record<ValueFilter, readonly string[]>>>;
  /** When the case was filed. */
  readonly filed: DateRange | null;
  /** When the docket entry was filed. */
  readonly entered: DateRange | null;
  /** Only the cases that have left the site, instead of those that are on it. */
  readonly departed: boolean;
  /** Ordered by date instead of relevance. */
  readonly newest: boolean;
}

/** The part of a search that the caller knows: the runs since a time, and whether the connection reads an earlier state. */
export interface SearchScope {
  /** Only what this run or a later one brought; null for everything. */
  readonly sinceRunId: number | null;
  readonly isPast: boolean;
}

/** Parameters by name, each with its values. */
export type SearchParams = Readonly<Record<string, readonly string[] | undefined>>;

export const toUsage = (sentence: string, hint?: string): MirrorError =>
  new MirrorError('USAGE', sentence, hint === undefined ? {} : { hint });

/** Parses the parameters of a search. Fails with USAGE. */
export function parseSearchRequest(params: SearchParams): SearchRequest {
  const one = (name: string): string | null => params[name]?.at(-1) ?? null;
  const isSet = (name: string): boolean => one(name) === '1';
  const text = one('q') ?? '';
  const parsed = isSet('raw') ? null : parseSearchText(text);
  const entered = parseDateRange('entered', one('entered'));
  const kinds = parseKinds(params.in ?? [], entered !== null);
  if (parsed === null ? text.trim() === '' : parsed.terms.every(({ isExcluded }) => isExcluded))
    throw toNothing(text, parsed);
  const values = VALUE_FILTERS.flatMap((name) => {
    const given = params[name] ?? [];
    return given.length === 0 ? [] : [[name, given] as const];
  });
  return {
    text,
    parsed,
    kinds,
    values: Object.fromEntries(values),
    filed: parseDateRange('filed', one('filed')),
    entered,
    departed: isSet('departed'),
    newest: isSet('newest'),
  };
}

/** The parameters of a search: the inverse of {@link parseSearchRequest}. */
export function toSearchParams(request: SearchRequest): SearchParams {
  const { text, parsed, kinds, values, filed, entered, departed, newest } = request;
  const isEvery = kinds.length === KINDS.length || (entered !== null && kinds.join() === 'entries');
  return {
    q: [text],
    ...(parsed === null && { raw: ['1'] }),
    ...(!isEvery && { in: kinds }),
    ...values,
    ...(filed !== null && { filed: [filed.text] }),
    ...(entered !== null && { entered: [entered.text] }),
    ...(departed && { departed: ['1'] }),
    ...(newest && { newest: ['1'] }),
  };
}

function toNothing(text: string, parsed: SearchText | null): MirrorError {
  const [term] = parsed?.terms ?? [];
  if (term !== undefined)
    return toUsage(
      'The search only excludes words.',
      'Add a word that the results must have, as in `search injunction -prison`.',
    );
  return toUsage(
    text.trim() === ''
      ? 'The search has no words.'
      : `${JSON.stringify(text.slice(0, 100))} has no letter or digit.`,
    'Give words, a "phrase" or a docket number.',
  );
}

function parseKinds(given: readonly string[], isByEntry: boolean): readonly Kind[] {
  const kinds = given.flatMap((list) => list.split(','));
  const wrong = kinds.find((kind) => !(KINDS as readonly string[]).includes(kind));
  if (wrong !== undefined)
    throw toUsage(
      `A search does not look in ${JSON.stringify(wrong.slice(0, 100))}.`,
      `It looks in ${KINDS.join(' and ')}.`,
    );
  if (!isByEntry) return kinds.length === 0 ? KINDS : KINDS.filter((kind) => kinds.includes(kind));
  if (kinds.length > 0 && !kinds.includes('entries'))
    throw toUsage(
      'The date of a docket entry says nothing about a case.',
      'Leave out --entered, or search in entries. --filed is the date of the case.',
    );
  return ['entries'];
}

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** Parses "2015..2020", "2015-03..", "..2020-12-31" or one year, month or day. Fails with USAGE. */
export function parseDateRange(name: string, given: string | null): DateRange | null {
  if (given === null) return null;
  const text = given.trim();
  const [first = '', last = first, ...others] = text.split('..');
  const [from, to] = [first.trim(), last.trim()];
  const isRange = others.length === 0 && (from !== '' || to !== '');
  if (!isRange || ![from, to].every((date) => date === '' || isDate(date)))
    throw toUsage(
      `--${name} cannot be ${JSON.stringify(given.slice(0, 100))}.`,
      'It takes a range of years, months or days: 2015..2020, 2015-03.., ..2020-12-31, or 2015.',
    );
  const range = { from: from === '' ? null : from, before: to === '' ? null : toNext(to), text };
  if (range.from !== null && range.before !== null && range.from >= range.before)
    throw toUsage(`--${name} ${text} ends before it begins.`);
  return range;
}

function isDate(text: string): boolean {
  const [, year, month = '01', day = '01'] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
}

/** The year, month or day after this one. */
function toNext(text: string): string {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (month === undefined) return String(Number(year) + 1).padStart(4, '0');
  const [y, m, d] = [Number(year), Number(month) - 1, Number(day ?? 1)];
  const next = new Date(0);
  next.setUTCFullYear(y, day === undefined ? m + 1 : m, day === undefined ? 1 : d + 1);
  return next.toISOString().slice(0, text.length);
}
