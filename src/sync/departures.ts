import type { Client } from '../api/client.ts';
import type { Traffic } from '../api/pacing.ts';
import { toListUrl } from '../api/urls.ts';
import { UNCLASSIFIED } from '../api/lists.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { DepartureFigures } from '../db/run-log.ts';
import { comparePage, type CaseFinder, type ComparedPage } from './compare-page.ts';
import { endsEveryList, isDatabaseError } from './report.ts';
import { toTrafficRow } from './list-sync.ts';
import { renderPlural } from '../lib/layout.ts';

/** A case that neither its list nor any other list of the run held. */
export interface MissingCase {
  readonly id: number;
  readonly listId: number | null;
  /** False if the case may be on an unreadable page: it is then only fetched and never marked as departed. */
  readonly isJudged?: boolean;
}

export interface DepartureSearch {
  readonly client: Client;
  readonly finder: CaseFinder;
  /** Stores the result of a lookup. */
  readonly writeFound: (page: ComparedPage, listId: number) => void;
  readonly missing: readonly MissingCase[];
  /** More departures than this are suspicious; Infinity if the user has accepted them. */
  readonly maxGone: number;
  readonly signal: AbortSignal;
}

export interface DepartureFindings {
  readonly figures: Omit<DepartureFigures, 'cases_returned' | 'max_gone'>;
  /**
   * Cases to mark as departed. Empty if there are too many, or if there might be too many had all lookups succeeded.
   */
  readonly goneIds: readonly number[];
  /** The number of cases for each list that the list did not hold although the API has them in it. */
  readonly missed: ReadonlyMap<number, number>;
  readonly error: MirrorError | null;
}

/** After this many consecutive failed lookups, the rest is skipped, unless the API responds to another request. */
const FAILURES_IN_A_ROW = 3;
/** After this many, the rest is skipped in any case. */
const MAX_FAILURES_IN_A_ROW = 5;

/**
 * Looks up each missing case (`?case_id=ID`, A16). A case that the API has is stored with its present list. A case to
 * which the API responds "No results" has departed (A33). Never rejects: the findings contain what could not be found out.
 */
export async function findDepartures(search: DepartureSearch): Promise<DepartureFindings> {
  const { client, missing, maxGone } = search;
  const before = client.traffic();
  const goneIds: number[] = [];
  const found = { moved: 0, inPlace: 0 };
  const missed = new Map<number, number>();
  let error: MirrorError | null = null;
  let failures = 0;
  let conclusive = 0;
  const judged = missing.filter(({ isJudged }) => isJudged !== false).length;
  for (const one of missing) {
    try {
      const lookedUp = await lookUp(search, one);
      failures = 0;
      if (lookedUp instanceof MirrorError) {
        // The API has the case, but its record cannot be read: it is rejected, and the next case is looked up.
        error ??= lookedUp;
        if (one.isJudged !== false) conclusive++;
        continue;
      }
      const { listId } = lookedUp;
      if (one.isJudged === false) {
        if (listId !== null) found[listId === one.listId ? 'inPlace' : 'moved']++;
        continue;
      }
      conclusive++;
      // The list of the unclassified cases need not hold all of them.
      if (listId !== null && listId === one.listId && listId !== UNCLASSIFIED.id)
        missed.set(listId, (missed.get(listId) ?? 0) + 1);
      if (listId === null) goneIds.push(one.id);
      else found[listId === one.listId ? 'inPlace' : 'moved']++;
    } catch (thrown) {
      if (!(thrown instanceof MirrorError) || isDatabaseError(thrown)) throw thrown;
      error ??= thrown;
      if (endsEveryList(thrown)) error = thrown;
      if (endsEveryList(thrown) || ++failures >= MAX_FAILURES_IN_A_ROW) break;
      if (failures === FAILURES_IN_A_ROW && !(await client.isResponding(search.signal))) break;
    }
    if (goneIds.length > maxGone) break;
  }
  const isSuspicious = goneIds.length > maxGone;
  if (isSuspicious) error = toSuspiciousDepartures(goneIds.length, maxGone, missing.length);
  return {
    figures: {
      outcome: isSuspicious ? 'suspicious' : error === null ? 'checked' : 'incomplete',
      cases_missing: missing.length,
      cases_moved: found.moved,
      cases_in_place: found.inPlace,
      cases_gone: goneIds.length,
      ...toTrafficRow(client.traffic(), before),
      error_code: error?.code ?? null,
      error_message: error?.message ?? null,
    },
    goneIds: goneIds.length + judged - conclusive <= maxGone ? goneIds : [],
    missed,
    error,
  };
}

/** The findings of a run that could not look for departures. */
export function toSkippedDepartures(why: string): DepartureFindings {
  const nothing: Traffic = { requests: 0, retries: 0, waitedMs: 0, bytes: 0 };
  return {
    figures: {
      outcome: 'skipped',
      cases_missing: 0,
      cases_moved: 0,
      cases_in_place: 0,
      cases_gone: 0,
      ...toTrafficRow(nothing, nothing),
      error_code: null,
      error_message: why,
    },
    goneIds: [],
    missed: new Map(),
    error: null,
  };
}

/**
 * The maximum number of departures that are not suspicious: a share of the cases that could depart, but at least
 * twenty.
 */
export function toMaxGone(casesPresent: number, percent: number): number {
  return Math.max(20, Math.floor((casesPresent * percent) / 100));
}

/**
 * Stores the case if the API has it, and returns its present list; null if the API no longer has it. Rejects a record
 * that cannot be read, and returns an error that says so.
 */
async function lookUp(
  { client, finder, writeFound, signal }: DepartureSearch,
  { id, listId }: MissingCase,
): Promise<{ readonly listId: number | null } | MirrorError> {
  signal.throwIfAborted();
  const url = toListUrl(client.api, { case_id: String(id) });
  const response = await client.fetchResponse(url, signal);
  if (response.kind === 'empty') return { listId: null };
  const records = response.kind === 'page' ? response.page.results : [];
  const page = await comparePage({ source: `${url.pathname}${url.search}`, records }, null, finder);
  const [found] = page.cases;
  if (found === undefined && page.rejected.length === 1 && page.rejected[0]?.caseId === id) {
    writeFound(page, listId ?? UNCLASSIFIED.id);
    return new MirrorError(
      'RECORDS_REJECTED',
      `The record of case ${id}, which was looked up by its id, could not be read as a case and is rejected.`,
    );
  }
  if (found?.id !== id || page.cases.length > 1)
    throw new MirrorError('RESPONSE_UNEXPECTED', `${url.search} returned something other than case ${id}.`);
  writeFound(page, found.listId);
  return { listId: found.listId };
}

function toSuspiciousDepartures(gone: number, maxGone: number, missing: number): MirrorError {
  const message = `The API no longer has at least ${gone} of ${renderPlural(missing, 'missing case')}, but --max-departures allows ${maxGone}, so no case was marked as departed.`;
  return new MirrorError('DEPARTURES_SUSPICIOUS', message);
}
