import { lstatSync, statSync } from 'node:fs';
import { decodeText } from './decode-text.ts';
import { MirrorError } from './errors.ts';
import { readRegularFile } from './files/regular-file.ts';
import { parseDotEnv, type ParsedDotEnv } from './parse-dot-env.ts';
import { codeOf, wordsOf } from './system-words.ts';

const MAX_BYTES = 1_000_000;

/**
 * Reads the file .env of a folder; an absent one is empty. It leads to files and addresses, so that of another user is
 * refused, as by ssh: it has to belong to whoever runs the program, or to root. Fails with SETTING_INVALID.
 */
export function readDotEnv(path: string): ParsedDotEnv {
  const bytes = readOwnFile(path);
  const text = bytes === null ? '' : decodeText(bytes, path).replaceAll(/\r\n?/g, '\n');
  return parseDotEnv(text);
}

/** What others than its owner may do with a file, in words; null where nothing, or where there are no such rights. */
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
      hint: 'Look at what it says. If it is yours, make it so with chown; if not, run the command in another folder.',
    },
  );
}
