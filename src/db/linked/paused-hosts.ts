import type { Mirror } from '../open-mirror.ts';
import { toPauseLeft } from '../run-log.ts';
import { mirrorPausedHosts } from '../schema/schema.ts';

/** A host of files that requested a pause, which is not over. */
export interface PausedHost {
  readonly host: string;
  readonly pausedUntil: Date;
}

/** A paused host, and how many of the due files it holds. */
export interface HeldHost extends PausedHost {
  readonly documents: number;
}

/** Records the pause of a host, as part of the caller's transaction. */
export function writePausedHost({ db }: Mirror, { host, pausedUntil }: PausedHost, at: Date): void {
  const row = { host, asked_at: at.toISOString(), paused_until: pausedUntil.toISOString() };
  db.insert(mirrorPausedHosts)
    .values(row)
    .onConflictDoUpdate({ target: mirrorPausedHosts.host, set: row })
    .run();
}

/** Lists the hosts whose pause is not over, by name. */
export function listPausedHosts({ db }: Mirror, now: Date): PausedHost[] {
  return db
    .select()
    .from(mirrorPausedHosts)
    .orderBy(mirrorPausedHosts.host)
    .all()
    .flatMap(({ host, asked_at, paused_until }) => {
      const left = toPauseLeft({ started_at: asked_at, ended_at: asked_at, paused_until }, now);
      return left > 0 ? [{ host, pausedUntil: new Date(now.getTime() + left) }] : [];
    });
}
