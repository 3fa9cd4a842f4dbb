/* Texts as the tokenizer of the indexes compares them, and words in their order, which are found without the index. */

/** The runs of characters that the tokenizer takes for words. */
export const WORDS = /[\p{L}\p{N}\p{Co}]+/gu;
const IS_LETTER = /[\p{L}\p{N}\p{Co}]/u;
/** Characters that may have accents: not those of English texts, with their quotation marks, dashes and section signs. */
const ACCENTED = /[^\0-\xbf\u2002-\u206f]+/g;

/** A text without accents and capitals, as the tokenizer of the index compares it. */
export function fold(text: string): string {
  return text.replace(ACCENTED, (some) => some.normalize('NFD').replace(/\p{M}/gu, '')).toLowerCase();
}

/** Something that a folded text has or has not. */
export interface TextPattern {
  readonly test: (folded: string) => boolean;
}

/**
 * Words in their order, in one of several forms, at the beginning of a word and, if `isWhole`, up to the end of one. Not a
 * regular expression: one of a thousand words takes a second to compile.
 */
export function toTextPattern(forms: readonly (readonly string[])[], isWhole: boolean): TextPattern {
  return { test: (folded) => forms.some((words) => hasWords(folded, words, isWhole)) };
}

function hasWords(folded: string, words: readonly string[], isWhole: boolean): boolean {
  const [first = ''] = words;
  for (let at = folded.indexOf(first); at !== -1; at = folded.indexOf(first, at + 1)) {
    if (isLetterBefore(folded, at)) continue;
    const end = findEnd(folded, words, at);
    if (end !== null && !(isWhole && isLetterAt(folded, end))) return true;
    if (first === '') return false;
  }
  return false;
}

/** Where the words end that begin here, with something other than letters between each two; null if others are here. */
function findEnd(folded: string, words: readonly string[], begin: number): number | null {
  let at = begin;
  for (const [place, word] of words.entries()) {
    const before = at;
    if (place > 0) while (at < folded.length && !isLetterAt(folded, at)) at += lengthAt(folded, at);
    if ((place > 0 && at === before) || !folded.startsWith(word, at)) return null;
    at += word.length;
  }
  return at;
}

const lengthAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** Whether a letter, a digit or a character of private use begins here. */
function isLetterAt(text: string, at: number): boolean {
  const code = text.codePointAt(at);
  if (code === undefined) return false;
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
  return IS_LETTER.test(String.fromCodePoint(code));
}

function isLetterBefore(text: string, at: number): boolean {
  if (at === 0) return false;
  const code = text.charCodeAt(at - 1);
  return isLetterAt(text, code >= 0xdc00 && code <= 0xdfff && at > 1 ? at - 2 : at - 1);
}

/** Of a longer text, a beginning of this size is looked at first: most texts have common words there. */
const HEAD = 20_000;

/** Prepares the question whether a text has a pattern. It is folded once, and only as far as necessary. */
export function toTextTest(text: string): (pattern: TextPattern) => boolean {
  // Up to a space, so that no word of the beginning is a part of one.
  const end = text.length > HEAD ? text.lastIndexOf(' ', HEAD) : -1;
  const head = end === -1 ? null : fold(text.slice(0, end));
  let whole: string | null = null;
  return (pattern) => (head !== null && pattern.test(head)) || pattern.test((whole ??= fold(text)));
}

/** Whether a folded text has a word that begins so. */
export function hasBeginning(folded: string, beginning: string): boolean {
  return hasWords(folded, [beginning], false);
}
