import { isAscii, isUtf8 } from 'node:buffer';

/** The bytes of a body in the encoding that the rest of the program reads. */
export interface DecodedBody {
  /** UTF-8 without a byte-order mark if the charset is known; otherwise the original bytes. */
  readonly bytes: Buffer;
  /** False if some bytes are not UTF-8. The caller then checks each record. */
  readonly isUtf8: boolean;
}

/**
 * Detects the charset of a body and converts it to UTF-8. A byte-order mark takes precedence. Bytes that are valid
 * UTF-8 are read as UTF-8 whatever the header says: JSON allows no other charset (RFC 8259), and text in another
 * charset is practically never valid UTF-8. For all other bytes the charset of the `Content-Type` header applies (A9).
 */
export function decodeBody(body: Buffer, contentType: string | undefined): DecodedBody {
  if (startsWith(body, 0xef, 0xbb, 0xbf)) return toDecoded(body.subarray(3));
  const utf32 = readUtf32(body);
  if (utf32 !== undefined) return toDecoded(utf32 === null ? body : toUtf8(utf32));
  const utf16 = readUtf16(body);
  if (utf16 !== undefined) return toDecoded(toUtf8(utf16));
  const charset = readCharset(contentType);
  if (charset === undefined || charset === 'utf-8') return toDecoded(body);
  // Seven-bit charsets switch alphabets with escape bytes, which JSON never contains.
  if (isUtf8(body) && !body.includes(ESCAPE)) return { bytes: body, isUtf8: true };
  const text = charset === 'windows-1252' ? fromWindows1252(body) : decodeWith(charset, body);
  return text === undefined ? toDecoded(body) : toDecoded(toUtf8(text));
}

/**
 * Decodes bytes that are not all UTF-8: valid UTF-8 sequences as UTF-8, every other byte as windows-1252, the usual
 * source of stray bytes (A9).
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

/**
 * Decodes UTF-32, detected by its byte-order mark or by the three zero bytes beside the first character; null if it is
 * damaged.
 */
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

/**
 * Decodes UTF-16, detected by its byte-order mark or by the zero byte beside the first character, which is ASCII in any
 * JSON.
 */
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

/** UTF-8 cannot encode half of a surrogate pair, but a JSON escape can. */
function toUtf8(text: string): Buffer {
  const storable = text.isWellFormed()
    ? text
    : text.replace(/\p{Cs}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
  return Buffer.from(storable);
}

/** The canonical name of the charset that the header declares; undefined if it declares none or an unknown one. */
function readCharset(contentType: string | undefined): string | undefined {
  const label = /;\s*charset\s*=\s*["']?\s*([^"';\s]+)/i.exec(contentType ?? '')?.[1];
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined; // An unknown charset counts as none.
  }
}

function decodeWith(charset: string, body: Buffer): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return undefined; // The body is not in the declared charset.
  }
}

/** The characters of windows-1252 in the range 80 to 9F. Node's own decoder differs between versions. */
const HIGH_CONTROLS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f' + '\u0090‘’“”•–—˜™š›œ\u009džŸ';

function fromWindows1252(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return isAscii(bytes)
    ? text
    : text.replace(/[\u0080-\u009f]/g, (control) => HIGH_CONTROLS.charAt(control.charCodeAt(0) - 0x80));
}

/** The length of the valid UTF-8 sequence at this position; 0 if there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  const sequence = bytes.subarray(at, at + length);
  return sequence.length === length && length > 0 && isUtf8(sequence) ? length : 0;
}
