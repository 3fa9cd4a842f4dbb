import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { MirrorError } from '../errors/mirror-error.ts';
import type { JsonValue } from '../lib/json.ts';
import { decodeStrayBytes } from './decode-body.ts';
import * as fields from './payload.ts';
import { type CasePayload, parseCasePayload } from './payload.ts';
import { type CaseContent, type RecordContent, countPlainMembers, readPlainRecord } from './plain-entries.ts';
import type { RecognizedRecord, SplitRecord } from './split-page.ts';

/** A record of a list: a case, or something that is not a case or cannot be parsed. */
export type PageRecord = CaseRecord | UnreadRecord;

/**
 * A case and the hash of its bytes. The same bytes have the same meaning, so a record with a known hash need not be
 * parsed.
 */
export interface CaseRecord {
  /** The number of bytes, a colon and their SHA-256 as 64 hex digits; null if the record must be parsed every time. */
  readonly rawHash: string | null;
  readonly read: () => CaseContent;
  /** Set if the case could not be parsed exactly; the payload has what could be parsed. */
  readonly odd?: OddBytes;
}

export interface UnreadRecord {
  readonly read: null;
  readonly odd: OddBytes;
}

/** A record as bytes. */
export interface OddBytes {
  readonly why: string;
  readonly bytes: Buffer;
  /** Whether the bytes are JSON in UTF-8. */
  readonly isJson: boolean;
}

/** The stored records, recognized by their bytes. */
export interface KnownRecords {
  /** Whether the record with this hash is already stored. */
  readonly has: (rawHash: string) => boolean;
  /** The hash of the stored record of a case. */
  readonly hashOf: (caseId: number) => string | undefined;
}

export const NO_KNOWN_RECORDS: KnownRecords = { has: () => false, hashOf: () => undefined };

/** Far larger than any case: the largest recorded one has 1.9 MB and about ten thousand objects (A29). */
const MAX_RECORD_BYTES = 32 * 2 ** 20;
const MAX_CONTAINERS = 500_000;
/** JSON nested thousands of levels deep can be parsed, but neither compared nor written (A39). */
const MAX_DEPTH = 1500;

/**
 * The hash includes the expected and the optional fields. A program that expects other fields therefore reads every
 * record again and reports its drift. So does one that checks more of a record: change `examined`.
 */
const EXPECTATIONS = JSON.stringify({ ...fields, examined: 'members, numbers' }, (_key, value: unknown) =>
  value instanceof Set ? [...(value as Set<unknown>)] : value,
);

const toRawHash = (bytes: Buffer): string =>
  `${bytes.length}:${createHash('sha256').update(EXPECTATIONS).update(bytes).digest('hex')}`;

const ID_NAME = Buffer.from('"id":');
/** The id begins within this many bytes of a record, in both orders of fields that the API is known to use. */
const MAX_BYTES_BEFORE_ID = 64 * 1024;

/**
 * Recognizes a stored record by its bytes, without searching for its end. The next id in the page is most probably that
 * of the case, and the stored hash contains the number of bytes to compare. A wrong guess costs only time.
 */
export function recognizeRecord(
  body: Buffer,
  start: number,
  known: KnownRecords,
): RecognizedRecord | undefined {
  const name = body.subarray(start, start + MAX_BYTES_BEFORE_ID).indexOf(ID_NAME);
  if (name === -1) return undefined;
  const from = start + name + ID_NAME.length;
  const id = Number.parseInt(body.toString('latin1', from, from + MAX_ID_DIGITS), 10);
  const rawHash = Number.isNaN(id) ? undefined : known.hashOf(id);
  if (rawHash === undefined) return undefined;
  const end = start + Number.parseInt(rawHash, 10);
  return end <= body.length && toRawHash(body.subarray(start, end)) === rawHash
    ? { rawHash, end }
    : undefined;
}

const MAX_ID_DIGITS = 15;

