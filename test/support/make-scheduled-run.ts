import type { ScheduledRun } from '../../src/schedule/state-file.ts';

/** A scheduled run with one complete attempt, except for these fields. */
export function makeScheduledRun(changes: Partial<ScheduledRun> = {}): ScheduledRun {
  return {
    due_at: '2026-11-24T03:17:00.000Z',
    outcome: 'complete',
    attempts: 1,
    first_began_at: '2026-11-24T03:27:00.000Z',
    last_ended_at: '2026-11-24T03:57:30.000Z',
    is_over: true,
    run_ids: [1],
    error: null,
    steps: [],
    ...changes,
  };
}
