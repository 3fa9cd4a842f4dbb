import { isJsonObject, type JsonValue } from '../../json.ts';
import { clipText } from './layout.ts';
import { renderCount } from './units.ts';
import type { WritingStyle } from './writing-style.ts';

const WIDEST_VALUE = 80;

/** Says a value. In parentheses stands what is no text: that there is none, null, or a text without letters. */
export function toValueWords(value: JsonValue | undefined, style: WritingStyle): string {
  if (value === undefined) return '(absent)';
  if (value === null) return '(null)';
  if (value === '') return '(empty)';
  if (Array.isArray(value) && value.length === 0) return '(empty list)';
  const text = toText(value);
  const words = style.text(clipText(text, WIDEST_VALUE));
  return text.length > 2 * WIDEST_VALUE ? `${words} (${renderCount(text.length)} characters)` : words;
}

/** Says "from one value to another", so that the words differ as the values do. */
export function toChangeWords(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  style: WritingStyle,
): string {
  const words = [toValueWords(before, style), toValueWords(after, style)] as const;
  const areOfTwoKinds = before != null && after != null && typeof before !== typeof after;
  const [from, to] =
    areOfTwoKinds || words[0] === words[1] ? [toJsonWords(before, style), toJsonWords(after, style)] : words;
  return from === to ? `from ${from} to another value that begins alike` : `from ${from} to ${to}`;
}

export function toJsonWords(value: JsonValue | undefined, style: WritingStyle): string {
  return value === undefined ? '(absent)' : style.text(clipText(JSON.stringify(value), WIDEST_VALUE));
}

function toText(value: Exclude<JsonValue, null>): string {
  if (typeof value === 'string') return needsQuotes(value) ? JSON.stringify(value) : value;
  if (isJsonObject(value)) {
    const [only, ...others] = Object.keys(value);
    if (only === 'value' && others.length === 0 && typeof value.value === 'string') return value.value;
    if (typeof value.name === 'string' && value.name.trim() !== '') return value.name;
  }
  return JSON.stringify(value);
}

/** A text that could be taken for one of our own words, or that ends in white space which nobody would see. */
function needsQuotes(text: string): boolean {
  return /^\s|\s$|^\((?:absent|null|empty|empty list)\)$/.test(text);
}
