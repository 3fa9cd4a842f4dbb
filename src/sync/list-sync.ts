import { type CasePage, fetchCasePages } from '../api/case-pages.ts';
import type { Client, Traffic } from '../api/client.ts';
import { type SweptStatus, toListFilter } from '../api/lists.ts';
import type { UnreadPage } from '../api/page-records.ts';
import type { StatusFigures } from '../db/run-log.ts';
import type { DoubleSighting, PageContent } from '../db/write-page.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import {
  type CaseFinder,
  type ComparablePage,
  type ComparedPage,
  type RunSightings,
  comparePage,
  judgeLabels,
} from './compare-page.ts';
import { type SweepVerdict, Walk, isWorthAnotherWalk, judgeSweep } from './passes.ts';
import { type StatusReport, isOfTheDatabase } from './report.ts';

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

export type Verdict = 'new' | 'changed' | 'unchanged';

/**
 * Counts what a sweep has seen, in one walk of its list or in several. Each case counts once, with the strongest thing
 * that happened to it, so that seen = new + changed + unchanged holds at any moment.
 */
export class SweepFigures {
  readonly #verdicts = new Map<number, Verdict>();
  readonly #counts: Record<Verdict, number> = { new: 0, changed: 0, unchanged: 0 };
  readonly #before: Traffic;
  readonly #misfits = new Set<string>();
  #pages = 0;
  #walks = 0;
  #walk = new Walk();
  #walkBefore: Walk | null = null;

  /** `before` is the client's traffic when the sweep begins. */
  constructor(before: Traffic) {
    this.#before = before;
  }

  /** The walk in hand, and the one before it. */
  get walk(): Walk {
    return this.#walk;
  }
  get walkBefore(): Walk | null {
    return this.#walkBefore;
  }
  get walks(): number {
    return this.#walks;
  }

  beginWalk(): void {
    if (this.#walks++ > 0) this.#walkBefore = this.#walk;
    this.#walk = new Walk();
  }

  addPage(count: number | null, flaw: MirrorError | null = null): void {
    this.#pages++;
    this.#walk.addPage(count, flaw);
  }

  /** A case whose record could not be read exactly, so that it is kept aside as well. */
  addInexact(fingerprint: string): void {
    this.#misfits.add(fingerprint);
    this.#walk.addInexact();
  }

  addUnread(error: MirrorError): void {
    this.#walk.addUnread(error);
  }

  /** Returns whether the record is new to this walk. */
  addMisfit(fingerprint: string): boolean {
    this.#misfits.add(fingerprint);
    return this.#walk.addMisfit(fingerprint);
  }

  /** Returns whether the case is new to this walk. */
  addCase(id: number, verdict: Verdict): boolean {
    const earlier = this.#verdicts.get(id);
    if (earlier === undefined) {
      this.#count(id, verdict);
    } else if (earlier === 'unchanged' && verdict !== 'unchanged') {
      this.#counts.unchanged--;
      this.#count(id, verdict);
    }
    return this.#walk.addCase(id);
  }

  #count(id: number, verdict: Verdict): void {
    this.#verdicts.set(id, verdict);
    this.#counts[verdict]++;
  }

