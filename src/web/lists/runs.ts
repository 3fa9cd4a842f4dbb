import { desc, eq } from 'drizzle-orm';
import type { Mirror } from '../../db/open-mirror.ts';
import {
  listSyncs,
  lists,
  mirrorCoverageChecks,
  mirrorDepartureChecks,
  syncRuns,
} from '../../db/schema/schema.ts';
import type { CoverageRow, ListSyncRow, SyncRunRow } from '../../db/state.ts';
import { MirrorError } from '../../errors/mirror-error.ts';

/** Newest first. */
export const RUNS_SQL =
  'SELECT id, outcome, trigger, started_at, ended_at, error_code, error_message, version FROM sync_runs ORDER BY id DESC';

export function countRuns({ sqlite }: Mirror): number {
  return sqlite.prepare<[], number>('SELECT count(*) FROM sync_runs').pluck().get() ?? 0;
}

export function listRuns(
  { db }: Mirror,
  { offset, size }: { readonly offset: number; readonly size: number },
): SyncRunRow[] {
  return db.select().from(syncRuns).orderBy(desc(syncRuns.id)).limit(size).offset(offset).all();
}

/** A run with everything that the run log says of it. */
export interface RunRecord {
  readonly run: SyncRunRow;
  readonly lists: readonly (ListSyncRow & { readonly label: string })[];
  readonly departures: typeof mirrorDepartureChecks.$inferSelect | undefined;
  readonly coverage: CoverageRow | undefined;
}

/** Fails with RUN_UNKNOWN. */
export function findRun({ db, path }: Mirror, id: number): RunRecord {
  const run = db.select().from(syncRuns).where(eq(syncRuns.id, id)).get();
  if (run === undefined) throw new MirrorError('RUN_UNKNOWN', `${path} has no run ${id}.`);
  return {
    run,
    lists: db
      .select()
      .from(listSyncs)
      .innerJoin(lists, eq(lists.id, listSyncs.list_id))
      .where(eq(listSyncs.run_id, id))
      .orderBy(listSyncs.list_id)
      .all()
      .map(({ list_syncs, lists: { label } }) => ({ ...list_syncs, label })),
    departures: db.select().from(mirrorDepartureChecks).where(eq(mirrorDepartureChecks.run_id, id)).get(),
    coverage: db.select().from(mirrorCoverageChecks).where(eq(mirrorCoverageChecks.run_id, id)).get(),
  };
}
