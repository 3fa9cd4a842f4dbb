import { basename, extname } from 'node:path';

/* The name of a snapshot says of which mirror it is and when it was taken: clearinghouse-20261124T031742Z.db. */

const STAMP = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z(?:-\d+)?$/;

/** The name of a snapshot of that database, taken then; `copy` tells apart those of one second. */
export function toSnapshotName(database: string, takenAt: Date, copy = 1): string {
  const stamp = takenAt
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return `${toStem(database)}-${stamp}${copy === 1 ? '' : `-${copy}`}.db`;
}

/** When a file was taken as a snapshot of that database; undefined when its name is another. */
export function parseSnapshotName(database: string, name: string): Date | undefined {
  const stem = `${toStem(database)}-`;
  if (!name.startsWith(stem) || !name.endsWith('.db')) return undefined;
  const [, year, month, day, hour, minute, second] = STAMP.exec(name.slice(stem.length, -'.db'.length)) ?? [];
  if (second === undefined) return undefined;
  const takenAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(takenAt.getTime()) ? undefined : takenAt;
}

/** The name of a database without its folder and ending. */
export function toStem(database: string): string {
  return basename(database, extname(database));
}
