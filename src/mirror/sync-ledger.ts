import { and, eq } from 'drizzle-orm';
import type { Mirror } from './open-mirror.ts';
import { statusSyncs, syncRuns, type RunOutcome, type StatusOutcome } from './schema.ts';

/** What made a run start. */
export type Trigger = 'sync' | 'nightly' | 'demo' | 'redact';

export interface RunStart {
  readonly startedAt: Date;
  readonly trigger: Trigger;
  readonly version: string;
  readonly apiUrl: string;
  readonly processId: number;
}

/** How a run or a status ended badly; null for a good end. */
export interface RecordedError {
  readonly code: string;
  readonly message: string;
}

/** The figures of one status of a run, as they stand in `status_syncs`. */
export type StatusFigures = Pick<
  typeof statusSyncs.$inferSelect,
  | 'count_first'
  | 'count_last'
  | 'cases_seen'
  | 'cases_new'
  | 'cases_changed'
  | 'cases_unchanged'
  | 'cases_kept_aside'
  | 'pages'
  | 'requests'
  | 'retries'
  | 'waited_ms'
  | 'bytes'
  | 'walks'
  | 'cases_last_walk'
>;

/** Writes the record of runs: one row a run, one row a status of it. Each call is part of the caller's transaction. */
export interface SyncLedger {
  beginRun(start: RunStart): number;
  beginStatus(runId: number, statusId: number, startedAt: Date): void;
  recordFigures(runId: number, statusId: number, figures: StatusFigures): void;
  endStatus(
    runId: number,
    statusId: number,
    outcome: StatusOutcome,
    endedAt: Date,
    error: RecordedError | null,
  ): void;
  /** A status that was asked for and never begun. */
  skipStatus(runId: number, statusId: number, at: Date, error: RecordedError): void;
  /** The server wants no request before that moment: on record at once, for the process may not live to end the run. */
  recordPause(runId: number, until: Date): void;
  /** `pausedUntil`: the server wants no request before that moment. */
  endRun(
    runId: number,
    outcome: RunOutcome,
    endedAt: Date,
    error: RecordedError | null,
    pausedUntil?: Date | null,
  ): void;
  /** Ends a run and the status in hand as failed, in a transaction of its own. */
  abandonRun(runId: number, endedAt: Date, error: RecordedError | null): void;
}

export function createSyncLedger({ db }: Mirror): SyncLedger {
  const one = (runId: number, statusId: number) =>
    and(eq(statusSyncs.run_id, runId), eq(statusSyncs.status_id, statusId));
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
    beginStatus: (run_id, status_id, startedAt) => {
      db.insert(statusSyncs)
        .values({ run_id, status_id, outcome: 'running', started_at: startedAt.toISOString() })
        .run();
    },
    recordFigures: (runId, statusId, figures) => {
      db.update(statusSyncs).set(figures).where(one(runId, statusId)).run();
    },
    endStatus: (runId, statusId, outcome, endedAt, error) => {
      db.update(statusSyncs)
        .set({
          outcome,
          ended_at: endedAt.toISOString(),
          error_code: error?.code ?? null,
          error_message: error?.message ?? null,
        })
        .where(one(runId, statusId))
        .run();
    },
    skipStatus: (run_id, status_id, at, error) => {
      const time = at.toISOString();
      db.insert(statusSyncs)
        .values({
          run_id,
          status_id,
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
      db.transaction((all) => {
        all
          .update(statusSyncs)
          .set(ending)
          .where(and(eq(statusSyncs.run_id, runId), eq(statusSyncs.outcome, 'running')))
          .run();
        all.update(syncRuns).set(ending).where(eq(syncRuns.id, runId)).run();
      });
    },
  };
}

/**
 * Closes the record of runs whose process ended without a word (kill -9, power). Called by the holder of the writer's
 * lock, who knows that no other run can be going on. `ended_at` stays null, because nobody knows it. Returns their ids.
 */
export function recordDeadRuns({ db }: Mirror, foundAt: Date): number[] {
  return db.transaction((all) => {
    const message = `The process ended without a word; found at ${foundAt.toISOString()}.`;
    const dead = all
      .update(syncRuns)
      .set({ outcome: 'died', error_code: 'DIED', error_message: message })
      .where(eq(syncRuns.outcome, 'running'))
      .returning({ id: syncRuns.id })
      .all();
    all
      .update(statusSyncs)
      .set({ outcome: 'interrupted', error_code: 'DIED', error_message: message })
      .where(eq(statusSyncs.outcome, 'running'))
      .run();
    return dead.map(({ id }) => id);
  });
}
