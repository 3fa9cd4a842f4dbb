import { constants, accessSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { MirrorError } from '../errors/mirror-error.ts';
import { findFreeBytes, toRealPath } from '../lib/files.ts';
import { countIndexBytes } from './search-index.ts';

/*
 * The room that rewriting a file takes. The search indexes are rewritten first, beside what they have. Then SQLite writes the
 * new file to its folder for temporary files, and once more to the log beside the mirror.
 */

/** A folder, its disk, and the bytes that are free there. */
export interface DiskRoom {
  readonly folder: string;
  readonly disk: number;
  readonly free: number;
}

/** The bytes of what is rewritten. */
export interface RewriteSize {
  readonly file: number;
  /** The part that the search indexes are. */
  readonly indexes: number;
}

/** Pages have a head each in the log. */
const RESERVE = 1.05;

/** Throws DISK_LOW if a file cannot be rewritten: one disk needs what the mirror and the temporary files need together. */
export function checkRewriteRoom(
  { file, indexes }: RewriteSize,
  mirror: DiskRoom,
  temporary: DiskRoom,
): void {
  const [ofMirror, ofTemporary] = [file + indexes, file].map((bytes) => Math.ceil(bytes * RESERVE)) as [
    number,
    number,
  ];
  requireFree(mirror, mirror.disk === temporary.disk ? ofMirror + ofTemporary : ofMirror);
  if (mirror.disk !== temporary.disk) requireFree(temporary, ofTemporary);
}

function requireFree({ folder, free }: DiskRoom, needed: number): void {
  if (free < needed)
    throw new MirrorError(
      'DISK_LOW',
      `Rewriting it needs ${toMegabytes(needed)} MB, and ${folder} has ${Math.floor(free / 1e6)} MB left.`,
    );
}

const toMegabytes = (bytes: number): number => Math.ceil(bytes / 1e6);

/**
 * Throws DISK_LOW if the disk has no room to rewrite the file of a connection with its search indexes. A system that does not
 * tell is trusted.
 */
export function requireRewriteRoom(
  sqlite: Database.Database,
  path: string,
  findRoom: (folder: string) => DiskRoom | null = findDiskRoom,
): void {
  const [pages, unused, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
    Number(sqlite.pragma(name, { simple: true })),
  );
  // SQLite keeps the log beside the file to which a symbolic link leads.
  const mirror = findRoom(dirname(toRealPath(path)));
  const temporary = findRoom(findTemporaryFolder(process.env));
  if (mirror === null || temporary === null) return;
  const file = ((pages ?? 0) - (unused ?? 0)) * (size ?? 0);
  checkRewriteRoom({ file, indexes: countIndexBytes(sqlite) }, mirror, temporary);
}

function findDiskRoom(folder: string): DiskRoom | null {
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