  /** The figures so far, given the client's traffic now. */
  toRow(traffic: Traffic): StatusFigures {
    return {
      count_first: this.#walk.countFirst,
      count_last: this.#walk.countLast,
      cases_seen: this.#verdicts.size,
      cases_new: this.#counts.new,
      cases_changed: this.#counts.changed,
      cases_unchanged: this.#counts.unchanged,
      cases_kept_aside: this.#misfits.size,
      pages: this.#pages,
      ...toTrafficRow(traffic, this.#before),
      walks: this.#walks,
      cases_last_walk: this.#walk.cases,
    };
  }
}

/** Where a sweep puts what it finds. */
export interface SweepStore extends CaseFinder {
  /** Stores a page and the figures up to it, together. */
  writePage(content: PageContent, figures: StatusFigures): void;
}

export interface SweepOptions {
  readonly signal: AbortSignal;
  /** How often at most a list is walked that shifts while it is read. */
  readonly maxPasses: number;
  /** Walk until two walks hold the same cases. */
  readonly requireStable: boolean;
  readonly onPage: (figures: StatusFigures) => void;
  /** A page could not be read; the walk goes on after it. */
  readonly onUnreadPage: (page: UnreadPage) => void;
  /** The list is walked once more, because of this. */
  readonly onAnotherWalk: (reason: MirrorError) => void;
}

/**
 * Sweeps one status: walks its list from the first page to the last, and again when the list shifted meanwhile; what
 * any of the walks brings is stored. A failure of the API or the network ends the sweep and is in the report; a failure
 * of the database is thrown, because no other sweep could do better.
 */
export async function sweepStatus(
  client: Client,
  store: SweepStore,
  status: SweptStatus,
  sightings: RunSightings,
  options: SweepOptions,
): Promise<StatusReport> {
  const figures = new SweepFigures(client.traffic());
  const rowNow = (): StatusFigures => figures.toRow(client.traffic());
  const storePart = (page: ComparedPage): boolean => {
    figures.walk.addFlaw(judgeLabels(page.ofOthers, status));
    const doubles: DoubleSighting[] = [];
    let isNews = false;
    for (const { id, statusId, verdict } of page.cases) {
      if (figures.addCase(id, verdict)) isNews = true;
      const isNamed = !page.unnamed.has(id);
      const thenStatusId = isNamed ? statusId : status.id;
      const firstStatusId = isNamed
        ? sightings.see(id, statusId)
        : sightings.seeUnnamed(id, status.id, verdict !== 'changed');
      if (firstStatusId !== undefined) doubles.push({ caseId: id, firstStatusId, thenStatusId });
    }
    for (const { fingerprint, isStored, caseId } of page.misfits) {
      if (caseId !== null && !isStored) sightings.seeKeptAside(caseId);
      if (isStored) figures.addInexact(fingerprint);
      else if (figures.addMisfit(fingerprint)) isNews = true;
    }
    store.writePage({ ...page, doubles }, rowNow());
    options.onPage(rowNow());
    return isNews;
  };

  const storePage = async (page: CasePage): Promise<boolean> => {
    figures.addPage(page.count, page.flaw);
    let isNews = false;
    for (const part of toParts(page)) if (storePart(await comparePage(part, status, store))) isNews = true;
    return isNews;
  };

  const walk = async (): Promise<SweepVerdict> => {
    let isNews = true;
    let error: MirrorError | null = null;
    figures.beginWalk();
    try {
      options.signal.throwIfAborted();
      const steps = fetchCasePages(client, {
        filter: toListFilter(status),
        hasNews: () => isNews,
        isKnown: (textHash) => store.findKnownText(textHash) !== undefined,
        hasServed: () => sightings.size > 0,
        signal: options.signal,
      });
      for await (const step of steps) {
        if ('unread' in step) {
          figures.addUnread(step.unread);
          options.onUnreadPage(step);
        } else isNews = await storePage(step);
      }
      figures.walk.end();
    } catch (thrown) {
      if (!(thrown instanceof MirrorError) || isOfTheDatabase(thrown)) throw thrown;
      error = thrown;
    }
    return judgeSweep(
      { walk: figures.walk, before: figures.walkBefore, requireStable: options.requireStable },
      error,
    );
  };

  let verdict = await walk();
  while (isWorthAnotherWalk(verdict) && figures.walks < options.maxPasses) {
    if (verdict.error !== null) options.onAnotherWalk(verdict.error);
    verdict = await walk();
  }
  return { status, figures: rowNow(), ...verdict };
}

/** So many records are made into rows and stored at once: a page of thousands would take as many rows of memory. */
const RECORDS_AT_ONCE = 500;

function toParts({ source, records }: CasePage): ComparablePage[] {
  const parts = Math.max(1, Math.ceil(records.length / RECORDS_AT_ONCE));
  return Array.from({ length: parts }, (_, at) => {
    const firstPosition = at * RECORDS_AT_ONCE;
    return { source, firstPosition, records: records.slice(firstPosition, firstPosition + RECORDS_AT_ONCE) };
  });
}
