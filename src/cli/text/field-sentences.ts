import { compareObjects } from '../../case/diff.ts';
import { toCanonicalJson } from '../../case/fingerprint.ts';
import { toPlainText } from '../../case/plain-text.ts';
import type { ShownChange, Side } from '../../case/shown-fields.ts';
import type { EntryChange } from '../../history/changes.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../lib/json.ts';
import { clipText, renderCount } from '../../lib/layout.ts';
import type { WritingStyle } from './style.ts';

/** The elements that were removed from a list, those that were added, and those that were edited. */
export interface PairedElements {
  readonly edited: readonly (readonly [before: JsonObject, after: JsonObject])[];
  readonly removed: readonly ShownChange[];
  readonly added: readonly ShownChange[];
  /** Whether elements differ only in what is not shown. */
  readonly isUnseen: boolean;
}

/**
 * Pairs a removed and an added object with the same name, if no others have that name: the object was edited. Elements of
 * which the same is shown differ in what is not.
 */
function pairElements(changes: readonly ShownChange[]): PairedElements {
  const removed = changes.filter(({ kind }) => kind === 'removed');
  const added = changes.filter(({ kind }) => kind === 'added');
  const [olds, news] = [toSingles(removed, 'before'), toSingles(added, 'after')];
  const edited = [...olds].flatMap(([name, before]) => {
    const after = news.get(name);
    return after === undefined ? [] : [[before, after] as const];
  });
  const paired = new Set<JsonValue | undefined>(edited.flat());
  const [left, more] = [
    removed.filter(({ before }) => !paired.has(before)),
    added.filter(({ after }) => !paired.has(after)),
  ];
  const alike = toAlike(left, more);
  return {
    edited,
    removed: left.filter((change) => !alike.has(change)),
    added: more.filter((change) => !alike.has(change)),
    isUnseen: alike.size > 0,
  };
}

/** The removed and the added elements of which the same is shown, in pairs. */
function toAlike(removed: readonly ShownChange[], added: readonly ShownChange[]): Set<ShownChange> {
  if (![...removed, ...added].some(({ withheld }) => withheld !== undefined)) return new Set();
  const byKey = new Map<string, ShownChange[]>();
  for (const change of removed) {
    const key = toSeen(change, 'before');
    byKey.set(key, [...(byKey.get(key) ?? []), change]);
  }
  return new Set(
    added.flatMap((change) => {
      const other = byKey.get(toSeen(change, 'after'))?.pop();
      return other === undefined ? [] : [other, change];
    }),
  );
}

/** The objects whose name is unique. */
function toSingles(changes: readonly ShownChange[], side: Side): Map<string, JsonObject> {
  const singles = new Map<string, JsonObject>();
  const twice = new Set<string>();
  for (const { [side]: element } of changes) {
    if (!isJsonObject(element) || typeof element.name !== 'string') continue;
    if (singles.has(element.name)) twice.add(element.name);
    singles.set(element.name, element);
  }
  for (const name of twice) singles.delete(name);
  return singles;
}

/** The part in which two texts differ; the text before and after it is the same. */
export interface TextDifference {
  /** The last words before the part. */
  readonly lead: string;
  /** The part in each text; empty if words were only added or only removed. */
  readonly before: string;
  readonly after: string;
  /** Whether the texts end with it. */
  readonly isAtEnd: boolean;
}

const LEAD_LENGTH = 40;

/** Finds the part from the first difference of two texts to the last, extended to whole words. */
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
  // Omits a partial word if there are others.
  return from === 0 ? words : words.replace(/^\S*\s+/, '');
}

/** A word of this many letters is cut nevertheless. */
const MAX_WORD = 40;
const isSpace = (letter: string | undefined): boolean => letter === undefined || /\s/.test(letter);

function toWordStart(before: string, after: string, at: number): number {
  if (isSpace(before[at]) && isSpace(after[at])) return at;
  let start = at;
  while (start > 0 && at - start < MAX_WORD && !isSpace(before[start - 1])) start--;
  return start;
}

function toWordEnd(before: string, after: string, length: number): number {
  const isBoundary = (tail: number): boolean => isSpace(before[before.length - tail]);
  const endsWithSpace = (text: string): boolean => isSpace(text[text.length - length - 1]);
  if (endsWithSpace(before) && endsWithSpace(after)) return length;
  let tail = length;
  while (!isBoundary(tail) && length - tail < MAX_WORD) tail--;
  return tail;
}

