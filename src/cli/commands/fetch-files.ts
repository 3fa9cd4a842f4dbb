import type { Command } from 'commander';
import { parseFileSettings } from '../../config/settings.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { FilePassReport, FilePlan } from '../../sync/linked/file-pass.ts';
import { addDocumentSelection, isNarrow, readSelection } from '../document-selection.ts';
import { fetchDocuments } from '../fetch-documents.ts';
import type { Io } from '../io.ts';
import {
  FILE_SETTINGS,
  type Flags,
  SYNC_SETTINGS,
  addSettings,
  readSettings,
  readWrittenSettings,
} from '../options.ts';
import { renderFilePlan, renderFileReport, toFileJson, toFilePlanJson } from '../text/fetch-files.ts';
import { withMirror } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    addDocumentSelection(command)
      .option(
        '--accept-missing-files',
        'begin a new folder if none of the stored files is there, and request them again',
      )
      .option('--dry-run', 'only show how many files are due, and how large they are if that is known')
      .option('--json', 'print the report as JSON'),
    [...SYNC_SETTINGS, ...FILE_SETTINGS],
  ).addHelpText(
    'after',
    `
Select the documents: all files together are very large. Files are requested one at a time,
without the token, and only from the hosts of --file-hosts; a redirect to another host is
not followed. Documents that are not for the public are never requested.

The files are stored in the folder DATABASE.files, by the hash of their content; equal files
are stored once. The table document_files says which document has which file. A file is
requested again only when its document changes. A failure costs only its own file, which is
requested again after a pause. Snapshots do not contain files.

The filters are those of \`search\`, and select the cases whose documents are meant.

Examples:
  $ clearinghouse-mirror fetch-files --case 10002 --dry-run
  $ clearinghouse-mirror fetch-files --type "Order/Opinion" --core
  $ clearinghouse-mirror fetch-files --state Michigan --filed 2015.. --core`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const written = readWrittenSettings(flags, io);
  const settings = { ...readSettings(flags, io), ...parseFileSettings(written) };
  const { database, fileHosts: knownHosts } = settings;
  const selection = readSelection(flags, database);
  if (!isNarrow(selection))
    throw new MirrorError('USAGE', 'fetch-files needs a selection of documents.', {
      hint: 'Give --type, --case, --core or a filter of cases, such as `clearinghouse-mirror fetch-files --case 10002`.',
    });
  const budget = flags.budget as number;
  const acceptsMissingFiles = flags.acceptMissingFiles === true;
  const { planFiles, runFilePass } = await import('../../sync/linked/file-pass.ts');
  return fetchDocuments<FilePlan, FilePassReport>(flags, io, {
    kind: 'files',
    findPlan: () => {
      const now = io.runtime.now();
      return withMirror(database, (mirror) => planFiles(mirror, selection, { now, knownHosts, budget }));
    },
    renderPlan: renderFilePlan,
    toPlanJson: toFilePlanJson,
    runPass: (signal, onEvent) =>
      runFilePass({ settings, selection, budget, acceptsMissingFiles, signal, onEvent }, io.runtime),
    renderReport: renderFileReport,
    toReportJson: toFileJson,
  });
}
