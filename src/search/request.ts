import { SEARCH_INDEXES, type SearchKind } from '../db/search-tables.ts';
import type { MirrorError } from '../errors/mirror-error.ts';
import {
  type CaseFilters,
  type DateRange,
  type Params,
  type ToLabel,
  parseDateRange,
  parseFilters,
  toFilterParams,
  toUsage,
} from './filters.ts';
import { type SearchText, parseSearchText } from './query-text.ts';
import { WORDS } from './text-pattern.ts';

/*
 * The language of a search: what is searched for, and which cases and docket entries count. It has one parser and one
 * way back to parameters, for the command line, addresses and forms.
 */

/** What a search can look in. */
export const KINDS = Object.keys(SEARCH_INDEXES) as SearchKind[];

export interface SearchRequest {
  /** As it was typed. */
  readonly text: string;
  /** The terms of the text; null if the text is a query of FTS5 itself. */
  readonly parsed: SearchText | null;
  readonly kinds: readonly SearchKind[];
  readonly filters: CaseFilters;
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
  /** How many cases are to be shown; null to list and count all of them, which takes seconds for a common word. */
  readonly firstCases: number | null;
  /**
   * So many are enough where more would take longer than a page may, and even fewer where a phrase is rare in the rows
   * that have its words. By default the search goes on until it has found the first cases.
   */
  readonly enoughCases?: number;
}

/** Parses the parameters of a search. Fails with USAGE. */
export function parseSearchRequest(params: Params, toLabel?: ToLabel): SearchRequest {
  const one = (name: string): string | null => params[name]?.at(-1) ?? null;
  const isSet = (name: string): boolean => one(name) === '1';
  const text = one('q') ?? '';
  const parsed = isSet('raw') ? null : parseSearchText(text);
  refuseLong(text, parsed);
  const entered = parseDateRange(toLabel?.('entered') ?? 'entered', one('entered') ?? undefined);
  const kinds = parseKinds(params.in ?? [], entered !== null);
  if (parsed === null ? text.trim() === '' : parsed.terms.every(({ isExcluded }) => isExcluded))
    throw toNothing(text, parsed);
  return {
    text,
    parsed,
    kinds,
    filters: parseFilters(params, toLabel),
    entered,
    departed: isSet('departed'),
    newest: isSet('newest'),
  };
}

/** The parameters of a search: the inverse of {@link parseSearchRequest}. */
export function toSearchParams(request: SearchRequest): Params {
  const { text, parsed, kinds, filters, entered, departed, newest } = request;
  const isEvery = kinds.length === KINDS.length || (entered !== null && kinds.join() === 'entries');
  return {
    q: [text],
    ...(parsed === null && { raw: ['1'] }),
    ...(!isEvery && { in: kinds }),
    ...toFilterParams(filters),
    ...(entered !== null && { entered: [entered.text] }),
    ...(departed && { departed: ['1'] }),
    ...(newest && { newest: ['1'] }),
  };
}

/** The strings of a raw query, in quotation marks or bare, each with the asterisk that makes it a beginning of words. */
const RAW_STRINGS = /("(?:[^"]|"")*"?|[\p{L}\p{N}]+)\s*(\*)?/gu;

/** FTS5 reads all rows of each word, and of each word with such a beginning, so that hundreds of them take minutes. */
export const MAX_WORDS = 100;
export const MAX_BEGINNINGS = 5;

function refuseLong(text: string, parsed: SearchText | null): void {
  const words = text.match(WORDS)?.length ?? 0;
  if (words > MAX_WORDS)
    throw toUsage(
      `The search has ${words} words, and a search has at most ${MAX_WORDS}.`,
      'Give the words that matter, or a part of the passage as a "phrase".',
    );
  const beginnings =
    parsed === null
      ? [...text.matchAll(RAW_STRINGS)].flatMap(([, string = '', asterisk]) =>
          asterisk === undefined ? [] : (string.match(WORDS)?.at(-1) ?? []),
        )
      : parsed.terms.flatMap((term) =>
          term.kind === 'word' && term.isPrefix ? (term.text.match(WORDS)?.at(-1) ?? []) : [],
        );
  const short = beginnings.find((beginning) => /^[\p{Script=Latin}\d]$/u.test(beginning));
  if (short !== undefined)
    throw toUsage(`Nearly every text has a word that begins with ${short}.`, 'Give two letters at least.');
  if (beginnings.length > MAX_BEGINNINGS)
    throw toUsage(
      `The search has ${beginnings.length} beginnings of words, and a search has at most ${MAX_BEGINNINGS}.`,
      'Leave out an asterisk: a word is found with any ending without it.',
    );
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
    'Give words, a "phrase" or a docket number. /cases in `browse` and `clearinghouse-mirror query` list the cases of filters alone.',
  );
}

function parseKinds(given: readonly string[], isByEntry: boolean): readonly SearchKind[] {
  const kinds = given.flatMap((list) => list.split(','));
  const wrong = kinds.find((kind) => !(KINDS as readonly string[]).includes(kind));
  if (wrong !== undefined)
    throw toUsage(
      `A search does not look in ${JSON.stringify(wrong.slice(0, 100))}.`,
      `It looks in ${KINDS.slice(0, -1).join(', ')} and ${KINDS.at(-1)}.`,
    );
  if (!isByEntry) return kinds.length === 0 ? KINDS : KINDS.filter((kind) => kinds.includes(kind));
  if (kinds.length > 0 && !kinds.includes('entries'))
    throw toUsage(
      'The date of a docket entry says nothing about a case.',
      'Leave out `entered`, or search in entries; `filed` is the date of the case.',
    );
  return ['entries'];
}
