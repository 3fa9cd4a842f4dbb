import type { RunReport } from '../sync/run-report.ts';
import { findRunReports } from './find-run-reports.ts';
import type { Night } from './night-book.ts';

/**
 * The reports of the runs that nobody has been told of when a night comes to its end: its own, those of a process that died,
 * and those of nights that never came to their end. What this process knows goes before what the ledger says.
 */
export function listUntold(
  database: string,
  nights: readonly Night[],
  current: Night,
  known: readonly RunReport[],
): readonly RunReport[] {
  const others = nights.filter(({ due_at }) => due_at !== current.due_at);
  const told = others.filter(({ is_over }) => is_over).flatMap(({ run_ids }) => run_ids);
  const begins = [current, ...others.filter(({ is_over }) => !is_over)].map(
    ({ first_began_at, due_at }) => first_began_at ?? due_at,
  );
  const since = begins.reduce((a, b) => (a < b ? a : b));
  const recorded = findRunReports(database, Math.max(0, ...told), since);
  return [
    ...recorded.map((report) => known.find(({ runId }) => runId === report.runId) ?? report),
    ...known.filter(({ runId }) => !recorded.some((report) => report.runId === runId)),
  ];
}

/** The nights, the current one with the runs that it tells of, unless they stand with another night. */
export function noteRuns(
  nights: readonly Night[],
  current: Night,
  reports: readonly RunReport[],
): readonly Night[] {
  const elsewhere = nights
    .filter(({ due_at }) => due_at !== current.due_at)
    .flatMap(({ run_ids }) => run_ids);
  return nights.map((night) => {
    if (night.due_at !== current.due_at) return night;
    const ids = reports.flatMap(({ runId }) => (runId === null || elsewhere.includes(runId) ? [] : [runId]));
    return { ...night, run_ids: [...new Set([...night.run_ids, ...ids])].sort((a, b) => a - b) };
  });
}
