import { isJsonObject, tryParse, type JsonValue } from '../json.ts';
import type { DecodedBody } from './decode-body.ts';
import { dropTrailingCommas, replaceUnknownWords } from './mend-json.ts';
import { toPageRecord, type IsKnownText, type PageRecord } from './page-record.ts';
import { salvagePage, salvageRecords } from './salvage-page.ts';
import { MAX_RECORDS, splitPage, splitRecords, type SplitRecord } from './split-page.ts';

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

const OPEN_OBJECT = '{';

/** Of an envelope, and of a body that cannot be taken apart, no more is read at once. */
const MAX_ENVELOPE_BYTES = 16 * 2 ** 20;

/** Reads a body as a page; undefined when it is not JSON, a sentence when it is too large to be read. */
export function parsePage(
  { bytes: body, isUtf8 }: DecodedBody,
  isKnown: IsKnownText,
): ParsedPage | string | undefined {
  const split = splitPage(body);
  const toRecord = (record: SplitRecord): PageRecord => toPageRecord(record, isUtf8, isKnown);
  if (split === 'results twice') return 'the page names `results` twice';
  if (split === undefined) {
    if (body.length > MAX_ENVELOPE_BYTES) return 'the answer is large and not a page';
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
      json: withoutDoubted(envelope, split.namedTwice),
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
function withoutDoubted(envelope: JsonValue, names: ReadonlySet<string>): JsonValue {
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
