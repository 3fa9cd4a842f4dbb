import { type SyncRequest, createClientFor, runSync } from '../../src/sync/run-sync.ts';
import type { Runtime } from '../../src/api/pacing.ts';
import { findPauseLeft } from '../../src/db/run-log.ts';
import { type Mirror, withWriter } from '../../src/db/open-mirror.ts';
import type { RunReport } from '../../src/sync/report.ts';
import { syncMirror } from '../../src/sync/sync-lists.ts';

/**
 * How long the mirror's connection waits for another writer, in milliseconds. The usual five seconds would take real
 * time.
 */
const SHORT_WAIT_MS = 5;

/**
 * Starts a run as `runSync` does. If a trouble needs the connection of the run, it is opened here and passed to
 * `onOpen` before the run begins; the rest is the same.
 */
export async function startRun(
  request: SyncRequest,
  runtime: Runtime,
  onOpen: ((mirror: Mirror) => void) | null,
): Promise<RunReport> {
  if (onOpen === null) return runSync(request, runtime);
  const { settings } = request;
  return withWriter(settings.database, runtime.now, (mirror) => {
    mirror.sqlite.pragma(`busy_timeout = ${SHORT_WAIT_MS}`);
    onOpen(mirror);
    const client = createClientFor(settings, request.token, runtime, {
      pauseLeftMs: findPauseLeft(mirror, settings.apiUrl.href, runtime.now()),
      onRetry: (retry) => {
        request.onEvent({ type: 'retrying', ...retry });
      },
    });
    return syncMirror({
      ...request,
      ...settings,
      mirror,
      client,
      version: '0.0.0-simulated',
      now: runtime.now,
    }).finally(client.close);
  });
}
