import { closeSync, fsyncSync, openSync } from 'node:fs';
import { openSqlite } from '../mirror/sqlite-engine.ts';
import { MirrorError } from '../errors.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { openMirrorReadOnly } from '../mirror/open-mirror.ts';

/**
 * Makes of a fresh copy a file that stands alone, without a log beside it, proves that it can be opened and is whole, and
 * has it written to the disk. Fails with a DATABASE_... error.
 */
export function finishCopy(path: string): void {
  try {
    const sqlite = openSqlite(path);
    try {
      sqlite.pragma('journal_mode = DELETE');
      const verdict = sqlite.pragma('quick_check(1)', { simple: true });
      if (verdict !== 'ok') throw new MirrorError('DATABASE_DAMAGED', `${path}: ${String(verdict)}`);
    } finally {
      sqlite.close();
    }
  } catch (thrown) {
    throw toDatabaseError(thrown, path);
  }
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What a mirror holds, in two numbers. */
export interface ContentCount {
  readonly cases: number;
  /** Null before the first. */
  readonly lastRun: number | null;
}

/**
 * Opens what is to be a mirror, of this program's schema or an older one, and counts. Fails with a DATABASE_... error for
 * anything else.
 */
export function countContent(path: string): ContentCount {
  try {
    openMirrorReadOnly(path).close();
  } catch (error) {
    if (!(error instanceof MirrorError && error.code === 'DATABASE_OLDER')) throw error;
  }
  const sqlite = openSqlite(path, { readonly: true });
  try {
    const select = sqlite.prepare<[], ContentCount>(
      'SELECT (SELECT count(*) FROM cases) AS cases, (SELECT max(id) FROM sync_runs) AS lastRun',
    );
    return select.get() ?? { cases: 0, lastRun: null };
  } catch (thrown) {
    throw toDatabaseError(thrown, path);
  } finally {
    sqlite.close();
  }
}
