import { existsSync } from 'node:fs';
import { type Client, type ClientOptions, createClient } from '../api/client.ts';
import type { Runtime } from '../api/pacing.ts';
import { createAgents } from '../api/http-agents.ts';
import { toTooLongPause } from '../api/retry.ts';
import { isOfficialApi } from '../api/urls.ts';
import type { Settings } from '../config/settings.ts';
import { closing } from '../db/engine.ts';
import { inDatabase } from '../db/errors.ts';
import type { BrokenObject } from '../db/migrate.ts';
import { type Mirror, openMirrorInMemory, openMirrorReadOnly, withWriter } from '../db/open-mirror.ts';
import { finishRedactionsIfPossible } from '../db/redact.ts';
import { findPauseLeft, findSource } from '../db/run-log.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { PACKAGE } from '../lib/package-info.ts';
import type { RunReport, OnSyncEvent, SyncPlan } from './report.ts';
import { syncMirror } from './sync-lists.ts';

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
  /** Sync although the mirror has cases of another API, of which one is the Clearinghouse's own. */
  readonly acceptsOtherApi?: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}

/**
 * Runs one sync with these settings: takes the write lock, opens the mirror, syncs the lists, and releases both. A dry
 * run takes no lock and opens the mirror read-only; if there is no mirror, every case counts as new.
 */
export async function runSync(request: SyncRequest, runtime: Runtime): Promise<RunReport> {
  const { database } = request.settings;
  const use = (mirror: Mirror): Promise<RunReport> => syncWith(mirror, request, runtime);
  if (request.dryRun) return inDatabase(database, () => closing(openForComparison(database), use));
  const onBroken = (broken: readonly BrokenObject[]): void => {
    request.onEvent({ type: 'objects-broken', broken });
  };
  return withWriter(database, runtime.now, use, {
    onBroken,
    onUpgrade: request.onEvent,
    onDied: request.onEvent,
  });
}

/** Runs a sync of a mirror that is open, as its only writer unless it is a dry run. */
export async function syncWith(mirror: Mirror, request: SyncRequest, runtime: Runtime): Promise<RunReport> {
  const { settings } = request;
  if (request.acceptsOtherApi !== true) refuseOtherApi(mirror, settings);
  const pauseLeftMs = request.ignoresPause ? 0 : findPause(mirror, settings, runtime.now());
  if (!request.dryRun) finishRedactionsIfPossible(mirror, runtime.now);
  const client = createClientFor(settings, request.token, runtime, {
    pauseLeftMs,
    onRetry: (retry) => {
      request.onEvent({ type: 'retrying', ...retry });
    },
  });
  return syncMirror({
    ...request,
    ...settings,
    mirror,
    client,
    version: PACKAGE.version,
    now: runtime.now,
  }).finally(client.close);
}

/**
 * Fails with API_DIFFERS if the cases of a mirror are the Clearinghouse's own and these settings name another API, or the reverse. See
 * docs/decisions/0046-one-source-for-a-mirror.md.
 */
export function refuseOtherApi(mirror: Mirror, { apiUrl }: Pick<Settings, 'apiUrl'>): void {
  const source = findSource(mirror);
  if (source === null || isOfficialApi(source) === isOfficialApi(apiUrl)) return;
  throw new MirrorError(
    'API_DIFFERS',
    `${mirror.path} has the cases of ${source.host}, and the address of the API is on ${apiUrl.host}.`,
  );
}

/** The rest of the pause that the server requested in an earlier run. If it is long, the run does not begin. */
function findPause(mirror: Mirror, { apiUrl, retryAfterMaxMs }: Settings, now: Date): number {
  const left = findPauseLeft(mirror, apiUrl.href, now);
  if (left > retryAfterMaxMs) throw toTooLongPause(new Date(now.getTime() + left), now);
  return left;
}

function openForComparison(path: string): Mirror {
  return existsSync(path) ? openMirrorReadOnly(path) : openMirrorInMemory();
}
