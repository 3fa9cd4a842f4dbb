import { isJsonObject, tryParse, type JsonValue } from '../json.ts';
import { decodeStrayBytes } from './decode-body.ts';
import { CASE_FIELDS } from './payload-fields.ts';
import { MAX_RECORDS, skipSpace, skipValue } from './split-page.ts';

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
export function salvagePage(body: Buffer, start: number): SalvagedPage | undefined {
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
export function salvageRecords(list: Buffer): Buffer[] {
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
