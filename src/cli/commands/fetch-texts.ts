import type { Command } from 'commander';
import { parseSnapshotSettings } from '../../config/settings.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import type { TextPassReport, TextPlan } from '../../sync/linked/text-pass.ts';
import { addDocumentSelection, readSelection, fetchDocuments } from '../fetch-documents.ts';
import type { Io } from '../io.ts';
import {
  type Flags,
  SYNC_SETTINGS,
  addSettings,
  readSettings,
  readSettingsAndToken,
  readWrittenSettings,
} from '../options.ts';
import { renderTextPlan, renderTextReport, toTextJson, toTextPlanJson } from '../text/downloads.ts';
import { withMirror } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    addDocumentSelection(command)
      .option('--dry-run', 'only show how many texts are due and how much room they take')
      .option('--json', 'print the report as JSON'),
    SYNC_SETTINGS,
  ).addHelpText(
    'after',
    `
The text of each document is one request, so fetch the texts that you need. A text that is
stored is requested again only when its document changes, and after a year. A failure costs
only its own text, which is requested again after a pause. Run the command again to go on
where it ended.

Before the first request, it prints how much room the texts will take: they also go into
each snapshot, unless you set --no-snapshot-texts. Documents that are not for the public are never requested.

The filters are those of \`search\`, and select the cases whose documents are meant.

Examples:
  $ clearinghouse-mirror fetch-texts --type "Order/Opinion" --core
  $ clearinghouse-mirror fetch-texts --case 10002
  $ clearinghouse-mirror fetch-texts --ongoing Yes --state Michigan --filed 2015..
  $ clearinghouse-mirror fetch-texts --dry-run`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const settings = readSettings(flags, io);
  const { database } = settings;
  const selection = readSelection(flags, database);
  const budget = flags.budget as number;
  const ignoresPause = flags.ignoreRetryAfter === true;
  const { token } = flags.dryRun === true ? { token: '' } : readSettingsAndToken(flags, io);
  const { planTexts, runTextPass } = await import('../../sync/linked/text-pass.ts');
  return fetchDocuments<TextPlan, TextPassReport>(flags, io, {
    kind: 'texts',
    findPlan: () => withMirror(database, (mirror) => planTexts(mirror, selection, io.runtime.now(), budget)),
    renderPlan: (plan) => renderTextPlan(plan, countCopies(flags, io, database)),
    toPlanJson: toTextPlanJson,
    runPass: (signal, onEvent) =>
      runTextPass({ settings, token, selection, budget, ignoresPause, signal, onEvent }, io.runtime),
    renderReport: renderTextReport,
    toReportJson: toTextJson,
  });
}

/** How many snapshots with texts the settings keep. */
function countCopies(flags: Flags, io: Io, database: string): number {
  const { daily, weekly, monthly, texts } = parseSnapshotSettings(readWrittenSettings(flags, io), database);
  return texts ? daily + weekly + monthly : 0;
}
