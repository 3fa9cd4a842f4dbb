import { clipText } from './layout.ts';
import { compareObjects, type FieldChange } from '../../cases/compare-cases.ts';
import { toPlainText } from '../../cases/plain-text.ts';
import type { JsonValue } from '../../json.ts';
import { pairElements } from './pair-elements.ts';
import { toTextDifference } from './text-difference.ts';
import { renderCount } from './units.ts';
import { toChangeWords, toJsonWords, toValueWords } from './value-words.ts';
import type { WritingStyle } from './writing-style.ts';

/** Texts longer than this are not printed whole, but where they differ. */
const LONGEST_WHOLE = 80;
const WIDEST_STRETCH = 160;
const MOST_ELEMENTS = 8;

/** Says in plain words how fields changed; changes of one list stand one after the other and become one sentence. */
export function toFieldSentences(changes: readonly FieldChange[], style: WritingStyle): string[] {
  const byField = new Map<string, FieldChange[]>();
  for (const change of changes) {
    const place = `${change.kind === 'changed' ? 'value' : 'list'} ${change.field}`;
    const same = byField.get(place);
    if (same === undefined) byField.set(place, [change]);
    else same.push(change);
  }
  return [...byField.values()].flatMap((some) => {
    const field = style.field(clipText(some[0]?.field ?? '', LONGEST_WHOLE));
    return some[0]?.kind === 'changed'
      ? some.map((one) => toValueSentence(field, one, style))
      : toListSentences(field, some, style);
  });
}

function toValueSentence(field: string, { before, after }: FieldChange, style: WritingStyle): string {
  if (typeof before === 'string' && typeof after === 'string' && (isLong(before) || isLong(after)))
    return toTextSentence(field, before, after, style);
  return `${field} changed ${toChangeWords(before, after, style)}`;
}

const isHtml = (text: string): boolean => /<[a-z!/][^<>]*>/i.test(text);
const isLong = (text: string): boolean => text.length > LONGEST_WHOLE || text.includes('\n') || isHtml(text);

function toTextSentence(field: string, before: string, after: string, style: WritingStyle): string {
  if (before === '' || after === '')
    return `${field} changed from ${toValueWords(before, style)} to ${toValueWords(after, style)}`;
  const read = isHtml(before) || isHtml(after) ? toPlainText : (text: string): string => text;
  const [old, now] = [read(before), read(after)];
  if (old === now) return `${field} changed in its markup only`;
  const quote = (text: string): string => `"${style.text(clipText(text, WIDEST_STRETCH))}"`;
  const stretch = toTextDifference(old, now);
  const size = `(${renderCount(old.length)} to ${renderCount(now.length)} characters)`;
  if (stretch.before === '' && stretch.after === '') return `${field} changed in its white space only`;
  if (stretch.lead === '' && stretch.isAtEnd)
    return `${field} changed from ${quote(old)} to ${quote(now)} ${size}`;
  const where = stretch.lead === '' ? 'at the beginning' : `after ${quote(`…${stretch.lead}`)}`;
  if (stretch.before !== '' && stretch.after !== '')
    return `${field}: ${where}, ${quote(stretch.before)} became ${quote(stretch.after)} ${size}`;
  const [what, text] = stretch.before === '' ? ['added', stretch.after] : ['removed', stretch.before];
  return `${field}: text ${what} ${stretch.isAtEnd ? 'at the end' : where}: ${quote(text)} ${size}`;
}

function toListSentences(field: string, changes: readonly FieldChange[], style: WritingStyle): string[] {
  const { edited, added, removed } = pairElements(changes);
  const gone = new Set(removed.map((one) => toValueWords(one, style)));
  const lookAlike = added.some((one) => gone.has(toValueWords(one, style)));
  const list = (some: readonly JsonValue[]): string => {
    const words = some
      .slice(0, MOST_ELEMENTS)
      .map((one) => (lookAlike ? toJsonWords(one, style) : toValueWords(one, style)));
    const rest = some.length - words.length;
    return `${words.join('; ')}${rest > 0 ? `; and ${renderCount(rest)} more` : ''}`;
  };
  return [
    ...edited.flatMap(([before, after]) =>
      toFieldSentences(compareObjects(before, after, ''), style).map(
        (sentence) => `${field}, ${toValueWords(before, style)}: ${sentence}`,
      ),
    ),
    ...(removed.length === 0 ? [] : [`${field}: removed ${list(removed)}`]),
    ...(added.length === 0 ? [] : [`${field}: added ${list(added)}`]),
  ];
}
