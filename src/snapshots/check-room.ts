import { linkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MirrorError } from '../errors.ts';
import { findFreeBytes } from '../files/free-space.ts';
import { createPartialFile } from './partial-file.ts';

/** A disk that a snapshot would fill would leave no room for the next sync. */
const RESERVE = 1.1;

interface RoomRequest {
  /** How many copies are wanted; one must fit. */
  readonly copies?: number;
  /** Has its turn where the room is too little for all of them. */
  readonly makeRoom?: ((isEnough: () => boolean) => void) | undefined;
}

/** Fails with DISK_LOW where a copy of a database would fill the disk. */
export function checkRoom(
  database: string,
  folder: string,
  { copies = 1, makeRoom = () => undefined }: RoomRequest = {},
): void {
  const needed = Math.ceil((sizeOf(database) + sizeOf(`${database}-wal`)) * RESERVE);
  const isEnough = (): boolean => findFreeBytes(folder) >= needed * copies;
  if (!isEnough()) makeRoom(isEnough);
  const free = findFreeBytes(folder);
  if (free < needed)
    throw new MirrorError(
      'DISK_LOW',
      `A snapshot needs ${toMegabytes(needed)} MB, and ${folder} has ${Math.floor(free / 1e6)} MB left: ${toMegabytes(needed - free)} MB are missing.`,
    );
}

/**
 * Whether a file in this folder can have a second name. Where it cannot, `latest.db` takes as much room again. Where this
 * process dies, the next snapshot removes both names.
 */
export function hasSecondNames(folder: string): boolean {
  const partial = createPartialFile(join(folder, 'latest.db'));
  try {
    linkSync(partial.path, `${partial.path}-journal`);
    return true;
  } catch {
    return false;
  } finally {
    partial.release();
  }
}

const toMegabytes = (bytes: number): number => Math.ceil(bytes / 1e6);

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
