import { fetchCasePages } from '../clearinghouse/case-pages.ts';
import type { Client } from '../clearinghouse/client.ts';
import { toListFilter, type SweptStatus } from '../clearinghouse/swept-status.ts';
import { ERROR_KINDS } from '../error-kinds.ts';
import { MirrorError } from '../errors.ts';
import type { FindMark } from '../mirror/find-mark.ts';
import type { StatusFigures } from '../mirror/sync-ledger.ts';
import type { PageContent } from '../mirror/write-page.ts';
import { comparePage } from './compare-page.ts';
import { judgeSweep } from './judge-sweep.ts';
import type { StatusReport } from './run-report.ts';
import { SweepFigures } from './sweep-figures.ts';

/** Where a sweep puts what it finds. */
export interface SweepStore {
  readonly findMark: FindMark;
  /** Stores a page and the figures up to it, together. */
  writePage(content: PageContent, figures: StatusFigures): void;
}

/**
 * Sweeps one status from its first page to its last. A failure of the API or the network ends this sweep and is in
 * the report; a failure of the database is thrown, because no other sweep could do better.
 */
export async function sweepStatus(
  client: Client,
  store: SweepStore,
  status: SweptStatus,
  signal: AbortSignal,
  onPage: (figures: StatusFigures) => void,
): Promise<StatusReport> {
  const figures = new SweepFigures(client.traffic());
  let broughtNews = true;
  let error: MirrorError | null = null;
  try {
    signal.throwIfAborted();
    const pages = fetchCasePages(client, toListFilter(status), () => broughtNews, signal);
    for await (const page of pages) {
      const content = await comparePage(page, status, store.findMark);
      figures.addPage(page.count);
      broughtNews = false;
      for (const { id, verdict } of content.cases) {
        if (figures.addCase(id, verdict)) broughtNews = true;
      }
      for (const { fingerprint } of content.misfits) {
        if (figures.addMisfit(fingerprint)) broughtNews = true;
      }
      store.writePage(content, figures.toRow(client.traffic()));
      onPage(figures.toRow(client.traffic()));
    }
  } catch (thrown) {
    if (!(thrown instanceof MirrorError) || ERROR_KINDS[thrown.code].exit === 'database') throw thrown;
    error = thrown;
  }
  const row = figures.toRow(client.traffic());
  return { status, figures: row, ...judgeSweep(row, error) };
}
