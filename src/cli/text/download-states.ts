import type { FileState } from '../../db/linked/file-state.ts';
import type { DownloadKind, FilePassRow, TextPassRow } from '../../db/linked/passes.ts';
import type { TextState } from '../../db/linked/texts.ts';
import { renderCount, renderPlural, wrapText } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import { toPassWords } from '../../sync/linked/report.ts';
import { type Outcomes, renderOutcomes, renderRefusedHosts } from './downloads.ts';
import { renderBytes } from './words.ts';

/* The texts and the files of documents in `status`. */

/** The texts or files in `status`: how many are stored and due, and how the newest pass over them ended. */
function renderDownloadState(
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
    `${kind} of ${renderPlural(documents, 'public document')}: ${renderOutcomes(kind, counts)}, ${renderCount(never_requested)} never requested; ${renderCount(due)} due${due === 0 ? '' : ` (\`clearinghouse-mirror fetch-${kind}${kind === 'files' ? ' --core' : ''}\`)`}.`,
    `newest pass over ${kind}, at ${pass.started_at}: ${toPassWords(pass.outcome, pass.error_code !== null)}, ${renderOutcomes(kind, pass)}.${why}${pause}`,
    ...notes,
  ];
  return `\n${lines.map((line) => wrapText(localizeTimes(line, timeZone), width)).join('')}`;
}

/** The texts in `status`. Empty if none was ever requested. */
export const renderTextState = ({ counts, pass }: TextState, width: number, timeZone: string): string =>
  counts === null || pass === null ? '' : renderDownloadState('texts', counts, pass, { width, timeZone });

export const toTextStateJson = ({ counts, pass }: TextState) => ({ texts: counts, text_pass: pass });

/** The files in `status`: what is stored, what is missing, what is due, and what to do. Empty if none was ever requested. */
export function renderFileState(
  { stored, missing, counts, refusedHosts, pass }: FileState,
  { folder, knownHosts }: { readonly folder: string; readonly knownHosts: readonly string[] },
  width: number,
  timeZone: string,
): string {
  if (pass === null || counts === null) return '';
  const held = `Files: ${renderPlural(stored.files, 'file')} of ${renderPlural(stored.documents, 'document')}, ${renderBytes(stored.bytes)}, in ${folder}`;
  const lost =
    missing === 0
      ? []
      : [
          `${renderPlural(missing, 'stored file')} ${missing === 1 ? 'is' : 'are'} MISSING from that folder. If the folder is elsewhere, put it back; otherwise \`clearinghouse-mirror fetch-files --core${missing === stored.files ? ' --accept-missing-files' : ''}\` requests those of core documents again.`,
        ];
  const notes = [
    ...lost,
    ...renderRefusedHosts(refusedHosts, knownHosts),
    ...(counts.too_large === 0
      ? []
      : ['fetch-files requests those that are too large again if its --max-file is another.']),
  ];
  return `${renderDownloadState('files', counts, pass, { width, timeZone, notes })}${wrapText(held, width)}`;
}

export const toFileStateJson = ({ stored, missing, counts, refusedHosts, pass }: FileState) => ({
  files: { ...stored, missing },
  file_states: counts,
  refused_hosts: refusedHosts,
  file_pass: pass,
});
