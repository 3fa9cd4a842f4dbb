import type { Client } from '../api/client.ts';
import type { KnownRecords } from '../api/page-records.ts';
import { CASE_STATUSES, ONGOING_LISTS, API_LISTS, UNCLASSIFIED, toListFilter } from '../api/lists.ts';
import { type CaseFilter, toListUrl } from '../api/urls.ts';
import type { CoverageFigures } from '../db/run-log.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { toTrafficRow } from './list-sync.ts';
import { type ListReport, endsEveryList, showsMissing } from './report.ts';
import { renderPlural } from '../lib/layout.ts';

/*
 * Comparisons between the lists of a run. A list that is suspicious proves nothing about a case that is missing from
 * it.
 */

/** Groups of lists that share no case: together they hold at most as many cases as the API has. */
const DISJOINT_LISTS: readonly (readonly number[])[] = [
  ONGOING_LISTS.map(({ id }) => id),
  CASE_STATUSES.map(({ id }) => id),
];

export type Counts = ReadonlyMap<number, number | null>;

/**
 * Whether the counts of the lists add up to more cases than the API has without a filter. False if a count is unknown.
 */
export function isAboveWhole(listIds: readonly number[], counts: Counts, whole: number | null): boolean {
  return whole !== null && listIds.reduce((sum, id) => sum + (counts.get(id) ?? 0), 0) > whole;
}

/** Marks a list as suspicious if it shares cases with another list and no label shows where they belong. */
export function suspectShared(report: ListReport, shared: number): ListReport {
  if (shared === 0) return report;
  const cases = renderPlural(shared, 'case');
  return toSuspicious(
    report,
    new MirrorError(
      'LISTS_OVERLAP',
      `The list "${report.list.label}" contained ${cases} without a label that another list contained too.`,
    ),
  );
}

/**
 * Marks a list as suspicious if, together with others, it counts more cases than the API has. An empty list is never
 * the reason.
 */
export function suspectAboveWhole(report: ListReport, whole: number | null): ListReport {
  if (whole === null || (report.figures.count_last ?? 0) === 0) return report;
  const message = `In two requests, the lists together counted more cases than the ${whole} that the API counts without a filter.`;
  return toSuspicious(report, new MirrorError('LISTS_ABOVE_WHOLE', message));
}

/** Whether it is uncertain that the cases of the list belong to it. */
export function isSuspicious({ error }: ListReport): boolean {
  return error !== null && ['WRONG_LIST', 'LISTS_OVERLAP', 'LISTS_ABOVE_WHOLE'].includes(error.code);
}

/** A list that could prove something becomes unable to; one that could not keeps its own reason. */
function toSuspicious(report: ListReport, error: MirrorError): ListReport {
  return showsMissing(report) ? { ...report, outcome: 'partial', error } : report;
}

export interface CoverageFindings {
  readonly figures: CoverageFigures;
  readonly error: MirrorError | null;
  /** Groups of lists that count more cases together than the API has, and still do after a second count. */
  readonly aboveWhole: readonly number[];
}

const COLUMNS = {
  5069: 'count_approved',
  5071: 'count_coding_complete',
  5074: 'count_in_process',
} as const satisfies Record<(typeof CASE_STATUSES)[number]['id'], keyof CoverageFigures>;

/**
 * Requests how many cases the API counts without a filter and by `case_status`: the first page of each list, three or
 * four requests. Compared with the counts of the five list syncs, this shows how many cases they cannot see. A count
 * that is unavailable becomes null and does not fail the run, whose subject is its lists. `skip` is the reason to
 * request nothing.
 *
 * If lists count more cases than the whole, the lists and the whole are counted again in direct succession: cases may
 * have been added, removed or moved while the lists were read.
 */
