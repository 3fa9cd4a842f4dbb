import { MirrorError, messageOf } from '../../../src/errors/mirror-error.ts';
import { isDatabaseError } from '../../../src/sync/report.ts';
import { verifyAll } from '../verify-all.ts';
import { THROWN_BY_LISTENER } from '../day-troubles.ts';
import { API_LISTS } from '../../../src/api/lists.ts';
import { countRows, listListSyncRows, type Invariant, type DayFacts } from './facts.ts';
import { toKeyOf } from './one-list-invariants.ts';

const READ_LISTS = new Set(API_LISTS.map(({ id }) => toKeyOf(id)));

/** "no run is left running once another has begun or its own has ended" */
export const checkRunning: Invariant = (facts) => {
  const { mirror, day } = facts;
  const newest = countRows(facts, 'SELECT max(id) FROM sync_runs');
  const hasEnded = day.ending.kind === 'report';
  return mirror.sqlite
    .prepare<[], number>(`SELECT id FROM sync_runs WHERE outcome = 'running'`)
    .pluck()
    .all()
    .filter((id) => id < newest || (id === day.runId && hasEnded))
    .map((id) => `run ${id} is still running`);
};

/** "the counts of the ledger match the stored rows" */
export const checkCounts: Invariant = (facts) => {
  const { runId } = facts.day;
  const rows = listListSyncRows(facts);
  if (rows.length === 0) return [];
  const sum = (figure: 'cases_new' | 'cases_changed'): number => rows.reduce((n, row) => n + row[figure], 0);
  const storedNew = countRows(facts, 'SELECT count(*) FROM cases WHERE mirror_first_run_id = ?', runId);
  const storedChanged = countRows(
    facts,
    'SELECT count(*) FROM cases WHERE mirror_changed_run_id = ? AND mirror_first_run_id <> mirror_changed_run_id',
    runId,
  );
  // A case that was in two lists may be counted for both. A case that was looked up belongs to no list sync.
  const twice = countServedTwice(facts);
  const lookedUp = countRows(
    facts,
    'SELECT cases_moved + cases_in_place FROM mirror_departure_checks WHERE run_id = ?',
    runId,
  );
  const isRunning = countRows(facts, `SELECT outcome = 'running' FROM sync_runs WHERE id = ?`, runId) === 1;
  const isCut = isRunning || facts.day.ending.kind !== 'report';
  return [
    ...(sum('cases_new') === storedNew ? [] : [`${sum('cases_new')} new cases counted, ${storedNew} stored`]),
    ...(sum('cases_changed') <= storedChanged + twice &&
    (isCut || storedChanged <= sum('cases_changed') + lookedUp)
      ? []
      : [`${sum('cases_changed')} changed cases counted, ${storedChanged} stored`]),
  ];
};

/** The number of cases that were served in more than one list. */
function countServedTwice({ day }: DayFacts): number {
  const lists = new Map<number, Set<string>>();
  for (const { list, broughtIds } of day.served.log.filter((one) => READ_LISTS.has(one.list))) {
    for (const id of broughtIds) lists.set(id, (lists.get(id) ?? new Set()).add(list));
  }
  return [...lists.values()].filter(({ size }) => size > 1).length;
}

/** "the report agrees with the ledger" */
export const checkReport: Invariant = ({ mirror, day }) => {
  if (day.ending.kind !== 'report') return [];
  const { outcome, lists } = day.ending.report;
  const found = mirror.sqlite
    .prepare<[{ runId: number | null }], string>(
      `SELECT outcome FROM sync_runs WHERE id = @runId UNION ALL
       SELECT list_id || ' ' || outcome FROM (SELECT * FROM list_syncs WHERE run_id = @runId ORDER BY list_id)`,
    )
    .pluck()
    .all({ runId: day.runId })
    .join();
  const reported = [outcome, ...lists.map((one) => `${one.list.id} ${one.outcome}`)].join();
  return reported === found ? [] : [`the report says ${reported}, the ledger ${found}`];
};

/** "a run ends with a report or with a known error of the database" */
export const checkEnding: Invariant = ({ day }) => {
  const { ending } = day;
  if (ending.kind === 'report' && ending.report.exit === 'unexpected')
    return [`the run ended as unexpected: ${messageOf(ending.report.error)}`];
  if (ending.kind !== 'error') return [];
  const { error } = ending;
  if (error instanceof MirrorError && isDatabaseError(error)) return [];
  // A run that a person starts before the pause is over fails with this error, without a request.
  if (error instanceof MirrorError && error.code === 'RETRY_AFTER_TOO_LONG' && day.served.log.length === 0)
    return [];
  return messageOf(error) === THROWN_BY_LISTENER ? [] : [`the run threw ${messageOf(error)}`];
};

/** "verify finds nothing" */
export const checkVerify: Invariant = ({ mirror }) =>
  verifyAll(mirror).map(
    ({ check, caseId, what, expected, found }) =>
      `${check}: ${caseId === null ? '' : `case ${caseId}: `}${what} should be ${expected}, is ${found}`,
  );
