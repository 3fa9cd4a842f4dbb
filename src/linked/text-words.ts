/*
 * The words of a text as a reader sees them, for the search index. The text of a scanned or printed page can have
 * characters that part a word or hide it: soft hyphens, marks without a width, ligatures, and hyphens at the end of a
 * line. The text itself stays as it is, and only the passages around such characters are written again.
 */

/** Characters that nobody sees, letters in another form (ligatures, full width), and a hyphen between two lines. */
const ODD =
  /[\p{Cf}\uFB00-\uFB06\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]|(?<=\p{L})-[^\S\n]*\n\s*(?=\p{Ll})/gu;
const FORMS = /[\uFB00-\uFB06\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]+/gu;
/** So much of the text is written again on each side at most, so that a phrase is found as a whole. */
const AROUND = 200;

/** Returns the passages in which a character is in the way of a word, as they are read; null if there are none. */
export function toTextWords(text: string): string | null {
  const passages: [from: number, to: number][] = [];
  for (const { index, 0: odd } of text.matchAll(ODD)) {
    const from = findEdge(text, index, -1);
    const to = findEdge(text, index + odd.length, 1);
    const last = passages.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(to, last[1]);
    else passages.push([from, to]);
  }
  const words = passages
    .map(([from, to]) => toReadable(text.slice(from, to)))
    .join('\n')
    .toWellFormed();
  return words === '' ? null : words;
}

const toReadable = (passage: string): string =>
  passage.replace(ODD, (odd) => (odd.search(FORMS) === 0 ? odd.normalize('NFKC') : ''));

/** The end of the line or, in a long line, of a word. */
function findEdge(text: string, start: number, step: 1 | -1): number {
  let edge = start;
  let word = start;
  for (let left = AROUND; left > 0; left--) {
    const next = step === 1 ? text[edge] : text[edge - 1];
    if (next === undefined || next === '\n') return edge;
    edge += step;
    if (/\s/.test(next)) word = edge;
  }
  return word === start ? edge : word;
}
