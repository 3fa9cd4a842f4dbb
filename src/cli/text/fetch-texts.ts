import { renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import type { TextCounts } from '../../db/linked/texts.ts';
import type { TextPassReport, TextPlan } from '../../sync/linked/text-pass.ts';
import type { ReportStyle } from './report.ts';
import { renderBytes, renderDuration } from './words.ts';

/** What a pass is going to do, and the room that it takes. `copies`: the number of snapshots that are kept. */
export function renderTextPlan(
  { counts, planned, expectedBytes, storedBytes }: TextPlan,
  copies: number,
): string {
  const due = `${renderPlural(counts.due, 'text')} of ${renderPlural(counts.documents, 'selected document')} ${counts.due === 1 ? 'is' : 'are'} due`;
  if (counts.due === 0) return `Texts: ${due}.\n`;
  const after = storedBytes + expectedBytes;
  const room =
    copies === 0
      ? ''
      : ` Each snapshot holds them too: up to ${renderBytes(after * (copies + 1))} with ${renderPlural(copies, 'snapshot')}.`;
  return `Texts: ${due}; this pass requests up to ${renderCount(planned)}, about ${renderBytes(expectedBytes)}. The mirror holds ${renderBytes(storedBytes)} of text.${room}\n`;
}

/** The plan as `--json` prints it. */
export function toTextPlanJson({ counts, planned, expectedBytes, storedBytes }: TextPlan) {
  return {
    ...toCountsJson(counts),
    planned,
    expected_bytes: expectedBytes,
    stored_bytes: storedBytes,
  };
}

function toCountsJson(counts: TextCounts) {
  return {
    documents: counts.documents,
    due: counts.due,
    never_requested: counts.neverAsked,
    texts: counts.texts,
    empty: counts.empty,
    not_offered: counts.notOffered,
    too_large: counts.tooLarge,
    failed: counts.failed,
  };
}

/** The report as `--json` prints it. `pass` has the figures of this pass, `selected` the state after it. */
export function toTextJson(report: TextPassReport, exitCode: number) {
  const { passId, outcome, startedAt, endedAt, figures, counts, storedBytes, error, pausedUntil } = report;
  return {
    pass_id: passId,
    outcome,
    exit_code: exitCode,
    started_at: startedAt.toISOString(),
    ended_at: endedAt.toISOString(),
    pass: figures,
    selected: toCountsJson(counts),
    stored_bytes: storedBytes,
    paused_until: pausedUntil?.toISOString() ?? null,
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
  };
}

const ENDINGS = {
  complete: 'complete, no selected text is due now',
  budget: 'the budget is spent; run it again to go on',
  failed: 'failed',
  interrupted: 'interrupted; run it again to go on',
} as const;

export function renderTextReport(report: TextPassReport, { timeZone }: ReportStyle): string {
  const { figures, counts, outcome, error, startedAt, endedAt, storedBytes } = report;
  const found = [
    renderPlural(figures.texts, 'text'),
    ...(figures.empty > 0 ? [`${renderCount(figures.empty)} empty`] : []),
    ...(figures.not_offered > 0 ? [`${renderCount(figures.not_offered)} not offered`] : []),
    ...(figures.too_large > 0 ? [`${renderCount(figures.too_large)} too large`] : []),
    ...(figures.failed > 0 ? [`${renderCount(figures.failed)} failed`] : []),
  ].join(', ');
  const took = renderDuration(endedAt.getTime() - startedAt.getTime());
  const lines = [
    `Texts: ${found}, in ${took}: ${renderPlural(figures.requests, 'request')} (${renderPlural(figures.retries, 'retry', 'retries')}), ${renderBytes(figures.bytes)} received.`,
    `Pass ${report.passId}: ${error !== null && outcome === 'budget' ? 'ended early; run it again to go on' : ENDINGS[outcome]}.`,
    `Selected: ${renderPlural(counts.documents, 'document')}, ${renderCount(counts.texts)} with a text, ${renderCount(counts.due)} due now. The mirror holds ${renderBytes(storedBytes)} of text.`,
    ...(figures.failed === 0
      ? []
      : [
          `Why texts failed: \`clearinghouse-mirror query "SELECT error_code, count(*) FROM document_texts WHERE outcome = 'failed' GROUP BY 1"\`.`,
        ]),
    ...(error === null ? [] : [`${error.message} [${error.code}]`, `Hint: ${error.hint}`]),
  ];
  return localizeTimes(`${lines.join('\n')}\n`, timeZone);
}
