import { type JsonValue, findEndOfText, isJsonObject, tryParse } from '../lib/json.ts';
import { CASE_FIELDS } from './payload.ts';
import { type DecodedBody, decodeStrayBytes } from './decode-body.ts';
import { type IsKnownRecord, type PageRecord, toPageRecord } from './page-records.ts';
import {
  MAX_RECORDS,
  type SplitRecord,
  skipSpace,
  skipValue,
  splitPage,
  splitRecords,
} from './split-page.ts';

/*
 * An envelope that is not JSON and can be read all the same. A text in it is passed over as a whole, and one that breaks off
 * up to the end, so that none takes more time than its length.
 */

/** Leaves out commas after the last element of a list or an object, which many programs write and JSON does not allow. */
export function dropTrailingCommas(json: string): string {
  return mendBetweenTexts(json, (piece) => piece.replace(/,(?=[ \t\r\n]*[}\]])/g, ''));
}

/**
 * Puts an empty object in place of each bare word that JSON does not know, such as NaN or None: so it is neither a number
 * nor an address nor null.
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

/** What is left of a page whose brackets do not fit: records that are whole, and the pieces between them. */
export interface SalvagedPage {
  /** The envelope with an empty list of results. */
  readonly json: JsonValue;
  readonly pieces: readonly Buffer[];
}

const [COMMA, CLOSE_LIST, OPEN_OBJECT] = [44, 93, 123] as const;

/** An envelope goes on after its records for no longer than this. */
const MAX_TAIL_BYTES = 10_000;

/**
 * Takes a page apart in which a record breaks off, or which breaks off itself, so that one record does not cost all the
 * others. `start` is where the list of records begins. Undefined where not even the envelope can be read.
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
 * Finds the records that are whole in the bytes of a list, and what lies between them. After a record that breaks off,
 * the next one begins where an object begins that is whole and looks like a case: a nested object does not.
 */
function salvageRecords(list: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let pieceStart = skipSpace(list, 0);
  if (list[pieceStart] === COMMA) pieceStart = skipSpace(list, pieceStart + 1);
  /** Objects within objects may each be looked at up to the end; this many bytes are looked at in all. */
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

/** The end of a piece before `end`, without the comma that parts it from the next record. */
function beforeComma(list: Buffer, start: number, end: number): number {
  const comma = list.lastIndexOf(COMMA, end - 1);
  return comma >= start ? comma : end;
}

const MIN_CASE_FIELDS = 3;
/** Objects within a case have these as well. */
const FIELDS_OF_OTHERS = new Set(['id', 'name', 'court', 'state', 'is_active']);

function looksLikeCase(value: JsonValue): boolean {
  if (!isJsonObject(value) || !Number.isSafeInteger(value.id)) return false;
  const own = Object.keys(value).filter(
    (key) => Object.hasOwn(CASE_FIELDS, key) && !FIELDS_OF_OTHERS.has(key),
  );
  return own.length >= MIN_CASE_FIELDS;
}

/** What a body says, the results of a page apart. */
export interface ParsedPage {
  readonly json: JsonValue;
  /** Null where there is no list of that name. */
  readonly results: readonly PageRecord[] | null;
  /** The body is damaged: of its records those were found that are whole, and the rest as pieces. */
  readonly isDamaged: boolean;
  /** The body is not JSON, such as by a comma too many, and nothing of it is missing for that. */
  readonly isMalformed?: boolean;
}

/** Of an envelope, and of a body that cannot be taken apart, no more is read at once. */
const MAX_ENVELOPE_BYTES = 16 * 2 ** 20;

/** Reads a body as a page; undefined when it is not JSON, a sentence when it is too large to be read. */
export function parsePage(
  { bytes: body, isUtf8 }: DecodedBody,
  isKnown: IsKnownRecord,
): ParsedPage | string | undefined {
  const split = splitPage(body);
  const toRecord = (record: SplitRecord): PageRecord => toPageRecord(record, isUtf8, isKnown);
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
    // Words after the page, as of a cache, take nothing from it. An object may hold records.
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

/** Of two values of one name neither counts: a count or a `next` is missing then. */
function withoutRepeatedNames(envelope: JsonValue, names: ReadonlySet<string>): JsonValue {
  if (names.size === 0 || !isJsonObject(envelope)) return envelope;
  return Object.fromEntries(Object.entries(envelope).filter(([name]) => !names.has(name)));
}

/** A piece of a damaged page as one record; where it holds several, it is no JSON, and its figures mean nothing. */
function toWhole(bytes: Buffer): SplitRecord {
  const [first, ...others] = splitRecords(bytes);
  return first !== undefined && others.length === 0
    ? { ...first, bytes }
    : { bytes, members: 0, depth: 0, hasInexactNumber: false };
}

const TOO_MANY = `the page has more than ${MAX_RECORDS} records`;
