/** The body of a page, taken apart without being read: JSON.parse of all of it would cost more than anything else. */
export interface SplitPage {
  /** The body with an empty list of results: still to be parsed. */
  readonly envelope: string;
  /** The bytes of each result: still to be parsed. Where there are too many, those up to one more than that. */
  readonly results: readonly Buffer[];
  /** Where the list of results begins, after its bracket. */
  readonly start: number;
}

/** More records than this are no page: the whole collection has some 12,300 cases. */
export const MAX_RECORDS = 20_000;

const [TAB, LINE_FEED, RETURN, SPACE, QUOTE, COMMA, COLON] = [9, 10, 13, 32, 34, 44, 58] as const;
const [OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 92, 93, 123, 125] as const;
const RESULTS = Buffer.from('"results"');

/**
 * Finds the elements of the list `results` of the outermost object by their brackets alone. Undefined where there is
 * not exactly one such list. Proves nothing: bytes that are not JSON come back in the envelope or in a result, so a
 * body is JSON if, and only if, all of them are.
 */
export function splitPage(body: Buffer): SplitPage | undefined {
  let at = skipSpace(body, 0);
  if (body[at] !== OPEN_OBJECT) return undefined;
  at++;
  let found: { readonly from: number; readonly to: number; readonly results: Buffer[] } | undefined;
  for (let depth = 1; depth > 0 && at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      const end = skipString(body, at);
      const key = depth === 1 ? toKey(body, at, end) : 'no key';
      at = end - 1;
      if (key === 'another key' || key === 'no key') continue;
      const list = skipSpace(body, skipSpace(body, end) + 1);
      // With a name in escapes, or with two lists, it is for JSON.parse to say what counts.
      if (key === 'with escapes' || found !== undefined || body[list] !== OPEN_LIST) return undefined;
      found = splitList(body, list);
      if (found.results.length > MAX_RECORDS) break;
      at = found.to;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
  }
  if (found === undefined) return undefined;
  const { from, to, results } = found;
  if (results.length > MAX_RECORDS) return { envelope: '', results, start: from };
  return { envelope: `${body.toString('utf8', 0, from)}${body.toString('utf8', to)}`, results, start: from };
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

/** What the string from `start` to `end` is to the object that it stands in. */
function toKey(
  body: Buffer,
  start: number,
  end: number,
): 'no key' | 'results' | 'another key' | 'with escapes' {
  if (body[skipSpace(body, end)] !== COLON) return 'no key';
  const key = body.subarray(start, end);
  if (key.equals(RESULTS)) return 'results';
  return key.includes(BACKSLASH) ? 'with escapes' : 'another key';
}

/** The elements of the list that begins at `start`, and the range of all between its brackets. */
function splitList(body: Buffer, start: number) {
  const from = start + 1;
  const results: Buffer[] = [];
  let element = from;
  let at = from;
  for (let depth = 1; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) at = skipString(body, at) - 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (--depth === 0) break;
    } else if (byte === COMMA && depth === 1) {
      results.push(body.subarray(skipSpace(body, element), at));
      element = at + 1;
      if (results.length > MAX_RECORDS) break;
    }
  }
  const last = skipSpace(body, element);
  if (results.length > 0 || last < at) results.push(body.subarray(last, at));
  return { from, to: at, results };
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
