import { and, count, desc, eq, ne } from 'drizzle-orm';
import { type Mirror, readOrElse } from './open-mirror.ts';
import {
  type RunOutcome,
  type ListOutcome,
  caseChanges,
  mirrorCoverageChecks,
  mirrorDepartureChecks,
  listSyncs,
  syncRuns,
} from './schema/schema.ts';
import { createCaseWriter } from './write-case.ts';
import { onFirstUse } from './statements.ts';
import type { RunStamp } from './write-history.ts';

/** What started a run. */
export type Trigger = 'sync' | 'nightly' | 'demo' | 'redact';

export interface RunStart {
  readonly startedAt: Date;
  readonly trigger: Trigger;
  readonly version: string;
  readonly apiUrl: string;
  readonly processId: number;
}

/** Why a run or a list sync failed; null if it did not. */
export interface RecordedError {
  readonly code: string;
  readonly message: string;
}

const FIGURES = [
  'count_first',
  'count_last',
  'cases_seen',
  'cases_new',
  'cases_changed',
  'cases_unchanged',
  'cases_rejected',
  'pages',
  'requests',
  'retries',
  'waited_ms',
  'bytes',
  'passes',
  'cases_last_pass',
] as const satisfies readonly (keyof typeof listSyncs.$inferSelect)[];

/** The figures of one list sync, as stored in `list_syncs`. */
export type ListFigures = Pick<typeof listSyncs.$inferSelect, (typeof FIGURES)[number]>;

/** Writes the run log: one row per run, one row per list sync. Each call is part of the caller's transaction. */
export interface SyncLedger {
  beginRun(start: RunStart): number;
  beginList(runId: number, listId: number, startedAt: Date): void;
  recordFigures(runId: number, listId: number, figures: ListFigures): void;
  endList(
    runId: number,
    listId: number,
    outcome: ListOutcome,
    endedAt: Date,
    error: RecordedError | null,
  ): void;
  /** Records a requested list whose sync never started. */
  skipList(runId: number, listId: number, at: Date, error: RecordedError): void;
  /** Records at once until when the server allows no request, because the process may not live to end the run. */
  recordPause(runId: number, until: Date): void;
  /** `pausedUntil`: the server allows no request before that time. */
  endRun(
    runId: number,
    outcome: RunOutcome,
    endedAt: Date,
    error: RecordedError | null,
    pausedUntil?: Date | null,
  ): void;
  /** Ends a run and its current list sync as failed, in a separate transaction. */
  abandonRun(runId: number, endedAt: Date, error: RecordedError | null): void;
}

export function createSyncLedger({ db, sqlite }: Mirror): SyncLedger {
  const one = (runId: number, listId: number) =>
    and(eq(listSyncs.run_id, runId), eq(listSyncs.list_id, listId));
  // Each page needs it; Drizzle would generate it anew for each.
  const updateFigures = onFirstUse(() =>
    sqlite.prepare(
      `UPDATE list_syncs SET ${FIGURES.map((name) => `${name} = ?`).join(', ')} WHERE run_id = ? AND list_id = ?`,
    ),
  );
  return {
    beginRun: ({ startedAt, trigger, version, apiUrl, processId }) =>
      Number(
        db
          .insert(syncRuns)
          .values({
            outcome: 'running',
            started_at: startedAt.toISOString(),
            trigger,
            version,
            api_url: apiUrl,
            process_id: processId,
          })
          .run().lastInsertRowid,
      ),
    beginList: (run_id, list_id, startedAt) => {
      db.insert(listSyncs)
        .values({ run_id, list_id, outcome: 'running', started_at: startedAt.toISOString() })
        .run();
    },
    recordFigures: (runId, listId, figures) => {
      updateFigures().run(...FIGURES.map((name) => figures[name]), runId, listId);
    },
    endList: (runId, listId, outcome, endedAt, error) => {
      db.update(listSyncs)
        .set({
          outcome,
          ended_at: endedAt.toISOString(),
          error_code: error?.code ?? null,
          error_message: error?.message ?? null,
        })
        .where(one(runId, listId))
        .run();
    },
    skipList: (run_id, list_id, at, error) => {
      const time = at.toISOString();
      db.insert(listSyncs)
        .values({
          run_id,
          list_id,
          outcome: 'skipped',
          started_at: time,
          ended_at: time,
          error_code: error.code,
          error_message: error.message,
        })
        .run();
    },
    recordPause: (runId, until) => {
      db.update(syncRuns).set({ paused_until: until.toISOString() }).where(eq(syncRuns.id, runId)).run();
    },
    endRun: (runId, outcome, endedAt, error, pausedUntil = null) => {
      db.update(syncRuns)
        .set({
          outcome,
          paused_until: pausedUntil?.toISOString() ?? null,
          ended_at: endedAt.toISOString(),
          error_code: error?.code ?? null,
          error_message: error?.message ?? null,
        })
        .where(eq(syncRuns.id, runId))
        .run();
    },
    abandonRun: (runId, endedAt, error) => {
      const ending = {
        outcome: 'failed',
        ended_at: endedAt.toISOString(),
        error_code: error?.code ?? null,
        error_message: error?.message ?? null,
      } as const;
      db.transaction(
        (all) => {
          all
            .update(listSyncs)
            .set(ending)
            .where(and(eq(listSyncs.run_id, runId), eq(listSyncs.outcome, 'running')))
            .run();
          all.update(syncRuns).set(ending).where(eq(syncRuns.id, runId)).run();
        },
        { behavior: 'immediate' },
      );
    },
  };
}

