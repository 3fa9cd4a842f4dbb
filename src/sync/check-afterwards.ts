import { ONGOING_LISTS, type ApiList } from '../api/lists.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { suspectAboveWhole, isSuspicious, measureCoverage } from './coverage.ts';
import { findDepartures, toMaxGone, toSkippedDepartures } from './departures.ts';
import {
  type DepartureReport,
  type RunReport,
  type ListReport,
  endsEveryList,
  showsMissing,
} from './report.ts';
import type { RunRecord } from './recorder.ts';
import type { SeenCases } from './compare-page.ts';
import type { SyncRun } from './types.ts';
import { renderPlural } from '../lib/layout.ts';

/**
 * The checks after the list syncs: count the cases that no list sync can see, look up missing cases, and assign cases
 * without a label to the list that held them. First the lists are compared with each other and with the whole, because
 * a suspicious list proves nothing about a case.
 */
export async function checkAfterwards(
  run: SyncRun,
  record: RunRecord,
  seenCases: SeenCases,
  listSyncs: readonly ListReport[],
): Promise<Pick<RunReport, 'lists' | 'departures' | 'coverage'>> {
  const skip = findStop(listSyncs) ?? findObstacle(listSyncs);
  if (skip === null) run.onEvent({ type: 'measuring-coverage' });
  const coverage = await measureCoverage(run.client, listSyncs, run.signal, skip);
  const believed = listSyncs.map((listSync) =>
    coverage.aboveWhole.includes(listSync.list.id)
      ? suspectAboveWhole(listSync, coverage.figures.count_all)
      : listSync,
  );
  recordChanged(listSyncs, believed);
  const { departures, missed } = await checkDepartures(run, record, seenCases, believed);
  const lists = believed.map((listSync) => toDisproved(listSync, missed));
  recordChanged(believed, lists);
  record.moveUnnamed(seenCases.unnamed, (oldId, listId) => provesMove(lists, oldId, listId));
  return { lists, departures, coverage: record.recordCoverage(coverage) };

  function recordChanged(before: readonly ListReport[], after: readonly ListReport[]): void {
    for (const report of after.filter((one) => !before.includes(one))) record.endList(report);
  }
}

/**
 * Whether the lists show that a case has moved: its previous list was read and does not hold it, and its new list is
 * not suspicious.
 */
function provesMove(lists: readonly ListReport[], oldId: number, listId: number): boolean {
  const find = (id: number): ListReport | undefined => lists.find(({ list }) => list.id === id);
  const [old, list] = [find(oldId), find(listId)];
  return old !== undefined && list !== undefined && showsMissing(old) && !isSuspicious(list);
}

/** Only a list that was read to its last page can show that a case is missing from it. */
async function checkDepartures(
  run: SyncRun,
  record: RunRecord,
  seenCases: SeenCases,
  listSyncs: readonly ListReport[],
): Promise<{ departures: DepartureReport; missed: ReadonlyMap<number, number> }> {
  const listIds = listSyncs.filter(showsMissing).map(({ list }) => list.id);
  const maxGone = toMaxGone(record.countPresent(listIds), run.maxDepartures);
  const unreadIds = listSyncs.filter(hasUnreadPages).map(({ list }) => list.id);
  const isNone = listIds.length === 0 && unreadIds.length === 0;
  const skip = findStop(listSyncs) ?? (isNone ? toNone(listSyncs) : null);
  if (skip !== null)
    return { departures: record.recordDepartures(toSkippedDepartures(skip), maxGone), missed: new Map() };
  const isSeen = (id: number): boolean => seenCases.has(id);
  const onUnreadPages = record.listMissing(unreadIds, isSeen).slice(0, MAX_LOOKED_UP);
  const missing = [
    ...record.listMissing(listIds, isSeen),
    ...onUnreadPages.map((one) => ({ ...one, isJudged: false })),
  ];
  if (missing.length > 0) run.onEvent({ type: 'looking-up', cases: missing.length });
  const findings = await findDepartures({
    client: run.client,
    finder: record,
    writeFound: record.writeFound.bind(record),
    missing,
    maxGone: run.acceptDepartures ? Infinity : maxGone,
    signal: run.signal,
  });
  return { departures: record.recordDepartures(findings, maxGone), missed: findings.missed };
}

function toNone(listSyncs: readonly ListReport[]): string {
  return listSyncs.some(isSuspicious)
    ? 'No list that is beyond doubt was read to its last page.'
    : 'No list was read to its last page.';
}

/** The maximum number of cases per run that are looked up because they may be on unreadable pages. */
const MAX_LOOKED_UP = 500;

/** Whether the list was read to its end, except for unreadable pages. */
function hasUnreadPages({ error }: ListReport): boolean {
  return error?.code === 'PAGES_UNREADABLE';
}

/** A list sync that seemed complete is partial if the API has cases of this list that the list did not hold. */
function toDisproved(listSync: ListReport, missed: ReadonlyMap<number, number>): ListReport {
  const count = missed.get(listSync.list.id) ?? 0;
  // A list that is already partial keeps its own reason.
  if (count === 0 || listSync.error !== null) return listSync;
  const cases = renderPlural(count, 'case');
  const message = `The list lacked ${cases} that the API has under this status; fetched by id.`;
  return { ...listSync, outcome: 'partial', error: new MirrorError('CASES_MISSED', message) };
}

/** Why the coverage of the list syncs is not measured; null if it is. */
function findObstacle(listSyncs: readonly ListReport[]): string | null {
  if (listSyncs.every(({ outcome }) => outcome === 'failed')) return 'No list could be read.';
  const isRead = ({ id }: ApiList): boolean => listSyncs.some(({ list }) => list.id === id);
  return ONGOING_LISTS.every(isRead) ? null : 'Not all five lists were asked for.';
}

/** Why further requests are pointless; null if they are not. */
function findStop(reports: readonly { readonly error: MirrorError | null }[]): string | null {
  const stop = reports.find(({ error }) => error !== null && endsEveryList(error));
  return stop?.error?.message ?? null;
}
