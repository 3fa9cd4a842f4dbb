import { renderCount, renderPlural, wrapText } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import type { TextFigures } from '../../db/linked/passes.ts';
import type { TextCounts, TextState } from '../../db/linked/texts.ts';
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
      : ` Each snapshot also holds the texts, and the settings keep up to ${renderPlural(copies, 'snapshot')}: mirror and snapshots can then hold up to ${renderBytes(after * (copies + 1))} of text together.`;
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
  const took = renderDuration(endedAt.getTime() - startedAt.getTime());
  const lines = [
    `Texts: ${renderResults(figures)}, in ${took}: ${renderPlural(figures.requests, 'request')} (${renderPlural(figures.retries, 'retry', 'retries')}), ${renderBytes(figures.bytes)} received.`,
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

/** `120 texts, 3 empty, 1 failed`. */
function renderResults(
  results: Pick<TextFigures, 'texts' | 'empty' | 'not_offered' | 'too_large' | 'failed'>,
): string {
  const others = [
    [results.empty, 'empty'],
    [results.not_offered, 'not offered'],
    [results.too_large, 'too large'],
    [results.failed, 'failed'],
  ] as const;
  return [
    renderPlural(results.texts, 'text'),
    ...others.filter(([found]) => found > 0).map(([found, what]) => `${renderCount(found)} ${what}`),
  ].join(', ');
}

/** The texts in `status`: how many are stored and due, and how the newest pass over them ended. Empty if there was none. */
export function renderTextState({ counts, pass }: TextState, width: number, timeZone: string): string {
  if (counts === null || pass === null) return '';
  const { documents, due, neverAsked, texts, empty, notOffered, tooLarge, failed } = counts;
  const all = renderResults({ texts, empty, not_offered: notOffered, too_large: tooLarge, failed });
  const why = pass.error_code === null ? '' : ` ${pass.error_code}: ${pass.error_message ?? ''}`;
  const pause =
    pass.paused_until === null
      ? ''
      : ` The server asked for no request for texts before ${pass.paused_until}.`;
  const lines = [
    `texts of ${renderPlural(documents, 'public document')}: ${all}, ${renderCount(neverAsked)} never requested; ${renderCount(due)} due.`,
    `newest pass over texts, at ${pass.started_at}: ${pass.outcome}, ${renderResults(pass)}.${why}${pause}`,
  ];
  return `\n${lines.map((line) => wrapText(localizeTimes(line, timeZone), width)).join('')}`;
}

export function toTextStateJson({ counts, pass }: TextState) {
  return { texts: counts === null ? null : toCountsJson(counts), text_pass: pass };
}
