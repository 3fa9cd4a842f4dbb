import { and, inArray, ne, notInArray, sql } from 'drizzle-orm';
import { UNCLASSIFIED } from '../clearinghouse/swept-status.ts';
import { MirrorError } from '../errors.ts';
import { isSqliteError, toDatabaseError } from './database-error.ts';
import { readAnyVersion, type Mirror } from './open-mirror.ts';
import { GOOD_OUTCOMES, judgeCompleteness } from './how-complete.ts';
import { statuses, statusSyncs } from './schema.ts';

/**
 * The id that a mirror and all copies of it share. Null where there is no mirror that can be read, or one of an early
 * version that gets its id with its next migration.
 */
export function findMirrorId(path: string): string | null {
  try {
    return readAnyVersion(path, (sqlite) => {
      const hasId = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'mirror_identity'`).get();
      if (hasId === undefined) return null;
      return sqlite.prepare<[], string>('SELECT mirror_id FROM mirror_identity').pluck().get() ?? null;
    });
  } catch (thrown) {
    if (toDatabaseError(thrown, path) instanceof MirrorError || isSqliteError(thrown)) return null;
    throw thrown;
  }
}

/**
 * Whether each of the five lists of `case_ongoing` was read completely at least once. The list of the cases without one
 * may be left out, so it does not count.
 */
export function holdsEveryList({ db }: Mirror): boolean {
  const good = db
    .select({ id: statusSyncs.status_id })
    .from(statusSyncs)
    .where(inArray(statusSyncs.outcome, GOOD_OUTCOMES));
  const missing = db
    .select({ id: statuses.id })
    .from(statuses)
    .where(and(ne(statuses.id, UNCLASSIFIED.id), notInArray(statuses.id, good)))
    .limit(1)
    .get();
  return missing === undefined && db.select({ id: statuses.id }).from(statuses).limit(1).get() !== undefined;
}

/** Whether the newest reading of each list brought all of it, or all that can be had. */
export function holdsAllThatCanBeHad({ db }: Mirror): boolean {
  const newest = sql`(SELECT max(newer.run_id) FROM status_syncs AS newer WHERE newer.status_id = ${statusSyncs.status_id})`;
  const lists = db
    .select({ id: statusSyncs.status_id, outcome: statusSyncs.outcome, error_code: statusSyncs.error_code })
    .from(statusSyncs)
    .where(sql`${statusSyncs.run_id} = ${newest}`)
    .all();
  const known = db.select({ id: statuses.id }).from(statuses).where(ne(statuses.id, UNCLASSIFIED.id)).all();
  const isEach = known.every(({ id }) => lists.some((list) => list.id === id));
  return isEach && judgeCompleteness(lists) !== 'incomplete';
}
