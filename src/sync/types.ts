import type { Client } from '../api/client.ts';
import type { SweptStatus } from '../api/lists.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { StatusFigures, Trigger } from '../db/run-log.ts';
import type { RunReport, StatusReport } from './report.ts';

/** What a run tells while it goes on. */
export type SyncEvent =
  | {
      readonly type: 'run-begun';
      readonly runId: number | null;
      readonly statuses: readonly SweptStatus[];
      readonly deadRuns: readonly number[];
    }
  | { readonly type: 'status-begun'; readonly status: SweptStatus }
  /** A page is stored. */
  | { readonly type: 'page-stored'; readonly status: SweptStatus; readonly figures: StatusFigures }
  /** A page could not be read after its last attempt; the pages after it are read. */
  | { readonly type: 'page-unread'; readonly status: SweptStatus; readonly reason: string }
  /** The list shifted while it was read, or is to be confirmed. */
  | { readonly type: 'walking-again'; readonly status: SweptStatus; readonly reason: string }
  /** So many cases are missing from completely swept lists. */
  | { readonly type: 'looking-up'; readonly cases: number }
  | { readonly type: 'measuring-coverage' }
  /** A request failed and is tried again after `waitMs`. */
  | { readonly type: 'retrying'; readonly reason: string; readonly attempt: number; readonly waitMs: number }
  | { readonly type: 'status-ended'; readonly report: StatusReport }
  | { readonly type: 'run-ended'; readonly report: RunReport }
  /** The database made it impossible to go on; the error is thrown as well. */
  | { readonly type: 'run-failed' };

export type OnSyncEvent = (event: SyncEvent) => void;

/** How a run goes about its work. */
export interface SyncPlan {
  readonly statuses: readonly SweptStatus[];
  readonly trigger: Trigger;
  /** Ask and compare, but write nothing, not even that this run took place. */
  readonly dryRun: boolean;
  /** Mark cases as departed however many they are. */
  readonly acceptDepartures: boolean;
}

export interface SyncRun extends SyncPlan {
  readonly client: Client;
  /** Opened for writing by the holder of the writer's lock; for a dry run, opened in any way. */
  readonly mirror: Mirror;
  readonly version: string;
  /** How often at most a list is walked that shifts while it is read. */
  readonly maxPasses: number;
  /** Walk each list until two walks hold the same cases. */
  readonly requireStable: boolean;
  /** The share of the cases, in percent, that may depart without a doubt. */
  readonly maxDepartures: number;
  readonly now: () => Date;
  /** Aborted with an INTERRUPTED or TERMINATED error to end the run after the page in hand. */
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}
