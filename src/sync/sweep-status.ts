import { fetchCasePages, type CasePage } from '../clearinghouse/case-pages.ts';
import type { Client } from '../clearinghouse/client.ts';
import { toListFilter, type SweptStatus } from '../clearinghouse/swept-status.ts';
import type { UnreadPage } from '../clearinghouse/unread-page.ts';
import { MirrorError } from '../errors.ts';
import type { StatusFigures } from '../mirror/sync-ledger.ts';
import type { DoubleSighting } from '../mirror/write-oddities.ts';
import type { PageContent } from '../mirror/write-page.ts';
import { comparePage, type CaseFinder, type ComparablePage, type ComparedPage } from './compare-page.ts';
import { isOfTheDatabase } from './error-reach.ts';
import { judgeLabels } from './judge-labels.ts';
import { isWorthAnotherWalk, judgeSweep, type SweepVerdict } from './judge-sweep.ts';
import type { RunSightings } from './run-sightings.ts';
import type { StatusReport } from './run-report.ts';
import { SweepFigures } from './sweep-figures.ts';

/** Where a sweep puts what it finds. */
export interface SweepStore extends CaseFinder {
  /** Stores a page and the figures up to it, together. */
  writePage(content: PageContent, figures: StatusFigures): void;
}

export interface SweepOptions {
  readonly signal: AbortSignal;
  /** How often at most a list is walked that shifts while it is read. */
  readonly mostWalks: number;
  /** Walk until two walks hold the same cases. */
  readonly confirm: boolean;
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
    return judgeSweep({ walk: figures.walk, before: figures.walkBefore, confirm: options.confirm }, error);
  };

  let verdict = await walk();
  while (isWorthAnotherWalk(verdict) && figures.walks < options.mostWalks) {
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
