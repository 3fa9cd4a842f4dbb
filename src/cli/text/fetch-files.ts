import type { FileCounts } from '../../db/linked/files.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import type { FilePassReport, FilePlan } from '../../sync/linked/file-pass.ts';
import type { ReportStyle } from './report.ts';
import { renderBytes, renderDuration } from './words.ts';

/** What a pass is going to do, and the room that it takes. */
export function renderFilePlan({ counts, planned, expectedBytes, stored }: FilePlan): string {
  const due = `${renderPlural(counts.due, 'file')} of ${renderPlural(counts.documents, 'selected document')} ${counts.due === 1 ? 'is' : 'are'} due`;
  if (counts.due === 0) return `Files: ${due}.\n`;
  const size = expectedBytes === null ? 'their size is not known yet' : `about ${renderBytes(expectedBytes)}`;
  return `Files: ${due}; this pass requests up to ${renderCount(planned)}, ${size}. The mirror has ${renderPlural(stored.files, 'file')} with ${renderBytes(stored.bytes)}.\n`;
}

/** The plan as `--json` prints it. */
export function toFilePlanJson({ counts, planned, expectedBytes, stored }: FilePlan) {
  return {
    ...toCountsJson(counts),
    planned,
    expected_bytes: expectedBytes,
    stored_files: stored.files,
    stored_bytes: stored.bytes,
  };
}

function toCountsJson(counts: FileCounts) {
  return {
    documents: counts.documents,
    due: counts.due,
    never_requested: counts.neverAsked,
    files: counts.files,
    not_offered: counts.notOffered,
    too_large: counts.tooLarge,
    not_a_pdf: counts.notAPdf,
    refused: counts.refused,
    failed: counts.failed,
  };
}

/** The report as `--json` prints it. `pass` has the figures of this pass, `selected` the state after it. */
export function toFileJson(report: FilePassReport, exitCode: number) {
  const { passId, outcome, startedAt, endedAt, figures, counts, stored, folder, error, pausedUntil } = report;
  return {
    pass_id: passId,
    outcome,
    exit_code: exitCode,
    started_at: startedAt.toISOString(),
    ended_at: endedAt.toISOString(),
    pass: figures,
    selected: toCountsJson(counts),
    stored_files: stored.files,
    stored_bytes: stored.bytes,
    folder,
    unknown_files: report.unknownFiles,
    paused_until: pausedUntil?.toISOString() ?? null,
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
  };
}

const ENDINGS = {
  complete: 'complete, no selected file is due now',
  budget: 'the budget is spent; run it again to go on',
  failed: 'failed',
  interrupted: 'interrupted; run it again to go on',
} as const;

export function renderFileReport(report: FilePassReport, { timeZone }: ReportStyle): string {
  const { figures, counts, outcome, error, startedAt, endedAt, stored, folder } = report;
  const others = [
    [figures.not_offered, 'not offered'],
    [figures.too_large, 'too large'],
    [figures.not_a_pdf, 'not a PDF'],
    [figures.refused, 'on another host or not public'],
    [figures.failed, 'failed'],
  ] as const;
  const found = [
    renderPlural(figures.files, 'file'),
    ...others.filter(([n]) => n > 0).map(([n, what]) => `${renderCount(n)} ${what}`),
  ].join(', ');
  const took = renderDuration(endedAt.getTime() - startedAt.getTime());
  const lines = [
    `Files: ${found}, in ${took}: ${renderPlural(figures.requests, 'request')} (${renderPlural(figures.retries, 'retry', 'retries')}), ${renderBytes(figures.bytes)} received.`,
    `Pass ${report.passId}: ${error !== null && outcome === 'budget' ? 'ended early; run it again to go on' : ENDINGS[outcome]}.`,
    `Selected: ${renderPlural(counts.documents, 'document')}, ${renderCount(counts.files)} with a file, ${renderCount(counts.due)} due now. ${folder} has ${renderPlural(stored.files, 'file')} with ${renderBytes(stored.bytes)}.`,
    ...(report.unknownFiles === 0
      ? []
      : [
          `No document of the mirror has ${renderPlural(report.unknownFiles, 'other file')} in that folder, for example since a restore; nothing removes them.`,
        ]),
    ...(figures.failed === 0
      ? []
      : [
          `Why files failed: \`clearinghouse-mirror query "SELECT error_code, count(*) FROM document_files WHERE failures > 0 GROUP BY 1"\`.`,
        ]),
    ...(error === null ? [] : [`${error.message} [${error.code}]`, `Hint: ${error.hint}`]),
  ];
  return localizeTimes(`${lines.join('\n')}\n`, timeZone);
}
