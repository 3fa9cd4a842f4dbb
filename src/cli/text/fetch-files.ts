import { renderCount, renderPlural } from '../../lib/layout.ts';
import type { FilePassReport, FilePlan } from '../../sync/linked/file-pass.ts';
import { renderDownloadReport, renderDue, renderRefusedHosts, toDownloadJson } from './downloads.ts';
import type { ReportStyle } from './report.ts';
import { renderBytes } from './words.ts';

/** What a pass is going to do, and the room that it takes. */
export function renderFilePlan(plan: FilePlan, knownHosts: readonly string[]): string {
  const { counts, planned, expectedBytes, maxBytes, stored, refusedHosts } = plan;
  const due = renderDue('files', counts);
  const notes = renderRefusedHosts(refusedHosts, knownHosts).map((note) => `${note}\n`);
  if (counts.due === 0) return `${due}.\n${notes.join('')}`;
  const size =
    planned === 0
      ? ''
      : expectedBytes === null
        ? `, their size is not known yet, at most ${renderBytes(maxBytes)} (--max-file)`
        : `, about ${renderBytes(expectedBytes)}`;
  return `${due}; this pass requests up to ${renderCount(planned)}${size}. The mirror has ${renderPlural(stored.files, 'file')} with ${renderBytes(stored.bytes)}.\n${notes.join('')}`;
}

/** The plan as `--json` prints it. */
export function toFilePlanJson({ counts, planned, expectedBytes, maxBytes, stored, refusedHosts }: FilePlan) {
  return {
    ...counts,
    planned,
    expected_bytes: expectedBytes,
    max_bytes: Number.isFinite(maxBytes) ? maxBytes : null,
    stored_files: stored.files,
    stored_bytes: stored.bytes,
    refused_hosts: refusedHosts,
  };
}

export const toFileJson = (report: FilePassReport, exitCode: number) =>
  toDownloadJson(report, exitCode, {
    stored_files: report.stored.files,
    stored_bytes: report.stored.bytes,
    folder: report.folder,
    unknown_files: report.unknownFiles,
    refused_hosts: report.refusedHosts,
  });

export function renderFileReport(
  report: FilePassReport,
  knownHosts: readonly string[],
  { timeZone }: ReportStyle,
): string {
  const { stored, folder, unknownFiles, refusedHosts } = report;
  return renderDownloadReport('files', report, {
    held: `${folder} has ${renderPlural(stored.files, 'file')} with ${renderBytes(stored.bytes)}.`,
    notes: [
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
