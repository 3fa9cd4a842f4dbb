import { MirrorError } from '../errors.ts';
import type { NightStepRecord } from './night-book.ts';

/** Something that is done after a night, apart from all others. */
export interface NightStep {
  readonly step: string;
  /** Whether it is done only after a night that brought everything. */
  readonly needsAll: boolean;
  /** Returns what it did, in a few words. */
  readonly run: (signal: AbortSignal) => Promise<string>;
}

/**
 * Does one step after the other. One that fails is on record as failed and keeps no other from being done; a stop leaves
 * out those that are left.
 */
export async function runSteps(
  steps: readonly NightStep[],
  hasAll: boolean,
  signal: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<readonly NightStepRecord[]> {
  const records: NightStepRecord[] = [];
  for (const { step, needsAll, run } of steps) {
    if (signal.aborted) {
      records.push({ step, outcome: 'skipped', detail: 'the process was told to end' });
    } else if (needsAll && !hasAll) {
      records.push({ step, outcome: 'skipped', detail: 'the night did not bring everything' });
    } else {
      try {
        records.push({ step, outcome: 'done', detail: await run(signal) });
      } catch (error) {
        if (error !== signal.reason) onFailed(error);
        const detail = error instanceof MirrorError ? `${error.code}: ${error.message}` : String(error);
        records.push({ step, outcome: 'failed', detail });
      }
    }
  }
  return records;
}
