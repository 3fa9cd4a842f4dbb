import { isReadToItsEnd } from '../../../src/db/state.ts';
import { listStatusRows, type Invariant } from './facts.ts';

interface Departure {
  readonly case_id: number;
  readonly mirror_list_id: number;
}

/** "no case departs but after its list was read to the last page, and by the API's word" */
export const checkDepartures: Invariant = (facts) => {
  const { mirror, day } = facts;
  const departures = mirror.sqlite
    .prepare<[number | null, string], Departure>(
      `SELECT case_id, cases.mirror_list_id FROM case_changes JOIN cases ON cases.id = case_id
       WHERE run_id = ? AND field = 'mirror_departed_run_id' AND new_value = ?`,
    )
    .all(day.runId, String(day.runId));
  const read = new Set(
    listStatusRows(facts)
      .filter((row) => ['complete', 'empty'].includes(row.outcome) || isReadToItsEnd(row))
      .map(({ list_id }) => list_id),
  );
  const deniedLists = new Set(
    day.served.log.filter(({ response }) => response.kind === 'no results').map(({ list }) => list),
  );
  return departures.flatMap(({ case_id: id, mirror_list_id: status }) => [
    ...(read.has(status)
      ? []
      : [`case ${id} departed, but the list of status ${status} was not read to its last page`]),
    ...(deniedLists.has(`case_id=${id}`) ? [] : [`case ${id} departed, but the API did not deny it`]),
  ]);
};

/** "a suspicious day marks no departure" */
export const checkSuspicious: Invariant = ({ mirror, day }) =>
  mirror.sqlite
    .prepare<[number | null], number>(
      `SELECT cases.id FROM cases JOIN mirror_departure_checks ON run_id = mirror_departed_run_id
       WHERE outcome = 'suspicious' AND run_id = ?`,
    )
    .pluck()
    .all(day.runId)
    .map((id) => `case ${id} departed in a suspicious day`);
