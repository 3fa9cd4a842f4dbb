import { renderCount, renderPlural } from '../../lib/layout.ts';
import type { FilePassReport, FilePlan } from '../../sync/linked/file-pass.ts';
import { renderDownloadReport, renderDue, toDownloadJson } from './downloads.ts';
import type { ReportStyle } from './report.ts';
import { renderBytes } from './words.ts';

/** What a pass is going to do, and the room that it takes. */
export function renderFilePlan({ counts, planned, expectedBytes, stored }: FilePlan): string {
  const due = renderDue('files', counts);
  if (counts.due === 0) return `${due}.\n`;
  const size = expectedBytes === null ? 'their size is not known yet' : `about ${renderBytes(expectedBytes)}`;
  return `${due}; this pass requests up to ${renderCount(planned)}, ${size}. The mirror has ${renderPlural(stored.files, 'file')} with ${renderBytes(stored.bytes)}.\n`;
}

/** The plan as `--json` prints it. */
export function toFilePlanJson({ counts, planned, expectedBytes, stored }: FilePlan) {
  return {
    ...counts,
    planned,
    expected_bytes: expectedBytes,
    stored_files: stored.files,
    stored_bytes: stored.bytes,
  };
}

export const toFileJson = (report: FilePassReport, exitCode: number) =>
  toDownloadJson(report, exitCode, {
    stored_files: report.stored.files,
    stored_bytes: report.stored.bytes,
    folder: report.folder,
    unknown_files: report.unknownFiles,
  });

export function renderFileReport(report: FilePassReport, { timeZone }: ReportStyle): string {
  const { stored, folder, unknownFiles } = report;
  return renderDownloadReport('files', report, {
    held: `${folder} has ${renderPlural(stored.files, 'file')} with ${renderBytes(stored.bytes)}.`,
    notes:
      unknownFiles === 0
        ? []
        : [
            `No document of the mirror has ${renderPlural(unknownFiles, 'other file')} in that folder, for example since a restore; nothing removes them.`,
          ],
    timeZone,
  });
}
