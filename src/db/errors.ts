import { isPromise } from 'node:util/types';
import type Database from 'better-sqlite3';
import { type ErrorCode, MirrorError, messageOf } from '../errors/mirror-error.ts';

/** Maps result codes of SQLite to our errors. The first matching prefix applies. */
const CODES: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['SQLITE_NOTADB', 'DATABASE_FOREIGN'],
  ['SQLITE_CORRUPT', 'DATABASE_DAMAGED'],
  ['SQLITE_BUSY', 'DATABASE_BUSY'],
  ['SQLITE_LOCKED', 'DATABASE_BUSY'],
  ['SQLITE_FULL', 'DISK_FULL'],
  ['SQLITE_IOERR_WRITE', 'DISK_FULL'],
  ['SQLITE_IOERR_FSYNC', 'DISK_FULL'],
  ['SQLITE_IOERR_SHM', 'DISK_FULL'],
  ['SQLITE_IOERR', 'DATABASE_UNWRITABLE'],
  ['SQLITE_READONLY', 'DATABASE_UNWRITABLE'],
  ['SQLITE_CANTOPEN', 'DATABASE_UNWRITABLE'],
  ['SQLITE_PERM', 'DATABASE_UNWRITABLE'],
];

/** The only message about a damaged header that has the general code SQLITE_ERROR. */
const DAMAGED_HEADER = 'unsupported file format';

/** Converts an error of SQLite while `path` was used to an error with a hint; returns any other error unchanged. */
export function toDatabaseError(thrown: unknown, path: string): Error {
  if (thrown instanceof MirrorError) return thrown;
  if (isSqliteError(thrown)) {
    const code =
      thrown.message === DAMAGED_HEADER
        ? 'DATABASE_DAMAGED'
        : CODES.find(([prefix]) => thrown.code.startsWith(prefix))?.[1];
    if (code !== undefined)
      return new MirrorError(code, `${path}: ${thrown.message} (${thrown.code}).`, { cause: thrown });
  }
  if (thrown instanceof TypeError && thrown.message.includes('directory does not exist')) {
    return new MirrorError('DATABASE_UNWRITABLE', `The folder of ${path} does not exist.`, { cause: thrown });
  }
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}

/** Runs `use`, and converts what SQLite throws, at once or later, with {@link toDatabaseError}. */
export function inDatabase<Result>(path: string, use: () => Result): Result {
  try {
    const result = use();
    if (!isPromise(result)) return result;
    return result.catch((thrown: unknown) => {
      throw toDatabaseError(thrown, path);
    }) as Result;
  } catch (thrown) {
    throw toDatabaseError(thrown, path);
  }
}

/** Checks the code, not the class: a test runner may load the class more than once. */
export function isSqliteError(thrown: unknown): thrown is InstanceType<typeof Database.SqliteError> {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    thrown.code.startsWith('SQLITE_')
  );
}
