import { randomUUID } from 'node:crypto';
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import { type CasePayload, DOCKET_ENTRY_FIELDS, type FieldKind } from './payload.ts';
import { skipValue } from './split-page.ts';

/*
 * Docket entries are 90 % of the bytes of the collection, and nearly all of them have one shape: the documented fields
 * in order, no attachments, no white space. Such an entry is recognized by its bytes and never becomes an object. An
 * entry of another shape is parsed. If the docket contains anything except entries, the whole record is parsed.
 */

/** The entries of a case's docket that were recognized by their bytes. */
export interface PlainEntries {
  /**
   * For each entry of the docket, in the API's order: its values as a JSON list, in the order of `DOCKET_ENTRY_FIELDS`
   * and with `["[]"]` in place of an empty list; null if the entry was parsed. The text holds one character per byte of
   * UTF-8.
   */
  readonly lines: readonly (string | null)[];
  /** The id of each entry: a positive safe integer, unique in the docket. */
  readonly ids: readonly number[];
}

/** The content of a record. */
export interface RecordContent<Payload extends JsonValue = JsonValue> {
  /** Its list of docket entries holds only those that are not in `plain`. */
  readonly payload: Payload;
  readonly plain: PlainEntries | null;
}
export type CaseContent = RecordContent<CasePayload>;

const INTEGER = '0|[1-9]\\d{0,14}';
/** Only the escapes that JSON.stringify also writes, so equal texts always have equal bytes. */
const TEXT = '"[^"\\\\\\x00-\\x1f]*(?:\\\\["\\\\bfnrt][^"\\\\\\x00-\\x1f]*)*"';
const VALUES: Partial<Record<FieldKind, string>> = { integer: INTEGER, text: TEXT, attachments: '\\[\\]' };

const ENTRY_FIELDS = Object.entries(DOCKET_ENTRY_FIELDS);
/** A plain entry and the comma or bracket after it. Each value is a group. */
const PLAIN_ENTRY = new RegExp(
  `\\{${ENTRY_FIELDS.map(([name, kind]) => `"${name}":(${VALUES[kind] ?? ''}|null)`).join(',')}\\}[,\\]]`,
  'y',
);
const ID_GROUP = 1 + ENTRY_FIELDS.findIndex(([name]) => name === 'id');
const ATTACHMENTS = ENTRY_FIELDS.findIndex(([name]) => name === 'attachments');

const LIST = Buffer.from('"docket_entries":[');
/** A placeholder for the list in the rest of the record. It proves which list was taken out. */
const LIST_MARK = `list of docket entries ${randomUUID()}`;
/** With more bytes the expression could run out of stack. The largest recorded case has 1.9 MB. */
const MAX_BYTES = 4 * 2 ** 20;
/** If more than a third of the entries must be parsed, it is faster to parse the whole docket. */
const MAX_PARSED_SHARE = 1 / 3;

const [COMMA, OPEN_OBJECT, CLOSE_LIST] = [44, 123, 93] as const;

/**
 * Reads a record of valid UTF-8 whose docket entries are all or nearly all plain. Returns null for any other record:
 * the caller must parse it. Throws a SyntaxError if the record is not JSON. The result has the same content as the
 * parsed record, provided that no object in the record contains a name twice ({@link countPlainMembers}) and every
 * number is exact.
 */
export function readPlainRecord(bytes: Buffer): RecordContent | null {
  if (bytes.length > MAX_BYTES) return null;
  const start = bytes.indexOf(LIST);
  if (start === -1) return null;
  const from = start + LIST.length;
  const read = readEntries(bytes, from);
  if (read === null) return null;
  const { lines, ids, parsed, end } = read;
  const rest = `${bytes.toString('utf8', 0, from - 1)}${JSON.stringify(LIST_MARK)}${bytes.toString('utf8', end)}`;
  const payload = JSON.parse(rest) as JsonValue;
  const docket = isJsonObject(payload) ? payload.main_docket : undefined;
  if (!isJsonObject(docket) || docket.docket_entries !== LIST_MARK) return null;
  docket.docket_entries = parsed;
  return { payload, plain: { lines, ids } };
}

