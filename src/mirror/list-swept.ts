import { and, between, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import { GOOD_OUTCOMES } from './how-complete.ts';
import type { Mirror } from './open-mirror.ts';
import { departureChecks, statusSyncs } from './schema.ts';

/**
 * The ids of the statuses that a sweep which began in that time has read completely, in a run that could look up every
 * case that it missed.
 */
export function listSweptStatuses({ db }: Mirror, since: Date, upTo: Date): number[] {
  return db
    .selectDistinct({ id: statusSyncs.status_id })
    .from(statusSyncs)
    .leftJoin(departureChecks, eq(departureChecks.run_id, statusSyncs.run_id))
    .where(
      and(
        inArray(statusSyncs.outcome, GOOD_OUTCOMES),
        between(statusSyncs.started_at, since.toISOString(), upTo.toISOString()),
        or(isNull(departureChecks.outcome), ne(departureChecks.outcome, 'incomplete')),
        // A run that began before an earlier one shows that the clock was ahead at the earlier one.
        sql`NOT EXISTS (SELECT 1 FROM sync_runs later WHERE later.id > ${statusSyncs.run_id} AND later.started_at < ${statusSyncs.started_at})`,
      ),
    )
    .all()
    .map(({ id }) => id);
}
