import { ONGOING_STATUSES, type SweptStatus } from '../api/lists.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { doubtAboveWhole, isDoubted, measureCoverage } from './coverage.ts';
import { findDepartures, toMostGone, toSkippedDepartures } from './departures.ts';
import {
  type DepartureReport,
  type RunReport,
  type StatusReport,
  endsEverySweep,
  showsMissing,
} from './report.ts';
import type { RunRecord } from './recorder.ts';
import type { RunSightings } from './compare-page.ts';
import type { SyncRun } from './types.ts';

/**
 * After the sweeps: counts the cases that no sweep can see, looks up those that are missing, and puts those without a
 * label under the list in which they came. First of all the lists are set against each other and against the whole,
 * because one that is in doubt proves nothing of a case.
 */
export async function checkAfterwards(
  run: SyncRun,
  record: RunRecord,
  sightings: RunSightings,
  sweeps: readonly StatusReport[],
): Promise<Pick<RunReport, 'statuses' | 'departures' | 'coverage'>> {
  const skip = findStop(sweeps) ?? findObstacle(sweeps);
  if (skip === null) run.onEvent({ type: 'measuring-coverage' });
  const coverage = await measureCoverage(run.client, sweeps, run.signal, skip);
  const believed = sweeps.map((sweep) =>
    coverage.aboveWhole.includes(sweep.status.id)
      ? doubtAboveWhole(sweep, coverage.figures.count_all)
      : sweep,
  );
  recordChanged(sweeps, believed);
  const { departures, missed } = await checkDepartures(run, record, sightings, believed);
  const statuses = believed.map((sweep) => toDisproved(sweep, missed));
  recordChanged(believed, statuses);
  record.moveUnnamed(sightings.unnamed, (oldId, listId) => provesMove(statuses, oldId, listId));
  return { statuses, departures, coverage: record.recordCoverage(coverage) };

  function recordChanged(before: readonly StatusReport[], after: readonly StatusReport[]): void {
    for (const status of after.filter((one) => !before.includes(one))) record.endStatus(status);
  }
}

/** Whether the lists show that a case has moved: the one that it stood in was read and lacks it, the other is believed. */
function provesMove(statuses: readonly StatusReport[], oldId: number, listId: number): boolean {
  const find = (id: number): StatusReport | undefined => statuses.find(({ status }) => status.id === id);
  const [old, list] = [find(oldId), find(listId)];
  return old !== undefined && list !== undefined && showsMissing(old) && !isDoubted(list);
}

/** Only a list that was read to its last page can tell that a case is missing from it. */
async function checkDepartures(
  run: SyncRun,
  record: RunRecord,
  sightings: RunSightings,
  sweeps: readonly StatusReport[],
): Promise<{ departures: DepartureReport; missed: ReadonlyMap<number, number> }> {
  const statusIds = sweeps.filter(showsMissing).map(({ status }) => status.id);
  const mostGone = toMostGone(record.countPresent(statusIds), run.maxDepartures);
  const unreadIds = sweeps.filter(hasUnreadPages).map(({ status }) => status.id);
  const isNone = statusIds.length === 0 && unreadIds.length === 0;
  const skip = findStop(sweeps) ?? (isNone ? toNone(sweeps) : null);
  if (skip !== null)
    return { departures: record.recordDepartures(toSkippedDepartures(skip), mostGone), missed: new Map() };
  const isSeen = (id: number): boolean => sightings.has(id);
  const onUnreadPages = record.listMissing(unreadIds, isSeen).slice(0, MAX_LOOKED_UP);
  const missing = [
    ...record.listMissing(statusIds, isSeen),
    ...onUnreadPages.map((one) => ({ ...one, isJudged: false })),
  ];
  if (missing.length > 0) run.onEvent({ type: 'looking-up', cases: missing.length });
  const findings = await findDepartures({
    client: run.client,
    finder: record,
    writeFound: record.writeFound.bind(record),
    missing,
    mostGone: run.acceptDepartures ? Infinity : mostGone,
    signal: run.signal,
  });
  return { departures: record.recordDepartures(findings, mostGone), missed: findings.missed };
}

function toNone(sweeps: readonly StatusReport[]): string {
  return sweeps.some(isDoubted)
    ? 'No list that is beyond doubt was read to its last page.'
    : 'No list was read to its last page.';
}

/** Of the cases that may stand on pages which could not be read, no more are looked up in one run. */
const MAX_LOOKED_UP = 500;

/** Whether the list was walked to its end, but for pages that could not be read. */
function hasUnreadPages({ error }: StatusReport): boolean {
  return error?.code === 'PAGES_UNREADABLE';
}

/** A sweep that seemed complete is not when its list lacked cases that the API has under its status. */
function toDisproved(sweep: StatusReport, missed: ReadonlyMap<number, number>): StatusReport {
  const count = missed.get(sweep.status.id) ?? 0;
  // A list that is partial already says so for a reason of its own.
  if (count === 0 || sweep.error !== null) return sweep;
  const cases = count === 1 ? '1 case' : `${count} cases`;
  const message = `The list lacked ${cases} that the API has under this status; fetched by id.`;
  return { ...sweep, outcome: 'partial', error: new MirrorError('CASES_MISSED', message) };
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
