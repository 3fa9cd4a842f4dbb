/**
 * Whether a number of JSON is still the same once it is read: not where it needs more digits than a JavaScript number
 * has, is too large or too small for one, or is -0, which cannot be written again. `1.0` and `1e2` are exact: they are
 * the numbers 1 and 100, however they are written.
 */
function isExact(text: string): boolean {
  const read = String(Number(text));
  return read === text || toDecimal(read) === toDecimal(text);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/** One text for one number: its digits without zeros around them, and the power of ten that they are multiplied by. */
function toDecimal(text: string): string {
  const [whole, sign = '', integer = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return text;
  const digits = `${integer}${fraction}`.replace(/^0+/, '');
  let length = digits.length;
  while (digits.charAt(length - 1) === '0') length--;
  if (length === 0) return `${sign}0`;
  return `${sign}${digits.slice(0, length)}e${Number(exponent) - fraction.length + digits.length - length}`;
}

/** The body of a page, taken apart without being read: JSON.parse of all of it would cost more than anything else. */
export interface SplitPage {
  /** The body with an empty list of results: still to be parsed. */
  readonly envelope: string;
  /** Each result: still to be parsed. Where there are too many, those up to one more than that. */
  readonly results: readonly SplitRecord[];
  /** Where the list of results begins, after its bracket. */
  readonly start: number;
  /** A comma has nothing before it or nothing after it, which is no record. */
  readonly hasEmptyElement: boolean;
  /** Names that the outermost object has more than once: nobody can say which value counts. */
  readonly namedTwice: ReadonlySet<string>;
  /** What follows the end of the outermost object, without white space around; empty in any JSON. */
  readonly rest: Buffer;
}

/** A record in its bytes, and what is seen of it on the way to its end. If they are not JSON, it means nothing. */
export interface SplitRecord {
  readonly bytes: Buffer;
  /** How many members all its objects have, each as often as it comes. */
  readonly members: number;
  /** How many lists and objects stand within one another. */
  readonly depth: number;
  /** Whether one of its numbers is another one once it is read. */
  readonly hasInexactNumber: boolean;
}

/** More records than this are no page: the whole collection has some 12,300 cases. */
export const MAX_RECORDS = 20_000;

const [TAB, LINE_FEED, RETURN, SPACE, QUOTE, COMMA, COLON] = [9, 10, 13, 32, 34, 44, 58] as const;
const [OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 92, 93, 123, 125] as const;
const [MINUS, ZERO, NINE] = [45, 48, 57] as const;

/**
 * Finds the elements of the list `results` of the outermost object by their brackets alone. Undefined where there is
 * no such list. Proves nothing: bytes that are not JSON come back in the envelope, in a result or in the rest, so a
 * body is JSON if, and only if, there is no rest and all the others are.
 */
export function splitPage(body: Buffer): SplitPage | 'results twice' | undefined {
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
      // JSON.parse would take the last one, and tell nothing of the others.
      if (names.has(key)) namedTwice.add(key);
      if (namedTwice.has('results')) return 'results twice';
      names.add(key);
      if (key !== 'results') continue;
      const list = skipSpace(body, skipSpace(body, end) + 1);
      if (body[list] !== OPEN_LIST) continue;
      found = splitList(body, list);
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

/** The `id` of a record that is no JSON, where it can be told; undefined where it cannot. */
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

/** The name that the string from `start` to `end` is, however it is written; undefined where it is a value. */
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
    return undefined; // no JSON: then the whole page is none, and is found out later
  }
}

/** The records of a list that has lost its brackets; one, where the bytes are those of one value. */
export function splitRecords(list: Buffer): readonly SplitRecord[] {
  return splitList(list, -1).results;
}

/** The elements of the list that begins at `start`, and the range of all between its brackets. */
function splitList(body: Buffer, start: number) {
  const from = start + 1;
  const results: SplitRecord[] = [];
  let element = from;
  let [members, deepest, hasInexactNumber] = [0, 1, false];
  let hasEmptyElement = false;
  const endRecord = (first: number, end: number): void => {
    if (first >= end) {
      hasEmptyElement = true;
      return;
    }
    results.push({ bytes: body.subarray(first, end), members, depth: deepest - 1, hasInexactNumber });
    [members, deepest, hasInexactNumber] = [0, 1, false];
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

/** The place after the value that begins there, by its brackets alone; the end of the bytes where they do not fit. */
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

/** The place after the number that begins there; as a negative number where it is more than an integer of few digits. */
function skipNumber(body: Buffer, start: number): number {
  let at = start + 1;
  while (isDigit(body[at])) at++;
  const isPlain = at - start <= MAX_SAFE_DIGITS && !isOfNumber(body[at]);
  if (isPlain) return at;
  while (isDigit(body[at]) || isOfNumber(body[at])) at++;
  return -at;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;
/** What a number can hold beside digits: `.`, `e`, `E`, `+` and `-`. */
const isOfNumber = (byte: number | undefined): boolean =>
  byte === 46 || byte === 101 || byte === 69 || byte === 43 || byte === MINUS;

/** The place after the string that begins with the quote at `start`. */
function skipString(body: Buffer, start: number): number {
  for (let at = start + 1; ; at++) {
    at = body.indexOf(QUOTE, at);
    if (at === -1) return body.length;
    let backslashes = 0;
    while (body[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
}

export function skipSpace(body: Buffer, start: number): number {
  let at = start;
  for (
    let byte = body[at];
    byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB;
    byte = body[at]
  )
    at++;
  return at;
}
