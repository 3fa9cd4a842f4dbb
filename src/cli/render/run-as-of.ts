import type { RunAsOf } from '../../history/find-run-as-of.ts';

/** The flag of the commands that can answer from an earlier state. */
export const AS_OF = [
  '--as-of <moment>',
  'from the state at an earlier time: a day (to its end, UTC), a time with its zone, or the id of a run',
] as const;

/** Says which state an answer is from. */
export function renderRunAsOf({ runId, startedAt, endedAt }: RunAsOf): string {
  return `As of run ${runId}, which ${endedAt === null ? `began at ${startedAt} and died` : `ended at ${endedAt}`}.`;
}

export function toRunAsOfJson({ runId, startedAt, endedAt }: RunAsOf) {
  return { as_of_run_id: runId, as_of_started_at: startedAt, as_of_ended_at: endedAt };
}