const MAX_VALUE = 80;

/** The start of a day as the API writes dates without a time: the zone is that of its server, and the day is what counts. */
const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/** A value in full; of a date without a time, the day. A missing value, null, and an empty text or list are shown in parentheses. */
function toWholeValueText(value: JsonValue | undefined): string {
  if (value === undefined) return '(absent)';
  if (value === null) return '(null)';
  if (value === '') return '(empty)';
  if (typeof value === 'string') return toText(MIDNIGHT.exec(value)?.[1] ?? value);
  return Array.isArray(value) && value.length === 0 ? '(empty list)' : toText(value);
}

const NOT_SHOWN = '(not shown)';

/** Whether nothing of the old or new value is shown, although there is one. */
const isNothingShown = (change: ShownChange, side: Side): boolean =>
  change[side] === null && change.withheld?.includes(side) === true;

/** What is seen of the old or new value, so that two values can be compared. */
const toSeen = (change: ShownChange, side: Side): string =>
  isNothingShown(change, side) ? NOT_SHOWN : change[side] === undefined ? '' : toCanonicalJson(change[side]);

/** The old or new value in full. */
export const toWholeSideText = (change: ShownChange, side: Side): string =>
  isNothingShown(change, side) ? NOT_SHOWN : toWholeValueText(change[side]);

function toSideWords(change: ShownChange, side: Side, style: WritingStyle): string {
  return isNothingShown(change, side) ? NOT_SHOWN : toValueWords(change[side], style);
}

function toValueWords(value: JsonValue | undefined, style: WritingStyle): string {
  const text = toWholeValueText(value);
  const words = style.text(clipText(text, MAX_VALUE));
  return text.length > 2 * MAX_VALUE ? `${words} (${renderCount(text.length)} characters)` : words;
}

/** Renders "from one value to another value", so that the two are visibly different. */
function toChangeWords(change: ShownChange, style: WritingStyle): string {
  const { before, after } = change;
  const words = [toSideWords(change, 'before', style), toSideWords(change, 'after', style)] as const;
  const areOfTwoKinds = before != null && after != null && typeof before !== typeof after;
  const [from, to] =
    areOfTwoKinds || words[0] === words[1] ? [toJsonWords(before, style), toJsonWords(after, style)] : words;
  return from === to ? `from ${from} to another value that begins alike` : `from ${from} to ${to}`;
}

function toJsonWords(value: JsonValue | undefined, style: WritingStyle): string {
  return value === undefined ? '(absent)' : style.text(clipText(JSON.stringify(value), MAX_VALUE));
}

function toText(value: Exclude<JsonValue, null>): string {
  if (typeof value === 'string') return needsQuotes(value) ? JSON.stringify(value) : value;
  if (isJsonObject(value)) {
    const [only, ...others] = Object.keys(value);
    if (only === 'value' && others.length === 0 && typeof value.value === 'string') return value.value;
    if (typeof value.name === 'string' && value.name.trim() !== '') return value.name;
    // A related case that is not public.
    if (only === 'id' && others.join() === 'name' && value.name === null)
      return `case ${JSON.stringify(value.id ?? null)} (no public name)`;
  }
  return JSON.stringify(value);
}

/** A text that looks like one of our own words, or that ends in invisible white space. */
function needsQuotes(text: string): boolean {
  return /^\s|\s$|^\((?:absent|null|empty|empty list|not shown)\)$/.test(text);
}

/** For texts longer than this, only the part that differs is printed. */
const MAX_WHOLE = 80;
const MAX_STRETCH = 160;
const MAX_ELEMENTS = 8;

/** Describes how fields changed. Changes of one list must be consecutive; they become one sentence. */
export function toFieldSentences(changes: readonly ShownChange[], style: WritingStyle): string[] {
  const byField = new Map<string, ShownChange[]>();
  for (const change of changes) {
    const place = `${change.kind === 'changed' ? 'value' : 'list'} ${change.field}`;
    const same = byField.get(place);
    if (same === undefined) byField.set(place, [change]);
    else same.push(change);
  }
  return [...byField.values()].flatMap((some) => {
    const field = style.field(clipText(some[0]?.field ?? '', MAX_WHOLE));
    return some[0]?.kind === 'changed'
      ? some.map((one) => toValueSentence(field, one, style))
      : toListSentences(field, some, style);
  });
}