/** Reads the list whose first entry begins there. Null if it is empty or contains anything except entries. */
function readEntries(bytes: Buffer, from: number) {
  const text = bytes.toString('latin1', from);
  const lines: (string | null)[] = [];
  const ids: number[] = [];
  const parsed: JsonObject[] = [];
  const maxParsed = Math.max(4, (text.length * MAX_PARSED_SHARE) / MIN_ENTRY_BYTES);
  let at = 0;
  for (let hasNext = true; hasNext;) {
    PLAIN_ENTRY.lastIndex = at;
    const found = PLAIN_ENTRY.exec(text);
    if (found === null) {
      if (text.charCodeAt(at) !== OPEN_OBJECT || parsed.length > maxParsed) return null;
      const end = skipValue(bytes, from + at) - from;
      const entry = JSON.parse(bytes.toString('utf8', from + at, from + end)) as JsonObject;
      if (!hasEveryField(entry)) return null;
      lines.push(null);
      ids.push(entry.id as number);
      parsed.push(entry);
      at = end + 1;
    } else {
      lines.push(toLine(found));
      ids.push(Number(found[ID_GROUP]));
      at = PLAIN_ENTRY.lastIndex;
    }
    const after = text.charCodeAt(at - 1);
    if (after !== COMMA && after !== CLOSE_LIST) return null;
    hasNext = after === COMMA;
  }
  const hasOwnIds = ids.every((id) => id > 0) && new Set(ids).size === ids.length;
  return hasOwnIds ? { lines, ids, parsed, end: from + at } : null;
}

const MIN_ENTRY_BYTES = ENTRY_FIELDS.reduce((sum, [name]) => sum + name.length + '"":0,'.length, 1);

function toLine(found: RegExpExecArray): string {
  const values = found.slice(1);
  if (values[ATTACHMENTS] !== 'null') values[ATTACHMENTS] = '["[]"]';
  return `[${values.join(',')}]`;
}

/** Whether an entry has exactly the documented fields, and numbers in the same fields as plain entries. */
function hasEveryField(entry: JsonObject): boolean {
  const { id, row_number } = entry;
  return (
    Object.keys(entry).length === ENTRY_FIELDS.length &&
    ENTRY_FIELDS.every(([name]) => Object.hasOwn(entry, name)) &&
    Number.isSafeInteger(id) &&
    (row_number === null || Number.isSafeInteger(row_number))
  );
}

/** The number of members of the plain entries. */
export function countPlainMembers({ lines }: PlainEntries): number {
  let members = 0;
  for (const line of lines) if (line !== null) members += ENTRY_FIELDS.length;
  return members;
}

/** The case with all of its docket entries as objects. */
export function toWholePayload({ payload, plain }: CaseContent): CasePayload {
  const docket = payload.main_docket;
  if (plain === null || !isJsonObject(docket)) return payload;
  const parsed = docket.docket_entries as JsonObject[];
  const lists = JSON.parse(toListBytes(plain).toString()) as (JsonValue[] | null)[];
  let parsedBefore = 0;
  const entries = lists.map((values) => {
    if (values === null) return parsed[parsedBefore++] ?? {};
    const members = ENTRY_FIELDS.map(([name], at): [string, JsonValue] => {
      const value = values[at] as JsonValue;
      return [name, Array.isArray(value) ? [] : value];
    });
    return Object.fromEntries(members);
  });
  return { ...payload, main_docket: { ...docket, docket_entries: entries } };
}

/** The lines as one JSON list in UTF-8. In place of each parsed entry stands the next of `others`, or null. */
export function toListBytes({ lines }: PlainEntries, others: readonly (string | null)[] = []): Buffer {
  let used = 0;
  const all: string[] = [];
  for (const line of lines) all.push(line ?? Buffer.from(others[used++] ?? 'null').toString('latin1'));
  return Buffer.from(`[${all.join(',')}]`, 'latin1');
}
