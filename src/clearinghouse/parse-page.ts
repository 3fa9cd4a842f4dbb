import { isJsonObject, type JsonValue } from '../json.ts';
import type { DecodedBody } from './decode-body.ts';
import { toPageRecord, type IsKnownText, type PageRecord } from './page-record.ts';
import { splitPage } from './split-page.ts';

/** What a body says, the results of a page apart. */
export interface ParsedPage {
  readonly json: JsonValue;
  /** Null where there is no list of that name. */
  readonly results: readonly PageRecord[] | null;
}

/** Reads a body as a page; undefined when it is not JSON. */
export function parsePage({ bytes: body }: DecodedBody, isKnown: IsKnownText): ParsedPage | undefined {
  try {
    const split = splitPage(body);
    if (split !== undefined) {
      return {
        json: JSON.parse(split.envelope) as JsonValue,
        results: split.results.map((bytes) => toPageRecord(bytes, isKnown)),
      };
    }
    const json = JSON.parse(body.toString('utf8')) as JsonValue;
    const results = isJsonObject(json) && Array.isArray(json.results) ? json.results : null;
    return { json, results: results?.map((value) => ({ textHash: null, value: () => value })) ?? null };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined; // not JSON is an answer too: the caller says what it means
  }
}
