import { desc, eq, isNotNull } from 'drizzle-orm';
import type { MirrorError } from '../../errors/mirror-error.ts';
import type { Mirror } from '../open-mirror.ts';
import { type RecordedError, toDied, toPauseLeft } from '../run-log.ts';
import { type FileSums, measureFiles } from './files.ts';
import { type LinkedKindState, listKindStates } from './queue.ts';
import { type PassOutcome, linkedPasses, syncRuns, textPasses } from '../schema/schema.ts';

/* The log of the passes over linked lists, and of those over the texts of documents. */

export type LinkedPassRow = typeof linkedPasses.$inferSelect;

/** How a pass ended that could record its end. */
export type EndOutcome = Exclude<PassOutcome, 'running' | 'died'>;

export const toEnding = (outcome: EndOutcome, at: Date, error: RecordedError | null) => ({
  outcome,
  ended_at: at.toISOString(),
  error_code: error?.code ?? null,
  error_message: error?.message ?? null,
});

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
  outcome: EndOutcome,
  at: Date,
  error: RecordedError | null,
): void {
  db.update(linkedPasses)
    .set(toEnding(outcome, at, error))
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
    .set({ outcome: 'died', ...toDied(foundAt) })
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
  /** The stored files of documents. */
  readonly files: FileSums;
}

export function findLinkedState(mirror: Mirror): LinkedState {
  return { kinds: listKindStates(mirror), pass: findNewestPass(mirror), files: measureFiles(mirror) };
}

/** The newest linked pass; null if there was none. */
function findNewestPass({ db }: Pick<Mirror, 'db'>): LinkedPassRow | null {
  return db.select().from(linkedPasses).orderBy(desc(linkedPasses.id)).limit(1).get() ?? null;
}

/** How many milliseconds the server still allows no request for linked lists, according to the newest pass over the same API. */
export function findLinkedPauseLeft({ db }: Mirror, apiUrl: string, now: Date): number {
  const newest = db
    .select({ pass: linkedPasses })
    .from(linkedPasses)
    .innerJoin(syncRuns, eq(syncRuns.id, linkedPasses.run_id))
    .where(eq(syncRuns.api_url, apiUrl))
    .orderBy(desc(linkedPasses.id))
    .limit(1)
    .get();
  return toPauseLeft(newest?.pass, now);
}

export type TextPassRow = typeof textPasses.$inferSelect;

/** The newest text pass; null if there was none. */
export function findNewestTextPass({ db }: Pick<Mirror, 'db'>): TextPassRow | null {
  return db.select().from(textPasses).orderBy(desc(textPasses.id)).limit(1).get() ?? null;
}

/** What a text pass has done so far. */
export type TextFigures = Pick<
  TextPassRow,
  'requests' | 'retries' | 'waited_ms' | 'bytes' | 'texts' | 'empty' | 'not_offered' | 'too_large' | 'failed'
>;

/** Records that a text pass begins. Passes whose process died are recorded as such; the caller holds the writer lock. */
export function beginTextPass(
  { db }: Mirror,
  { startedAt, budget }: { readonly startedAt: Date; readonly budget: number | null },
): number {
  return db.transaction((tx) => {
    tx.update(textPasses)
      .set({ outcome: 'died', ...toDied(startedAt) })
      .where(eq(textPasses.outcome, 'running'))
      .run();
    const row = {
      started_at: startedAt.toISOString(),
      outcome: 'running',
      process_id: process.pid,
      budget,
    } as const;
    return Number(tx.insert(textPasses).values(row).run().lastInsertRowid);
  });
}

export function recordTextFigures({ db }: Mirror, passId: number, figures: TextFigures): void {
  db.update(textPasses).set(figures).where(eq(textPasses.id, passId)).run();
}

/** Records at once until when the server allows no request for texts. */
export function recordTextPause({ db }: Mirror, passId: number, until: Date): void {
  db.update(textPasses).set({ paused_until: until.toISOString() }).where(eq(textPasses.id, passId)).run();
}

export interface TextPassEnding {
  readonly outcome: EndOutcome;
  readonly error: MirrorError | null;
}

export function endTextPass(
  { db }: Mirror,
  passId: number,
  { outcome, error }: TextPassEnding,
  endedAt: Date,
): void {
  db.update(textPasses)
    .set(toEnding(outcome, endedAt, error))
    .where(eq(textPasses.id, passId))
    .run();
}

/** The time before which the server wants no request for a text; null if it may be now. */
export function findTextPause({ db }: Mirror, now: Date): Date | null {
  const newest = db
    .select()
    .from(textPasses)
    .where(isNotNull(textPasses.paused_until))
    .orderBy(desc(textPasses.id))
    .limit(1)
    .get();
  const left = toPauseLeft(newest, now);
  return left > 0 ? new Date(now.getTime() + left) : null;
}
