import { toPageRecord, type PageRecord, NO_KNOWN_RECORDS } from '../../src/api/page-records.ts';
import { toWholePayload } from '../../src/api/plain-entries.ts';
import { splitRecords } from '../../src/api/split-page.ts';
import type { JsonValue } from '../../src/lib/json.ts';

/** The records of a page with these values. */
export function toRecords(values: readonly JsonValue[]): PageRecord[] {
  const list = Buffer.from(JSON.stringify(values).slice(1, -1));
  return splitRecords(list).map((record) => toPageRecord(record, true, NO_KNOWN_RECORDS));
}

/** The content of a record, whether it is a case or not. */
export function readRecord({ read, odd }: PageRecord): unknown {
  return read === null ? JSON.parse(odd.bytes.toString()) : toWholePayload(read());
}
