import type { Traffic } from '../api/pacing.ts';
import { type ApiList, ONGOING_LISTS } from '../api/lists.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { toDatabaseError } from '../db/errors.ts';
import {
  type RunReport,
  type ListReport,
  endsEveryList,
  judgeRun,
  type DepartureReport,
  showsMissing,
  type SyncRun,
} from './report.ts';
import { suspectShared, suspectAboveWhole, isSuspicious, measureCoverage } from './coverage.ts';
import { type ListRecord, beginRecord, toNoRecord, type RunRecord } from './recorder.ts';
import { SeenCases } from './compare-page.ts';
import { ListTally, syncList } from './list-sync.ts';
import { findDepartures, toMaxGone, toSkippedDepartures } from './departures.ts';
import { renderPlural } from '../lib/layout.ts';

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
  const onThreadFailed = (reason: unknown): void => {
    onEvent({ type: 'index-thread-failed', reason: messageOf(reason) });
  };
  const written = run.dryRun ? null : beginRecord(mirror, toStart(run, startedAt), now, { onThreadFailed });
  const record = written ?? toNoRecord(mirror);
  run.client.onPause(record.recordPause.bind(record));
  onEvent({ type: 'run-begun', runId: record.runId, lists });
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
    await record.endRun(ending, run.client.pausedUntil());
    const { runId } = record;
    const report = { runId, startedAt, endedAt: now(), ...checks, ...ending };
    onEvent({ type: 'run-ended', report });
    return report;
  } catch (thrown) {
    onEvent({ type: 'run-failed' });
    const error = toDatabaseError(thrown, mirror.path);
    endBadly(record, error);
    throw error;
  } finally {
    await record.close();
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
      isRedacted: record.isRedacted,
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

/**
 * The checks after the list syncs: count the cases that no list sync can see, look up missing cases, and assign cases
 * without a label to the list that held them. First the lists are compared with each other and with the whole, because
 * a suspicious list proves nothing about a case.
 */
async function checkAfterwards(
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
    ? 'Every list that was read to its last page is suspicious.'
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
  const message = `The list did not contain ${cases} that the API has in it; fetched by id.`;
  return { ...listSync, outcome: 'partial', error: new MirrorError('CASES_MISSED', message) };
}

/** Why the coverage of the list syncs is not measured; null if it is. */
function findObstacle(listSyncs: readonly ListReport[]): string | null {
  if (listSyncs.every(({ outcome }) => outcome === 'failed')) return 'No list could be read.';
  const isRead = ({ id }: ApiList): boolean => listSyncs.some(({ list }) => list.id === id);
  return ONGOING_LISTS.every(isRead) ? null : 'Not all five lists were requested.';
}

/** Why further requests are pointless; null if they are not. */
function findStop(reports: readonly { readonly error: MirrorError | null }[]): string | null {
  const stop = reports.find(({ error }) => error !== null && endsEveryList(error));
  return stop?.error?.message ?? null;
}
