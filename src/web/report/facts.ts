import { countAudits, type AuditCount } from '../../db/audits.ts';
import { seeDead } from '../../db/dead-rows.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { prepareIsOnSite } from '../../db/public-names.ts';
import { type SilentCases, findSilentCases } from '../../db/silent-cases.ts';
import type { SyncRunRow } from '../../db/state.ts';
import type { Period } from '../../history/period.ts';
import { readStateAsOf } from '../../history/query-as-of/query.ts';
import {
  NO_STATUSES,
  type Transition,
  type TransitionCount,
  countTransitions,
  listTransitions,
} from '../../history/transitions.ts';
import { findOtherSource } from '../../export/run.ts';
import { type RunRecord, findRun } from '../pages/runs.ts';

/** What a report tells besides the changes themselves. Nothing of it depends on a clock or on later runs. */
export interface ReportFacts {
  readonly period: Period;
  readonly last: SyncRunRow;
  /** The address that the data come from, if it is not the Clearinghouse's own; null if it is. */
  readonly otherSource: string | null;
  /** The last run that read lists, with everything that the run log says of it; null if all runs are redactions. */
  readonly lastSync: RunRecord | null;
  /** The newest runs of the period, newest first. */
  readonly runs: readonly SyncRunRow[];
  readonly runCount: number;
  readonly moveCounts: readonly TransitionCount[];
  /** Moves that are not arrivals, case by case; the name is null for a case that is no longer on the site. */
  readonly moves: readonly Transition[];
  readonly moveCount: number;
  readonly onSite: number;
  readonly silent: SilentCases;
  readonly audits: readonly AuditCount[];
}

const MAX_RUNS = 30;
export const MAX_MOVES = 100;
export const MAX_SILENT = 20;

/** Texts are fetched between runs, and the mirror keeps no earlier state of them. */
const WITHOUT_STATE = 'text_at_odds';

/**
 * Has the connection read the mirror as it was after the last run of a period, names and titles included, if a later run
 * has begun. It can be used for nothing else afterwards.
 */
export function readAfterPeriod(mirror: Mirror, { last }: Period): void {
  const hasLaterRun = count(mirror, 'sync_runs WHERE id > :last', { last: last.id }) > 0;
  if (hasLaterRun) readStateAsOf(mirror, last.id);
}

/** Reads the facts of a period. */
export function findReportFacts(mirror: Mirror, period: Period): ReportFacts {
  const { sqlite } = mirror;
  const runIds = { first: period.first.id, last: period.last.id };
  const isOnSite = prepareIsOnSite(mirror);
  const last = findRun(mirror, runIds.last).run;
  const runs = sqlite
    .prepare<[object], SyncRunRow>(
      `SELECT * FROM sync_runs WHERE id BETWEEN :first AND :last ORDER BY id DESC LIMIT ${MAX_RUNS}`,
    )
    .all(runIds)
    .map((run) => seeDead(mirror, 'sync_runs', run));
  const runCount = count(mirror, 'sync_runs WHERE id BETWEEN :first AND :last', runIds);
  const moveCounts = countTransitions(mirror, period);
  const moves = [];
  for (const one of listTransitions(mirror, { period, withNew: false })) {
    moves.push(isOnSite(one.case_id) ? one : { ...one, case_name: null });
    if (moves.length === MAX_MOVES) break;
  }
  const silent = findSilentCases(mirror, last.started_at.slice(0, 10), MAX_SILENT);
  return {
    period,
    last,
    otherSource: findOtherSource(mirror, runIds.last),
    lastSync: period.lastSync === null ? null : findRun(mirror, period.lastSync.id),
    runs,
    runCount,
    moveCounts,
    moves,
    moveCount: moveCounts
      .filter(({ from_status }) => from_status !== NO_STATUSES.new)
      .reduce((sum, one) => sum + one.moves, 0),
    onSite: count(mirror, 'cases WHERE mirror_departed_run_id IS NULL', {}),
    silent: { ...silent, cases: silent.cases.filter(({ id }) => isOnSite(id)) },
    audits: countAudits(mirror).filter(({ name }) => name !== WITHOUT_STATE),
  };
}

function count({ sqlite }: Mirror, from: string, values: object): number {
  return sqlite.prepare<[object], number>(`SELECT count(*) FROM ${from}`).pluck().get(values) ?? 0;
}
