import { constants, accessSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { MirrorError } from '../errors/mirror-error.ts';
import { findFreeBytes } from '../lib/files.ts';

/*
 * The room that rewriting a file takes: SQLite writes the new file to its folder for temporary files, and then once more
 * to the log beside the mirror.
 */

/** A folder, its disk, and the bytes that are free there. */
export interface Place {
  readonly folder: string;
  readonly disk: number;
  readonly free: number;
}

/** Pages have a head each in the log. */
const RESERVE = 1.05;

/** Throws DISK_LOW if a file of so many bytes cannot be rewritten: twice as many are needed where both places are one disk. */
export function checkRewriteRoom(bytes: number, mirror: Place, temporary: Place): void {
  const once = Math.ceil(bytes * RESERVE);
  const isOneDisk = mirror.disk === temporary.disk;
  for (const { folder, free } of isOneDisk ? [mirror] : [mirror, temporary]) {
    const needed = isOneDisk ? 2 * once : once;
    if (free < needed)
      throw new MirrorError(
        'DISK_LOW',
        `Rewriting it needs ${toMegabytes(needed)} MB, and ${folder} has ${Math.floor(free / 1e6)} MB left.`,
      );
  }
}

const toMegabytes = (bytes: number): number => Math.ceil(bytes / 1e6);

/** Throws DISK_LOW if the disk has no room to rewrite the file of a connection. A system that does not tell is trusted. */
export function requireRewriteRoom(sqlite: Database.Database, path: string): void {
  const [pages, unused, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
    Number(sqlite.pragma(name, { simple: true })),
  );
  const [mirror, temporary] = [findPlace(dirname(path)), findPlace(findTemporaryFolder(process.env))];
  if (mirror === null || temporary === null) return;
  checkRewriteRoom(((pages ?? 0) - (unused ?? 0)) * (size ?? 0), mirror, temporary);
}

function findPlace(folder: string): Place | null {
  try {
    return { folder, disk: statSync(folder).dev, free: findFreeBytes(folder) };
  } catch {
    return null;
  }
}

/** Where SQLite writes temporary files: the first of these folders in which it may write. */
function findTemporaryFolder({ SQLITE_TMPDIR, TMPDIR }: NodeJS.ProcessEnv): string {
  const folders = [SQLITE_TMPDIR, TMPDIR, '/var/tmp', '/usr/tmp', '/tmp'];
  return folders.find((folder) => folder !== undefined && folder !== '' && isWritable(folder)) ?? tmpdir();
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
