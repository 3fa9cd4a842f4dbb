/**
 * Whether a JSON number keeps its value when parsed. It does not if it needs more digits than a JavaScript number has,
 * is too large or too small, or is -0, which JSON.stringify cannot write (A37). `1.0` and `1e2` are exact: they equal 1 and
 * 100.
 */
function isExact(text: string): boolean {
  const read = String(Number(text));
  return read === text || toDecimal(read) === toDecimal(text);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/** A canonical text for a number: its digits without zeros at either end, and the power of ten. */
function toDecimal(text: string): string {
  const [whole, sign = '', integer = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return text;
  const digits = `${integer}${fraction}`.replace(/^0+/, '');
  let length = digits.length;
  while (digits.charAt(length - 1) === '0') length--;
  if (length === 0) return `${sign}0`;
  return `${sign}${digits.slice(0, length)}e${Number(exponent) - fraction.length + digits.length - length}`;
}

/** The body of a page, split but not parsed: JSON.parse of the whole body would cost more than anything else. */
export interface SplitPage {
  /** The unparsed body with an empty list of results. */
  readonly envelope: string;
  /** Each unparsed result. If there are too many, only one more than the maximum. */
  readonly results: readonly SplitRecord[];
  /** The position of the list of results, after its bracket. */
  readonly start: number;
  /** A comma has no record before it or after it. */
  readonly hasEmptyElement: boolean;
  /** Names that occur more than once in the outermost object, so that their value is ambiguous (A38). */
  readonly namedTwice: ReadonlySet<string>;
  /** The text after the end of the outermost object, without surrounding white space; empty in valid JSON. */
  readonly rest: Buffer;
}

/** A record as bytes, with properties found while scanning it. If the bytes are not JSON, they mean nothing. */
export interface SplitRecord {
  readonly bytes: Buffer;
  /** The total number of members of all its objects, repeated ones included. */
  readonly members: number;
  /** The maximum depth of nested lists and objects. */
  readonly depth: number;
  /** Whether parsing would change one of its numbers. */
  readonly hasInexactNumber: boolean;
  /** Set where the record was recognized as a stored one; the figures above mean nothing then. */
  readonly known?: RecognizedRecord;
}

/** A stored record, recognized in the bytes of a page. */
export interface RecognizedRecord {
  readonly rawHash: string;
  /** The place after its last byte. */
  readonly end: number;
}

/** Recognizes the stored record that begins at a place; undefined where none does. */
export type RecognizeRecord = (body: Buffer, start: number) => RecognizedRecord | undefined;

/** A page with more records is rejected: the whole collection has about 12,300 cases (A29). */
export const MAX_RECORDS = 20_000;

const [TAB, LINE_FEED, RETURN, SPACE, QUOTE, COMMA, COLON] = [9, 10, 13, 32, 34, 44, 58] as const;
const [OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 92, 93, 123, 125] as const;
const [MINUS, ZERO, NINE] = [45, 48, 57] as const;

/**
 * Finds the elements of the list `results` of the outermost object by their brackets alone; undefined if there is no
 * such list. This proves nothing about the bytes: anything that is not JSON is returned in the envelope, a result or
 * the rest. So the body is valid JSON exactly if there is no rest and all other parts are valid.
 */
export function splitPage(
  body: Buffer,
  recognize?: RecognizeRecord,
): SplitPage | 'results twice' | undefined {
  let at = skipSpace(body, 0);
  if (body[at] !== OPEN_OBJECT) return undefined;
  at++;
  let found: ReturnType<typeof splitList> | undefined;
  const names = new Set<string>();
  const namedTwice = new Set<string>();
  for (let depth = 1; depth > 0 && at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      const end = skipString(body, at);
      const key = depth === 1 ? readKey(body, at, end) : undefined;
      at = end - 1;
      if (key === undefined) continue;
      // JSON.parse would use the last one silently.
      if (names.has(key)) namedTwice.add(key);
      if (namedTwice.has('results')) return 'results twice';
      names.add(key);
      if (key !== 'results') continue;
      const list = skipSpace(body, skipSpace(body, end) + 1);
      if (body[list] !== OPEN_LIST) continue;
      found = splitList(body, list, recognize);
      if (found.results.length > MAX_RECORDS) break;
      at = found.to;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
  }
  if (found === undefined) return undefined;
  const { from, to, results, hasEmptyElement } = found;
  const isTooLong = results.length > MAX_RECORDS;
  const envelope = isTooLong ? '' : `${body.toString('utf8', 0, from)}${body.toString('utf8', to, at)}`;
  const rest = body.subarray(skipSpace(body, at));
  return { envelope, results, start: from, hasEmptyElement, namedTwice, rest };
}

const ID = Buffer.from('"id"');

/** The `id` of a record that is not JSON; undefined if it cannot be determined. */
export function findCaseId(record: Buffer): number | undefined {
  let depth = 0;
  for (let at = 0; at < record.length; at++) {
    const byte = record[at];
    if (byte === QUOTE) {
      const end = skipString(record, at);
      const isKey = depth === 1 && record[skipSpace(record, end)] === COLON;
      if (isKey && record.subarray(at, end).equals(ID)) {
        const value = record.toString('latin1', skipSpace(record, end) + 1, end + 40);
        const [, digits] = /^\s*(\d{1,15})\s*[,}]/.exec(value) ?? [];
        return digits === undefined ? undefined : Number(digits);
      }
      at = end - 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
  }
  return undefined;
}

/** The name in the string from `start` to `end`, with its escapes decoded; undefined if the string is a value. */
function readKey(body: Buffer, start: number, end: number): string | undefined {
  if (body[skipSpace(body, end)] !== COLON) return undefined;
  const key = body.toString('utf8', start, end);
  if (!key.includes('\\')) return key.slice(1, -1);
  const read = readString(key);
  return typeof read === 'string' ? read : undefined;
}

function readString(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON. The whole page then fails to parse later.
  }
}

/** Splits the records of a list whose brackets are missing; returns one record if the bytes are a single value. */
export function splitRecords(list: Buffer): readonly SplitRecord[] {
  return splitList(list, -1).results;
}

/** The elements of the list that starts at `start`, and the byte range between its brackets. */
function splitList(body: Buffer, start: number, recognize?: RecognizeRecord) {
  const from = start + 1;
  const results: SplitRecord[] = [];
  let element = from;
  let [members, deepest, hasInexactNumber] = [0, 1, false];
  let known: RecognizedRecord | undefined;
  let hasEmptyElement = false;
  const endRecord = (first: number, end: number): void => {
    if (first >= end) {
      hasEmptyElement = true;
      return;
    }
    const bytes = body.subarray(first, known?.end ?? endWithoutSpace(body, end));
    results.push({ bytes, members, depth: deepest - 1, hasInexactNumber, ...(known && { known }) });
    [members, deepest, hasInexactNumber, known] = [0, 1, false, undefined];
  };
  let at = from;
  for (let depth = 1; at < body.length; at++) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) at = skipString(body, at) - 1;
    else if (byte === COLON) members++;
    else if (byte === COMMA) {
      if (depth > 1) continue;
      endRecord(skipSpace(body, element), at);
      element = at + 1;
      if (results.length > MAX_RECORDS) break;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (depth === 1 && recognize !== undefined && at === skipSpace(body, element)) {
        known = recognizeWhole(body, at, recognize);
        if (known !== undefined) {
          at = known.end - 1;
          continue;
        }
      }
      if (++depth > deepest) deepest = depth;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (--depth === 0) break;
    } else if ((byte >= ZERO && byte <= NINE) || byte === MINUS) {
      const end = skipNumber(body, at);
      // Integers of so few digits are exact, and nearly all numbers are such; a minus alone may be that of -0.
      if ((end < 0 || byte === MINUS) && !isExact(body.toString('latin1', at, Math.abs(end))))
        hasInexactNumber = true;
      at = Math.abs(end) - 1;
    }
  }
  const last = skipSpace(body, element);
  if (results.length > 0 || last < at) endRecord(last, at);
  return { from, to: at, results, hasEmptyElement };
}

