import type { DownloadKind, FilePassRow, TextPassRow } from '../../db/linked/passes.ts';
import { renderCount, renderPlural, wrapText } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import type { DownloadReport } from '../../sync/linked/download-pass.ts';
import { renderBytes, renderDuration } from './words.ts';

/* What `fetch-texts`, `fetch-files` and `status` say of texts and files in the same words. */

const ONE = { texts: 'text', files: 'file' } as const;
const TITLES = { texts: 'Texts', files: 'Files' } as const;

/** The outcomes without a text or a file, in the order in which they are told. */
const OTHERS = [
  ['empty', 'empty'],
  ['not_offered', 'not offered'],
  ['too_large', 'too large'],
  ['not_a_pdf', 'not a PDF'],
  ['refused', 'on another host or not public'],
  ['failed', 'failed'],
] as const;

type Outcomes = Readonly<Partial<Record<DownloadKind | (typeof OTHERS)[number][0], number>>>;

/** `120 texts, 3 empty, 1 failed`. */
function renderOutcomes(kind: DownloadKind, outcomes: Outcomes): string {
  return [
    renderPlural(outcomes[kind] ?? 0, ONE[kind]),
    ...OTHERS.flatMap(([outcome, words]) => {
      const found = outcomes[outcome] ?? 0;
      return found === 0 ? [] : [`${renderCount(found)} ${words}`];
    }),
  ].join(', ');
}

/** `Texts: 3 texts of 12 selected documents are due`. */
export const renderDue = (
  kind: DownloadKind,
  { due, documents }: { readonly due: number; readonly documents: number },
): string =>
  `${TITLES[kind]}: ${renderPlural(due, ONE[kind])} of ${renderPlural(documents, 'selected document')} ${due === 1 ? 'is' : 'are'} due`;

type Report = DownloadReport<DownloadKind> & {
  readonly counts: Outcomes & { readonly documents: number; readonly due: number };
};

/** The report as `--json` prints it. `pass` has the figures of this pass, `selected` the state after it. */
export function toDownloadJson<Own>(report: Report, exitCode: number, own: Own) {
  const { passId, outcome, startedAt, endedAt, figures, counts, error, pausedUntil } = report;
  return {
    pass_id: passId,
    outcome,
    exit_code: exitCode,
    started_at: startedAt.toISOString(),
    ended_at: endedAt.toISOString(),
    pass: figures,
    selected: counts,
    ...own,
    paused_until: pausedUntil?.toISOString() ?? null,
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
  };
}

const toEnding = (kind: DownloadKind, { outcome, error }: Report): string => {
  switch (outcome) {
    case 'complete':
      return `complete, no selected ${ONE[kind]} is due now`;
    case 'budget':
      return error === null
        ? 'the budget is spent; run it again to go on'
        : 'ended early; run it again to go on';
    case 'failed':
      return 'failed';
    case 'interrupted':
      return 'interrupted; run it again to go on';
  }
};

/** The report for a person. `held` says what the mirror holds, and `notes` are lines of their own. */
export function renderDownloadReport(
  kind: DownloadKind,
  report: Report,
  {
    held,
    notes,
    timeZone,
  }: { readonly held: string; readonly notes: readonly string[]; readonly timeZone: string },
): string {
  const { figures, counts, error, startedAt, endedAt } = report;
  const took = renderDuration(endedAt.getTime() - startedAt.getTime());
  const lines = [
    `${TITLES[kind]}: ${renderOutcomes(kind, figures)}, in ${took}: ${renderPlural(figures.requests, 'request')} (${renderPlural(figures.retries, 'retry', 'retries')}), ${renderBytes(figures.bytes)} received.`,
    `Pass ${report.passId}: ${toEnding(kind, report)}.`,
    `Selected: ${renderPlural(counts.documents, 'document')}, ${renderCount(counts[kind] ?? 0)} with a ${ONE[kind]}, ${renderCount(counts.due)} due now. ${held}`,
    ...notes,
    ...(figures.failed === 0
      ? []
      : [
          `Why ${kind} failed: \`clearinghouse-mirror query "SELECT error_code, count(*) FROM document_${kind} WHERE failures > 0 GROUP BY 1"\`.`,
        ]),
    ...(error === null ? [] : [`${error.message} [${error.code}]`, `Hint: ${error.hint}`]),
  ];
  return localizeTimes(`${lines.join('\n')}\n`, timeZone);
}

/** The texts or files in `status`: how many are stored and due, and how the newest pass over them ended. */
export function renderDownloadState(
  kind: DownloadKind,
  counts: Outcomes & Readonly<Record<'documents' | 'due' | 'never_requested', number>>,
  pass: TextPassRow | FilePassRow,
  {
    width,
    timeZone,
    notes = [],
  }: { readonly width: number; readonly timeZone: string; readonly notes?: readonly string[] },
): string {
  const { documents, due, never_requested } = counts;
  const why = pass.error_code === null ? '' : ` ${pass.error_code}: ${pass.error_message ?? ''}`;
  const pause =
    pass.paused_until === null
      ? ''
      : ` The server asked for no request for ${kind} before ${pass.paused_until}.`;
  const lines = [
    `${kind} of ${renderPlural(documents, 'public document')}: ${renderOutcomes(kind, counts)}, ${renderCount(never_requested)} never requested; ${renderCount(due)} due.`,
    `newest pass over ${kind}, at ${pass.started_at}: ${pass.outcome}, ${renderOutcomes(kind, pass)}.${why}${pause}`,
    ...notes,
  ];
  return `\n${lines.map((line) => wrapText(localizeTimes(line, timeZone), width)).join('')}`;
}
