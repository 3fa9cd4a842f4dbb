import type Database from 'better-sqlite3';
import { desc } from 'drizzle-orm';
import { closing } from './engine.ts';
import { isWriterLockHeld } from './lock.ts';
import type { Mirror } from './open-mirror.ts';
import { BUSY_TIMEOUT_MS, openToRead } from './open-to-read.ts';
import { syncRuns } from './schema/schema.ts';

/* What died: a writer records it, and until then a reader sees it. */

/** The tables of what a writer has in progress. Only one row of all of them can be: there is one writer. */
export const LOGS = ['sync_runs', 'linked_passes', 'text_passes', 'file_passes'] as const;
export type Log = (typeof LOGS)[number];

/** A run or pass whose process died without recording its end. */
export interface Died {
  readonly type: 'died';
  readonly log: Log;
  readonly id: number;
}

/**
 * Marks runs and passes whose process was killed (kill -9, power failure) as died. The caller holds the writer lock, so none of them is
 * active. `ended_at` stays null, because the time is unknown. What they had stored stays.
 */
export function recordDied(sqlite: Database.Database, foundAt: Date): Died[] {
  const message = `The process died without recording its end; found at ${foundAt.toISOString()}.`;
  const toUpdate = (log: string, outcome: string): string =>
    `UPDATE ${log} SET outcome = '${outcome}', error_code = 'PROCESS_DIED', error_message = ? WHERE outcome = 'running'`;
  return sqlite
    .transaction(() => {
      sqlite.prepare(toUpdate('list_syncs', 'interrupted')).run(message);
      return LOGS.flatMap((log) =>
        sqlite
          .prepare<[string], number>(`${toUpdate(log, 'died')} RETURNING id`)
          .pluck()
          .all(message)
          .map((id): Died => ({ type: 'died', log, id })),
      );
    })
    .immediate();
}

type Reading = Pick<Mirror, 'path' | 'sqlite'>;

/**
 * A run or pass as it is: one that is on record as running has died if its process does not write any more. The next writer
 * records that, with an error; a copy of a mirror may wait for it for years.
 */
export function seeDead<Row extends { readonly id: number; readonly outcome: string }>(
  mirror: Reading,
  log: Log,
  row: Row,
): Row {
  return row.outcome === 'running' && isDead(mirror, log, row.id) ? { ...row, outcome: 'died' } : row;
}

/** Whether a run or pass has died that is on record as running. */
function isDead(mirror: Reading, log: Log, id: number): boolean {
  if (mirror.sqlite.memory) return false;
  // A writer records what died before it as soon as the mirror is open, after an upgrade; `restore` replaces the mirror instead.
  if (isWriterLockHeld(mirror.path)) return false;
  // Its end may have been recorded since this connection began to read, just before the lock was free.
  return closing(
    openToRead(mirror.path, BUSY_TIMEOUT_MS),
    ({ sqlite }) =>
      sqlite.prepare(`SELECT 1 FROM main.${log} WHERE id = ? AND outcome = 'running'`).get(id) !== undefined,
  );
}

/** A reading of a list as it is: one of a run that has died was interrupted. */
export function seeDeadList<Row extends { readonly run_id: number; readonly outcome: string } | null>(
  mirror: Reading,
  row: Row,
): Row {
  return row?.outcome === 'running' && isDead(mirror, 'sync_runs', row.run_id)
    ? { ...row, outcome: 'interrupted' }
    : row;
}

/** Whether a run or pass has died and no writer has recorded that yet. */
export function isUnrecordedDeath<
  Row extends { readonly outcome: string; readonly error_code: string | null },
>(row: Row | null | undefined): row is Row {
  return row?.outcome === 'died' && row.error_code === null;
}

/** Runs as they are, newest first. */
export function listRuns(
  mirror: Mirror,
  { offset, size }: { readonly offset: number; readonly size: number },
): (typeof syncRuns.$inferSelect)[] {
  return mirror.db
    .select()
    .from(syncRuns)
    .orderBy(desc(syncRuns.id))
    .limit(size)
    .offset(offset)
    .all()
    .map((run) => seeDead(mirror, 'sync_runs', run));
}
