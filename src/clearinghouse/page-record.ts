import { isAscii } from 'node:buffer';
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
  /** What the record says. */
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
  // Nothing that a record keeps may lead to the bytes once they are read: they would take as much memory again.
  return { textHash, value: isKnown(textHash) ? () => parse(bytes) : toConstant(parse(bytes)) };
}

function toConstant<Value>(value: Value): () => Value {
  return () => value;
}

/** Text of ASCII alone is read several times faster when it is told so. */
function parse(bytes: Buffer): JsonValue {
  return JSON.parse(bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')) as JsonValue;
}
