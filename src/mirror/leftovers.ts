import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../system-words.ts';

/*
 * What writers of a mirror that died have left beside it: unfinished copies of the whole file, hundreds of megabytes each,
 * which may hold what is redacted. Only the holder of the writer's lock makes them, so whoever holds it may remove them.
 */

const PURPOSES = String.raw`(?:restoring|before-upgrade|replaced-[0-9TZ-]+)`;
const TEMP = String.raw`\.[0-9a-f]{16}\.tmp`;
const ENDINGS = String.raw`(?:-wal|-shm|-journal|\.before-upgrade)?`;

/** Removes the unfinished copies beside a mirror, by its real path. The caller holds the writer's lock. */
export function removeLeftovers(database: string): void {
  const folder = dirname(database);
  for (const name of listLeftovers(basename(database), listNamesIn(folder))) {
    const path = join(folder, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(path, { force: true });
  }
}

/** Those of today's names, and of names that earlier versions gave. */
function listLeftovers(base: string, names: readonly string[]): string[] {
  const own = base.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const pattern = new RegExp(
    `^(?:\\.${own}\\.${PURPOSES}${TEMP}${ENDINGS}|\\.\\.${own}\\.restoring${TEMP}\\.before-upgrade${TEMP}${ENDINGS}` +
      `|${own}\\.restoring${ENDINGS}|${own}\\.before-upgrade\\.new)$`,
  );
  return names.filter((name) => pattern.test(name));
}

function listNamesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (['EACCES', 'ENOENT', 'ENOTDIR'].includes(codeOf(thrown))) return []; // opening a file there says what is wrong
    throw thrown;
  }
}
