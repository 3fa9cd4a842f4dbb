import { MirrorError } from '../errors/mirror-error.ts';

const MARKS = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * The text of a file that a person has written, whatever their editor or shell made of it: UTF-8, or UTF-16 with its mark
 * (as PowerShell's `>` writes it), without the mark. Fails with SETTING_INVALID at bytes that are
 * no text, and names the file.
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
