import { renderCount, renderPlural } from '../../lib/layout.ts';
import type { TextPassReport, TextPlan } from '../../sync/linked/text-pass.ts';
import { renderDownloadReport, renderDue, toDownloadJson } from './downloads.ts';
import type { ReportStyle } from './report.ts';
import { renderBytes } from './words.ts';

/** What a pass is going to do, and the room that it takes. `copies`: the number of snapshots that are kept. */
export function renderTextPlan(
  { counts, planned, expectedBytes, storedBytes }: TextPlan,
  copies: number,
): string {
  const due = renderDue('texts', counts);
  if (counts.due === 0) return `${due}.\n`;
  const after = storedBytes + expectedBytes;
  const room =
    copies === 0
      ? ''
      : ` Each snapshot also holds the texts, and the settings keep up to ${renderPlural(copies, 'snapshot')}: mirror and snapshots can then hold up to ${renderBytes(after * (copies + 1))} of text together.`;
  return `${due}; this pass requests up to ${renderCount(planned)}, about ${renderBytes(expectedBytes)}. The mirror holds ${renderBytes(storedBytes)} of text.${room}\n`;
}

/** The plan as `--json` prints it. */
export function toTextPlanJson({ counts, planned, expectedBytes, storedBytes }: TextPlan) {
  return { ...counts, planned, expected_bytes: expectedBytes, stored_bytes: storedBytes };
}

export const toTextJson = (report: TextPassReport, exitCode: number) =>
  toDownloadJson(report, exitCode, { stored_bytes: report.storedBytes });

export const renderTextReport = (report: TextPassReport, { timeZone }: ReportStyle): string =>
  renderDownloadReport('texts', report, {
    held: `The mirror holds ${renderBytes(report.storedBytes)} of text.`,
    notes: [],
    timeZone,
  });
