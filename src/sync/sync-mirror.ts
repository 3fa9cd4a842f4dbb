import type { Client, Traffic } from '../clearinghouse/client.ts';
import { ONGOING_STATUSES } from '../clearinghouse/ongoing-status.ts';
import type { SweptStatus } from '../clearinghouse/swept-status.ts';
import { MirrorError } from '../errors.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { recordDeadRuns, type Trigger } from '../mirror/sync-ledger.ts';
import { measureCoverage } from './coverage.ts';
import { findDepartures, toMostGone, toSkippedDepartures } from './departures.ts';
import { endsEverySweep } from './error-reach.ts';
import { beginRecord, toNoRecord, type RunRecord, type SweepRecord } from './run-record.ts';
import { isGood, judgeRun, type DepartureReport, type RunReport, type StatusReport } from './run-report.ts';
import { RunSightings } from './run-sightings.ts';
import { SweepFigures } from './sweep-figures.ts';
import { sweepStatus } from './sweep-status.ts';
import type { OnSyncEvent } from './sync-events.ts';

/** How a run goes about its work. */
export interface SyncPlan {
  readonly statuses: readonly SweptStatus[];
  readonly trigger: Trigger;
  /** Ask and compare, but write nothing, not even that this run took place. */
  readonly dryRun: boolean;
  /** Mark cases as departed however many they are. */
  readonly acceptDepartures: boolean;
}

export interface SyncRun extends SyncPlan {
  readonly client: Client;
  /** Opened for writing by the holder of the writer's lock; for a dry run, opened in any way. */
  readonly mirror: Mirror;
  readonly version: string;
  /** How often at most a list is walked that shifts while it is read. */
  readonly mostWalks: number;
  /** Walk each list until two walks hold the same cases. */
  readonly confirm: boolean;
  /** The share of the cases, in percent, that may depart without a doubt. */
  readonly mostDepartures: number;
  readonly now: () => Date;
  /** Aborted with an INTERRUPTED or TERMINATED error to end the run after the page in hand. */
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}

/**
 * Runs one sync: sweeps each status in turn, one failing without stopping the others, but for a refused token; then
 * looks up the cases that are missing, and counts those that the sweeps cannot see.
 */
export async function syncMirror(run: SyncRun): Promise<RunReport> {
  const { mirror, statuses, onEvent, now } = run;
  const startedAt = now();
  const deadRuns = run.dryRun ? [] : recordDeadRuns(mirror, startedAt);
  const written = run.dryRun ? null : beginRecord(mirror, toStart(run, startedAt), now);
  const record = written ?? toNoRecord(mirror);
  onEvent({ type: 'run-begun', runId: record.runId, statuses, deadRuns });
  try {
    const sightings = new RunSightings();
    const reports = await sweepAll(run, record, sightings);
    const checks = written === null ? NO_CHECKS : await checkAfterwards(run, written, sightings, reports);
    const ending = judgeRun(reports, checks.departures);
    record.endRun(ending);
    const { runId } = record;
    const report = { runId, startedAt, endedAt: now(), statuses: reports, ...checks, ...ending };
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

async function sweepAll(run: SyncRun, record: SweepRecord, sightings: RunSightings): Promise<StatusReport[]> {
  const { onEvent } = run;
  const reports: StatusReport[] = [];
  let stop: MirrorError | null = null;
  for (const status of run.statuses) {
    const report: StatusReport = stop === null ? await sweep(status) : toSkipped(status, stop);
    if (stop === null && report.error !== null && endsEverySweep(report.error)) stop = report.error;
    record.endStatus(report);
    onEvent({ type: 'status-ended', report });
    reports.push(report);
  }
  return reports;

  function sweep(status: SweptStatus): Promise<StatusReport> {
    record.beginStatus(status);
    onEvent({ type: 'status-begun', status });
    const store = {
      findMark: record.findMark,
      writePage: record.writePage.bind(record, status),
    };
    return sweepStatus(run.client, store, status, sightings, {
      ...run,
      onPage: (figures) => {
        onEvent({ type: 'page-stored', status, figures });
      },
      onAnotherWalk: (reason) => {
        onEvent({ type: 'walking-again', status, reason: reason.message });
      },
    });
  }
}

const NO_CHECKS = { departures: null, coverage: null };

async function checkAfterwards(
  run: SyncRun,
  record: RunRecord,
  sightings: RunSightings,
  sweeps: readonly StatusReport[],
): Promise<Pick<RunReport, 'departures' | 'coverage'>> {
  const departures = await checkDepartures(run, record, sightings, sweeps);
  const skip = findStop([...sweeps, departures]) ?? findObstacle(sweeps);
  if (skip === null) run.onEvent({ type: 'measuring-coverage' });
  const coverage = await measureCoverage(run.client, sweeps, run.signal, skip);
  return { departures, coverage: record.recordCoverage(coverage) };
}

/** Only a status that was swept completely can tell that a case is missing from it. */
async function checkDepartures(
  run: SyncRun,
  record: RunRecord,
  sightings: RunSightings,
  sweeps: readonly StatusReport[],
): Promise<DepartureReport> {
  const statusIds = sweeps.filter(isGood).map(({ status }) => status.id);
  const mostGone = toMostGone(record.countPresent(statusIds), run.mostDepartures);
  const skip = findStop(sweeps) ?? (statusIds.length === 0 ? 'No status was swept completely.' : null);
  if (skip !== null) return record.recordDepartures(toSkippedDepartures(skip), mostGone);
  const missing = record.listMissing(statusIds, (id) => sightings.has(id));
  if (missing.length > 0) run.onEvent({ type: 'looking-up', cases: missing.length });
  const findings = await findDepartures({
    client: run.client,
    findMark: record.findMark,
    writeFound: record.writeFound.bind(record),
    missing,
    mostGone: run.acceptDepartures ? Infinity : mostGone,
    signal: run.signal,
  });
  return record.recordDepartures(findings, mostGone);
}

/** Why the coverage of the sweeps is not to be measured; null when it is. */
function findObstacle(sweeps: readonly StatusReport[]): string | null {
  if (sweeps.every(({ outcome }) => outcome === 'failed')) return 'No list could be read.';
  const isSwept = ({ id }: SweptStatus): boolean => sweeps.some(({ status }) => status.id === id);
  return ONGOING_STATUSES.every(isSwept) ? null : 'Not all five statuses were asked for.';
}

/** Why no further request is worth making; null when one is. */
function findStop(reports: readonly { readonly error: MirrorError | null }[]): string | null {
  const stop = reports.find(({ error }) => error !== null && endsEverySweep(error));
  return stop?.error?.message ?? null;
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

/** After a failure of the database the record may be unwritable too; then the next run finds this one dead. */
function endBadly(record: SweepRecord, thrown: unknown): void {
  try {
    record.abandonRun(thrown instanceof MirrorError ? thrown : null);
  } catch {
    // The failure that is thrown on says more than a second one of the same cause.
  }
}
