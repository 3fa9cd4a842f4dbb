import type { LinkedKind } from '../../api/linked-fields.ts';
import type { LinkedPassRow } from '../../db/linked/passes.ts';
import type { DownloadPassOutcome } from '../../db/schema/linked-log.ts';
import type { LinkedFigures } from '../../db/linked/list-states.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { renderPlural } from '../../lib/layout.ts';

/** The sums of a linked pass. */
export type LinkedSums = Pick<
  LinkedPassRow,
  | 'requests'
  | 'retries'
  | 'lists_read'
  | 'lists_failed'
  | 'lists_empty'
  | 'lists_doubted'
  | 'records_new'
  | 'records_changed'
  | 'records_gone'
>;

/** A list that could not be read. */
export interface LinkedFailure {
  readonly caseId: number;
  readonly kind: LinkedKind;
  readonly error: MirrorError;
}

/** A report names only the first failures, however many there are; `linked_lists` has each. */
const MAX_FAILURES_NAMED = 5;

/** How a linked pass ended. */
export interface LinkedReport {
  readonly passId: number;
  readonly runId: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** `complete`: no further list was due; `budget`: the budget was spent, which is a normal end. */
  readonly outcome: Extract<LinkedPassRow['outcome'], 'complete' | 'budget' | 'failed' | 'interrupted'>;
  readonly sums: LinkedSums;
  /** The lists that were due, and those of them that are left. */
  readonly due: number;
  readonly left: number;
  readonly failures: readonly LinkedFailure[];
  /** Kinds that the API does not seem to offer. */
  readonly notOffered: readonly LinkedKind[];
  readonly error: MirrorError | null;
}

/** A pass that had a reason not to begin. */
export interface SkippedPass {
  readonly skipped: string;
}

/** How a pass ended, as a part of a sentence. */
const ENDED: Readonly<Record<DownloadPassOutcome, string>> = {
  running: 'in progress',
  complete: 'complete',
  partial: 'partial',
  budget: 'ended when its budget was spent',
  failed: 'failed',
  interrupted: 'interrupted',
  died: 'died without recording its end',
};

/** How a pass over linked lists, texts or files ended, in words. An error can end one before its budget is spent. */
export const toPassWords = (outcome: DownloadPassOutcome, hasError: boolean): string =>
  outcome === 'budget' && hasError ? 'ended early' : ENDED[outcome];

export const isSkipped = (result: LinkedReport | SkippedPass): result is SkippedPass => 'skipped' in result;

/** The exit code after a run and its pass: the run decides, and only a pass that failed or was stopped adds to it. */
export function toExit(
  ofRun: ExitName,
  { outcome, error }: Pick<LinkedReport, 'outcome' | 'error'>,
): ExitName {
  if (ofRun !== 'complete' || error === null) return ofRun;
  return outcome === 'failed' || outcome === 'interrupted' ? error.exit : ofRun;
}

/** Nothing of all that was requested is no normal end, even of the budget. */
export function toFailedIfNothingRead(
  ending: Pick<LinkedReport, 'outcome' | 'error'>,
  { lists_read, lists_failed }: LinkedSums,
  [first]: readonly LinkedFailure[],
): Pick<LinkedReport, 'outcome' | 'error'> {
  const isNormal = ending.error === null && (ending.outcome === 'complete' || ending.outcome === 'budget');
  if (!isNormal || lists_read > 0 || first === undefined) return ending;
  const { code, message, hint } = first.error;
  const error = new MirrorError(
    code,
    `No list could be read, of ${renderPlural(lists_failed, 'list')} that were requested. The first: ${message}`,
    { cause: first.error, hint },
  );
  return { outcome: 'failed', error };
}

/** Counts what a pass does. */
export class LinkedTally {
  readonly #counts = {
    lists_read: 0,
    lists_failed: 0,
    lists_empty: 0,
    lists_doubted: 0,
    records_new: 0,
    records_changed: 0,
    records_gone: 0,
  };
  readonly #failures: LinkedFailure[] = [];

  get failures(): readonly LinkedFailure[] {
    return this.#failures;
  }

  addRead(records: number, { new: added, changed, gone, doubt }: LinkedFigures): void {
    this.#counts.lists_read++;
    if (records === 0) this.#counts.lists_empty++;
    if (doubt !== null) this.#counts.lists_doubted++;
    this.#counts.records_new += added;
    this.#counts.records_changed += changed;
    this.#counts.records_gone += gone;
  }

  addFailure(failure: LinkedFailure): void {
    this.#counts.lists_failed++;
    if (this.#failures.length < MAX_FAILURES_NAMED) this.#failures.push(failure);
  }

  toSums({ requests, retries }: { readonly requests: number; readonly retries: number }): LinkedSums {
    return { requests, retries, ...this.#counts };
  }
}
