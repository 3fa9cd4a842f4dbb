import { closeSync, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { decodeText } from './decode-text.ts';
import { MirrorError } from './errors.ts';
import { codeOf, wordsOf } from './system-words.ts';

/** What a .env says, and the values that are read from it. */
export interface DotEnv {
  /** With plain line ends. */
  readonly text: string;
  readonly values: NodeJS.ProcessEnv;
}

const MAX_BYTES = 1_000_000;

/**
 * Reads the file .env of a folder; an absent one is empty. It leads to files and addresses, so that of another user is
 * refused, as by ssh: it has to belong to whoever runs the program, or to root. Fails with SETTING_INVALID.
 */
export function readDotEnv(path: string): DotEnv {
  const bytes = readOwnFile(path);
  const text = bytes === null ? '' : decodeText(bytes, path).replaceAll(/\r\n?/g, '\n');
  return { text, values: parseEnv(text) };
}

/** Whether others than its owner may read a file; false where there is none, or no such rights. */
export function isReadableByOthers(path: string): boolean {
  if (process.getuid === undefined) return false;
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && (found.mode & 0o044) !== 0;
}

function readOwnFile(path: string): Buffer | null {
  let file: number | undefined;
  try {
    const link = lstatSync(path, { throwIfNoEntry: false });
    if (link === undefined) return null;
    if (!link.isSymbolicLink() && !link.isFile()) throw toUnreadable(path, 'it is no file');
    file = openSync(path, 'r');
    const behind = fstatSync(file);
    if (!behind.isFile()) throw toUnreadable(path, 'it is no file');
    if (behind.size > MAX_BYTES) throw toUnreadable(path, 'it holds more than 1 MB');
    for (const { uid } of [link, behind]) checkOwner(path, uid);
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    if (codeOf(cause) === 'ENOENT') return null;
    throw toUnreadable(path, wordsOf(cause), cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function checkOwner(path: string, owner: number): void {
  const self = process.getuid?.();
  if (self === undefined || owner === self || owner === 0) return;
  throw new MirrorError(
    'SETTING_INVALID',
    `${path} belongs to another user (uid ${owner}), so it is not read.`,
    {
      hint: 'Look at what it says. If it is yours, make it so with chown; if not, run the command in another folder.',
    },
  );
}

function toUnreadable(path: string, why: string, cause?: unknown): MirrorError {
  return new MirrorError('SETTING_INVALID', `${path} cannot be read: ${why}.`, { cause });
}
