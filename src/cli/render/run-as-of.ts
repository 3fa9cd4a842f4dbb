import { toZonedMinute } from '../../local-time.ts';
import type { RunAsOf } from '../../history/find-run-as-of.ts';

/** The flag of the commands that can answer from an earlier state. */
export const AS_OF = [
  '--as-of <moment>',
  'from the state at an earlier time: a day (to its end), a time, 7d, or the number of a run',
] as const;

/** Says which state an answer is from. */
export function renderRunAsOf({ runId, startedAt, endedAt }: RunAsOf, timeZone: string): string {
  return `As of run ${runId}, which ${endedAt === null ? `began at ${toZonedMinute(startedAt, timeZone)} and died` : `ended at ${toZonedMinute(endedAt, timeZone)}`}.`;
}

export function toRunAsOfJson({ runId, startedAt, endedAt }: RunAsOf) {
  return { as_of_run_id: runId, as_of_started_at: startedAt, as_of_ended_at: endedAt };
}