/** What is said of two values of which the same is shown. */
const toUnseenSentence = (field: string): string => `${field} changed, and what changed is not shown`;

function toValueSentence(field: string, change: ShownChange, style: WritingStyle): string {
  const { before, after } = change;
  if (typeof before === 'string' && typeof after === 'string' && (isLong(before) || isLong(after)))
    return toTextSentence(field, before, after, style);
  if (toSeen(change, 'before') === toSeen(change, 'after')) return toUnseenSentence(field);
  return `${field} changed ${toChangeWords(change, style)}`;
}

const isHtml = (text: string): boolean => /<[a-z!/][^<>]*>/i.test(text);
export const isLong = (text: string): boolean =>
  text.length > MAX_WHOLE || text.includes('\n') || isHtml(text);

function toTextSentence(field: string, before: string, after: string, style: WritingStyle): string {
  if (before === '' || after === '')
    return `${field} changed from ${toValueWords(before, style)} to ${toValueWords(after, style)}`;
  const read = isHtml(before) || isHtml(after) ? toPlainText : (text: string): string => text;
  const [old, now] = [read(before), read(after)];
  if (old === now) return `${field} changed in its markup only`;
  const quote = (text: string): string => `"${style.text(clipText(text, MAX_STRETCH))}"`;
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

function toListSentences(field: string, changes: readonly ShownChange[], style: WritingStyle): string[] {
  const { edited, added, removed, isUnseen } = pairElements(changes);
  const gone = new Set(removed.map((one) => toSideWords(one, 'before', style)));
  const lookAlike = added.some((one) => gone.has(toSideWords(one, 'after', style)));
  const list = (some: readonly ShownChange[], side: Side): string => {
    const words = some
      .slice(0, MAX_ELEMENTS)
      .map((one) =>
        lookAlike && !isNothingShown(one, side)
          ? toJsonWords(one[side], style)
          : toSideWords(one, side, style),
      );
    const rest = some.length - words.length;
    return `${words.join('; ')}${rest > 0 ? `; and ${renderCount(rest)} more` : ''}`;
  };
  return [
    ...edited.flatMap(([before, after]) => {
      const place = `${field}, ${toValueWords(before, style)}`;
      const sentences = toFieldSentences(compareObjects(before, after, ''), style);
      return sentences.length === 0
        ? [toUnseenSentence(place)]
        : sentences.map((sentence) => `${place}: ${sentence}`);
    }),
    ...(isUnseen ? [toUnseenSentence(field)] : []),
    ...(removed.length === 0 ? [] : [`${field}: removed ${list(removed, 'before')}`]),
    ...(added.length === 0 ? [] : [`${field}: added ${list(added, 'after')}`]),
  ];
}

const MAX_NUMBER = 12;

type EditedEntry = Extract<EntryChange, { kind: 'entry edited' }>;

/** A docket entry in one line: number, date, description. */
export function toEntryWords(entry: JsonObject, style: WritingStyle): string {
  const day = toDay(entry.date_filed);
  const description = toOptionalText(entry.description);
  return [
    toEntryNumber(entry, style),
    ...(day === null ? [] : [`(${day})`]),
    description === '' ? '(no description)' : style.text(clipText(description, style.longest)),
  ].join(' ');
}

export function toEditedEntrySentence({ before, edits }: EditedEntry, style: WritingStyle): string {
  const what =
    edits.length === 0 ? 'nothing but the order of its parts' : toFieldSentences(edits, style).join('; ');
  const day = toDay(before.date_filed);
  return `was edited: docket entry ${toEntryNumber(before, style)}${day === null ? '' : ` (${day})`}, ${what}`;
}

function toEntryNumber(entry: JsonObject, style: WritingStyle): string {
  const number = toOptionalText(entry.entry_number);
  return number === '' ? '(no number)' : style.text(clipText(number, MAX_NUMBER));
}

function toDay(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : null;
}

function toOptionalText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return (typeof value === 'string' ? value : JSON.stringify(value)).trim();
}

const VALUES = { before: 'old_value', after: 'new_value' } as const;

/** The values of a change, and which of them are not shown or not in whole. JSON.stringify omits a member that is undefined. */
export function toValuesJson({
  before,
  after,
  withheld,
}: Partial<Pick<ShownChange, 'before' | 'after' | 'withheld'>>) {
  return {
    [VALUES.before]: before,
    [VALUES.after]: after,
    withheld: withheld?.map((side) => VALUES[side]),
  };
}
