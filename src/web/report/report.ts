import { MirrorError } from '../../errors/mirror-error.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { refuseRedactedMeanwhile } from '../../db/state.ts';
import { type Period, findPeriod } from '../../history/period.ts';
import { findNewestRunWithChanges } from '../../cli/text/all-changes.ts';
import type { RenderedReport } from '../../schedule/html-report.ts';
import { findReportFacts, readAfterPeriod } from './facts.ts';
import { gatherChanges } from './gather.ts';
import { MARKDOWN_ROOM, createMarkdownTeller, renderReportMarkdown } from './markdown.ts';
import { HTML_ROOM, createHtmlTeller, renderReportPage } from './page.ts';

export const REPORT_FORMS = ['html', 'markdown'] as const;
export type ReportForm = (typeof REPORT_FORMS)[number];

/** The period of a report without flags: the newest run that found any change, or else the newest that ended. */
export function findUsualPeriod(mirror: Mirror): Period | null {
  const newest = findPeriod(mirror, { otherwise: () => findNewestRunWithChanges(mirror, {}) });
  if (newest === null) return null;
  const run = { kind: 'run', runId: newest.first.id } as const;
  return findPeriod(mirror, { since: run, until: run, otherwise: 'first run' });
}

/**
 * Renders the report of a period. The same bytes whenever and wherever it is made, unless a case or a document has left
 * or was redacted since. The connection can be used for nothing else afterwards. `onSome` is called now and
 * then, for one who keeps memory small. Fails with REDACTED_MEANWHILE.
 */
export function renderReport(mirror: Mirror, period: Period, form: ReportForm, onSome?: () => void): string {
  readAfterPeriod(mirror, period);
  const text = RENDERERS[form](mirror, period, onSome);
  refuseRedactedMeanwhile(mirror);
  return text;
}

const RENDERERS: Readonly<
  Record<ReportForm, (mirror: Mirror, period: Period, onSome?: () => void) => string>
> = {
  html: (mirror, period, onSome) => {
    const teller = createHtmlTeller(period.first.id === period.last.id);
    const changes = gatherChanges(mirror, period, teller, HTML_ROOM, onSome);
    return renderReportPage(findReportFacts(mirror, period), changes).toString();
  },
  markdown: (mirror, period, onSome) => {
    const changes = gatherChanges(mirror, period, createMarkdownTeller(period), MARKDOWN_ROOM, onSome);
    return renderReportMarkdown(findReportFacts(mirror, period), changes);
  },
};

/** Renders the HTML report of the runs from one to another. Fails with RUN_UNKNOWN or REDACTED_MEANWHILE. */
export function renderRuns(
  mirror: Mirror,
  firstRunId: number,
  lastRunId: number,
  onSome?: () => void,
): RenderedReport {
  const period = findPeriod(mirror, {
    since: { kind: 'run', runId: firstRunId },
    until: { kind: 'run', runId: lastRunId },
    otherwise: 'first run',
  });
  if (period === null)
    throw new MirrorError('RUN_UNKNOWN', `${mirror.path} has no runs ${firstRunId} to ${lastRunId}.`);
  const { id: runId, started_at: startedAt } = period.last;
  return { runId, startedAt, text: renderReport(mirror, period, 'html', onSome) };
}
