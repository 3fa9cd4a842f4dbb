import { isFileHost } from '../../config/settings.ts';
import type { RefusedHost } from '../../db/linked/files.ts';
import type { DownloadKind } from '../../db/linked/passes.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
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

export type Outcomes = Readonly<Partial<Record<DownloadKind | (typeof OTHERS)[number][0], number>>>;

/** `120 texts, 3 empty, 1 failed`. */
export function renderOutcomes(kind: DownloadKind, outcomes: Outcomes): string {
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

/** So many hosts are named. */
const MAX_HOSTS = 5;

/**
 * The hosts that are not known, and how to go on. Empty if there is none. A document can name any host, so only those that
 * --file-hosts takes are in the text and in the flag to copy.
 */
export function renderRefusedHosts(refused: readonly RefusedHost[], knownHosts: readonly string[]): string[] {
  if (refused.length === 0) return [];
  const total = refused.reduce((sum, { documents }) => sum + documents, 0);
  const named = refused.filter(({ host }) => isFileHost(host)).slice(0, MAX_HOSTS);
  const others = refused.length - named.length;
  const where = [
    ...(named.length === 0
      ? []
      : [named.map(({ host, documents }) => `${host} (${renderCount(documents)})`).join(', ')]),
    ...(others === 0 ? [] : [renderPlural(others, named.length === 0 ? 'odd host' : 'other host')]),
  ];
  const [first] = named;
  const advice =
    first === undefined
      ? ''
      : ` If you trust a host, run fetch-files with --file-hosts "${[...knownHosts, first.host].join(';')}", or set CLEARINGHOUSE_FILE_HOSTS.`;
  return [
    `Not requested, because --file-hosts does not name their host: ${renderPlural(total, 'file')} on ${where.join(' and ')}.${advice}`,
  ];
}
