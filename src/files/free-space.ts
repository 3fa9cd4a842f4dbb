import { statfsSync } from 'node:fs';

/** How many bytes this user may still write into a folder. Fails with the error of the system. */
export function findFreeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
