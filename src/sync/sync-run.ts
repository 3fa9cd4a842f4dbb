import type { Client } from '../clearinghouse/client.ts';
import type { SweptStatus } from '../clearinghouse/swept-status.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import type { Trigger } from '../mirror/sync-ledger.ts';
import type { OnSyncEvent } from './sync-events.ts';

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
  readonly mostWalks: number;
  /** Walk each list until two walks hold the same cases. */
  readonly confirm: boolean;
  /** The share of the cases, in percent, that may depart without a doubt. */
  readonly mostDepartures: number;
  readonly now: () => Date;
  /** Aborted with an INTERRUPTED or TERMINATED error to end the run after the page in hand. */
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}
