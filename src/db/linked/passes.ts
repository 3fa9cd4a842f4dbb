import { desc, eq } from 'drizzle-orm';
import type { Mirror } from '../open-mirror.ts';
import { type RecordedError, toPauseLeft } from '../run-log.ts';
import { type LinkedKindState, listKindStates } from './queue.ts';
import { type LinkedOutcome, linkedPasses, syncRuns } from '../schema/schema.ts';

export type LinkedPassRow = typeof linkedPasses.$inferSelect;

export interface LinkedPassStart {
  readonly runId: number;
  readonly at: Date;
  readonly processId: number;
  readonly requests: number | null;
  readonly minutes: number | null;
}

/** Records the begin of a linked pass and returns its id. */
export function beginPass(
  { db }: Mirror,
  { runId, at, processId, requests, minutes }: LinkedPassStart,
): number {
  return Number(
    db
      .insert(linkedPasses)
      .values({
        run_id: runId,
        outcome: 'running',
        started_at: at.toISOString(),
        process_id: processId,
        budget_requests: requests,
        budget_minutes: minutes,
      })
      .run().lastInsertRowid,
  );
}

/** Records what a pass has requested, so that it is known even if its process dies. */
export function prepareRecordTraffic({
  sqlite,
}: Mirror): (passId: number, traffic: Pick<LinkedPassRow, 'requests' | 'retries' | 'lists_failed'>) => void {
  const statement = sqlite.prepare<[object]>(
    'UPDATE linked_passes SET requests = @requests, retries = @retries, lists_failed = @lists_failed WHERE id = @passId',
  );
  return (passId, traffic) => {
    statement.run({ passId, ...traffic });
  };
}

/** Records at once until when the server allows no request for linked lists. */
export function recordLinkedPause({ db }: Mirror, passId: number, until: Date): void {
  db.update(linkedPasses).set({ paused_until: until.toISOString() }).where(eq(linkedPasses.id, passId)).run();
}

export function endPass(
  { db }: Mirror,
  passId: number,
  outcome: Exclude<LinkedOutcome, 'running' | 'died'>,
  at: Date,
  error: RecordedError | null,
): void {
  db.update(linkedPasses)
    .set({
      outcome,
      ended_at: at.toISOString(),
      error_code: error?.code ?? null,
      error_message: error?.message ?? null,
    })
    .where(eq(linkedPasses.id, passId))
    .run();
}

/**
 * Marks passes whose process was killed as died. The caller holds the writer lock, so no other pass is active. What they
 * had stored stays. Returns their ids.
 */
export function recordDeadPasses({ db }: Mirror, foundAt: Date): number[] {
  return db
    .update(linkedPasses)
    .set({
      outcome: 'died',
      error_code: 'PROCESS_DIED',
      error_message: `The process died without recording its end; found at ${foundAt.toISOString()}.`,
    })
    .where(eq(linkedPasses.outcome, 'running'))
    .returning({ id: linkedPasses.id })
    .all()
    .map(({ id }) => id);
}

/** The linked lists of a mirror. */
export interface LinkedState {
  readonly kinds: readonly LinkedKindState[];
  /** The newest pass; null if there was none. */
  readonly pass: LinkedPassRow | null;
}

export function findLinkedState(mirror: Mirror): LinkedState {
  return { kinds: listKindStates(mirror), pass: findLatestPass(mirror) };
}

/** The newest linked pass; null if there was none. */
function findLatestPass({ db }: Pick<Mirror, 'db'>): LinkedPassRow | null {
  return db.select().from(linkedPasses).orderBy(desc(linkedPasses.id)).limit(1).get() ?? null;
}

/**
 * How many milliseconds the server still allows no request for linked lists, according to the newest pass over the same
 * API. If the clock was set back, at most the requested pause.
 */
export function findLinkedPauseLeft({ db }: Mirror, apiUrl: string, now: Date): number {
  const newest = db
    .select({ pass: linkedPasses })
    .from(linkedPasses)
    .innerJoin(syncRuns, eq(syncRuns.id, linkedPasses.run_id))
    .where(eq(syncRuns.api_url, apiUrl))
    .orderBy(desc(linkedPasses.id))
    .limit(1)
    .get()?.pass;
  return newest === undefined ? 0 : toPauseLeft(newest, now);
}
