import type { ApiList } from '../api/lists.ts';
import type { CoverageFigures, DepartureFigures, ListFigures, Trigger } from '../db/run-log.ts';
import type { RunOutcome, ListOutcome } from '../db/schema/schema.ts';
import { isGood, isReadToItsEnd } from '../db/state.ts';
import { ERROR_KINDS, type ErrorCode, type MirrorError } from '../errors/mirror-error.ts';
import type { ExitName } from '../errors/exit-codes.ts';
import type { Client } from '../api/client.ts';
import type { BrokenObject } from '../db/migrate.ts';
import type { Mirror, UpgradeStep } from '../db/open-mirror.ts';
import type { Died } from '../db/dead-rows.ts';
import type { LinkedReport, LinkedSums } from './linked/report.ts';

/** The events of a run in progress. */
export type SyncEvent =
  | UpgradeStep
  | Died
  /** The upgrade of an older mirror broke these views, which a user added. */
  | { readonly type: 'objects-broken'; readonly broken: readonly BrokenObject[] }
  | {
      readonly type: 'run-begun';
      readonly runId: number | null;
      readonly lists: readonly ApiList[];
    }
  | { readonly type: 'list-begun'; readonly list: ApiList }
  /** A page is stored. */
  | { readonly type: 'page-stored'; readonly list: ApiList; readonly figures: ListFigures }
  /** A page could not be read after its last attempt; the pages after it are read. */
  | { readonly type: 'page-unread'; readonly list: ApiList; readonly reason: string }
  /** The list shifted while it was read, or is to be confirmed. */
  | { readonly type: 'another-pass'; readonly list: ApiList; readonly reason: string }
  /** So many cases are missing from completely read lists. */
  | { readonly type: 'looking-up'; readonly cases: number }
  | { readonly type: 'measuring-coverage' }
  /** A request failed and is tried again after `waitMs`. */
  | { readonly type: 'retrying'; readonly reason: string; readonly attempt: number; readonly waitMs: number }
  | { readonly type: 'list-ended'; readonly report: ListReport }
  /** The thread that was to build the search index of a first run failed: it is built at the end. */
  | { readonly type: 'index-thread-failed'; readonly reason: string }
  | { readonly type: 'run-ended'; readonly report: RunReport }
  /** A linked pass begins: so many lists are due. */
  | { readonly type: 'linked-begun'; readonly runId: number; readonly due: number }
  /** A linked list was read, or failed; the sums so far. */
  | { readonly type: 'linked-read'; readonly sums: LinkedSums; readonly due: number }
  | { readonly type: 'linked-ended'; readonly report: LinkedReport }
  /** The database made it impossible to go on; the error is thrown as well. */
  | { readonly type: 'run-failed' };

export type OnSyncEvent = (event: SyncEvent) => void;

/** The options of a run. */
export interface SyncPlan {
  readonly lists: readonly ApiList[];
  readonly trigger: Trigger;
  /** Request and compare, but write nothing, not even a record of the run. */
  readonly dryRun: boolean;
  /** Mark departed cases, no matter how many there are. */
  readonly acceptDepartures: boolean;
}

export interface SyncRun extends SyncPlan {
  readonly client: Client;
  /** Opened for writing by the holder of the write lock; a dry run can use any mirror. */
  readonly mirror: Mirror;
  readonly version: string;
  /** Maximum passes over a list that changes while it is read. */
  readonly maxPasses: number;
  /** Read each list until two passes hold the same cases. */
  readonly requireStable: boolean;
  /** The share of the cases, in percent, that can depart without being suspicious. */
  readonly maxDepartures: number;
  readonly now: () => Date;
  /** Aborted with an INTERRUPTED or TERMINATED error to end the run after the current page. */
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}

/* The scope of a failure beyond the request that failed. */

/** Ctrl-C or SIGTERM. */
function isStop({ code }: MirrorError): boolean {
  return code === 'INTERRUPTED' || code === 'TERMINATED';
}

const ENDS_THE_RUN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHORIZED',
  'PROXY_REFUSED',
  'HOST_UNREACHABLE',
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