/** A stored record that begins there, and after which the list goes on or ends. */
function recognizeWhole(
  body: Buffer,
  start: number,
  recognize: RecognizeRecord,
): RecognizedRecord | undefined {
  const known = recognize(body, start);
  if (known === undefined) return undefined;
  const after = body[skipSpace(body, known.end)];
  return after === COMMA || after === CLOSE_LIST ? known : undefined;
}

/**
 * The position after the value at `start`, found by its brackets alone; the end of the bytes if they are unbalanced.
 */
export function skipValue(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) at = skipString(body, at) - 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth <= 0) return at + 1;
  }
  return body.length;
}

const MAX_SAFE_DIGITS = 15;

/** The position after the number at `start`, negated if the number is more than an integer of few digits. */
function skipNumber(body: Buffer, start: number): number {
  let at = start + 1;
  while (isDigit(body[at])) at++;
  const isPlain = at - start <= MAX_SAFE_DIGITS && !isOfNumber(body[at]);
  if (isPlain) return at;
  while (isDigit(body[at]) || isOfNumber(body[at])) at++;
  return -at;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;
/** The characters of a number besides digits: `.`, `e`, `E`, `+` and `-`. */
const isOfNumber = (byte: number | undefined): boolean =>
  byte === 46 || byte === 101 || byte === 69 || byte === 43 || byte === MINUS;

/** The position after the string that starts with the quote at `start`. */
function skipString(body: Buffer, start: number): number {
  for (let at = start + 1; ; at++) {
    at = body.indexOf(QUOTE, at);
    if (at === -1) return body.length;
    let backslashes = 0;
    while (body[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
}

const isSpace = (byte: number | undefined): boolean =>
  byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB;

export function skipSpace(body: Buffer, start: number): number {
  let at = start;
  while (isSpace(body[at])) at++;
  return at;
}

/** The position after the last byte before `end` that is not white space. */
function endWithoutSpace(body: Buffer, end: number): number {
  let at = end;
  while (isSpace(body[at - 1])) at--;
  return at;
}
