import { MirrorError } from '../errors.ts';
import { EXIT_CODES, type ExitName } from '../exit-codes.ts';
import type { RunReport } from '../sync/run-report.ts';
import type { Night, NightStepRecord } from './night-book.ts';

/** What is known of a night when its steps are done. */
export interface NightSummary {
  readonly night: Night;
  /** How it ended, or how the first of its steps that failed. */
  readonly exit: ExitName;
  /** Those of its runs, the oldest first, and of runs before it that nobody was told of. */
  readonly reports: readonly RunReport[];
  /** What became of the steps before this one. */
  readonly steps: readonly NightStepRecord[];
}

/** A step that found a reason to do nothing. */
export interface SkippedStep {
  readonly skipped: string;
}

/** Something that is done after a night, apart from all others. */
export interface NightStep {
  readonly step: string;
  /** Whether it is done only after a night that brought everything. */
  readonly needsAll: boolean;
  /** Returns what it did, in a few words, or why it did nothing; null when there was nothing to do. */
  readonly run: (signal: AbortSignal, summary: NightSummary) => Promise<string | SkippedStep | null>;
}

const STOPPED = 'the process was told to end';

/**
 * Does one step after the other. One that fails is on record as failed and keeps no other from being done; a stop leaves
 * out the one in hand and those that are left. Returns how the night has ended with all that, and whether a step was left out so.
 */
export async function runSteps(
  steps: readonly NightStep[],
  of: Omit<NightSummary, 'steps'>,
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<Pick<NightSummary, 'exit' | 'steps'> & { readonly isCut: boolean }> {
  const records: NightStepRecord[] = [];
  let { exit } = of;
  let isCut = false;
  const skip = (step: string, detail: string): void => {
    records.push({ step, outcome: 'skipped', detail });
  };
  for (const { step, needsAll, run } of steps) {
    if (signal.aborted) {
      isCut = true;
      skip(step, STOPPED);
    } else if (needsAll && of.night.outcome !== 'complete') skip(step, 'the night did not bring everything');
    else {
      try {
        const detail = await run(signal, { ...of, exit, steps: [...records] });
        if (detail === null) skip(step, 'there was nothing to do');
        else if (typeof detail === 'object') skip(step, detail.skipped);
        else records.push({ step, outcome: 'done', detail });
      } catch (error) {
        if (error === signal.reason) {
          isCut = true;
          skip(step, STOPPED);
          continue;
        }
        onFailed(error);
        if (exit === 'complete') exit = error instanceof MirrorError ? error.exit : 'unexpected';
        const detail = error instanceof MirrorError ? `${error.code}: ${error.message}` : String(error);
        records.push({ step, outcome: 'failed', detail });
      }
    }
  }
  return { exit, steps: records, isCut };
}

/** How many cases the runs of a night brought, of one kind. */
export function countCases(
  reports: readonly RunReport[],
  kind: 'cases_new' | 'cases_changed' | 'cases_unchanged',
): number {
  return reports.flatMap(({ statuses }) => statuses).reduce((total, { figures }) => total + figures[kind], 0);
}

/** How many cases the runs of a night marked as departed. Those that are doubted were not marked. */
export function countDeparted(reports: readonly RunReport[]): number {
  return reports
    .flatMap(({ departures }) => departures ?? [])
    .filter(({ outcome }) => outcome !== 'doubtful')
    .reduce((total, { cases_gone }) => total + cases_gone, 0);
}

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
