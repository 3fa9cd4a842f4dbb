import { createHash } from 'node:crypto';
import type { JsonValue } from '../json.ts';
import * as fields from './payload-fields.ts';

/**
 * A record of a list, and a hash of the very bytes in which it came: the same bytes say the same, so a record that is
 * known by its hash need not be read.
 */
export interface PageRecord {
  /** SHA-256, 64 hex digits; null where the bytes of the record are not known. */
  readonly textHash: string | null;
  /** What the record says. Reads it at the first call. */
  readonly value: () => JsonValue;
}

/** Whether a record with this hash was read before. */
export type IsKnownText = (textHash: string) => boolean;

/**
 * The fields that are expected go into the hash, with those that need not be there: a program that expects others
 * reads every record anew, and sees where it drifts.
 */
const EXPECTATIONS = JSON.stringify(fields, (_key, value: unknown) =>
  value instanceof Set ? [...(value as Set<unknown>)] : value,
);

/**
 * A record by its bytes. Reads it at once unless it is known, so that bytes which are not JSON are found while the
 * page can still be asked for again. Fails with a SyntaxError.
 */
export function toPageRecord(bytes: Buffer, isKnown: IsKnownText): PageRecord {
  const textHash = createHash('sha256').update(EXPECTATIONS).update(bytes).digest('hex');
  let value: JsonValue | undefined;
  const read = (): JsonValue => (value ??= JSON.parse(bytes.toString('utf8')) as JsonValue);
  if (!isKnown(textHash)) read();
  return { textHash, value: read };
}
