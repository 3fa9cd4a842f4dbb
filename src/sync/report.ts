import type { ApiList } from '../api/lists.ts';
import type { CoverageFigures, DepartureFigures, ListFigures } from '../db/run-log.ts';
import type { RunOutcome, ListOutcome } from '../db/schema/schema.ts';
import { isGood, isReadToItsEnd } from '../db/state.ts';
import { ERROR_KINDS, type ErrorCode } from '../errors/codes.ts';
import type { ExitName } from '../errors/exit-codes.ts';
import type { MirrorError } from '../errors/mirror-error.ts';

/* The scope of a failure beyond the request that failed. */

/** Ctrl-C or SIGTERM. */
function isStop({ code }: MirrorError): boolean {
  return code === 'INTERRUPTED' || code === 'TERMINATED';
}

const ENDS_THE_RUN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHORIZED',
  'PROXY_REFUSED',
  'RETRY_AFTER_TOO_LONG',
  'MAX_DURATION_REACHED',
]);

/** Whether every further request of the run would fail too. */
export function endsEveryList(error: MirrorError): boolean {
  return isStop(error) || ENDS_THE_RUN.has(error.code);
}

/** Whether the database failed: nothing can be written, so no further request is useful. */
export function isDatabaseError({ code }: MirrorError): boolean {
  return ERROR_KINDS[code].exit === 'database';
}

/** How the sync of one list ended. */
export interface ListReport {
  readonly list: ApiList;
  readonly outcome: Exclude<ListOutcome, 'running'>;
  readonly figures: ListFigures;
  readonly error: MirrorError | null;
}

/** What was found out about cases that the list syncs no longer found. */
export type DepartureReport = DepartureFigures & { readonly error: MirrorError | null };

/** The number of cases that the API counts outside the five list syncs. */
export type CoverageReport = CoverageFigures & {
  /** Cases in the mirror that have not departed. */
  readonly cases_mirrored: number;
  readonly error: MirrorError | null;
};

/** How a run ended. */
export interface RunReport {
  /** Null for a dry run, which is not recorded. */
  readonly runId: number | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly outcome: Exclude<RunOutcome, 'running' | 'died'>;
  readonly exit: ExitName;
  readonly lists: readonly ListReport[];
  /** Null for a dry run, which does not check departures. */
  readonly departures: DepartureReport | null;
  readonly coverage: CoverageReport | null;
  /** The cause of the outcome; null for a success. */
  readonly error: MirrorError | null;
}

/**
 * Whether to look up a case that the list does not hold: every page was read, whether or not the count is right. A
 * wrong count or a rejected record puts no case at risk, because only the lookup decides that a case has departed.
 */
export const showsMissing = (report: ListReport): boolean =>
  isGood(report) || isReadToItsEnd({ outcome: report.outcome, error_code: report.error?.code ?? null });

/**
 * Derives the outcome of a run from its lists and from the lookups of missing cases. Coverage has no influence: it
 * counts cases outside the requested lists.
 */
export function judgeRun(
  lists: readonly ListReport[],
  departures: DepartureReport | null,
): Pick<RunReport, 'outcome' | 'exit' | 'error'> {
  const errors = [...lists.filter(({ outcome }) => outcome !== 'skipped'), departures].flatMap(
    (report) => report?.error ?? [],
  );
  const stop = errors.find(isStop);
  if (stop !== undefined) return { outcome: 'interrupted', exit: stop.exit, error: stop };
  if (departures?.outcome === 'suspicious' && departures.error !== null)
    return { outcome: 'suspicious', exit: departures.error.exit, error: departures.error };
  if (lists.every(isGood) && errors.length === 0)
    return { outcome: 'complete', exit: 'complete', error: null };
  const unauthorized = errors.find(({ code }) => code === 'UNAUTHORIZED');
  const error = unauthorized ?? errors[0] ?? null;
  const broughtSomething = lists.some((one) => isGood(one) || one.outcome === 'partial');
  if (!broughtSomething) return { outcome: 'failed', exit: error?.exit ?? 'unexpected', error };
  return { outcome: 'partial', exit: unauthorized?.exit ?? 'partial', error };
}
