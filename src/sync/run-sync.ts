import { existsSync } from 'node:fs';
import { type Client, type ClientOptions, type Runtime, createClient } from '../api/client.ts';
import { createAgents } from '../api/http-agents.ts';
import { toTooLongPause } from '../api/retry.ts';
import type { Settings } from '../config/settings.ts';
import { toDatabaseError } from '../db/errors.ts';
import { takeWriterLock } from '../db/lock.ts';
import { type Mirror, openMirror, openMirrorInMemory, openMirrorReadOnly } from '../db/open-mirror.ts';
import { finishRedactionsIfPossible } from '../db/redact.ts';
import { findPauseLeft } from '../db/run-log.ts';
import { PACKAGE } from '../lib/package-info.ts';
import type { RunReport } from './report.ts';
import { syncMirror } from './sync-lists.ts';
import type { OnSyncEvent, SyncPlan } from './types.ts';

/** The client for these settings; its maximum duration starts now. Its connections stay open until it is closed. */
export function createClientFor(
  settings: Settings,
  token: string,
  runtime: Runtime,
  options: Partial<
    Pick<ClientOptions, 'pauseLeftMs' | 'onRetry' | 'beforeRequest' | 'maxDurationMs' | 'retry'>
  > = {},
): Client {
  return createClient(
    {
      api: settings.apiUrl,
      token,
      userAgent: settings.userAgent,
      delayMs: settings.delayMs,
      limits: settings,
      agents: createAgents(settings),
      retry: settings,
      maxDurationMs: settings.maxDurationMinutes * 60_000,
      ...options,
    },
    runtime,
  );
}

export interface SyncRequest extends SyncPlan {
  readonly settings: Settings;
  readonly token: string;
  /** Send requests although the server asked for a pause. */
  readonly ignoresPause?: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}

/**
 * Runs one sync with these settings: takes the write lock, opens the mirror, syncs the lists, and releases both. A dry
 * run takes no lock and opens the mirror read-only; if there is no mirror, every case counts as new.
 */
export async function runSync(request: SyncRequest, runtime: Runtime): Promise<RunReport> {
  const { settings, dryRun } = request;
  const lock = dryRun ? null : takeWriterLock(settings.database);
  try {
    const mirror = dryRun ? openForComparison(settings.database) : openForSync(request);
    try {
      const pauseLeftMs = request.ignoresPause ? 0 : findPause(mirror, settings, runtime.now());
      if (!dryRun) finishRedactionsIfPossible(mirror, runtime.now);
      const client = createClientFor(settings, request.token, runtime, {
        pauseLeftMs,
        onRetry: (retry) => {
          request.onEvent({ type: 'retrying', ...retry });
        },
      });
      return await syncMirror({
        ...request,
        ...settings,
        mirror,
        client,
        version: PACKAGE.version,
        now: runtime.now,
      }).finally(client.close);
    } catch (thrown) {
      throw toDatabaseError(thrown, settings.database);
    } finally {
      mirror.close();
    }
  } finally {
    lock?.release();
  }
}

/** The rest of the pause that the server requested in an earlier run. If it is long, the run does not begin. */
function findPause(mirror: Mirror, { apiUrl, retryAfterMaxMs }: Settings, now: Date): number {
  const left = findPauseLeft(mirror, apiUrl.href, now);
  if (left > retryAfterMaxMs) throw toTooLongPause(new Date(now.getTime() + left), now);
  return left;
}

function openForSync({ settings, onEvent }: SyncRequest): Mirror {
  return openMirror(settings.database, {
    onBroken: (broken) => {
      onEvent({ type: 'objects-broken', broken });
    },
  });
}

function openForComparison(path: string): Mirror {
  return existsSync(path) ? openMirrorReadOnly(path) : openMirrorInMemory();
}
