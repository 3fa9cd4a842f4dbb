import { toListFilter, API_LISTS } from '../../../src/api/lists.ts';
import { findLastPass, toListKey, type ServedRequest } from '../served-log.ts';
import { countRows, listListSyncRows, type Invariant, type DayFacts, type ListSyncRow } from './facts.ts';

/** "a list is complete only if every page was read and the number of distinct ids equals the count" */
export const checkComplete: Invariant = (facts) =>
  ofLists(facts, 'complete').flatMap(({ row, pass }) => {
    const what = `list ${row.list_id} is complete, but`;
    if (pass === null) return [`${what} no first page was served`];
    if (!pass.ended) return [`${what} its pages were not served to the end`];
    const { counts, ids } = readPass(pass.pages);
    if (pass.pages.some(({ response }) => response.kind !== 'page')) return [`${what} no list was served`];
    if (new Set(counts).size !== 1) return [`${what} its pages counted ${counts.join(', ')}`];
    if (counts[0] !== ids.size)
      return [`${what} ${ids.size} distinct cases were served of ${String(counts[0])}`];
    if (pass.pages.some(({ response }) => response.kind === 'page' && response.rejected > 0))
      return [`${what} a record was not a case`];
    if (row.count_first !== counts[0] || row.count_last !== counts[0] || row.cases_last_pass !== ids.size)
      return [`${what} its recorded counts differ from its pages`];
    return [];
  });

/** "a list is empty only if the API said so" */
export const checkEmpty: Invariant = (facts) =>
  ofLists(facts, 'empty').flatMap(({ row, pass }) => {
    const first = pass?.pages[0]?.response;
    const isEmpty =
      first?.kind === 'no results' ||
      (first?.kind === 'page' && pass?.pages.length === 1 && first.count === 0 && first.ids.length === 0);
    return isEmpty ? [] : [`list ${row.list_id} is empty, but the API did not say so`];
  });

/** "every case on the pages of a complete list is in the mirror" */
export const checkHeld: Invariant = (facts) =>
  ofLists(facts, 'complete').flatMap(({ row, pass }) =>
    [...readPass(pass?.pages ?? []).ids]
      .filter((id) => !isPresent(facts, id))
      .map((id) => `status ${row.list_id} is complete, but the mirror has no case ${id}`),
  );

/** "a complete list misses no case that was in it throughout" */
export const checkNoneMissed: Invariant = (facts) =>
  ofLists(facts, 'complete').flatMap(({ row, pass }) => {
    const pages = pass?.pages ?? [];
    if ((!facts.confirms && hasUnseenExchange(pages)) || hasFalseCount(pages)) return [];
    const standing =
      pages[0]?.listIds.filter((id) => pages.every(({ listIds }) => listIds.includes(id))) ?? [];
    return standing
      .filter((id) => !isPresent(facts, id))
      .map((id) => `list ${row.list_id} is complete, but misses case ${id}`);
  });

/**
 * The known exception: as many cases left the list as joined it between the same two requests. A single pass cannot
 * detect that (docs/decisions/0004-complete-means-proven.md); two passes that must agree can.
 */
function hasUnseenExchange(pages: readonly ServedRequest[]): boolean {
  return pages.some(({ listIds }, at) => {
    const before = pages[at - 1]?.listIds ?? listIds;
    return before.length === listIds.length && listIds.some((id) => !before.includes(id));
  });
}

/** The other exception: two faults at once remove cases from the pages and the same number from the count. */
function hasFalseCount(pages: readonly ServedRequest[]): boolean {
  return pages.some(({ response, listIds }) => response.kind === 'page' && response.count !== listIds.length);
}

function ofLists(facts: DayFacts, outcome: string) {
  return listListSyncRows(facts)
    .filter((row) => row.outcome === outcome)
    .map((row: ListSyncRow) => ({ row, pass: findLastPass(facts.day.served.log, toKeyOf(row.list_id)) }));
}

export function toKeyOf(listId: number): string {
  const list = API_LISTS.find(({ id }) => id === listId);
  return list === undefined ? '' : toListKey(toListFilter(list));
}

function readPass(pages: readonly ServedRequest[]) {
  const counts: number[] = [];
  const ids = new Set<number>();
  for (const { response } of pages) {
    if (response.kind !== 'page') continue;
    counts.push(response.count);
    for (const id of response.ids) ids.add(id);
  }
  return { counts, ids };
}

function isPresent(facts: DayFacts, id: number): boolean {
  return countRows(facts, 'SELECT 1 FROM cases WHERE id = ? AND mirror_departed_run_id IS NULL', id) === 1;
}
