import type { Mirror } from '../../db/open-mirror.ts';
import { RESULT_COLUMNS, toResultJson } from '../../cli/text/search.ts';
import { parseSince } from '../../history/moments.ts';
import { findPeriod } from '../../history/period.ts';
import { FILTER_NAMES, type Params, toUsage } from '../../search/filters.ts';
import { type SearchScope, parseSearchRequest } from '../../search/request.ts';
import { listResults } from '../../search/results.ts';
import { runSearch } from '../../search/search.ts';
import type { Asked, Site } from '../request.ts';
import type { SearchTask } from '../sql/task.ts';

export const SEARCH_PARAMETERS = [
  'q',
  'in',
  ...FILTER_NAMES,
  'entered',
  'since',
  'departed',
  'newest',
  'raw',
  'page',
] as const;

/** What a search on a page refuses with a reason: {@link refuseAsOf}. */
export const REFUSED_PARAMETERS = ['as-of'] as const;

/** Docket entries and documents of each case. */
export const ROWS_PER_CASE = 3;

/** Refuses to search an earlier state: its words would have to be indexed, which takes longer than a page may. */
export function refuseAsOf(asked: Asked): void {
  if (asked['as-of'] === undefined) return;
  throw toUsage(
    'A page does not search an earlier state.',
    'Its words must be indexed first, which takes longer than a page may: `clearinghouse-mirror search --as-of` does so. The page of a case shows its earlier states.',
  );
}

/** The runs that count for a search. */
export function readSinceRun(
  mirror: Mirror,
  { now, timeZone }: Pick<Site, 'now' | 'timeZone'>,
  since: string | undefined,
): Pick<SearchScope, 'sinceRunId' | 'isPast'> {
  if (since === undefined) return { sinceRunId: null, isPast: false };
  const period = findPeriod(mirror, {
    since: parseSince(since, { now: now(), timeZone }),
    otherwise: 'first run',
  });
  return { sinceRunId: period?.first.id ?? Number.MAX_SAFE_INTEGER, isPast: false };
}

/** All results of a search. */
export function openSearch(
  mirror: Mirror,
  { params, now, timeZone }: SearchTask,
): { readonly columns: readonly string[]; readonly objects: Iterable<object> } {
  const request = parseSearchRequest(params);
  const site = { now: () => new Date(now), timeZone };
  const scope = { ...readSinceRun(mirror, site, params.since?.[0]), firstCases: null };
  const search = runSearch(mirror, request, scope);
  function* list(): Generator<object> {
    for (const found of listResults(mirror, search, {
      newest: request.newest,
      rowsPerCase: ROWS_PER_CASE,
    }))
      yield toResultJson(found);
  }
  return { columns: RESULT_COLUMNS, objects: list() };
}

export const toSearchTask = (params: Params, { now, timeZone }: Site): SearchTask => ({
  params,
  now: now().toISOString(),
  timeZone,
});
