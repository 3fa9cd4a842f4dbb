import { EXIT_CODES } from '../exit-codes.ts';
import type { RunReport } from '../sync/run-report.ts';
import type { NightSummary } from './night-steps.ts';

/** A night, what was done after it so far, and the reports of its runs, for other programs. */
export function toNightJson(
  { night, exit, reports, steps }: NightSummary,
  toReport: (report: RunReport) => unknown,
) {
  return {
    event: 'night',
    exit_code: EXIT_CODES[exit].code,
    night: { ...night, steps },
    reports: reports.map(toReport),
  };
}
