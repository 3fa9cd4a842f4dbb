import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many links in a row as Linux follows. */
const MAX_LINKS = 40;

/**
 * The file behind all symbolic links. Unlike `realpathSync` it also follows a link to a file that does not exist yet, so
 * that a file has one name before it is created and afterwards.
 */
export function toRealPath(path: string): string {
  let current = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    const folder = realFolder(dirname(current));
    current = join(folder, basename(current));
    if (!isLink(current)) return current;
    current = resolve(folder, readlinkSync(current));
  }
  return current;
}

/** Where Linux and macOS show the open files of a process as if they were files. */
const OPEN_FILES =
  /^\/(?:dev\/fd|proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?\/fd)\/|^\/dev\/std(?:in|out|err)$/;

/** Whether a path leads, by whatever links, to a file that a process has open, such as /dev/stdout. */
export function leadsToStream(path: string): boolean {
  let current = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    if (OPEN_FILES.test(current)) return true;
    current = join(realFolder(dirname(current)), basename(current));
    if (OPEN_FILES.test(current)) return true;
    if (!isLink(current)) return false;
    current = resolve(dirname(current), readlinkSync(current));
  }
  return false;
}

/** What stands in a folder that this user may not look into is no link, as far as can be told; opening it says why. */
export function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder; // it does not exist: whoever opens a file there fails, and says so
  }
}
