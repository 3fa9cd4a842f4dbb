import { type CasePage, fetchCasePages } from '../api/case-pages.ts';
import type { Client } from '../api/client.ts';
import type { Traffic } from '../api/pacing.ts';
import { type ApiList, toListFilter } from '../api/lists.ts';
import type { UnreadPage } from '../api/page-records.ts';
import type { FindRawHash } from '../db/read-case.ts';
import type { ListFigures } from '../db/run-log.ts';
import type { MovedCase, PageContent } from '../db/write-page.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import {
  type CaseFinder,
  type ComparablePage,
  type ComparedPage,
  type SeenCases,
  comparePage,
  judgeLabels,
} from './compare-page.ts';
import { type PassVerdict, Pass, isWorthAnotherPass, judgePasses } from './passes.ts';
import { type ListReport, isDatabaseError } from './report.ts';

/** The traffic between two points in time, with the names of the run log's columns. */
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

export type Verdict = 'new' | 'changed' | 'unchanged';

/**
 * Counts what a list sync has seen in all passes. Each case counts once, in the strongest category that applied, so
 * seen = new + changed + unchanged always holds.
 */
export class ListTally {
  readonly #verdicts = new Map<number, Verdict>();
  readonly #counts: Record<Verdict, number> = { new: 0, changed: 0, unchanged: 0 };
  readonly #before: Traffic;
  readonly #rejected = new Set<string>();
  #pages = 0;
  #passes = 0;
  #pass = new Pass();
  #passBefore: Pass | null = null;

  /** `before` is the client's traffic when the list sync begins. */
  constructor(before: Traffic) {
    this.#before = before;
  }

  /** The current pass, and the one before it. */
  get pass(): Pass {
    return this.#pass;
  }
  get passBefore(): Pass | null {
    return this.#passBefore;
  }
  get passes(): number {
    return this.#passes;
  }

  beginPass(): void {
    if (this.#passes++ > 0) this.#passBefore = this.#pass;
    this.#pass = new Pass();
  }

  addPage(count: number | null, violation: MirrorError | null = null): void {
    this.#pages++;
    this.#pass.addPage(count, violation);
  }

  /** A case whose record could not be read exactly, so it is also rejected. */
  addInexact(fingerprint: string): void {
    this.#rejected.add(fingerprint);
    this.#pass.addInexact();
  }

  addUnread(error: MirrorError): void {
    this.#pass.addUnread(error);
  }

  /** Returns whether the record is new in this pass. */
  addRejected(fingerprint: string): boolean {
    this.#rejected.add(fingerprint);
    return this.#pass.addRejected(fingerprint);
  }

  /** Returns whether the case is new in this pass. */
  addCase(id: number, verdict: Verdict): boolean {
    const earlier = this.#verdicts.get(id);
    if (earlier === undefined) {
      this.#count(id, verdict);
    } else if (earlier === 'unchanged' && verdict !== 'unchanged') {
      this.#counts.unchanged--;
      this.#count(id, verdict);
    }
    return this.#pass.addCase(id);
  }

  #count(id: number, verdict: Verdict): void {
    this.#verdicts.set(id, verdict);
    this.#counts[verdict]++;
  }

