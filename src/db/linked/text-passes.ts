import { desc, eq, isNotNull } from 'drizzle-orm';
import type { MirrorError } from '../../errors/mirror-error.ts';
import type { Mirror } from '../open-mirror.ts';
import { toPauseLeft } from '../run-log.ts';
import { type TEXT_PASS_OUTCOMES, textPasses } from '../schema/schema.ts';

export type TextPassOutcome = (typeof TEXT_PASS_OUTCOMES)[number];

/** What a pass has done so far. */
export type TextFigures = Pick<
  typeof textPasses.$inferSelect,
  'requests' | 'retries' | 'waited_ms' | 'bytes' | 'texts' | 'empty' | 'not_offered' | 'too_large' | 'failed'
>;

/** Records that a pass begins. Passes whose process died are recorded as such; the caller holds the writer lock. */
export function beginTextPass(
  { db }: Mirror,
  { startedAt, budget }: { readonly startedAt: Date; readonly budget: number | null },
): number {
  return db.transaction((tx) => {
    tx.update(textPasses)
      .set({ outcome: 'died', error_code: 'PROCESS_DIED' })
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
  readonly outcome: Exclude<TextPassOutcome, 'running' | 'died'>;
  readonly error: MirrorError | null;
}

export function endTextPass(
  { db }: Mirror,
  passId: number,
  { outcome, error }: TextPassEnding,
  endedAt: Date,
): void {
  db.update(textPasses)
    .set({
      outcome,
      ended_at: endedAt.toISOString(),
      error_code: error?.code ?? null,
      error_message: error?.message ?? null,
    })
    .where(eq(textPasses.id, passId))
    .run();
}

/** The time before which the server wants no request for a text; null if it may be now. */
export function findTextPause({ db }: Mirror, now: Date): Date | null {
  const row = db
    .select()
    .from(textPasses)
    .where(isNotNull(textPasses.paused_until))
    .orderBy(desc(textPasses.id))
    .limit(1)
    .get();
  const left = row === undefined ? 0 : toPauseLeft(row, now);
  return left > 0 ? new Date(now.getTime() + left) : null;
}
