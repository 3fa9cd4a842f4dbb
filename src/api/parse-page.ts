import { type JsonValue, findEndOfText, isJsonObject, tryParse } from '../lib/json.ts';
import { CASE_FIELDS } from './payload.ts';
import { type DecodedBody, decodeStrayBytes } from './decode-body.ts';
import { type KnownRecords, type PageRecord, recognizeRecord, toPageRecord } from './page-records.ts';
import {
  MAX_RECORDS,
  type RecognizeRecord,
  type SplitRecord,
  skipSpace,
  skipValue,
  splitPage,
  splitRecords,
} from './split-page.ts';

/*
 * Repairs an envelope that is not valid JSON but is still readable. Each string is skipped as a whole, and an
 * unterminated one up to the end, so that the time stays linear.
 */

/**
 * Removes commas after the last element of a list or an object, which many programs write and JSON does not allow
 * (A10).
 */
export function dropTrailingCommas(json: string): string {
  return mendBetweenTexts(json, (piece) => piece.replace(/,(?=[ \t\r\n]*[}\]])/g, ''));
}

/**
 * Replaces each bare word that JSON does not know, such as NaN or None, with an empty object, which is neither a
 * number, an address nor null (A10).
 */
export function replaceUnknownWords(json: string): string {
  return mendBetweenTexts(json, (piece) =>
    piece.replace(/-?[A-Za-z_]\w*/g, (word) => (KNOWN_WORDS.has(word) ? word : '{}')),
  );
}

const KNOWN_WORDS = new Set(['true', 'false', 'null']);

function mendBetweenTexts(json: string, mend: (piece: string) => string): string {
  const pieces: string[] = [];
  for (let at = 0; at < json.length;) {
    const quote = json.indexOf('"', at);
    const start = quote === -1 ? json.length : quote;
    const end = quote === -1 ? start : findEndOfText(json, start);
    pieces.push(mend(json.slice(at, start)), json.slice(start, end));
    at = end;
  }
  return pieces.join('');
}

/** What is left of a page with unbalanced brackets: complete records and the pieces between them. */
export interface SalvagedPage {
  /** The envelope with an empty list of results. */
  readonly json: JsonValue;
  readonly pieces: readonly Buffer[];
}

const [COMMA, CLOSE_LIST, OPEN_OBJECT] = [44, 93, 123] as const;

/** The maximum length of the envelope after its records. */
const MAX_TAIL_BYTES = 10_000;

/**
 * Splits a page that is cut off, or that contains a cut-off record, so that one record does not cost all others (A11).
 * `start` is the position of the list of records. Returns undefined if the envelope cannot be read.
 */
function salvagePage(body: Buffer, start: number): SalvagedPage | undefined {
  const head = body.toString('utf8', 0, start);
  for (let end = body.lastIndexOf(CLOSE_LIST); end >= start; end = body.lastIndexOf(CLOSE_LIST, end - 1)) {
    if (body.length - end > MAX_TAIL_BYTES || end === 0) break;
    const json = tryParse(`${head}${body.toString('utf8', end)}`);
    if (json !== undefined) return { json, pieces: salvageRecords(body.subarray(start, end)) };
  }
  const json = tryParse(`${head}]}`);
  return json === undefined ? undefined : { json, pieces: salvageRecords(body.subarray(start)) };
}

/**
 * Finds the complete records in the bytes of a list, and the pieces between them. After a cut-off record, the next
 * record starts at the next complete object that looks like a case; a nested object does not.
 */
function salvageRecords(list: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let pieceStart = skipSpace(list, 0);
  if (list[pieceStart] === COMMA) pieceStart = skipSpace(list, pieceStart + 1);
  /** Each nested object may be scanned up to the end; this limits the total number of scanned bytes. */
  let bytesLeft = 8 * list.length;
  let at = pieceStart;
  while (at !== -1 && at < list.length && bytesLeft > 0 && pieces.length < MAX_RECORDS) {
    const end = skipValue(list, at);
    bytesLeft -= end - at;
    const after = skipSpace(list, end);
    const isElement = after >= list.length || list[after] === COMMA;
    const value = isElement ? tryParse(decodeStrayBytes(list.subarray(at, end))) : undefined;
    if (value !== undefined && looksLikeCase(value)) {
      if (at > pieceStart) pieces.push(list.subarray(pieceStart, beforeComma(list, pieceStart, at)));
      pieces.push(list.subarray(at, end));
      pieceStart = skipSpace(list, after + 1);
      at = list[pieceStart] === OPEN_OBJECT ? pieceStart : findObject(list, pieceStart);
    } else at = findObject(list, value === undefined ? at + 1 : end);
  }
  if (pieceStart < list.length) pieces.push(list.subarray(pieceStart));
  return pieces;
}

