import type { Client } from '../api/client.ts';
import type { ApiList } from '../api/lists.ts';
import type { BrokenObject } from '../db/migrate.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { ListFigures, Trigger } from '../db/run-log.ts';
import type { LinkedReport, LinkedSums } from './linked/report.ts';
import type { RunReport, ListReport } from './report.ts';

/** The events of a run in progress. */
export type SyncEvent =
  /** The upgrade of an older mirror broke these views, which a user added. */
  | { readonly type: 'objects-broken'; readonly broken: readonly BrokenObject[] }
  | {
      readonly type: 'run-begun';
      readonly runId: number | null;
      readonly lists: readonly ApiList[];
      readonly deadRuns: readonly number[];
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
  | { readonly type: 'run-ended'; readonly report: RunReport }
  /** A linked pass begins: so many lists are due. */
  | {
      readonly type: 'linked-begun';
      readonly runId: number;
      readonly due: number;
      readonly deadPasses: readonly number[];
    }
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
