import { type FakeApiRequest } from './request.ts';
import type { CaseCollection } from '../collection/collection.ts';
import type { FaultRule } from './faults.ts';

/** Of a list: by id, shuffled but always alike, or shuffled anew for each request. */
export type ListOrder = 'id' | 'shuffled' | 'random';

export interface FakeApiOptions {
  /** The cases to serve; changes while the fake API runs affect its responses. */
  readonly source: CaseCollection;
  /** Default 0: a free one. The fake API listens on 127.0.0.1 only. */
  readonly port?: number;
  /** The only accepted token. Default `demo-token`. */
  readonly token?: string;
  /** With a slash at both ends. Default `/api/v2p1/`. */
  readonly basePath?: string;
  /** Cases a page. Default 25. */
  readonly pageSize?: number;
  /** Default `id`. */
  readonly order?: ListOrder;
  /** Waits this long before each response. Default 0. */
  readonly latencyMs?: number;
  /** Compresses for clients that accept it. Default true. */
  readonly gzip?: boolean;
  /** The faults: the first rule that returns one decides. Default none. */
  readonly faults?: FaultRule | readonly FaultRule[];
  /** Called before each response, e.g. to change the collection between two pages. Default nothing. */
  readonly beforePage?: (request: FakeApiRequest, source: CaseCollection) => void | Promise<void>;
  /** How many of the latest requests are remembered. Default 10,000. */
  readonly rememberRequests?: number;
}

/** The options with every default filled in. */
export interface FakeApiSettings extends Required<Omit<FakeApiOptions, 'faults'>> {
  readonly faults: readonly FaultRule[];
}

export function toSettings(options: FakeApiOptions): FakeApiSettings {
  const { faults = [] } = options;
  return {
    port: 0,
    token: 'demo-token',
    basePath: '/api/v2p1/',
    pageSize: 25,
    order: 'id',
    latencyMs: 0,
    gzip: true,
    beforePage: () => undefined,
    rememberRequests: 10_000,
    ...options,
    faults: typeof faults === 'function' ? [faults] : faults,
  };
}
