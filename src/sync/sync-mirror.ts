import type { Client, Traffic } from '../clearinghouse/client.ts';
import type { SweptStatus } from '../clearinghouse/swept-status.ts';
import { MirrorError } from '../errors.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { prepareFindMark } from '../mirror/find-mark.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { createSyncLedger, recordDeadRuns, type RecordedError, type Trigger } from '../mirror/sync-ledger.ts';
import { prepareWritePage } from '../mirror/write-page.ts';
import { judgeRun, type RunReport, type StatusReport } from './run-report.ts';
import { SweepFigures } from './sweep-figures.ts';
import { sweepStatus, type SweepStore } from './sweep-status.ts';
import type { OnSyncEvent } from './sync-events.ts';

export interface SyncRun {
  readonly client: Client;
  /** Opened for writing by the holder of the writer's lock; for a dry run, opened in any way. */
  readonly mirror: Mirror;
  readonly statuses: readonly SweptStatus[];
  readonly trigger: Trigger;
  readonly version: string;
  /** Ask and compare, but write nothing, not even that this run took place. */
  readonly dryRun: boolean;
  readonly now: () => Date;
  /** Aborted with an INTERRUPTED or TERMINATED error to end the run after the page in hand. */
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}

/** What a run writes about itself; a dry run writes nothing. */
interface RunRecord {
  readonly runId: number | null;
  readonly storeOf: (status: SweptStatus) => SweepStore;
  readonly beginStatus: (status: SweptStatus) => void;
  readonly endStatus: (report: StatusReport) => void;
  readonly endRun: (ending: Pick<RunReport, 'outcome' | 'error'>) => void;
  /** Ends the record of a run that the database itself made impossible. */
  readonly abandonRun: (error: MirrorError | null) => void;
}

/** Runs one sync: each status in turn, one failing without stopping the others, but for a refused token. */
export async function syncMirror(run: SyncRun): Promise<RunReport> {
  const { client, statuses, signal, onEvent, now } = run;
  const startedAt = now();
  const deadRuns = run.dryRun ? [] : recordDeadRuns(run.mirror, startedAt);
  const record = run.dryRun ? toNoRecord(run.mirror) : beginRecord(run, startedAt);
  onEvent({ type: 'run-begun', runId: record.runId, statuses, deadRuns });
  const reports: StatusReport[] = [];
  try {
    let stop: MirrorError | null = null;
    for (const status of statuses) {
      const report: StatusReport = stop === null ? await sweep(record, status) : toSkipped(status, stop);
      if (stop === null && endsEverySweep(report.error)) stop = report.error;
      record.endStatus(report);
      onEvent({ type: 'status-ended', report });
      reports.push(report);
    }
  } catch (thrown) {
    onEvent({ type: 'run-failed' });
    const error = toDatabaseError(thrown, run.mirror.path);
    endBadly(record, error);
    throw error;
  }
  const ending = judgeRun(reports);
  record.endRun(ending);
  const report: RunReport = { runId: record.runId, startedAt, endedAt: now(), statuses: reports, ...ending };
  onEvent({ type: 'run-ended', report });
  return report;

  function sweep({ beginStatus, storeOf }: RunRecord, status: SweptStatus): Promise<StatusReport> {
    beginStatus(status);
    onEvent({ type: 'status-begun', status });
    return sweepStatus(client, storeOf(status), status, signal, (figures) => {
      onEvent({ type: 'page-stored', status, figures });
    });
  }
}

function endsEverySweep(error: MirrorError | null): boolean {
  return (
    error !== null && ['UNAUTHORISED', 'TIME_BUDGET_SPENT', 'INTERRUPTED', 'TERMINATED'].includes(error.code)
  );
}

const NO_TRAFFIC: Traffic = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };

function toSkipped(status: SweptStatus, stop: MirrorError): StatusReport {
  return {
    status,
    outcome: 'skipped',
    figures: new SweepFigures(NO_TRAFFIC).toRow(NO_TRAFFIC),
    error: new MirrorError(stop.code, `Not begun: ${stop.message}`, { hint: stop.hint }),
  };
}

function beginRecord({ mirror, client, trigger, version, now }: SyncRun, startedAt: Date): RunRecord {
  const ledger = createSyncLedger(mirror);
  const runId = ledger.beginRun({
    startedAt,
    trigger,
    version,
    apiUrl: client.api.href,
    processId: process.pid,
  });
  const findMark = prepareFindMark(mirror);
  const writePage = prepareWritePage(mirror);
  return {
    runId,
    storeOf: ({ id }) => ({
      findMark,
      writePage: (content, figures) => {
        writePage(content, { runId, statusId: id, at: now() }, figures);
      },
    }),
    beginStatus: ({ id }) => {
      ledger.beginStatus(runId, id, now());
    },
    endStatus: ({ status, outcome, figures, error }) => {
      mirror.db.transaction(() => {
        if (outcome === 'skipped') {
          ledger.skipStatus(runId, status.id, now(), toRecorded(error) ?? { code: 'SKIPPED', message: '' });
        } else {
          ledger.recordFigures(runId, status.id, figures);
          ledger.endStatus(runId, status.id, outcome, now(), toRecorded(error));
        }
      });
    },
    endRun: ({ outcome, error }) => {
      ledger.endRun(runId, outcome, now(), toRecorded(error));
    },
    abandonRun: (error) => {
      ledger.abandonRun(runId, now(), toRecorded(error));
    },
  };
}

function toNoRecord(mirror: Mirror): RunRecord {
  const nothing = (): void => undefined;
  const store: SweepStore = { findMark: prepareFindMark(mirror), writePage: nothing };
  return {
    runId: null,
    storeOf: () => store,
    beginStatus: nothing,
    endStatus: nothing,
    endRun: nothing,
    abandonRun: nothing,
  };
}

function toRecorded(error: MirrorError | null): RecordedError | null {
  return error === null ? null : { code: error.code, message: error.message };
}

/** After a failure of the database the record may be unwritable too; then the next run finds this one dead. */
function endBadly(record: RunRecord, thrown: unknown): void {
  try {
    record.abandonRun(thrown instanceof MirrorError ? thrown : null);
  } catch {
    // The failure that is thrown on says more than a second one of the same cause.
  }
}
