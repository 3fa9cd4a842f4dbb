import type { DownloadReport } from '../../sync/linked/download-pass.ts';
import { renderBytes, renderDuration } from './words.ts';
import type { TextPassReport, TextPlan } from '../../sync/linked/text-pass.ts';
import type { ReportStyle } from './report.ts';
import type { FilePassReport, FilePlan } from '../../sync/linked/file-pass.ts';
import { renderPausedHosts, renderRefusedHosts, suggestFiles, toPausedHostsJson } from './waiting-files.ts';
import type { FileState } from '../../db/linked/file-store.ts';
import type { DownloadKind, FilePassRow, TextPassRow } from '../../db/linked/passes.ts';
import type { TextState } from '../../db/linked/texts.ts';
import { type Aim, toPlaceText } from '../../lib/command-line.ts';
import { renderCount, renderPlural, wrapText } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import { toPassWords } from '../../sync/linked/report.ts';

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
const renderDue = (
  kind: DownloadKind,
  { due, documents }: { readonly due: number; readonly documents: number },
): string =>
  `${TITLES[kind]}: ${renderPlural(due, ONE[kind])} of ${renderPlural(documents, 'selected document')} ${due === 1 ? 'is' : 'are'} due`;

type Report = DownloadReport<DownloadKind> & {
  readonly counts: Outcomes & { readonly documents: number; readonly due: number };
};

