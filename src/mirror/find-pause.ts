import { and, desc, eq, ne } from 'drizzle-orm';
import { type Mirror, readOrElse } from './open-mirror.ts';
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
  if (newest === undefined || newest.paused_until === null) return 0;
  const until = Date.parse(newest.paused_until);
  // Of a run that died nobody knows when it ended; it asked after its start.
  const asked = until - Date.parse(newest.ended_at ?? newest.started_at);
  const left = until - now.getTime();
  // More is left than was asked for: the clock was set back. By more than the pause itself: nobody knows what is left.
  if (left > 2 * asked) return 0;
  return Math.max(0, Math.min(left, asked));
}

/** Until when the server of that address wants no request; null where nothing is known of it. */
export function findPausedUntil(database: string, apiUrl: string, now: Date): Date | null {
  return readOrElse(
    database,
    (mirror) => {
      const left = findPauseLeft(mirror, apiUrl, now);
      return left > 0 ? new Date(now.getTime() + left) : null;
    },
    null,
  );
}
