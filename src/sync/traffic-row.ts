import type { Traffic } from '../clearinghouse/client.ts';

/** What requests have cost between two moments, under the names of the ledger's columns. */
export interface TrafficRow {
  readonly requests: number;
  readonly retries: number;
  readonly waited_ms: number;
  readonly bytes: number;
}

export function toTrafficRow(now: Traffic, before: Traffic): TrafficRow {
  return {
    requests: now.requests - before.requests,
    retries: now.retries - before.retries,
    waited_ms: Math.round(now.waitedMs - before.waitedMs),
    bytes: now.bytes - before.bytes,
  };
}
