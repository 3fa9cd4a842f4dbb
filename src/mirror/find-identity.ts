import { and, inArray, ne, notInArray, sql } from 'drizzle-orm';
import { UNCLASSIFIED } from '../clearinghouse/swept-status.ts';
import type { Mirror } from './open-mirror.ts';
import { judgeCompleteness } from './how-complete.ts';
import { mirrorIdentity, statuses, statusSyncs } from './schema.ts';

/** The id that a mirror and all copies of it share. */
export function findMirrorId({ db }: Mirror): string | null {
  return db.select({ id: mirrorIdentity.mirror_id }).from(mirrorIdentity).get()?.id ?? null;
}

/**
 * Whether each of the five lists of `case_ongoing` was read completely at least once. The list of the cases without one
 * may be left out, so it does not count.
 */
export function holdsEveryList({ db }: Mirror): boolean {
  const good = db
    .select({ id: statusSyncs.status_id })
    .from(statusSyncs)
    .where(inArray(statusSyncs.outcome, ['complete', 'empty']));
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
