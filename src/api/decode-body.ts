import { isAscii, isUtf8 } from 'node:buffer';

/** The bytes of a body as the rest of the program reads them. */
export interface DecodedBody {
  /** UTF-8 without a byte-order mark wherever the charset is known; otherwise as they came. */
  readonly bytes: Buffer;
  /** False where some of the bytes are not UTF-8: then each record is examined by itself. */
  readonly isUtf8: boolean;
}

/**
 * Finds out in which charset a body is written and turns it into UTF-8. A byte-order mark counts most. Bytes that are
 * valid UTF-8 are read as UTF-8 whatever the header says: JSON knows no other charset (RFC 8259), and text of another one
 * is practically never valid UTF-8. For all other bytes the charset of the `Content-Type` header counts.
 */
export function decodeBody(body: Buffer, contentType: string | undefined): DecodedBody {
  if (startsWith(body, 0xef, 0xbb, 0xbf)) return toDecoded(body.subarray(3));
  const utf32 = readUtf32(body);
  if (utf32 !== undefined) return toDecoded(utf32 === null ? body : toUtf8(utf32));
  const utf16 = readUtf16(body);
  if (utf16 !== undefined) return toDecoded(toUtf8(utf16));
  const charset = readCharset(contentType);
  if (charset === undefined || charset === 'utf-8') return toDecoded(body);
  // Charsets of seven bits switch their alphabets with escape bytes, which JSON never has.
  if (isUtf8(body) && !body.includes(ESCAPE)) return { bytes: body, isUtf8: true };
  const text = charset === 'windows-1252' ? fromWindows1252(body) : decodeWith(charset, body);
  return text === undefined ? toDecoded(body) : toDecoded(toUtf8(text));
}

/**
 * Reads bytes that are not all UTF-8: what is valid UTF-8 is read as that, every other byte as windows-1252, which is
 * where stray bytes come from nearly always.
 */
export function decodeStrayBytes(bytes: Buffer): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(bytes.toString('utf8', from, at), fromWindows1252(bytes.subarray(at, at + 1)));
    from = ++at;
  }
  parts.push(bytes.toString('utf8', from));
  return parts.join('');
}

const ESCAPE = 0x1b;
const BYTE_ORDER_MARK = 0xfeff;
const MAX_CODE_POINT = 0x10ffff;

function toDecoded(bytes: Buffer): DecodedBody {
  return { bytes, isUtf8: isUtf8(bytes) };
}

function startsWith(body: Buffer, ...bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => body[at] === byte);
}

/** UTF-32 by its byte-order mark, or by the three zeros beside the first character; null where it is damaged. */
function readUtf32(body: Buffer): string | null | undefined {
  if (body.length < 4 || body.length % 4 !== 0) return undefined;
  const isLittle =
    startsWith(body, 0xff, 0xfe, 0, 0) || (body[0] !== 0 && startsWith(body.subarray(1), 0, 0, 0));
  const isBig = startsWith(body, 0, 0, 0xfe, 0xff) || (body[3] !== 0 && startsWith(body, 0, 0, 0));
  if (!isLittle && !isBig) return undefined;
  const units = Buffer.alloc(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at += 4) {
    const point = isLittle ? body.readUInt32LE(at) : body.readUInt32BE(at);
    if (point > MAX_CODE_POINT) return null;
    if (at === 0 && point === BYTE_ORDER_MARK) continue;
    if (point < 0x10000) length = units.writeUInt16LE(point, length);
    else {
      length = units.writeUInt16LE(0xd7c0 + (point >> 10), length);
      length = units.writeUInt16LE(0xdc00 + (point & 0x3ff), length);
    }
  }
  return units.toString('utf16le', 0, length);
}

/** UTF-16 by its byte-order mark, or by the zero beside the first character, which is ASCII in any JSON. */
function readUtf16(body: Buffer): string | undefined {
  if (body.length < 2 || body.length % 2 !== 0) return undefined;
  const [first, second] = body;
  const hasMark = startsWith(body, 0xff, 0xfe) || startsWith(body, 0xfe, 0xff);
  const isLittle = startsWith(body, 0xff, 0xfe) || (first !== 0 && second === 0);
  const isBig = startsWith(body, 0xfe, 0xff) || (first === 0 && second !== 0);
  if (!isLittle && !isBig) return undefined;
  const units = Buffer.from(hasMark ? body.subarray(2) : body);
  return (isLittle ? units : units.swap16()).toString('utf16le');
}

/** UTF-8 has no form for half of a surrogate pair; the escapes of JSON have one. */
function toUtf8(text: string): Buffer {
  const storable = text.isWellFormed()
    ? text
    : text.replace(/\p{Cs}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
  return Buffer.from(storable);
}

/** The charset that the header declares, by its usual name; undefined where it declares none that is known. */
function readCharset(contentType: string | undefined): string | undefined {
  const label = /;\s*charset\s*=\s*["']?\s*([^"';\s]+)/i.exec(contentType ?? '')?.[1];
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined; // a charset that nobody knows: the bytes are read as if none were declared
  }
}

function decodeWith(charset: string, body: Buffer): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return undefined; // the body is not in the charset that its header declares
  }
}

/** What windows-1252 has in place of the control characters 80 to 9F. Node's own decoder differs between its versions. */
const HIGH_CONTROLS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f' + '\u0090‘’“”•–—˜™š›œ\u009džŸ';

function fromWindows1252(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return isAscii(bytes)
    ? text
    : text.replace(/[\u0080-\u009f]/g, (control) => HIGH_CONTROLS.charAt(control.charCodeAt(0) - 0x80));
}

/** The length of the valid UTF-8 sequence that begins there; 0 where none does. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  const sequence = bytes.subarray(at, at + length);
  return sequence.length === length && length > 0 && isUtf8(sequence) ? length : 0;
}
