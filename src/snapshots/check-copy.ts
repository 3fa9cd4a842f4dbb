import type Database from 'better-sqlite3';
import type { ErrorCode } from '../error-kinds.ts';
import { MirrorError } from '../errors.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { openSqlite } from '../mirror/sqlite-engine.ts';
import { openMirrorReadOnly } from '../mirror/open-mirror.ts';
import { writeNote, type SnapshotNote } from './snapshot-note.ts';

interface Finish {
  readonly note: SnapshotNote | null;
  /** Whether pages may hold what was deleted, so that the file has to be rewritten. */
  readonly hasRemnants: boolean;
}

/**
 * Makes of a fresh copy a file that stands alone, without a log beside it, that says what it is, and proves that it is
 * whole. Fails with a DATABASE_... error.
 */
export function finishCopy(path: string, { note, hasRemnants }: Finish): void {
  inDatabase(path, () => {
    const sqlite = openSqlite(path);
    try {
      sqlite.pragma('journal_mode = DELETE');
      refuseDamage(sqlite, path);
      const hasTable = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'mirror_snapshot'`).get();
      if (hasTable !== undefined) writeNote(sqlite, note);
      if (hasRemnants) sqlite.exec('VACUUM');
    } finally {
      sqlite.close();
    }
  });
}

/** Fails with DATABASE_DAMAGED. */
function refuseDamage(sqlite: Database.Database, path: string): void {
  const verdict = sqlite.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new MirrorError('DATABASE_DAMAGED', `${path}: ${String(verdict)}`);
}

/** What a mirror holds, in two numbers. */
export interface ContentCount {
  readonly cases: number;
  /** Null before the first. */
  readonly lastRun: number | null;
}

/** Counts what a connection reads. */
export function countContent(sqlite: Database.Database): ContentCount {
  const select = sqlite.prepare<[], ContentCount>(
    'SELECT (SELECT count(*) FROM cases) AS cases, (SELECT max(id) FROM sync_runs) AS lastRun',
  );
  return select.get() ?? { cases: 0, lastRun: null };
}

/**
 * Opens what is to be a mirror, of this program's schema or an older one, and counts. Fails with a DATABASE_... error for
 * anything else.
 */
export function checkCopy(path: string): ContentCount {
  return inDatabase(path, () => {
    refuseForeign(path);
    const sqlite = openSqlite(path, { readonly: true });
    try {
      return countContent(sqlite);
    } finally {
      sqlite.close();
    }
  });
}

/** Fails with a DATABASE_... error for what is no mirror of this version or an earlier one. */
export function refuseForeign(path: string): void {
  try {
    openMirrorReadOnly(path).close();
  } catch (error) {
    if (!(error instanceof MirrorError && error.code === 'DATABASE_OLDER')) throw error;
  }
}

/** Fails with DATABASE_DAMAGED where a copy does not hold what was to be copied. */
export function compareContent(said: ContentCount, copied: ContentCount, path: string): void {
  if (said.cases !== copied.cases || said.lastRun !== copied.lastRun)
    throw new MirrorError(
      'DATABASE_DAMAGED',
      `${path} holds ${copied.cases} cases up to run ${copied.lastRun ?? 'none'}, and not ${said.cases} up to run ${said.lastRun ?? 'none'}.`,
    );
}

/** What is wrong with the place of a copy, and not with what is copied. */
const PLACE_ERRORS: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'DATABASE_UNWRITABLE']);

/**
 * The same error with a path that people know instead of that of a temporary copy: the file that is copied, or the file
 * that the copy was to become where its place is at fault.
 */
export function nameKnownFile(
  error: Error,
  copy: string,
  { source, target }: { readonly source: string; readonly target: string },
): Error {
  if (!(error instanceof MirrorError) || !error.message.includes(copy)) return error;
  const known = PLACE_ERRORS.has(error.code) ? target : source;
  return new MirrorError(
    error.code,
    error.message.replaceAll(copy, () => known),
    {
      cause: error.cause,
      hint: error.hint,
    },
  );
}

function inDatabase<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (thrown) {
    throw toDatabaseError(thrown, path);
  }
}
