/** Where two texts differ: what comes before that stretch is the same, and so is what comes after. */
export interface TextDifference {
  /** The last words before the stretch. */
  readonly lead: string;
  /** The stretch in either text; empty where words only came, or only went. */
  readonly before: string;
  readonly after: string;
  /** Whether the texts end with it. */
  readonly isAtEnd: boolean;
}

const LEAD_LENGTH = 40;

/** Finds the stretch from the first difference of two texts to the last, widened to whole words. */
export function toTextDifference(before: string, after: string): TextDifference {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  start = toWordStart(before, after, start);
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail])
    tail++;
  tail = toWordEnd(before, after, tail);
  return {
    lead: toLead(before, start),
    before: before.slice(start, before.length - tail).trim(),
    after: after.slice(start, after.length - tail).trim(),
    isAtEnd: tail === 0,
  };
}

function toLead(text: string, start: number): string {
  const from = Math.max(0, start - LEAD_LENGTH);
  const words = text.slice(from, start).trim();
  // A word that was cut is left out, where there are others.
  return from === 0 ? words : words.replace(/^\S*\s+/, '');
}

/** A word of this many letters is cut all the same. */
const LONGEST_WORD = 40;
const isSpace = (letter: string | undefined): boolean => letter === undefined || /\s/.test(letter);

function toWordStart(before: string, after: string, at: number): number {
  if (isSpace(before[at]) && isSpace(after[at])) return at;
  let start = at;
  while (start > 0 && at - start < LONGEST_WORD && !isSpace(before[start - 1])) start--;
  return start;
}

function toWordEnd(before: string, after: string, length: number): number {
  const isBoundary = (tail: number): boolean => isSpace(before[before.length - tail]);
  const endsWithSpace = (text: string): boolean => isSpace(text[text.length - length - 1]);
  if (endsWithSpace(before) && endsWithSpace(after)) return length;
  let tail = length;
  while (!isBoundary(tail) && length - tail < LONGEST_WORD) tail--;
  return tail;
}