/** The next object that follows a comma. */
function findObject(list: Buffer, from: number): number {
  for (let comma = list.indexOf(COMMA, from); comma !== -1; comma = list.indexOf(COMMA, comma + 1)) {
    const at = skipSpace(list, comma + 1);
    if (list[at] === OPEN_OBJECT) return at;
  }
  return -1;
}

/** The end of a piece before `end`, without the comma that separates it from the next record. */
function beforeComma(list: Buffer, start: number, end: number): number {
  const comma = list.lastIndexOf(COMMA, end - 1);
  return comma >= start ? comma : end;
}

const MIN_CASE_FIELDS = 3;
/** Objects inside a case have these fields too. */
const FIELDS_OF_OTHERS = new Set(['id', 'name', 'court', 'state', 'is_active']);

function looksLikeCase(value: JsonValue): boolean {
  if (!isJsonObject(value) || !Number.isSafeInteger(value.id)) return false;
  const own = Object.keys(value).filter(
    (key) => Object.hasOwn(CASE_FIELDS, key) && !FIELDS_OF_OTHERS.has(key),
  );
  return own.length >= MIN_CASE_FIELDS;
}

/** The parsed body, with the results separated. */
export interface ParsedPage<Kind = PageRecord> {
  readonly json: JsonValue;
  /** Null if there is no list `results`. */
  readonly results: readonly Kind[] | null;
  /** The body is damaged. The results are its complete records and the remaining pieces. */
  readonly isDamaged: boolean;
  /** The body is not valid JSON, for example because of an extra comma, but nothing is missing. */
  readonly isMalformed?: boolean;
}

/** The maximum size of an envelope, or of a body that cannot be split, that is parsed at once. */
const MAX_ENVELOPE_BYTES = 16 * 2 ** 20;

/** Parses a body as a page of cases. Returns undefined if it is not JSON, and a sentence if it is too large. */
export function parsePage(body: DecodedBody, known: KnownRecords): ParsedPage | string | undefined {
  return parsePageOf(
    body,
    (record) => toPageRecord(record, body.isUtf8, known),
    (bytes, start) => recognizeRecord(bytes, start, known),
  );
}

/** The same for a page of any records. */
export function parsePageOf<Kind>(
  { bytes: body }: Pick<DecodedBody, 'bytes'>,
  toRecord: (record: SplitRecord) => Kind,
  recognize?: RecognizeRecord,
): ParsedPage<Kind> | string | undefined {
  const split = splitPage(body, recognize);
  if (split === 'results twice') return 'the page names `results` twice';
  if (split === undefined) {
    if (body.length > MAX_ENVELOPE_BYTES) return 'the response is large and not a page';
    const json = tryParse(body.toString('utf8'));
    return json === undefined ? undefined : { json, results: null, isDamaged: false };
  }
  if (split.results.length > MAX_RECORDS) return TOO_MANY;
  if (split.envelope.length > MAX_ENVELOPE_BYTES) return 'the page is large beside its records';
  const json = tryParse(split.envelope);
  const envelope = json ?? tryParse(dropTrailingCommas(replaceUnknownWords(split.envelope)));
  if (envelope !== undefined) {
    const { rest, results } = split;
    // Text after the page, for example from a cache, does no harm. An object may contain records.
    const isDamaged = rest.includes(OPEN_OBJECT);
    const records = isDamaged ? [...results, ...salvageRecords(rest).map(toWhole)] : results;
    const isMalformed = json === undefined || split.hasEmptyElement || rest.length > 0;
    return {
      json: withoutRepeatedNames(envelope, split.namedTwice),
      results: records.map(toRecord),
      isDamaged,
      isMalformed,
    };
  }
  const salvaged = salvagePage(body, split.start);
  if (salvaged === undefined) return undefined;
  return { json: salvaged.json, results: salvaged.pieces.map(toWhole).map(toRecord), isDamaged: true };
}

/** If a name occurs twice (A38), neither value counts, so a count or a `next` is missing. */
function withoutRepeatedNames(envelope: JsonValue, names: ReadonlySet<string>): JsonValue {
  if (names.size === 0 || !isJsonObject(envelope)) return envelope;
  return Object.fromEntries(Object.entries(envelope).filter(([name]) => !names.has(name)));
}

/**
 * Wraps a piece of a damaged page as one record. If it contains several, it is not JSON and its counts mean nothing.
 */
function toWhole(bytes: Buffer): SplitRecord {
  const [first, ...others] = splitRecords(bytes);
  return first !== undefined && others.length === 0
    ? { ...first, bytes }
    : { bytes, members: 0, depth: 0, hasInexactNumber: false };
}

const TOO_MANY = `the page has more than ${MAX_RECORDS} records`;
