import { existsSync } from 'node:fs';
import type { Surroundings } from '../clearinghouse/client.ts';
import { createClientFor } from '../client-for-settings.ts';
import { toTooLongPause } from '../clearinghouse/retry-policy.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { findPauseLeft } from '../mirror/find-pause.ts';
import { finishRedactionsIfPossible } from '../mirror/finish-redactions.ts';
import { openMirror, openMirrorInMemory, openMirrorReadOnly, type Mirror } from '../mirror/open-mirror.ts';
import { takeWriterLock } from '../mirror/writer-lock.ts';
import { PACKAGE } from '../package-info.ts';
import type { Settings } from '../settings.ts';
import type { RunReport } from './run-report.ts';
import type { OnSyncEvent, SyncPlan } from './sync-run.ts';
import { syncMirror } from './sync-mirror.ts';

export interface SyncRequest extends SyncPlan {
  readonly settings: Settings;
  readonly token: string;
  /** Ask although the server wanted no request yet. */
  readonly ignoresPause?: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}

/**
 * Runs one sync from settings: takes the writer's lock, opens the mirror, sweeps, and lets both go again. A dry run
 * takes no lock and opens the mirror for reading; where there is none yet, everything counts as new.
 */
export async function runSync(request: SyncRequest, surroundings: Surroundings): Promise<RunReport> {
  const { settings, dryRun } = request;
  const lock = dryRun ? null : takeWriterLock(settings.database);
  try {
    const mirror = dryRun ? openForComparison(settings.database) : openMirror(settings.database);
    try {
      const pauseLeftMs = request.ignoresPause ? 0 : findPause(mirror, settings, surroundings.now());
      if (!dryRun) finishRedactionsIfPossible(mirror, surroundings.now);
      return await syncMirror({
        ...request,
        ...settings,
        mirror,
        client: createClientFor(settings, request.token, surroundings, {
          pauseLeftMs,
          onRetry: (retry) => {
            request.onEvent({ type: 'retrying', ...retry });
          },
        }),
        version: PACKAGE.version,
        now: surroundings.now,
      });
    } catch (thrown) {
      throw toDatabaseError(thrown, settings.database);
    } finally {
      mirror.close();
    }
  } finally {
    lock?.release();
  }
}

/** What is left of the pause that the server asked an earlier run for. A long one keeps the run from being begun at all. */
function findPause(mirror: Mirror, { apiUrl, retryAfterCeilingMs }: Settings, now: Date): number {
  const left = findPauseLeft(mirror, apiUrl.href, now);
  if (left > retryAfterCeilingMs) throw toTooLongPause(new Date(now.getTime() + left), now);
  return left;
}

function openForComparison(path: string): Mirror {
  return existsSync(path) ? openMirrorReadOnly(path) : openMirrorInMemory();
}
