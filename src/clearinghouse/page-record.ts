import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { JsonValue } from '../json.ts';
import { decodeStrayBytes } from './decode-body.ts';
import * as fields from './payload-fields.ts';

/**
 * A record of a list, and a hash of the very bytes in which it came: the same bytes say the same, so a record that is
 * known by its hash need not be read.
 */
export interface PageRecord {
  /** SHA-256, 64 hex digits; null where the bytes of the record are not known, or are to be read each time. */
  readonly textHash: string | null;
  /** What the record says; null for one that cannot be read. */
  readonly value: () => JsonValue;
  /** Set where the bytes are not those of JSON in UTF-8. */
  readonly odd?: OddBytes;
}

/** The bytes of a record that cannot be read, or not exactly. */
export interface OddBytes {
  readonly why: string;
  readonly bytes: Buffer;
  /** Whether `value` says what the record says, as well as that can be told. */
  readonly isRead: boolean;
}

/** Whether a record with this hash was read before. */
export type IsKnownText = (textHash: string) => boolean;

/** Larger than any case by far: the largest recorded one has 1.9 MB and some ten thousand objects. */
const MAX_RECORD_BYTES = 32 * 2 ** 20;
const MAX_CONTAINERS = 500_000;

/**
 * The fields that are expected go into the hash, with those that need not be there: a program that expects others
 * reads every record anew, and sees where it drifts.
 */
const EXPECTATIONS = JSON.stringify(fields, (_key, value: unknown) =>
  value instanceof Set ? [...(value as Set<unknown>)] : value,
);

/** A record by its bytes, which is read at once unless it is known. `isPageUtf8`: the whole page is UTF-8. */
export function toPageRecord(bytes: Buffer, isPageUtf8: boolean, isKnown: IsKnownText): PageRecord {
  const textHash = createHash('sha256').update(EXPECTATIONS).update(bytes).digest('hex');
  if (isKnown(textHash)) return { textHash, value: () => parse(bytes) };
  if (isTooLarge(bytes)) return toUnread(bytes, 'too large to be read');
  const isStray = !isPageUtf8 && !isUtf8(bytes);
  try {
    // Nothing that a good record keeps may lead to the bytes once they are read: they would take as much memory again.
    if (!isStray) return { textHash, value: toConstant(parse(bytes)) };
    const value = toConstant(JSON.parse(decodeStrayBytes(bytes)) as JsonValue);
    return {
      textHash: null,
      value,
      odd: { why: 'bytes that are not UTF-8', bytes: Buffer.from(bytes), isRead: true },
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return toUnread(bytes, 'not JSON');
  }
}

function toUnread(bytes: Buffer, why: string): PageRecord {
  return { textHash: null, value: () => null, odd: { why, bytes: Buffer.from(bytes), isRead: false } };
}

function toConstant<Value>(value: Value): () => Value {
  return () => value;
}

/** Text of ASCII alone is read several times faster when it is told so. */
function parse(bytes: Buffer): JsonValue {
  return JSON.parse(bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')) as JsonValue;
}

const [OPEN_LIST, OPEN_OBJECT] = [91, 123];

/** Empty lists and objects take some thirty times as much memory as bytes. */
function isTooLarge(bytes: Buffer): boolean {
  if (bytes.length > MAX_RECORD_BYTES) return true;
  if (bytes.length < 2 * MAX_CONTAINERS) return false;
  let containers = 0;
  for (const byte of bytes) if (byte === OPEN_LIST || byte === OPEN_OBJECT) containers++;
  return containers > MAX_CONTAINERS;
}
