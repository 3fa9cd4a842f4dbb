import type { DocketNumber } from '../case/reference.ts';
import type { SEARCH_INDEXES, SearchKind } from '../db/search-tables.ts';
import type { SearchTerm } from './query-text.ts';
import { type TextPattern, WORDS, fold, toTextPattern } from './text-pattern.ts';

/* Terms as queries of FTS5 and as patterns for the text itself, which the index does not have: it holds stems. */

/** A condition on an indexed row. */
export interface Match {
  /** A query of FTS5; null if every row is to be considered. */
  readonly query: string | null;
  /** What the text of the row must contain besides. */
  readonly patterns: readonly TextPattern[];
  /** The part of the query that a text with these patterns need not fulfill; null if there is none. */
  readonly rest: string | null;
}

/** A text as FTS5 reads it literally. */
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The text as it is, and with ligatures and other forms of letters replaced by the usual ones. */
function listForms(text: string): string[] {
  return [...new Set([text, text.normalize('NFKC')])];
}

const anyOf = (queries: readonly string[]): string =>
  queries.length === 1 ? String(queries[0]) : `(${queries.join(' OR ')})`;

/** The condition that a row of this kind has all of these terms, whether they are excluded or not. */
export function toMatch(terms: readonly SearchTerm[], kind: SearchKind): Match {
  const join = (some: readonly SearchTerm[]): string | null =>
    some.length === 0 ? null : some.map((term) => toQuery(term, kind)).join(' AND ');
  return {
    query: join(terms),
    patterns: terms.flatMap((term) => toPattern(term) ?? []),
    rest: join(terms.filter((term) => toPattern(term) === null)),
  };
}

function toQuery(term: SearchTerm, kind: SearchKind): string {
  switch (term.kind) {
    case 'word':
      return term.isPrefix ? toPrefixQuery(term.text) : anyOf(listForms(term.text).map(quote));
    case 'phrase':
      return anyOf(listForms(term.text).map(quote));
    case 'docket number':
      return toNumberQuery(term, kind);
  }
}

/**
 * The index has stems, and FTS5 reduces even the beginning of a word to its stem: "pay*" would look for "pai", and
 * "universi*" would miss "university", which is indexed as "univers". So fewer letters are looked up, and the text is
 * compared with the whole beginning.
 */
function toPrefixQuery(text: string): string {
  const queries = listForms(text).flatMap((form) => {
    const [before, last] = splitLastWord(form);
    const letters = Array.from(last);
    const few = letters.slice(0, letters[2]?.toLowerCase() === 'y' ? 2 : 3).join('');
    // "using" is indexed as "us".
    const isStem = letters.length > 2 && ENDING.test(letters.slice(2).join(''));
    return [`${quote(before + few)} *`, ...(isStem ? [quote(before + letters.slice(0, 2).join(''))] : [])];
  });
  return anyOf([...new Set(queries)]);
}

/** What stands before the last word of a text, and the word. */
function splitLastWord(text: string): readonly [before: string, last: string] {
  const words = [...text.matchAll(/[\p{L}\p{N}\p{Co}\p{M}]+/gu)];
  const last = words.findLast(([word]) => /[\p{L}\p{N}]/u.test(word)) ?? words[0];
  return [text.slice(0, last?.index ?? 0), last?.[0] ?? ''];
}

/**
 * The beginnings, without capitals and accents, that the words of terms have in any text with these terms; null if the
 * terms do not tell.
 */
export function listBeginnings(terms: readonly SearchTerm[]): string[] | null {
  const words = terms
    .filter(({ isExcluded }) => !isExcluded)
    .flatMap((term) =>
      term.kind === 'docket number' || listForms(term.text).length > 1
        ? [null]
        : (fold(term.text).match(WORDS) ?? []).map((word, at, all) =>
            term.kind === 'word' && term.isPrefix && at === all.length - 1 ? word : toBeginning(word),
          ),
    );
  return words.every((word) => word !== null) ? [...new Set(words)] : null;
}

/** The letters of a word that all words with its stem have. */
function toBeginning(word: string): string {
  const letters = Array.from(word);
  const isShort = letters[2] === 'y' || ENDING.test(letters.slice(2).join(''));
  return letters.slice(0, isShort ? 2 : 3).join('');
}

/** The beginning of an ending that can leave a stem of two letters. */
const ENDING = /^(?:i(?:ngs?|n|es?|ed)?|es?|eds?|s|ly?)$/i;

/** What the text must contain; null if the index alone decides. */
function toPattern(term: SearchTerm): TextPattern | null {
  if (term.kind === 'docket number' || (term.kind === 'word' && !term.isPrefix)) return null;
  return toTextPattern(
    listForms(term.text).map((form) => fold(form).match(WORDS) ?? []),
    term.kind === 'phrase',
  );
}

/**
 * A mention of a docket number in a text. Whether a case has the number itself is decided by its parts: as words,
 * "3:19-cv-00123" would be found in "4:19-cv-00123".
 */
function toNumberQuery(
  term: Extract<SearchTerm, { readonly kind: 'docket number' }>,
  kind: SearchKind,
): string {
  const mention = anyOf([...new Set([...listForms(term.text), ...listSpellings(term.number)])].map(quote));
  const column = 'mirror_docket_numbers' satisfies keyof typeof SEARCH_INDEXES.cases.weights;
  return kind === 'cases' ? `(- ${column} : ${mention})` : mention;
}

/** The ways in which a text mentions a docket number, as words. */
function listSpellings({ office, year, type, filing }: DocketNumber): string[] {
  const filings = [String(filing), String(filing).padStart(5, '0')];
  const types = type === 'cv' ? ['cv', 'civ', 'c'] : [type ?? ''];
  const years = [year.slice(-2), year];
  return years.flatMap((yy) =>
    types.flatMap((tt) =>
      filings.flatMap((number) =>
        [`${yy} ${tt} ${number}`, `${yy}${tt}${number}`]
          .filter((_, at) => at === 0 || tt !== '')
          .map((spelling) => (office === null ? spelling : `${office} ${spelling}`))
          .concat(office === null ? [] : `${yy} ${tt} ${number}`),
      ),
    ),
  );
}
