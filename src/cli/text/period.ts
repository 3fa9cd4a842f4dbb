import type { Period, RunAsOf, RunRef } from '../../history/period.ts';
import { toLocalMinute, toZoneName, toZonedMinute } from '../../lib/local-time.ts';
import { renderPlural } from '../../lib/layout.ts';

/** "run 7 (2026-01-07 03:17 EST)", or "runs 2 to 7 (...)". */
export function toPeriodWords({ first, last }: Period, timeZone: string): string {
  const at = ({ started_at }: RunRef): string => toLocalMinute(started_at, timeZone);
  const zone = toZoneName(last.started_at, timeZone);
  return first.id === last.id
    ? `run ${first.id} (${at(first)} ${zone})`
    : `runs ${first.id} to ${last.id} (${at(first)} to ${at(last)} ${zone})`;
}

/** Notes about the runs since the period, and about the newest run if it is incomplete. */
export function toOutcomeWords({ lastSync, laterRuns, baselineId }: Period, timeZone: string): string[] {
  const since =
    laterRuns === undefined
      ? []
      : [
          `${renderPlural(laterRuns.count, 'run')} since then, the newest run ${laterRuns.newest.id} (${toLocalMinute(laterRuns.newest.started_at, timeZone)}), found nothing new.`,
        ];
  const newest = laterRuns?.newest ?? lastSync;
  return [
    ...since,
    ...(baselineId === undefined ? [] : [toBaselineWords(baselineId)]),
    ...(newest === null ? [] : toRunWords(newest)),
  ];
}

/** How a run ended, to follow its number: "ended partial". */
export function toEndWords({ outcome }: Pick<RunRef, 'outcome'>): string {
  if (outcome === 'running') return 'is still going on';
  return outcome === 'died' ? 'died' : `ended ${outcome}`;
}

function toRunWords(run: RunRef): string[] {
  const { id, outcome } = run;
  if (outcome === 'complete') return [];
  if (outcome === 'running') return [`Run ${id} ${toEndWords(run)}.`];
  return [`Run ${id} ${toEndWords(run)}: see \`clearinghouse-mirror status\`. It may have missed changes.`];
}

/** The text if nothing can have changed yet, because the run is the first one. */
export function toBaselineWords(runId: number): string {
  return `Run ${runId} is the baseline: it filled the mirror, and changes are found from the next run on.`;
}

/** The end of a sentence that says that there is nothing: the reason. */
export function toNoneWords(period: Period | null, isAsked: boolean): string {
  if (period === null) return `: ${toNoPeriodWords(isAsked)}.`;
  return period.baselineId === undefined ? '.' : `. ${toBaselineWords(period.baselineId)}`;
}

/** The text if the period contains no run. */
export function toNoPeriodWords(isAsked: boolean): string {
  return isAsked ? 'no run ended in that time' : 'no run has ended in this mirror yet';
}

/** The flag of the commands that can read an earlier state. */
export const AS_OF = [
  '--as-of <time>',
  'read the state at an earlier time: a day (its end), a timestamp, 7d, or the number of a run',
] as const;

/** Names the run whose state the output shows. */
export function renderRunAsOf({ runId, startedAt, endedAt, outcome }: RunAsOf, timeZone: string): string {
  const how =
    endedAt === null
      ? `began at ${toZonedMinute(startedAt, timeZone)} and died`
      : outcome === 'failed'
        ? `failed at ${toZonedMinute(endedAt, timeZone)}: the state has what it stored until then`
        : `ended ${outcome === 'complete' ? '' : `${outcome} `}at ${toZonedMinute(endedAt, timeZone)}`;
  return `As of run ${runId}, which ${how}.`;
}

export function toRunAsOfJson({ runId, startedAt, endedAt }: RunAsOf) {
  return { as_of_run_id: runId, as_of_started_at: startedAt, as_of_ended_at: endedAt };
}
