import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { MirrorError } from '../errors.ts';
import { isLink } from '../files/real-path.ts';
import { giveTo } from '../files/take-after.ts';
import { codeOf, wordsOf } from '../system-words.ts';

/** The names in the folder of the snapshots; none where there is no folder yet. Fails with SNAPSHOTS_UNUSABLE. */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' && !isLink(folder)) return [];
    throw toUnusable(folder, cause);
  }
}

/**
 * Creates the folder of the snapshots where there is none, for the owner of the mirror, and sees that files can be laid
 * into it. Fails with SNAPSHOTS_UNUSABLE.
 */
export function makeSnapshotFolder(folder: string, database: string): void {
  try {
    const first = mkdirSync(folder, { recursive: true });
    if (first !== undefined) {
      const model = statSync(database);
      for (let made = folder; made.length >= first.length; made = dirname(made)) giveTo(made, model);
    }
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw toUnusable(folder, cause);
  }
}

function toUnusable(folder: string, cause: unknown): MirrorError {
  return new MirrorError('SNAPSHOTS_UNUSABLE', `${folder} cannot be used: ${describeFault(folder, cause)}.`, {
    cause,
  });
}

function describeFault(folder: string, cause: unknown): string {
  if (!existsSync(folder)) return isLink(folder) ? 'it is a link that leads nowhere' : wordsOf(cause);
  return statSync(folder).isDirectory() ? wordsOf(cause) : 'it is no folder';
}