export async function measureCoverage(
  client: Client,
  listSyncs: readonly ListReport[],
  signal: AbortSignal,
  skip: string | null,
): Promise<CoverageFindings> {
  const before = client.traffic();
  const counts = {
    count_all: null as number | null,
    count_approved: null as number | null,
    count_coding_complete: null as number | null,
    count_in_process: findCount(listSyncs, UNCLASSIFIED.id),
  };
  let error: MirrorError | null = null;
  const ask = async (filter: CaseFilter): Promise<number | null> => {
    if (error !== null && endsEveryList(error)) return null;
    try {
      return await fetchCount(client, filter, signal);
    } catch (thrown) {
      if (!(thrown instanceof MirrorError)) throw thrown;
      error = thrown;
      return null;
    }
  };
  const aboveWhole: number[] = [];
  if (skip === null) {
    counts.count_all = await ask({});
    for (const { id } of CASE_STATUSES) counts[COLUMNS[id]] ??= await ask({ case_status: String(id) });
    for (const listIds of DISJOINT_LISTS) {
      const first = new Map(
        listIds.map((id) => [id, lessExcess(id, findCount(listSyncs, id) ?? countOf(id))]),
      );
      if (!isAboveWhole(listIds, first, counts.count_all)) continue;
      const again = new Map<number, number | null>();
      for (const id of listIds) again.set(id, lessExcess(id, await ask(toFilterOf(id))));
      if (isAboveWhole(listIds, again, await ask({}))) aboveWhole.push(...listIds);
    }
  }
  const failure = error as MirrorError | null;
  return {
    figures: {
      outcome: skip !== null ? 'skipped' : failure === null ? 'measured' : 'incomplete',
      ...counts,
      count_ongoing: sumCounts(listSyncs),
      ...toTrafficRow(client.traffic(), before),
      error_code: failure?.code ?? null,
      error_message: skip ?? failure?.message ?? null,
    },
    error: failure,
    aboveWhole,
  };

  /** A count without the rows that the list is known to count but never return. */
  function lessExcess(id: number, count: number | null): number | null {
    return count === null ? null : count - findExcess(listSyncs, id);
  }

  function countOf(id: number): number | null {
    const status = CASE_STATUSES.find((one) => one.id === id);
    return status === undefined ? null : counts[COLUMNS[status.id]];
  }
}

/** The filter of a list, to read or to count it. */
function toFilterOf(id: number): CaseFilter {
  const read = API_LISTS.find((one) => one.id === id);
  return read === undefined ? { case_status: String(id) } : toListFilter(read);
}

/** Only the count of the page is used, so its records are not parsed. */
const EVERY_RECORD: KnownRecords = { has: () => true, hashOf: () => undefined };

async function fetchCount(client: Client, filter: CaseFilter, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const url = toListUrl(client.api, filter);
  const response = await client.fetchResponse(url, signal, EVERY_RECORD);
  if (response.kind === 'page' && response.page.count !== null) return response.page.count;
  if (response.kind === 'empty') return 0;
  throw new MirrorError('RESPONSE_UNEXPECTED', `${url.pathname}${url.search} did not return a list.`);
}

/** The API's count of a list in this run; null if the list was not read. */
function findCount(listSyncs: readonly ListReport[], listId: number): number | null {
  return listSyncs.find(({ list }) => list.id === listId)?.figures.count_last ?? null;
}

/** By how much the count of a list exceeds what every pass finds; zero if the count is right. */
function findExcess(listSyncs: readonly ListReport[], listId: number): number {
  const listSync = listSyncs.find(({ list }) => list.id === listId);
  if (listSync?.error?.code !== 'COUNT_MISMATCH_STABLE') return 0;
  return Math.max(0, (listSync.figures.count_last ?? 0) - listSync.figures.cases_last_pass);
}

function sumCounts(listSyncs: readonly ListReport[]): number | null {
  const counts = ONGOING_LISTS.map(({ id }) => findCount(listSyncs, id));
  return counts.reduce<number | null>((sum, n) => (sum === null || n === null ? null : sum + n), 0);
}
