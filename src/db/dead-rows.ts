import { desc } from 'drizzle-orm';
import { closing } from './engine.ts';
import { isWriterLockHeld } from './lock.ts';
import { type Mirror, openMirrorReadOnly } from './open-mirror.ts';
import { syncRuns } from './schema/schema.ts';

/** The tables of what a writer has in progress. Only one row of all of them can be: there is one writer. */
const LOGS = ['sync_runs', 'linked_passes', 'text_passes', 'file_passes'] as const;
type Log = (typeof LOGS)[number];

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
  if (isWriterLockHeld(mirror.path)) return !isNewest(mirror, log, id);
  // Its end may have been recorded since this connection began to read, just before the lock was free.
  return closing(
    openMirrorReadOnly(mirror.path),
    ({ sqlite }) =>
      sqlite.prepare(`SELECT 1 FROM main.${log} WHERE id = ? AND outcome = 'running'`).get(id) !== undefined,
  );
}

/** Whether nothing else that is on record as running began later. */
function isNewest({ sqlite }: Reading, log: Log, id: number): boolean {
  const all = LOGS.map(
    (name) => `SELECT '${name}' AS log, id, started_at FROM main.${name} WHERE outcome = 'running'`,
  ).join(' UNION ALL ');
  const newest = sqlite
    .prepare<[], { log: string; id: number }>(
      `SELECT log, id FROM (${all}) ORDER BY started_at DESC, id DESC`,
    )
    .get();
  return newest === undefined || (newest.log === log && newest.id === id);
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
