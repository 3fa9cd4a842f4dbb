import { lstatSync, statSync } from 'node:fs';
import { MirrorError } from '../errors/mirror-error.ts';
import { readRegularFile } from '../lib/files.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';

/** A line of .env that is not read as its author probably meant it. */
export interface OddLine {
  /** The first line is 1. */
  readonly line: number;
  /** The name at its start, which may not be a setting. */
  readonly name: string;
  /** The problem, as the end of a sentence that starts with the line; NAME is replaced with the setting. */
  readonly why: string;
}

export interface ParsedDotEnv {
  readonly values: Readonly<Record<string, string>>;
  /** The line of each value; the first line is 1. */
  readonly lines: Readonly<Record<string, number>>;
  readonly odd: readonly OddLine[];
}

const LINE = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/;
/** The name at the start of a line that does not have the form NAME=value. */
const BEGINNING = /^\s*(?:export\s+|set\s+|\$env:)?([a-z][\w.-]*)/i;
const QUOTED = /^(["'`])((?:(?!\1).)*)\1\s*(?:#.*)?$/;

const NOTHING = 'sets nothing:';

/**
 * Parses .env line by line, so that an invalid line affects no other. No setting contains a line break, so values do
 * not continue on the next line. As in a shell, `#` starts a comment at the start of a value or after a space. If a
 * name occurs twice, its last line counts.
 */
export function parseDotEnv(text: string): ParsedDotEnv {
  const values: Record<string, string> = {};
  const odd: OddLine[] = [];
  const lineOf = new Map<string, number>();
  for (const [at, content] of text.split('\n').entries()) {
    const line = at + 1;
    const [, name, rest = ''] = LINE.exec(content) ?? [];
    if (name === undefined) {
      const beginning = BEGINNING.exec(content)?.[1];
      if (beginning !== undefined)
        odd.push({ line, name: beginning, why: `${NOTHING} it is not of the form NAME=value` });
      continue;
    }
    const read = readValue(rest.trim());
    if ('why' in read) {
      odd.push({ line, name, why: read.why });
      continue;
    }
    const before = lineOf.get(name);
    if (before !== undefined) odd.push({ line, name, why: `says anew what line ${before} says of NAME` });
    lineOf.set(name, line);
    values[name] = read.value;
  }
  return { values, lines: Object.fromEntries(lineOf), odd };
}

function readValue(rest: string): { readonly value: string } | { readonly why: string } {
  const [, , quoted] = QUOTED.exec(rest) ?? [];
  if (quoted !== undefined) return { value: quoted };
  if (/^["'`]/.test(rest)) return { why: `${NOTHING} the quotation marks around NAME are not one pair` };
  if (/^[“”„‘’‚«»]/.test(rest)) return { why: `${NOTHING} the quotation marks around NAME are curly ones` };
  return { value: rest.replace(/(?:^|\s+)#.*$/, '') };
}

const MAX_BYTES = 1_000_000;

/**
 * Reads the file .env of a folder; a missing one counts as empty. It determines files and addresses, so, as in ssh, it
 * must belong to root or to the user who runs the program. Throws SETTING_INVALID.
 */
export function readDotEnv(path: string): ParsedDotEnv {
  const bytes = readOwnFile(path);
  const text = bytes === null ? '' : decodeText(bytes, path).replaceAll(/\r\n?/g, '\n');
  return parseDotEnv(text);
}

/** What other users may do with a file, in words; null if nothing, or on a system without permissions. */
export function findRightsOfOthers(path: string): string | null {
  if (process.getuid === undefined) return null;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true) return null;
  const rights = [(found.mode & 0o044) !== 0 && 'read', (found.mode & 0o022) !== 0 && 'change'];
  return rights.filter((right) => right !== false).join(' and ') || null;
}

function readOwnFile(path: string): Buffer | null {
  try {
    const link = lstatSync(path, { throwIfNoEntry: false });
    if (link === undefined) return null;
    checkOwner(path, link.uid);
    return readRegularFile(path, MAX_BYTES, (behind) => {
      checkOwner(path, behind.uid);
    });
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    const why = codeOf(cause) === 'ENOENT' ? 'it is a link to a file that is not there' : wordsOf(cause);
    throw new MirrorError('SETTING_INVALID', `${path} cannot be read: ${why}.`, { cause });
  }
}

function checkOwner(path: string, owner: number): void {
  const self = process.getuid?.();
  if (self === undefined || owner === self || owner === 0) return;
  throw new MirrorError(
    'SETTING_INVALID',
    `${path} belongs to another user (uid ${owner}), so it is not read.`,
    {
      hint: 'Check its contents. If it is yours, take ownership with chown; if not, run the command in another folder.',
    },
  );
}

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
