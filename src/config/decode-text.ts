import { MirrorError } from '../errors/mirror-error.ts';

const MARKS = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * Decodes a text file written by any editor or shell: UTF-8, or UTF-16 with a byte-order mark (as PowerShell's `>`
 * writes it). Removes the mark. Throws SETTING_INVALID, with the name of the file, if the bytes are not text.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const mark = MARKS.find((one) => one.bytes.every((byte, at) => bytes[at] === byte));
  let text: string;
  try {
    text = new TextDecoder(mark?.encoding ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw toNoText(name, `it is not ${mark?.encoding.toUpperCase() ?? 'UTF-8'}`, cause);
  }
  if (text.includes('\0')) throw toNoText(name, 'it holds NUL bytes');
  return text;
}

function toNoText(name: string, why: string, cause?: unknown): MirrorError {
  return new MirrorError('SETTING_INVALID', `${name} cannot be read as text: ${why}.`, {
    cause,
    hint: 'Save it as UTF-8.',
  });
}
