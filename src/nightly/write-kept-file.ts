import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { MirrorError } from '../errors.ts';
import { describeMissingFolder } from '../files/regular-file.ts';
import { replaceFile } from '../files/replace-file.ts';
import { wordsOf } from '../system-words.ts';

interface KeptFileOptions {
  /** The file whose owner a new file gets, where this process may give it away. */
  readonly belongsWith?: string;
  /** Whether its folder is created where there is none. */
  readonly makesFolder?: boolean;
  /** Fails, with the cause EEXIST, where there is a file already. */
  readonly mustBeNew?: boolean;
}

/** Writes a file of the schedule as a whole. Fails with FILE_UNWRITABLE, and then leaves the old one as it was. */
export function writeKeptFile(
  path: string,
  text: string,
  { makesFolder = false, ...options }: KeptFileOptions = {},
): void {
  try {
    if (makesFolder) mkdirSync(dirname(path), { recursive: true });
    const fault = describeMissingFolder(dirname(path));
    if (fault !== null) throw new Error(fault);
    replaceFile(path, text, options);
  } catch (cause) {
    throw new MirrorError('FILE_UNWRITABLE', `${path} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}
