import type { Mirror } from '../db/open-mirror.ts';
import type { SearchKind } from '../db/search-tables.ts';
import { VALUE_FILTERS, VALUE_FILTER_NAMES, type ValueFilter, toSqlText } from './filters.ts';
import { WORDS } from './text-pattern.ts';
import { KINDS, type SearchRequest, type SearchScope, parseSearchRequest } from './request.ts';
import { runSearch } from './search.ts';
import { suggestSpellings } from './spelling.ts';

/** Why a search may have found nothing. */
export interface Nothing {
  /** Words that occur in no text that the search reads. */
  readonly unknown: readonly string[];
  /** Whether filters, kinds or a time leave out a part of the mirror. */
  readonly isNarrowed: boolean;
  /** Other reasons, as sentences. */
  readonly notes: readonly string[];
  /** Values of filters, which no search reads, that have all words of the search. */
  readonly values: readonly FilterValue[];
  /** Searches that find something. */
  readonly better: readonly string[];
}

/** A value that cases have for a filter. */
export interface FilterValue {
  readonly filter: ValueFilter;
  readonly value: string;
  readonly cases: number;
}

const MAX_VALUES = 3;

/** A word without the ending of a plural: "prison" means "Jails, Prisons, ..." too. */
const toSingular = (word: string): string => word.replace(/(?<=\w{3})s$/, '');

/** What a search is called in a list such as "Category: Value": the whole, or what follows the category. */
const isNamed = (value: string, words: string): boolean =>
  [value, value.slice(value.indexOf(': ') + 1)].some((one) => toWords(one).join(' ') === words);

const toWords = (text: string): string[] => (text.toLowerCase().match(WORDS) ?? []).map(toSingular);

/** The values of filters that have each word of a search: first those that are the search, then those of most cases. */
function listFilterValues({ sqlite }: Mirror, { parsed }: SearchRequest): FilterValue[] {
  const terms = parsed?.terms.filter(({ isExcluded }) => !isExcluded) ?? [];
  const words = terms.flatMap(({ text }) => toWords(text));
  if (words.length === 0) return [];
  return VALUE_FILTER_NAMES.flatMap((filter) => {
    const { table, column } = VALUE_FILTERS[filter];
    const id = table === 'cases' ? 'id' : 'case_id';
    const where = `${id} IN (SELECT id FROM cases WHERE mirror_departed_run_id IS NULL)`;
    return sqlite
      .prepare<[], Omit<FilterValue, 'filter'>>(
        `SELECT ${column} AS value, count(DISTINCT ${id}) AS cases FROM ${table} WHERE ${where} AND ${column} <> '' GROUP BY 1`,
      )
      .all()
      .filter(({ value }) => {
        const found = toWords(value);
        return words.every((word) => found.includes(word));
      })
      .map((one) => ({ filter, ...one }));
  })
    .sort(
      (one, other) =>
        Number(isNamed(other.value, words.join(' '))) - Number(isNamed(one.value, words.join(' '))) ||
        other.cases - one.cases,
    )
    .slice(0, MAX_VALUES);
}

/** The statement that lists the cases with a value of a filter. */
export function toSqlOfValue({ filter, value }: FilterValue): string {
  const { table, column } = VALUE_FILTERS[filter];
  const is = `${column} = ${toSqlText(value)}`;
  return `SELECT id, name FROM clean_cases WHERE ${table === 'cases' ? is : `id IN (SELECT case_id FROM ${table} WHERE ${is})`}`;
}

/** What may be meant by a search that found nothing: only spellings with which it finds something. */
export function explainNothing(mirror: Mirror, request: SearchRequest, scope: SearchScope): Nothing {
  const { parsed, kinds, text } = request;
  const isNarrowed = isNarrow(request, scope);
  const notes = [
    ...listOperatorNotes(request),
    ...listNumberNotes(request),
    ...listEmptyKinds(mirror, kinds),
  ];
  if (parsed === null) return { unknown: [], isNarrowed, notes, values: [], better: [] };
  const suggestions = suggestSpellings(mirror, parsed.terms, kinds);
  const candidates = suggestions.flatMap(({ word, spellings }) =>
    spellings.map((spelling) => text.replaceAll(word, spelling)),
  );
  const better = candidates.filter((candidate) => {
    const again = parseSearchRequest({ q: [candidate] });
    return (
      runSearch(mirror, { ...request, text: candidate, parsed: again.parsed }, scope).totals.cases.count > 0
    );
  });
  return {
    unknown: suggestions.map(({ word }) => word),
    isNarrowed,
    notes,
    values: listFilterValues(mirror, request),
    better,
  };
}

function isNarrow({ kinds, filters, entered, departed }: SearchRequest, scope: SearchScope): boolean {
  const isFiltered = Object.keys(filters.values).length > 0 || filters.filed !== null || entered !== null;
  return isFiltered || departed || kinds.length < KINDS.length || scope.sinceRunId !== null;
}

const OPERATOR = /(?<=^|\s)(?:AND|OR|NOT|NEAR)(?=\s|$)/g;

/** An operator of FTS5 is a word like others, and all words must be there: `a OR b` finds less than `a`. */
function listOperatorNotes({ text, parsed }: SearchRequest): string[] {
  const operators = parsed === null ? [] : [...new Set(text.replace(/"[^"]*"/g, ' ').match(OPERATOR))];
  return operators.map(
    (word) => `${word} is searched as a word; it is an operator only in a raw query of FTS5.`,
  );
}

function listNumberNotes({ parsed }: SearchRequest): string[] {
  const hasNumber = parsed?.terms.some(({ kind, isExcluded }) => kind === 'docket number' && !isExcluded);
  return hasNumber === true
    ? [
        'The number of a docket other than the main one is found once the list of dockets of its case has been read.',
      ]
    : [];
}

/** What fills the index of a kind that has nothing yet: without it, no result says nothing about the site. */
const FILLED_BY = {
  documents: {
    sql: 'SELECT 1 FROM documents LIMIT 1',
    note: 'The mirror has no documents yet: `sync` reads them, as many as --linked-budget allows.',
  },
  texts: {
    sql: 'SELECT 1 FROM texts LIMIT 1',
    note: 'The mirror has no texts of documents yet: `fetch-texts` fetches them.',
  },
} as const;

function listEmptyKinds({ sqlite }: Mirror, kinds: readonly SearchKind[]): string[] {
  return kinds.flatMap((kind) => {
    if (kind !== 'documents' && kind !== 'texts') return [];
    const { sql, note } = FILLED_BY[kind];
    return sqlite.prepare(sql).get() === undefined ? [note] : [];
  });
}