  /** The figures so far, given the client's traffic now. */
  toRow(traffic: Traffic): ListFigures {
    return {
      count_first: this.#pass.countFirst,
      count_last: this.#pass.countLast,
      cases_seen: this.#verdicts.size,
      cases_new: this.#counts.new,
      cases_changed: this.#counts.changed,
      cases_unchanged: this.#counts.unchanged,
      cases_rejected: this.#rejected.size,
      pages: this.#pages,
      ...toTrafficRow(traffic, this.#before),
      passes: this.#passes,
      cases_last_pass: this.#pass.cases,
    };
  }
}

/** Where a list sync stores its findings. */
export interface ListStore extends CaseFinder {
  /** The hash of the stored record of a case. */
  readonly findRawHash: FindRawHash;
  /** Stores a page and the figures up to it in one transaction. */
  writePage(content: PageContent, figures: ListFigures): void;
}

export interface ListSyncOptions {
  readonly signal: AbortSignal;
  /** Maximum passes over a list that changes while it is read. */
  readonly maxPasses: number;
  /** Read until two passes hold the same cases. */
  readonly requireStable: boolean;
  readonly onPage: (figures: ListFigures) => void;
  /** A page could not be read; the pass continues after it. */
  readonly onUnreadPage: (page: UnreadPage) => void;
  /** The list is read again, for this reason. */
  readonly onAnotherPass: (reason: MirrorError) => void;
}

/**
 * Syncs one list: reads it from the first page to the last, and again if it changed meanwhile. Stores what every pass
 * finds. A failure of the API or the network ends the list sync and is part of the report. A failure of the database is
 * thrown, because it would affect every other list sync too.
 */
export async function syncList(
  client: Client,
  store: ListStore,
  list: ApiList,
  seenCases: SeenCases,
  options: ListSyncOptions,
): Promise<ListReport> {
  const figures = new ListTally(client.traffic());
  const rowNow = (): ListFigures => figures.toRow(client.traffic());
  const storePart = (page: ComparedPage): boolean => {
    figures.pass.addViolation(judgeLabels(page.ofOthers, list));
    const doubles: MovedCase[] = [];
    let isNews = false;
    for (const { id, listId, verdict } of page.cases) {
      if (figures.addCase(id, verdict)) isNews = true;
      const isNamed = !page.unnamed.has(id);
      const toListId = isNamed ? listId : list.id;
      const fromListId = isNamed
        ? seenCases.see(id, listId)
        : seenCases.seeUnnamed(id, list.id, verdict !== 'changed');
      if (fromListId !== undefined) doubles.push({ caseId: id, fromListId, toListId });
    }
    for (const { fingerprint, isStored, caseId } of page.rejected) {
      if (caseId !== null && !isStored) seenCases.seeRejectedRecords(caseId);
      if (isStored) figures.addInexact(fingerprint);
      else if (figures.addRejected(fingerprint)) isNews = true;
    }
    store.writePage({ ...page, doubles }, rowNow());
    options.onPage(rowNow());
    return isNews;
  };

  const storePage = async (page: CasePage): Promise<boolean> => {
    figures.addPage(page.count, page.violation);
    let isNews = false;
    for (const part of toParts(page)) if (storePart(await comparePage(part, list, store))) isNews = true;
    return isNews;
  };

  const pass = async (): Promise<PassVerdict> => {
    let isNews = true;
    let error: MirrorError | null = null;
    figures.beginPass();
    try {
      options.signal.throwIfAborted();
      const steps = fetchCasePages(client, {
        filter: toListFilter(list),
        hasNewRecords: () => isNews,
        known: {
          has: (rawHash) => store.findKnownRecord(rawHash) !== undefined,
          hashOf: store.findRawHash,
        },
        hasServed: () => seenCases.size > 0,
        signal: options.signal,
      });
      for await (const step of steps) {
        if ('unread' in step) {
          figures.addUnread(step.unread);
          options.onUnreadPage(step);
        } else isNews = await storePage(step);
      }
      figures.pass.end();
    } catch (thrown) {
      if (!(thrown instanceof MirrorError) || isDatabaseError(thrown)) throw thrown;
      error = thrown;
    }
    return judgePasses(
      { pass: figures.pass, before: figures.passBefore, requireStable: options.requireStable },
      error,
    );
  };

  let verdict = await pass();
  while (isWorthAnotherPass(verdict) && figures.passes < options.maxPasses) {
    if (verdict.error !== null) options.onAnotherPass(verdict.error);
    verdict = await pass();
  }
  return { list, figures: rowNow(), ...verdict };
}

/**
 * The number of records that are converted to rows and stored at once: the rows of a page with thousands of records
 * would take too much memory.
 */
const RECORDS_AT_ONCE = 500;

function toParts({ source, records }: CasePage): ComparablePage[] {
  const parts = Math.max(1, Math.ceil(records.length / RECORDS_AT_ONCE));
  return Array.from({ length: parts }, (_, at) => {
    const firstPosition = at * RECORDS_AT_ONCE;
    return { source, firstPosition, records: records.slice(firstPosition, firstPosition + RECORDS_AT_ONCE) };
  });
}
