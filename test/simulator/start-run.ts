import { type SyncRequest, runSync, syncWith } from '../../src/sync/run-sync.ts';
import type { Runtime } from '../../src/api/pacing.ts';
import { type Mirror, withWriter } from '../../src/db/open-mirror.ts';
import type { RunReport } from '../../src/sync/report.ts';

/**
 * How long the mirror's connection waits for another writer, in milliseconds. The usual five seconds would take real
 * time.
 */
const SHORT_WAIT_MS = 5;

/**
 * Starts a run as `runSync` does. If a trouble needs the connection of the run, `onOpen` gets it
 * before the run begins.
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
    return syncWith(mirror, request, runtime);
  });
}
