import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client, OnArrival } from './client.ts';
import type { ExpectedResponse } from './judge-response.ts';
import type { KnownRecords } from './page-records.ts';
import { MAX_NEXT } from './urls.ts';

/** A page that has been requested. */
export interface PageRequest {
  readonly url: URL;
  readonly response: Promise<ExpectedResponse>;
}

/** Names the page after the one whose body begins in this way; undefined if it cannot be followed. */
export type FindNext = (next: string) => URL | undefined;

/** How the head of a page usually looks, before its records. Any other is read with the page. */
const HEAD = /^\s*\{\s*"count"\s*:\s*\d+\s*,\s*"next"\s*:\s*"([^"\\]+)"\s*,/;
const MAX_HEAD = MAX_NEXT + 100;
const END = /\]\s*\}\s*$/;
const MAX_END = 100;

/** The `next` of a body that looks like a whole page; undefined if the page must be read to know it. */
export function peekNext(body: Buffer): string | undefined {
  if (!END.test(body.toString('latin1', Math.max(0, body.length - MAX_END)))) return undefined;
  return HEAD.exec(body.toString('latin1', 0, MAX_HEAD))?.[1];
}

/** A request leaves within this many turns of the event loop, unless it waits for the delay between requests. */
const TURNS_TO_LEAVE = 4;

/**
 * The requests for the pages of a list. While the consumer waits for a page, the page after it is requested as soon as
 * the first has arrived, before its records are read: the server works meanwhile. One request is on its way at a time.
 */
export class PageRequests {
  readonly #client: Client;
  readonly #known: KnownRecords;
  readonly #signal: AbortSignal;
  #awaited: URL | null = null;
  #early: (PageRequest & { readonly takeBack: () => Promise<void> }) | null = null;

  constructor(client: Client, known: KnownRecords, signal: AbortSignal) {
    this.#client = client;
    this.#known = known;
    this.#signal = signal;
  }

  /** Requests a page. `findNext` applies to the page as soon as it has arrived, if the consumer waits for it. */
  start(url: URL, findNext: FindNext, maxAttempts?: number, signal = this.#signal): PageRequest {
    const onArrival: OnArrival = async (body) => {
      const text = this.#awaited === url ? peekNext(body) : undefined;
      const next = text === undefined ? undefined : findNext(text);
      return next === undefined ? undefined : this.#startEarly(next, findNext);
    };
    const response = this.#client.fetchResponse(url, signal, this.#known, { maxAttempts, onArrival });
    response.catch(() => undefined); // It is awaited later, except if the consumer stops early.
    return { url, response };
  }

  async waitFor({ url, response }: PageRequest): Promise<ExpectedResponse> {
    this.#awaited = url;
    try {
      return await response;
    } finally {
      this.#awaited = null;
    }
  }

  /** The request for the page after the one that was awaited last: the one that has begun, or a new one. */
  async continueWith(url: URL, findNext: FindNext): Promise<PageRequest> {
    const early = this.#early;
    this.#early = null;
    if (early?.url.href === url.href) return early;
    await early?.takeBack();
    return this.start(url, findNext);
  }

  async #startEarly(url: URL, findNext: FindNext): Promise<() => Promise<void>> {
    const leaving = new AbortController();
    const request = this.start(url, findNext, undefined, AbortSignal.any([this.#signal, leaving.signal]));
    const takeBack = async (): Promise<void> => {
      this.#early = null;
      leaving.abort(new Error('the page before it was not a page'));
      await request.response.catch(() => undefined);
    };
    this.#early = { ...request, takeBack };
    for (let turn = 0; turn < TURNS_TO_LEAVE; turn++) await nextTurn();
    return takeBack;
  }
}
