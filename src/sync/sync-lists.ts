import type { Traffic } from '../api/client.ts';
import type { ApiList } from '../api/lists.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { toDatabaseError } from '../db/errors.ts';
import { recordDeadRuns } from '../db/run-log.ts';
import { checkAfterwards } from './check-afterwards.ts';
import { type RunReport, type ListReport, endsEveryList, judgeRun } from './report.ts';
import { suspectShared } from './coverage.ts';
import { type ListRecord, beginRecord, toNoRecord } from './recorder.ts';
import { SeenCases } from './compare-page.ts';
import { ListTally, syncList } from './list-sync.ts';
import type { SyncRun } from './types.ts';

/**
 * A clock for the record of one run that never goes back. If the real clock is set back, the time stands still until
 * the real clock has caught up.
 */
export function toRisingClock(now: () => Date): () => Date {
  let latest = -Infinity;
  return () => {
    latest = Math.max(latest, now().getTime());
    return new Date(latest);
  };
}

/**
 * Runs one sync: syncs each list in turn, whole (A28), looks up missing cases, and counts the cases that the list syncs cannot see.
 * A failed list does not stop the others, except for a rejected token.
 */
export async function syncMirror(run: SyncRun): Promise<RunReport> {
  const { mirror, lists, onEvent } = run;
  const now = toRisingClock(run.now);
  const startedAt = now();
  const deadRuns = run.dryRun ? [] : recordDeadRuns(mirror, startedAt);
  const written = run.dryRun ? null : beginRecord(mirror, toStart(run, startedAt), now);
  const record = written ?? toNoRecord(mirror);
  run.client.onPause(record.recordPause.bind(record));
  onEvent({ type: 'run-begun', runId: record.runId, lists, deadRuns });
  try {
    const seenCases = new SeenCases();
    const listSyncs = await syncAll(run, record, seenCases);
    const reports = listSyncs.map((one) => suspectShared(one, seenCases.countShared(one.list.id)));
    for (const report of reports.filter((one) => !listSyncs.includes(one))) record.endList(report);
    const checks =
      written === null
        ? { lists: reports, departures: null, coverage: null }
        : await checkAfterwards(run, written, seenCases, reports);
    const ending = judgeRun(checks.lists, checks.departures);
    record.endRun(ending, run.client.pausedUntil());
    const { runId } = record;
    const report = { runId, startedAt, endedAt: now(), ...checks, ...ending };
    onEvent({ type: 'run-ended', report });
    return report;
  } catch (thrown) {
    onEvent({ type: 'run-failed' });
    const error = toDatabaseError(thrown, mirror.path);
    endBadly(record, error);
    throw error;
  }
}

function toStart({ trigger, version, client }: SyncRun, startedAt: Date) {
  return { startedAt, trigger, version, apiUrl: client.api.href, processId: process.pid };
}

async function syncAll(run: SyncRun, record: ListRecord, seenCases: SeenCases): Promise<ListReport[]> {
  const { onEvent } = run;
  const reports: ListReport[] = [];
  let stop: MirrorError | null = null;
  for (const list of run.lists) {
    const report: ListReport = stop === null ? await listSync(list) : toSkipped(list, stop);
    if (stop === null && report.error !== null && endsEveryList(report.error)) stop = report.error;
    record.endList(report);
    onEvent({ type: 'list-ended', report });
    reports.push(report);
  }
  return reports;

  function listSync(list: ApiList): Promise<ListReport> {
    record.beginList(list);
    onEvent({ type: 'list-begun', list });
    const store = {
      findStoredVersion: record.findStoredVersion,
      findKnownRecord: record.findKnownRecord,
      findRawHash: record.findRawHash,
      writePage: record.writePage.bind(record, list),
    };
    return syncList(run.client, store, list, seenCases, {
      ...run,
      onPage: (figures) => {
        onEvent({ type: 'page-stored', list, figures });
      },
      onUnreadPage: ({ unread }) => {
        onEvent({ type: 'page-unread', list, reason: unread.message });
      },
      onAnotherPass: (reason) => {
        onEvent({ type: 'another-pass', list, reason: reason.message });
      },
    });
  }
}

const NO_TRAFFIC: Traffic = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };

function toSkipped(list: ApiList, stop: MirrorError): ListReport {
  return {
    list,
    outcome: 'skipped',
    figures: new ListTally(NO_TRAFFIC).toRow(NO_TRAFFIC),
    error: new MirrorError(stop.code, `Not begun: ${stop.message}`, { hint: stop.hint }),
  };
}

/**
 * After a failure of the database, the end of the run may be unwritable too; the next run then records that this one
 * died.
 */
function endBadly(record: ListRecord, thrown: unknown): void {
  try {
    record.abandonRun(thrown instanceof MirrorError ? thrown : null);
  } catch {
    // The failure that is thrown on says more than a second one of the same cause.
  }
}
