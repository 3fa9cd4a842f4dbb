import { isReadToItsEnd } from '../../../src/db/state.ts';
import { listListSyncRows, type Invariant } from './facts.ts';

interface Departure {
  readonly case_id: number;
  readonly mirror_list_id: number;
}

/** "a case departs only after its list was read to the last page and the API denied the case" */
export const checkDepartures: Invariant = (facts) => {
  const { mirror, day } = facts;
  const departures = mirror.sqlite
    .prepare<[number | null, string], Departure>(
      `SELECT case_id, cases.mirror_list_id FROM case_changes JOIN cases ON cases.id = case_id
       WHERE run_id = ? AND field = 'mirror_departed_run_id' AND new_value = ?`,
    )
    .all(day.runId, String(day.runId));
  const read = new Set(
    listListSyncRows(facts)
      .filter((row) => ['complete', 'empty'].includes(row.outcome) || isReadToItsEnd(row))
      .map(({ list_id }) => list_id),
  );
  const deniedLists = new Set(
    day.served.log.filter(({ response }) => response.kind === 'no results').map(({ list }) => list),
  );
  return departures.flatMap(({ case_id: id, mirror_list_id: list }) => [
    ...(read.has(list) ? [] : [`case ${id} departed, but list ${list} was not read to its last page`]),
    ...(deniedLists.has(`case_id=${id}`) ? [] : [`case ${id} departed, but the API did not deny it`]),
  ]);
};

/** "a suspicious run marks no departure" */
export const checkSuspicious: Invariant = ({ mirror, day }) =>
  mirror.sqlite
    .prepare<[number | null], number>(
      `SELECT cases.id FROM cases JOIN mirror_departure_checks ON run_id = mirror_departed_run_id
       WHERE outcome = 'suspicious' AND run_id = ?`,
    )
    .pluck()
    .all(day.runId)
    .map((id) => `case ${id} departed in a suspicious run`);
