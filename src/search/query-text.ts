import { type DocketNumber, parseDocketNumber } from '../case/reference.ts';

/* What a person types into a search, as terms. Words are literal: no text is ever an error here. */

/** A part of a search. A result has all terms, and none of those that are excluded. */
export type SearchTerm = {
  readonly text: string;
  readonly isExcluded: boolean;
} & (
  | { readonly kind: 'word'; readonly isPrefix: boolean }
  /** Words in this order, with these endings. */
  | { readonly kind: 'phrase' }
  | { readonly kind: 'docket number'; readonly number: DocketNumber }
);

export interface SearchText {
  readonly terms: readonly SearchTerm[];
  /** Pieces without a letter or digit, such as "§" and "&": no index has them. */
  readonly ignored: readonly string[];
}

const PIECE = /(?<minus>-?)["“”„](?<phrase>[^"“”„]*)["“”„]|(?<word>[^\s"“”„]+)|["“”„]/gu;
const HAS_WORD = /[\p{L}\p{N}\p{Co}]/u;

/** The text without characters that nobody sees. NUL would end a text of FTS5. */
function toVisible(text: string): string {
  return text
    .toWellFormed()
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Cc}/gu, ' ');
}

/** Parses what a person typed. */
export function parseSearchText(text: string): SearchText {
  const terms: SearchTerm[] = [];
  const ignored: string[] = [];
  let words: string[] = [];
  const add = (term: SearchTerm): void => {
    if (HAS_WORD.test(term.text)) terms.push(term);
    else if (term.text.trim() !== '') ignored.push(term.text.trim());
  };
  const addWords = (): void => {
    for (const term of toTerms(words)) add(term);
    words = [];
  };
  for (const { groups = {} } of toVisible(text).matchAll(PIECE)) {
    if (groups.word !== undefined) words.push(groups.word);
    else addWords();
    if (groups.phrase !== undefined)
      add({ kind: 'phrase', text: groups.phrase.trim(), isExcluded: groups.minus === '-' });
  }
  addWords();
  return { terms, ignored };
}

/** The parts of a docket number may be separate words: "19 Civ. 123", "Civil Action No. 4:19-cv-00123 (RGS)". */
const MAX_PARTS = 7;

function* toTerms(words: readonly string[]): Generator<SearchTerm> {
  for (let at = 0; at < words.length;) {
    const [length, number] = findNumber(words.slice(at, at + MAX_PARTS));
    if (number === null) {
      yield toWord(words[at] ?? '');
      at++;
      continue;
    }
    const text = words.slice(at, at + length).join(' ');
    yield { kind: 'docket number', text: text.replace(/^-/, ''), isExcluded: text.startsWith('-'), number };
    at += length;
  }
}

/** The longest docket number at the beginning of these words, and how many words it takes. */
function findNumber(words: readonly string[]): [length: number, number: DocketNumber | null] {
  for (let length = words.length; length > 0; length--) {
    const parts = words.slice(0, length);
    const last = parts.at(-1) ?? '';
    // A word after the number is part of it only if it is in parentheses, as the initials of judges are.
    if (!/\d/.test(last) && !(/^\([A-Z]{1,5}\)$/.test(last) && length > 1)) continue;
    const text = parts.join(' ').replace(/^-/, '');
    const number = parseDocketNumber(text);
    if (number !== null && (length === 1 || isTypeOfCourt(number.type))) return [length, number];
  }
  return [1, null];
}

/** Between spaces, only these words are the type in a docket number: "2015 law 12" is none. */
const TYPES: ReadonlySet<string | null> = new Set([
  ...['cv', 'cr', 'crim', 'md', 'mdl', 'mc', 'misc', 'mj', 'bk', 'bkr', 'ap', 'adv', 'po', 'sw'],
  null,
]);
const isTypeOfCourt = (type: string | null): boolean => TYPES.has(type);

function toWord(word: string): SearchTerm {
  const [, minus = '', text = '', star = ''] = /^(-?)(.*?)(\**)$/su.exec(word) ?? [];
  const isExcluded = minus === '-' && HAS_WORD.test(text);
  return { kind: 'word', text: isExcluded ? text : minus + text, isPrefix: star !== '', isExcluded };
}