/** The address of the API from which the newest run received cases; null if none did, or if it cannot be read. */
export function findSource({ sqlite }: Pick<Mirror, 'sqlite'>): URL | null {
  const address = sqlite
    .prepare<[], string>(
      `SELECT api_url FROM sync_runs WHERE EXISTS (SELECT 1 FROM list_syncs WHERE run_id = sync_runs.id AND cases_seen > 0)
      ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .get();
  return address !== undefined && URL.canParse(address) ? new URL(address) : null;
}

type OfRun = 'run_id' | 'checked_at';
export type DepartureFigures = Omit<typeof mirrorDepartureChecks.$inferSelect, OfRun>;
export type CoverageFigures = Omit<typeof mirrorCoverageChecks.$inferSelect, OfRun | 'cases_mirrored'>;

/** Marks cases as departed and records the check that found it, in one transaction. */
export function recordDepartures(
  mirror: Mirror,
  figures: DepartureFigures,
  goneIds: readonly number[],
  { runId, at }: RunStamp,
): void {
  mirror.db.transaction(
    () => {
      const writer = createCaseWriter(mirror);
      for (const id of goneIds) writer.writeDeparture(id, { runId, at });
      mirror.db
        .insert(mirrorDepartureChecks)
        .values({ ...figures, run_id: runId, checked_at: at.toISOString() })
        .run();
    },
    { behavior: 'immediate' },
  );
}

/** The number of departed cases that this run has seen again so far. A case with the same id is the same case (A32). */
export function countReturned({ db }: Mirror, runId: number): number {
  const isReturn = and(
    eq(caseChanges.run_id, runId),
    eq(caseChanges.field, 'mirror_departed_run_id'),
    eq(caseChanges.new_value, 'null'),
  );
  return db.select({ n: count() }).from(caseChanges).where(isReturn).get()?.n ?? 0;
}

export function recordCoverage(
  { db }: Mirror,
  figures: CoverageFigures,
  cases_mirrored: number,
  { runId, at }: RunStamp,
): void {
  db.insert(mirrorCoverageChecks)
    .values({ ...figures, cases_mirrored, run_id: runId, checked_at: at.toISOString() })
    .run();
}

/**
 * How many milliseconds the server of this address still allows no request, according to the newest run; 0 if there is
 * no pause. If the clock was set back, at most the requested pause.
 */
export function findPauseLeft({ db }: Mirror, apiUrl: string, now: Date): number {
  const newest = db
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.api_url, apiUrl), ne(syncRuns.trigger, 'redact')))
    .orderBy(desc(syncRuns.id))
    .limit(1)
    .get();
  return toPauseLeft(newest, now);
}

/**
 * How many milliseconds are left of the pause that the server requested of a run or of a pass. If the clock was set back, at
 * most the requested pause.
 */
export function toPauseLeft(
  newest: Pick<typeof syncRuns.$inferSelect, 'started_at' | 'ended_at' | 'paused_until'> | undefined,
  now: Date,
): number {
  if (typeof newest?.paused_until !== 'string') return 0;
  const until = Date.parse(newest.paused_until);
  // A run that died has no end; it made the request after its start.
  const asked = until - Date.parse(newest.ended_at ?? newest.started_at);
  const left = until - now.getTime();
  // The rest is longer than the requested pause, so the clock was set back. If by more than the pause, the rest is
  // unknown.
  if (left > 2 * asked) return 0;
  return Math.max(0, Math.min(left, asked));
}

/** The newest run that requested cases; null if there was none. */
export function findNewestRun({ db }: Mirror): Pick<typeof syncRuns.$inferSelect, 'id' | 'outcome'> | null {
  const newest = db.select().from(syncRuns).where(ne(syncRuns.trigger, 'redact'));
  return newest.orderBy(desc(syncRuns.id)).limit(1).get() ?? null;
}

/** The end of the pause of the server of that address; null if there is none. */
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

/** Prepares the lookup of the time when a run began. */
export function prepareFindStart({ sqlite }: Mirror): (runId: number) => string {
  const statement = sqlite.prepare<[number], string>('SELECT started_at FROM sync_runs WHERE id = ?').pluck();
  return (runId) => statement.get(runId) ?? '';
}