/** Reads a record from its bytes unless it is known. `isPageUtf8`: whether the whole page is UTF-8. */
export function toPageRecord(record: SplitRecord, isPageUtf8: boolean, known: KnownRecords): PageRecord {
  const { bytes } = record;
  const rawHash = record.known?.rawHash ?? toRawHash(bytes);
  if (record.known !== undefined || known.has(rawHash))
    return { rawHash, read: () => ({ payload: parse(bytes) as CasePayload, plain: null }) };
  if (isTooLarge(bytes)) return toUnread(bytes, 'too large to be read');
  if (record.depth > MAX_DEPTH) return toUnread(bytes, 'nested too deeply to be stored');
  const isStray = !isPageUtf8 && !isUtf8(bytes);
  try {
    const { payload: value, plain } = readRecord(record, isStray);
    const inexact = plain === null ? listInexact(record, value, isStray) : [];
    const parsed = parseCasePayload(value);
    if (!parsed.isCase) return toUnread(bytes, [parsed.why, ...inexact].join('; '), !isStray);
    // No retained value may reference the bytes after they are read: they would take as much memory again.
    const content = { payload: parsed.payload, plain };
    if (inexact.length === 0) return { rawHash, read: () => content };
    return { rawHash: null, read: () => content, odd: toOdd(bytes, inexact.join('; '), !isStray) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return toUnread(bytes, 'not JSON');
  }
}

/** A record of any kind, parsed. `odd` has its bytes if the value is missing, or not exactly the record. */
export interface AnyRecord {
  readonly bytes: Buffer;
  readonly value: JsonValue | undefined;
  readonly odd: OddBytes | null;
}

/** Parses a record of any kind. `isPageUtf8`: whether the whole page is UTF-8. */
export function readAnyRecord(record: SplitRecord, isPageUtf8: boolean): AnyRecord {
  const { bytes } = record;
  const toUnparsed = (why: string): AnyRecord => ({
    bytes,
    value: undefined,
    odd: toOdd(bytes, why, false),
  });
  if (isTooLarge(bytes)) return toUnparsed('too large to be read');
  if (record.depth > MAX_DEPTH) return toUnparsed('nested too deeply to be stored');
  const isStray = !isPageUtf8 && !isUtf8(bytes);
  try {
    const value = isStray ? (JSON.parse(decodeStrayBytes(bytes)) as JsonValue) : parse(bytes);
    const inexact = listInexact(record, value, isStray);
    return { bytes, value, odd: inexact.length === 0 ? null : toOdd(bytes, inexact.join('; '), !isStray) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return toUnparsed('not JSON');
  }
}

/** Parses a record; the docket from its bytes if that loses nothing. Throws a SyntaxError. */
function readRecord(record: SplitRecord, isStray: boolean): RecordContent {
  const { bytes } = record;
  if (isStray) return { payload: JSON.parse(decodeStrayBytes(bytes)) as JsonValue, plain: null };
  const content = record.hasInexactNumber ? null : readPlainRecord(bytes);
  if (content?.plain && countMembers(content.payload) + countPlainMembers(content.plain) === record.members)
    return content;
  return { payload: parse(bytes), plain: null };
}

/** Why the parsed value differs from the record (A37, A38); empty if it does not. */
function listInexact(record: SplitRecord, value: JsonValue, isStray: boolean): string[] {
  return [
    ...(isStray ? ['bytes that are not UTF-8'] : []),
    ...(countMembers(value) < record.members ? ['a name twice in one object, of which the last counts'] : []),
    ...(record.hasInexactNumber ? ['a number that cannot be kept exactly'] : []),
  ];
}

/** The members of all objects in a value; of a name that stood twice, only the last counts. */
export function countMembers(value: JsonValue): number {
  let members = 0;
  if (Array.isArray(value)) {
    for (const element of value)
      if (typeof element === 'object' && element !== null) members += countMembers(element);
  } else if (typeof value === 'object' && value !== null) {
    for (const name in value) {
      members++;
      const member = value[name];
      if (typeof member === 'object' && member !== null) members += countMembers(member);
    }
  }
  return members;
}

function toUnread(bytes: Buffer, why: string, isJson = false): UnreadRecord {
  return { read: null, odd: toOdd(bytes, why, isJson) };
}

/** Copies the bytes, so that the bytes of the page can be freed. */
function toOdd(bytes: Buffer, why: string, isJson: boolean): OddBytes {
  return { why, bytes: Buffer.from(bytes), isJson };
}

/** ASCII text is decoded several times faster if the charset is known. */
function parse(bytes: Buffer): JsonValue {
  return JSON.parse(bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')) as JsonValue;
}

const [OPEN_LIST, OPEN_OBJECT] = [91, 123];

/** Empty lists and objects take about thirty times as much memory as their bytes. */
function isTooLarge(bytes: Buffer): boolean {
  if (bytes.length > MAX_RECORD_BYTES) return true;
  if (bytes.length < 2 * MAX_CONTAINERS) return false;
  let containers = 0;
  // An iterator over megabytes costs several times as much as an index.
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at++];
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) containers++;
  }
  return containers > MAX_CONTAINERS;
}

