import { clipText } from './layout.ts';
import type { EntryChange } from '../../history/case-change.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { toFieldSentences } from './field-sentences.ts';

import type { WritingStyle } from './writing-style.ts';

const WIDEST_NUMBER = 12;

type EditedEntry = Extract<EntryChange, { kind: 'entry edited' }>;

/** A docket entry in one line: its number, its day, what it says. */
export function toEntryWords(entry: JsonObject, style: WritingStyle): string {
  const day = toDay(entry.date_filed);
  const description = toText(entry.description);
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
  const number = toText(entry.entry_number);
  return number === '' ? '(no number)' : style.text(clipText(number, WIDEST_NUMBER));
}

function toDay(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : null;
}

function toText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return (typeof value === 'string' ? value : JSON.stringify(value)).trim();
}
