import { and, eq, inArray, ne } from 'drizzle-orm';
import { messageOf, MirrorError } from '../errors.ts';
import { toDatabaseError } from './database-error.ts';
import type { Mirror } from './open-mirror.ts';
import { cases, syncRuns } from './schema.ts';

/*
 * A redaction has two parts. One transaction deletes the rows; then the file is rewritten, because a deleted row leaves
 * its bytes in free pages and in the log. The run of a redaction counts as complete only after both. Until then it is
 * pending: it says so wherever the case is named, and the next writer finishes it.
 */

/** A redaction whose rows are deleted and whose bytes may still be in the file. */
export interface PendingRedaction {
  readonly runId: number;
  readonly startedAt: string;
  readonly caseIds: readonly number[];
}

const isPending = and(eq(syncRuns.trigger, 'redact'), ne(syncRuns.outcome, 'complete'));

/** The redactions that are not finished, the oldest first. */
export function listPendingRedactions({
  db,
}: {
  readonly db: Pick<Mirror['db'], 'select'>;
}): PendingRedaction[] {
  const runs = db
    .select({ runId: syncRuns.id, startedAt: syncRuns.started_at })
    .from(syncRuns)
    .where(isPending)
    .orderBy(syncRuns.id)
    .all();
  if (runs.length === 0) return [];
  const redacted = db
    .select({ id: cases.id, runId: cases.mirror_redacted_run_id })
    .from(cases)
    .where(
      inArray(
        cases.mirror_redacted_run_id,
        runs.map(({ runId }) => runId),
      ),
    )
    .orderBy(cases.id)
    .all();
  return runs.map((run) => ({
    ...run,
    caseIds: redacted.filter(({ runId }) => runId === run.runId).map(({ id }) => id),
  }));
}

/**
 * Removes the bytes of deleted rows from the file and its log, and records the pending redactions as complete. The caller
 * holds the writer's lock. Fails with REDACTION_UNFINISHED, which is on record then, where another program reads the file
 * or there is no room.
 */
export function finishRedactions(mirror: Mirror, now: () => Date): void {
  const { db, path } = mirror;
  if (listPendingRedactions(mirror).length === 0) return;
  try {
    removeDeletedBytes(mirror);
  } catch (thrown) {
    const error = toUnfinished(toDatabaseError(thrown, path), path);
    db.update(syncRuns)
      .set({
        outcome: 'partial',
        ended_at: now().toISOString(),
        error_code: error.code,
        error_message: error.message,
      })
      .where(isPending)
      .run();
    throw error;
  }
  db.update(syncRuns)
    .set({ outcome: 'complete', ended_at: now().toISOString(), error_code: null, error_message: null })
    .where(isPending)
    .run();
}

/**
 * The same at the start of a sync, which goes on in any case: where the bytes cannot be removed yet, the run of the
 * redaction says why, and `status`, `verify` and `departed` say that it is pending.
 */
export function finishRedactionsIfPossible(mirror: Mirror, now: () => Date): void {
  try {
    finishRedactions(mirror, now);
  } catch (thrown) {
    if (!(thrown instanceof MirrorError && thrown.code === 'REDACTION_UNFINISHED')) throw thrown;
  }
}

/** Rewrites the file without its free pages, and empties the log, in which the old pages stand too. */
function removeDeletedBytes({ sqlite, path }: Mirror): void {
  sqlite.exec('VACUUM');
  const [checkpoint] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (checkpoint?.busy !== 0) throw new MirrorError('REDACTION_UNFINISHED', `Another program reads ${path}.`);
}

function toUnfinished(cause: Error, path: string): MirrorError {
  return new MirrorError(
    'REDACTION_UNFINISHED',
    `The rows are deleted, but ${path} still holds their bytes: ${messageOf(cause)}`,
    { cause },
  );
}
