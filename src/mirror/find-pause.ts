import { and, desc, eq, ne } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { syncRuns } from './schema.ts';

/**
 * How long, in milliseconds, the server of this address still wants no request, by what the newest run was told; 0 where
 * there is nothing to wait for. Where the clock was set back it is never more than the server asked for.
 */
export function findPauseLeft({ db }: Mirror, apiUrl: string, now: Date): number {
  const newest = db
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.api_url, apiUrl), ne(syncRuns.trigger, 'redact')))
    .orderBy(desc(syncRuns.id))
    .limit(1)
    .get();
  if (newest === undefined || newest.paused_until === null || newest.ended_at === null) return 0;
  const until = Date.parse(newest.paused_until);
  const left = Math.min(until - now.getTime(), until - Date.parse(newest.ended_at));
  return left > 0 ? left : 0;
}