/** A page of a list that could not be read. The pass may continue after it. */
export interface UnreadPage {
  /** The first page is 1. */
  readonly number: number;
  /** The path and query of the request. */
  readonly source: string;
  readonly unread: MirrorError;
}

/** A pass ends after this many consecutive unreadable pages: the server has a problem, not a single page (A24). */
const MAX_UNREAD_IN_A_ROW = 5;
/**
 * After this many consecutive unreadable pages, a request to the address `test` checks whether the API responds at all,
 * if no page got a response or none was valid so far.
 */
const MAX_SILENT_IN_A_ROW = 2;
/** The maximum attempts for a page that follows an unreadable page. */
export const ATTEMPTS_AFTER_UNREAD = 2;

/**
 * Whether a failure may concern only this page. A rejection of the first page applies to all pages. After
 * `RATE_LIMITED` the pass requests no further pages.
 */
export function isOfOnePage({ code }: MirrorError, number: number): boolean {
  switch (code) {
    case 'SERVER_ERROR':
    case 'BLOCKED_BY_INTERMEDIARY':
    case 'NETWORK_FAILED':
    case 'RESPONSE_TOO_LARGE':
    case 'RESPONSE_UNEXPECTED':
      return true;
    case 'WRONG_FILTER':
    case 'REQUEST_REJECTED':
    case 'NOT_FOUND':
    case 'REDIRECT_REFUSED':
      return number > 1;
    default:
      return false;
  }
}

/** Lists the last unreadable page and the unreadable pages directly before it, in order. */
export function listInARow(unread: readonly UnreadPage[]): readonly UnreadPage[] {
  const last = unread.at(-1)?.number ?? 0;
  return unread.filter(({ number }, at) => last - number === unread.length - 1 - at);
}

/**
 * Decides what follows consecutive unreadable pages: request the next page, end the pass, or first check whether the
 * API responds at all. `hasServed`: the server has returned a valid response in this run. `isResponding`: a check since
 * the last readable page showed that the API responds.
 */
export function judgeInARow(
  inARow: readonly UnreadPage[],
  { hasServed, isResponding }: { readonly hasServed: boolean; readonly isResponding: boolean },
): 'go on' | 'ask' | 'end' {
  if (inARow.length >= MAX_UNREAD_IN_A_ROW) return 'end';
  if (isResponding) return 'go on';
  const latest = inARow.slice(-MAX_SILENT_IN_A_ROW);
  const isSilent = !hasServed || latest.every(({ unread }) => unread.code === 'NETWORK_FAILED');
  return latest.length === MAX_SILENT_IN_A_ROW && isSilent ? 'ask' : 'go on';
}

/** The error of a pass that ends because of consecutive unreadable pages: the error of the first of these pages. */
export function toPassEnd(inARow: readonly UnreadPage[]): MirrorError {
  const [first, ...others] = inARow;
  if (first === undefined) throw new RangeError('no page failed');
  const { code, message, hint } = first.unread;
  if (others.length === 0) return first.unread;
  const rest = others.length === 1 ? 'the page after it' : `the ${others.length} pages after it`;
  return new MirrorError(code, `${message}; ${rest} could not be read either`, { cause: first.unread, hint });
}
