import type { Mirror } from '../mirror/open-mirror.ts';
import type { Period } from './find-period.ts';

/** What stands in the place of a status: a case that was not in the mirror yet, one that has left the site, one without a status. */
export const NO_STATUSES = { new: '(new)', departed: '(departed)', none: '(none)' } as const;

export interface TransitionCount {
  readonly from_status: string;
  readonly to_status: string;
  /** How often; a case that went there twice counts twice. */
  readonly moves: number;
  readonly cases: number;
}

export interface Transition {
  readonly run_id: number;
  readonly changed_at: string;
  readonly case_id: number;
  readonly case_name: string | null;
  readonly from_status: string;
  readonly to_status: string;
}

export interface TransitionFilter {
  readonly period: Period;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Whether cases that are new are among them where `from` does not ask for these alone. */
  readonly withNew: boolean;
}

/** The status that a case had when it was stored first, or at a change of it: what the next change of its label says it was. */
const statusBeforeNext = (condition: string): string => `coalesce(
    (SELECT coalesce(later.old_value ->> '$', '${NO_STATUSES.none}') FROM case_changes AS later
      WHERE later.case_id = cases.id AND later.field = 'case_ongoing' ${condition} ORDER BY later.id LIMIT 1),
    cases.case_ongoing, '${NO_STATUSES.none}')`;

/** Changes of the label, and the ways into the mirror and out of the site, so that what comes into a status and what leaves it add up. */
const MOVES = `
  SELECT run_id, changed_at, case_id, from_status, to_status FROM status_transitions
    WHERE run_id BETWEEN :first AND :last
  UNION ALL
  SELECT gone.run_id, gone.changed_at, gone.case_id, ${statusBeforeNext('AND later.run_id > gone.run_id')}, '${NO_STATUSES.departed}'
    FROM case_changes AS gone JOIN cases ON cases.id = gone.case_id
    WHERE gone.field = 'mirror_departed_run_id' AND gone.new_value <> 'null' AND gone.run_id BETWEEN :first AND :last
  UNION ALL
  SELECT back.run_id, back.changed_at, back.case_id, '${NO_STATUSES.departed}', ${statusBeforeNext('AND later.run_id >= back.run_id')}
    FROM case_changes AS back JOIN cases ON cases.id = back.case_id
    WHERE back.field = 'mirror_departed_run_id' AND back.new_value = 'null' AND back.run_id BETWEEN :first AND :last
  UNION ALL
  SELECT cases.mirror_first_run_id, sync_runs.started_at, cases.id, '${NO_STATUSES.new}', ${statusBeforeNext('')}
    FROM cases JOIN sync_runs ON sync_runs.id = cases.mirror_first_run_id
    WHERE cases.mirror_first_run_id BETWEEN :first AND :last`;

/** How many cases went from which status to which. */
export function countTransitions({ sqlite }: Mirror, { first, last }: Period): TransitionCount[] {
  return sqlite
    .prepare<[object], TransitionCount>(
      `SELECT from_status, to_status, count(*) AS moves, count(DISTINCT case_id) AS cases
       FROM (${MOVES}) GROUP BY from_status, to_status ORDER BY from_status, to_status`,
    )
    .all({ first: first.id, last: last.id });
}

/** The moves themselves, those of one kind together, each kind in order of time. Read while iterating. */
export function listTransitions({ sqlite }: Mirror, filter: TransitionFilter): Iterable<Transition> {
  const { period, from, to, withNew } = filter;
  const conditions = [
    ...(from === undefined ? [] : ['from_status = :from']),
    ...(to === undefined ? [] : ['to_status = :to']),
    ...(from === undefined && !withNew ? [`from_status <> '${NO_STATUSES.new}'`] : []),
  ];
  return sqlite
    .prepare<[object], Transition>(
      `SELECT run_id, changed_at, case_id, (SELECT name FROM cases WHERE cases.id = case_id) AS case_name, from_status, to_status
       FROM (${MOVES}) ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
       ORDER BY from_status, to_status, run_id, case_id`,
    )
    .iterate({ first: period.first.id, last: period.last.id, from, to });
}
