import { desc } from 'drizzle-orm';
import { closing } from './engine.ts';
import { isWriterLockHeld } from './lock.ts';
import { type Mirror, openMirrorReadOnly } from './open-mirror.ts';
import type { Log } from './record-died.ts';
import { syncRuns } from './schema/schema.ts';

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
  // A writer records at once what died before it; `restore`, which writes no row, replaces the mirror instead.
  if (isWriterLockHeld(mirror.path)) return false;
  // Its end may have been recorded since this connection began to read, just before the lock was free.
  return closing(
    openMirrorReadOnly(mirror.path),
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
