import { MirrorError } from '../errors.ts';
import type { StatusOutcome } from '../mirror/schema.ts';
import type { StatusFigures } from '../mirror/sync-ledger.ts';

export interface SweepVerdict {
  readonly outcome: Exclude<StatusOutcome, 'running' | 'skipped'>;
  /** Why the outcome is not a good one; null when it is. */
  readonly error: MirrorError | null;
}

type CountFigures = Pick<
  StatusFigures,
  'count_first' | 'count_last' | 'cases_seen' | 'cases_kept_aside' | 'pages'
>;

/**
 * Says how a sweep ended. `error` is what ended it before its last page, or null when every page was read. Complete
 * means proven: every page read, a count that held still, and as many distinct cases as the count says.
 */
export function judgeSweep(figures: CountFigures, error: MirrorError | null): SweepVerdict {
  if (error !== null) {
    if (error.code === 'INTERRUPTED' || error.code === 'TERMINATED') return { outcome: 'interrupted', error };
    return { outcome: figures.pages === 0 ? 'failed' : 'partial', error };
  }
  const { count_first, count_last, cases_seen, cases_kept_aside } = figures;
  if (cases_kept_aside > 0) {
    const records =
      cases_kept_aside === 1 ? '1 record is not a case' : `${cases_kept_aside} records are not cases`;
    return { outcome: 'partial', error: new MirrorError('RECORDS_KEPT_ASIDE', `${records}; kept aside.`) };
  }
  if (count_first !== count_last) {
    const message = `The API's count moved from ${count_first} to ${count_last} while the list was read.`;
    return { outcome: 'partial', error: new MirrorError('COUNT_MISMATCH', message) };
  }
  if (cases_seen !== count_last) {
    const message = `The API reports ${count_last} cases, its pages held ${cases_seen} distinct ones.`;
    return { outcome: 'partial', error: new MirrorError('COUNT_MISMATCH', message) };
  }
  return { outcome: cases_seen === 0 ? 'empty' : 'complete', error: null };
}
