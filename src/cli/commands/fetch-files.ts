import type { Command } from 'commander';
import { parseFileSettings } from '../../config/settings.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { FilePassReport, FilePlan } from '../../sync/linked/file-pass.ts';
import { addDocumentSelection, isNarrow, readSelection, fetchDocuments } from '../fetch-documents.ts';
import type { Io } from '../io.ts';
import {
  FILE_SETTINGS,
  type Flags,
  SYNC_SETTINGS,
  addSettings,
  readSettings,
  readWrittenSettings,
} from '../options.ts';
import { renderFilePlan, renderFileReport, toFileJson, toFilePlanJson } from '../text/downloads.ts';
import { withMirror } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    addDocumentSelection(command, '. Short answers without a file do not count, up to as many again')
      .option(
        '--accept-missing-files',
        'begin a new folder if none of the stored files is there, and request them again',
      )
      .option('--dry-run', 'only show how many requests and how many MB it would take')
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
requested again after a pause; a host that asks for a pause, or does not respond, costs only
its own files. Snapshots do not contain files.

The exit code is 6 if nothing of what was selected is stored, because all of it failed or is on
hosts that --file-hosts does not name.

Requests for files that the host does not have, that are too large or that it redirects to another
host do not use up the budget if the answer has less than 64 kB, up to as many as the budget has: a
pass sends at most twice its budget. The output names the hosts of files that were not requested
because --file-hosts does not name them.

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
  const { database, fileHosts: knownHosts, maxFileBytes } = settings;
  const selection = readSelection(flags, database);
  if (!isNarrow(selection))
    throw new MirrorError('USAGE', 'fetch-files needs a selection of documents.', {
      hint: 'Give --type, --case, --core or a filter of cases, such as `clearinghouse-mirror fetch-files --case 10002`.',
    });
  const budget = flags.budget as number;
  const choices = {
    acceptsMissingFiles: flags.acceptMissingFiles === true,
    ignoresPause: flags.ignoreRetryAfter === true,
  };
  const { listLongPauses, planFiles, runFilePass } = await import('../../sync/linked/file-pass.ts');
  return fetchDocuments<FilePlan, FilePassReport>(flags, io, {
    kind: 'files',
    findPlan: () => {
      const terms = { now: io.runtime.now(), knownHosts, maxFileBytes };
      return withMirror(database, (mirror) => {
        const paused = choices.ignoresPause ? [] : listLongPauses(mirror, terms.now, settings);
        return planFiles(mirror, selection, terms, budget, paused);
      });
    },
    renderPlan: (plan) => renderFilePlan(plan, knownHosts, io.timeZone),
    toPlanJson: toFilePlanJson,
    runPass: (signal, onEvent) =>
      runFilePass({ settings, selection, budget, ...choices, signal, onEvent }, io.runtime),
    renderReport: (report, style) => renderFileReport(report, knownHosts, style),
    toReportJson: toFileJson,
  });
}
