import { existsSync, statfsSync, statSync } from 'node:fs';
import { MirrorError } from '../errors.ts';

/** A disk that a snapshot would fill would leave no room for the next sync. */
const RESERVE = 1.1;

/** Fails with DISK_LOW where a copy of the mirror would fill the disk, after `makeRoom` has had its turn. */
export function checkRoom(
  database: string,
  folder: string,
  makeRoom: (isEnough: () => boolean) => void = () => undefined,
): void {
  const needed = Math.ceil((sizeOf(database) + sizeOf(`${database}-wal`)) * RESERVE);
  const isEnough = (): boolean => freeBytes(folder) >= needed;
  if (!isEnough()) makeRoom(isEnough);
  const free = freeBytes(folder);
  if (free < needed)
    throw new MirrorError(
      'DISK_LOW',
      `A snapshot needs ${toMegabytes(needed)} MB, and ${folder} has ${Math.floor(free / 1e6)} MB left: ${toMegabytes(needed - free)} MB are missing.`,
    );
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const toMegabytes = (bytes: number): number => Math.ceil(bytes / 1e6);

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}