/** The report as `--json` prints it. `pass` has the figures of this pass, `selected` the state after it. */
function toDownloadJson<Own>(report: Report, exitCode: number, own: Own) {
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

/** What a partial pass left, and why. */
const renderLeft = ({ failed, refused = 0 }: Outcomes): string =>
  [
    ...((failed ?? 0) === 0 ? [] : [`${renderCount(failed ?? 0)} failed, to be requested again another day`]),
    ...(refused === 0 ? [] : [`${renderCount(refused)} on another host or not public`]),
  ].join('; ');

const toEnding = (kind: DownloadKind, { outcome, error, counts }: Report): string => {
  switch (outcome) {
    case 'partial':
      return `partial, no selected ${ONE[kind]} is due now, but some are left: ${renderLeft(counts)}`;
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
function renderDownloadReport(
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

/** The same of files. */
export function renderFilePlan(plan: FilePlan, knownHosts: readonly string[], timeZone: string): string {
  const { counts, planned, expectedBytes, maxFileBytes, stored, refusedHosts } = plan;
  const due = renderDue('files', counts);
  const notes = [
    ...renderPausedHosts(plan.pausedHosts).map((note) => localizeTimes(note, timeZone)),
    ...renderRefusedHosts(refusedHosts, knownHosts),
  ].map((note) => `${note}\n`);
  if (counts.due === 0) return `${due}.\n${notes.join('')}`;
  const size =
    planned === 0
      ? ''
      : expectedBytes === null
        ? `; their sizes are not known yet, and none may be above ${renderBytes(maxFileBytes)} (--max-file)`
        : `, about ${renderBytes(expectedBytes)}`;
  return `${due}; this pass requests up to ${renderCount(planned)}${size}. The mirror has ${renderPlural(stored.files, 'file')} with ${renderBytes(stored.bytes)}.\n${notes.join('')}`;
}

export function toFilePlanJson({
  counts,
  planned,
  expectedBytes,
  maxFileBytes,
  stored,
  refusedHosts,
  pausedHosts,
}: FilePlan) {
  return {
    ...counts,
    planned,
    expected_bytes: expectedBytes,
    max_bytes: Number.isFinite(maxFileBytes) ? planned * maxFileBytes : null,
    stored_files: stored.files,
    stored_bytes: stored.bytes,
    refused_hosts: refusedHosts,
    paused_hosts: toPausedHostsJson(pausedHosts),
  };
}

export const toFileJson = (report: FilePassReport, exitCode: number) =>
  toDownloadJson(report, exitCode, {
    stored_files: report.stored.files,
    stored_bytes: report.stored.bytes,
    folder: report.folder,
    unknown_files: report.unknownFiles,
    refused_hosts: report.refusedHosts,
    paused_hosts: toPausedHostsJson(report.pausedHosts),
  });

export function renderFileReport(
  report: FilePassReport,
  knownHosts: readonly string[],
  { timeZone }: ReportStyle,
): string {
  const { stored, folder, unknownFiles, refusedHosts } = report;
  return renderDownloadReport('files', report, {
    held: `${toPlaceText(folder)} has ${renderPlural(stored.files, 'file')} with ${renderBytes(stored.bytes)}.`,
    notes: [
      ...renderPausedHosts(report.pausedHosts),
      ...renderRefusedHosts(refusedHosts, knownHosts),
      ...(unknownFiles === 0
        ? []
        : [
            `No document of the mirror has ${renderPlural(unknownFiles, 'other file')} in that folder, for example since a restore; nothing removes them.`,
          ]),
    ],
    timeZone,
  });
}

/** The texts or files in `status`: how many are stored and due, and how the newest pass over them ended. */
function renderDownloadState(
  kind: DownloadKind,
  counts: Outcomes & Readonly<Record<'documents' | 'never_requested', number>>,
  pass: TextPassRow | FilePassRow,
  {
    width,
    timeZone,
    aim,
    now,
    next,
    notes = [],
  }: {
    readonly width: number;
    readonly timeZone: string;
    readonly aim: Aim;
    /** How many can be requested now, and how. */
    readonly now: number;
    readonly next: string;
    readonly notes?: readonly string[];
  },
): string {
  const { documents, never_requested } = counts;
  const why = pass.error_code === null ? '' : ` ${pass.error_code}: ${pass.error_message ?? ''}`;
  const pause =
    pass.paused_until === null || kind === 'files'
      ? ''
      : ` The server asked for no request for ${kind} before ${pass.paused_until}.`;
  const lines = [
    `${kind} of ${renderPlural(documents, 'public document')}: ${renderOutcomes(kind, counts)}, ${renderCount(never_requested)} never requested; ${renderCount(now)} due${now === 0 ? '' : ` (${next})`}.`,
    `newest pass over ${kind}, at ${pass.started_at}: ${toPassWords(pass.outcome, pass.error_code !== null)}, ${renderOutcomes(kind, pass)}.${why}${pause}`,
    ...notes,
  ];
  return `\n${lines.map((line) => wrapText(aim(localizeTimes(line, timeZone)), width)).join('')}`;
}

/** The texts in `status`. Empty if none was ever requested. */
export const renderTextState = (
  { counts, pass }: TextState,
  aim: Aim,
  width: number,
  timeZone: string,
): string =>
  counts === null || pass === null
    ? ''
    : renderDownloadState('texts', counts, pass, {
        width,
        timeZone,
        aim,
        now: counts.due,
        next: '`clearinghouse-mirror fetch-texts`',
      });

export const toTextStateJson = ({ counts, pass }: TextState) => ({ texts: counts, text_pass: pass });

/** The files in `status`: what is stored, what is missing, what is due, and what to do. Empty if none was ever requested. */
export function renderFileState(
  { stored, missing, missingOf, sorted, pausedHosts, pass }: FileState,
  {
    folder,
    knownHosts,
    aim,
  }: { readonly folder: string; readonly knownHosts: readonly string[]; readonly aim: Aim },
  width: number,
  timeZone: string,
): string {
  if (pass === null || sorted === null) return '';
  const { counts, free, refusedHosts } = sorted;
  const held = `Files: ${renderPlural(stored.files, 'file')} of ${renderPlural(stored.documents, 'document')}, ${renderBytes(stored.bytes)}, in ${toPlaceText(folder)}`;
  const lost =
    missing === 0
      ? []
      : [
          `${renderPlural(missing, 'stored file')} ${missing === 1 ? 'is' : 'are'} MISSING from that folder. If the folder is elsewhere, put it back; otherwise request ${missing === 1 ? 'it' : 'them'} again: ${suggestFiles(missingOf, missing === stored.files ? ['--accept-missing-files'] : [])}.`,
        ];
  const notes = [
    ...lost,
    ...renderPausedHosts(pausedHosts),
    ...renderRefusedHosts(refusedHosts, knownHosts),
    ...(counts.too_large === 0
      ? []
      : ['fetch-files requests those that are too large again if its --max-file is another.']),
  ];
  return `${renderDownloadState('files', counts, pass, { width, timeZone, aim, notes, now: free.documents, next: suggestFiles(free) })}${wrapText(held, width)}`;
}

export const toFileStateJson = ({ stored, missing, sorted, pausedHosts, pass }: FileState) => ({
  files: { ...stored, missing },
  file_states: sorted?.counts ?? null,
  refused_hosts: sorted?.refusedHosts ?? [],
  paused_hosts: toPausedHostsJson(pausedHosts),
  file_pass: pass,
});
