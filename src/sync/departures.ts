import type { Client, Traffic } from '../api/client.ts';
import { toListUrl } from '../api/urls.ts';
import { UNCLASSIFIED } from '../api/lists.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { DepartureFigures } from '../db/run-log.ts';
import { comparePage, type CaseFinder, type ComparedPage } from './compare-page.ts';
import { endsEveryList, isOfTheDatabase } from './report.ts';
import { toTrafficRow } from './list-sync.ts';
import { renderPlural } from '../lib/layout.ts';

/** A case that its list no longer held, and that no other list of the run held either. */
export interface MissingCase {
  readonly id: number;
  readonly listId: number | null;
  /** False where it may stand on a page that could not be read: then it is fetched, and nothing else follows. */
  readonly isJudged?: boolean;
}

export interface DepartureSearch {
  readonly client: Client;
  readonly finder: CaseFinder;
  /** Stores what a look-up brought. */
  readonly writeFound: (page: ComparedPage, listId: number) => void;
  readonly missing: readonly MissingCase[];
  /** More than this many gone are not believed; Infinity when the person who runs it has accepted them. */
  readonly maxGone: number;
  readonly signal: AbortSignal;
}

export interface DepartureFindings {
  readonly figures: Omit<DepartureFigures, 'cases_returned' | 'max_gone'>;
  /** Those to be marked: none when there are too many to be believed, or might be if all had been looked up. */
  readonly goneIds: readonly number[];
  /** How many cases each list should have held but did not: the API has them there, as they were. */
  readonly missed: ReadonlyMap<number, number>;
  readonly error: MirrorError | null;
}

/** After so many look-ups that fail one after the other the rest is given up, unless the API answers elsewhere. */
const FAILURES_IN_A_ROW = 3;
/** After so many it is given up all the same. */
const MAX_FAILURES_IN_A_ROW = 5;

/**
 * Looks up each missing case (`?case_id=ID`). One that the API has is stored with the list that it belongs to now; one to
 * which the API answers "No results" has departed. Fails with nothing: what could not be found out is in the findings.
 */
export async function findDepartures(search: DepartureSearch): Promise<DepartureFindings> {
  const { client, missing, maxGone } = search;
  const before = client.traffic();
  const goneIds: number[] = [];
  const found = { moved: 0, inPlace: 0 };
  const missed = new Map<number, number>();
  let error: MirrorError | null = null;
  let failures = 0;
  let answered = 0;
  const judged = missing.filter(({ isJudged }) => isJudged !== false).length;
  for (const one of missing) {
    try {
      const lookedUp = await lookUp(search, one);
      failures = 0;
      if (lookedUp instanceof MirrorError) {
        // The API has the case, in a form that cannot be read: it is rejected, and the next one is looked up.
        error ??= lookedUp;
        if (one.isJudged !== false) answered++;
        continue;
      }
      const { listId } = lookedUp;
      if (one.isJudged === false) {
        if (listId !== null) found[listId === one.listId ? 'inPlace' : 'moved']++;
        continue;
      }
      answered++;
      // The list of the unclassified cases need not hold all of them.
      if (listId !== null && listId === one.listId && listId !== UNCLASSIFIED.id)
        missed.set(listId, (missed.get(listId) ?? 0) + 1);
      if (listId === null) goneIds.push(one.id);
      else found[listId === one.listId ? 'inPlace' : 'moved']++;
    } catch (thrown) {
      if (!(thrown instanceof MirrorError) || isOfTheDatabase(thrown)) throw thrown;
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
    goneIds: goneIds.length + judged - answered <= maxGone ? goneIds : [],
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

/** The most cases that may be gone without a doubt: a share of those that could be, and always twenty. */
export function toMaxGone(casesPresent: number, percent: number): number {
  return Math.max(20, Math.floor((casesPresent * percent) / 100));
}

/**
 * Stores the case if the API has it, and returns the list that it belongs to now; null if the API no longer has it. A
 * record that cannot be read is rejected, and an error is returned that says so.
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
