import { type FakeApiRequest } from './request.ts';
import type { CaseCollection } from '../collection/collection.ts';
import type { FaultRule } from './faults.ts';

/** The order of a list: by id, shuffled in a fixed order, or shuffled again for each request. */
export type ListOrder = 'id' | 'shuffled' | 'random';

/**
 * The form of a linked list. The reference and the clients of the API contradict each other, so every form is
 * available (A41, A42).
 */
export interface LinkedShape {
  /**
   * `counted`: numbered pages with `count`. `uncounted`: the same without it. `cursor`: `next` is opaque, and no count.
   * `bare`: one list, no envelope and no pages. Default `counted`.
   */
  readonly envelope?: 'counted' | 'uncounted' | 'cursor' | 'bare';
  /** A list without results: 400 "No results for ...", 200 with an empty list, or 404. Default `no-results`. */
  readonly empty?: 'no-results' | 'empty-list' | 'not-found';
  /** The order by id; `turning` starts at another position with each request. Default `descending`. */
  readonly order?: 'descending' | 'ascending' | 'turning';
  /** Default the page size of the fake API. */
  readonly pageSize?: number;
  /** The parameter by which a client chooses the page size. Default none. */
  readonly pageSizeParameter?: string;
}

/** The documents, dockets and resources of the cases. The shape of one list takes precedence over that of `all`. */
export interface LinkedOptions {
  readonly all?: LinkedShape;
  readonly documents?: LinkedShape;
  readonly dockets?: LinkedShape;
  readonly resources?: LinkedShape;
  /**
   * `documents/` without a case: 404 "Not found.", the documents of all cases, or the same with a `case_id` in each
   * document of every list, which may be that of another case. With `case_id`, it is always served. Default `not-offered`.
   */
  readonly allDocuments: 'not-offered' | 'offered' | 'naming-their-case' | 'naming-another-case';
  /** Whether documents that aren't for readers (placeholders, deleted, not public) are listed. Default true. */
  readonly hiddenDocuments: boolean;
  /**
   * The response of `documents/ID/text/` for a document without text: 404, or `null` as its text. Default
   * `not-found`.
   */
  readonly withoutText: 'not-found' | 'null';
  /** Printed as `text_url`, with `ID` for the id. Default the API's own address, whatever host serves it. */
  readonly textAddress: string | undefined;
  /** The base URL of a file host that replaces the host in the addresses of `file`, or one for each id. Default unchanged. */
  readonly fileAddress: string | ((id: number) => string) | undefined;
  /** A path without its last slash: served, redirected, or 404. Default `served`. */
  readonly unslashed: 'served' | 'redirected' | 'not-found';
}

export interface FakeApiOptions {
  /** The cases to serve; changes while the fake API runs affect its responses. */
  readonly source: CaseCollection;
  /** Default 0: a free one. The fake API listens on 127.0.0.1 only. */
  readonly port?: number;
  /** The only accepted token. Default `demo-token`. */
  readonly token?: string;
  /** With a slash at both ends. Default `/api/v2p1/`. */
  readonly basePath?: string;
  /** Cases per page. Default 25. */
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
  /** The form of the linked lists and the texts. */
  readonly linked?: Partial<LinkedOptions>;
  /**
   * Whether the fake API also has the files of its documents: their addresses then name the fake API, by two names, so that
   * one of its hosts can be unknown. Default false.
   */
  readonly servesFiles?: boolean;
  /** How many of the latest requests are remembered. Default 10,000. */
  readonly rememberRequests?: number;
}

/** The options with every default filled in. */
export interface FakeApiSettings extends Required<Omit<FakeApiOptions, 'faults' | 'linked'>> {
  readonly faults: readonly FaultRule[];
  readonly linked: LinkedOptions;
}

export function toSettings(options: FakeApiOptions): FakeApiSettings {
  const { faults = [], linked = {} } = options;
  return {
    port: 0,
    token: 'demo-token',
    basePath: '/api/v2p1/',
    pageSize: 25,
    order: 'id',
    latencyMs: 0,
    gzip: true,
    servesFiles: false,
    beforePage: () => undefined,
    rememberRequests: 10_000,
    ...options,
    linked: {
      allDocuments: 'not-offered',
      hiddenDocuments: true,
      withoutText: 'not-found',
      textAddress: undefined,
      fileAddress: undefined,
      unslashed: 'served',
      ...linked,
    },
    faults: typeof faults === 'function' ? [faults] : faults,
  };
}
