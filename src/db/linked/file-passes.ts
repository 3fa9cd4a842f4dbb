import { desc, eq, isNotNull } from 'drizzle-orm';
import type { Mirror } from '../open-mirror.ts';
import { toDied, toPauseLeft } from '../run-log.ts';
import { filePasses } from '../schema/schema.ts';
import { type EndOutcome, toEnding } from './passes.ts';
import type { MirrorError } from '../../errors/mirror-error.ts';

/* The log of the passes over files of documents. */

/** What a file pass has done so far. */
export type FileFigures = Pick<
  typeof filePasses.$inferSelect,
  | 'requests'
  | 'retries'
  | 'waited_ms'
  | 'bytes'
  | 'files'
  | 'not_offered'
  | 'too_large'
  | 'not_a_pdf'
  | 'refused'
  | 'failed'
>;

export interface FilePassEnding {
  readonly outcome: EndOutcome;
  readonly error: MirrorError | null;
}

/** Records that a file pass begins. Passes whose process died are recorded as such; the caller holds the writer lock. */
export function beginFilePass({ db }: Mirror, startedAt: Date, budget: number | null): number {
  return db.transaction((tx) => {
    tx.update(filePasses)
      .set({ outcome: 'died', ...toDied(startedAt) })
      .where(eq(filePasses.outcome, 'running'))
      .run();
    const row = {
      started_at: startedAt.toISOString(),
      outcome: 'running',
      process_id: process.pid,
      budget,
    } as const;
    return Number(tx.insert(filePasses).values(row).run().lastInsertRowid);
  });
}

export function recordFileFigures({ db }: Mirror, passId: number, figures: FileFigures): void {
  db.update(filePasses).set(figures).where(eq(filePasses.id, passId)).run();
}

/** Records at once until when a host allows no request for files. */
export function recordFilePause({ db }: Mirror, passId: number, until: Date): void {
  db.update(filePasses).set({ paused_until: until.toISOString() }).where(eq(filePasses.id, passId)).run();
}

export function endFilePass(
  { db }: Mirror,
  passId: number,
  { outcome, error }: FilePassEnding,
  at: Date,
): void {
  db.update(filePasses)
    .set(toEnding(outcome, at, error))
    .where(eq(filePasses.id, passId))
    .run();
}

/** The time before which a host wants no request for a file; null if it may be now. */
export function findFilePause({ db }: Mirror, now: Date): Date | null {
  const newest = db
    .select()
    .from(filePasses)
    .where(isNotNull(filePasses.paused_until))
    .orderBy(desc(filePasses.id))
    .limit(1)
    .get();
  const left = toPauseLeft(newest, now);
  return left > 0 ? new Date(now.getTime() + left) : null;
}
