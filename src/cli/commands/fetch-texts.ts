import type { Command } from 'commander';
import { EXIT_CODES, type ExitName } from '../../errors/exit-codes.ts';
import type { TextPassReport } from '../../sync/linked/text-pass.ts';
import { parseSnapshotSettings } from '../../config/settings.ts';
import { addDocumentSelection, readSelection } from '../document-selection.ts';
import { type Io, reportStyle, say, withStop, write, writeText } from '../io.ts';
import {
  type Flags,
  SYNC_SETTINGS,
  addSettings,
  readSettingsAndToken,
  readSettings,
  readWrittenSettings,
} from '../options.ts';
import { renderTextPlan, renderTextReport, toTextJson, toTextPlanJson } from '../text/fetch-texts.ts';
import { renderBroken } from '../text/errors.ts';
import { createPassProgress } from '../text/progress.ts';
import { toJsonLine } from '../text/words.ts';
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
  const isDry = flags.dryRun === true;
  const settings = readSettings(flags, io);
  const { database } = settings;
  const selection = readSelection(flags, database);
  const budget = flags.budget as number;
  const toCopies = (): number => countCopies(flags, io, database);
  if (isDry) {
    const { planTexts } = await import('../../sync/linked/text-pass.ts');
    const now = io.runtime.now();
    const plan = withMirror(database, (mirror) => planTexts(mirror, selection, now, budget));
    const text = flags.json === true ? toJsonLine(toTextPlanJson(plan)) : renderTextPlan(plan, toCopies());
    await (flags.json === true ? write(io.stdout, text) : writeText(io, text));
    return 'complete';
  }
  const { token } = readSettingsAndToken(flags, io);
  const { runTextPass } = await import('../../sync/linked/text-pass.ts');
  const progress = createPassProgress(io.stderr, io.runtime.now, io.timeZone, 'texts');
  const report = await withStop(io, (signal) =>
    runTextPass(
      {
        settings,
        token,
        selection,
        budget,
        signal,
        onEvent: (event) => {
          if (event.type === 'objects-broken') say(io.stderr, renderBroken(event.broken));
          else if (event.type === 'planned') say(io.stderr, renderTextPlan(event.plan, toCopies()));
          else progress.update(event);
        },
      },
      io.runtime,
    ),
  ).finally(() => {
    progress.end();
  });
  const exit = toExit(report);
  await (flags.json === true
    ? write(io.stdout, toJsonLine(toTextJson(report, EXIT_CODES[exit].code)))
    : writeText(io, renderTextReport(report, reportStyle(io))));
  return exit;
}

/** The end of the budget is a normal end. */
function toExit({ outcome, error }: TextPassReport): ExitName {
  return outcome === 'complete' || outcome === 'budget' ? 'complete' : (error?.exit ?? 'unexpected');
}

/** How many snapshots with texts the settings keep. */
function countCopies(flags: Flags, io: Io, database: string): number {
  const { daily, weekly, monthly, texts } = parseSnapshotSettings(readWrittenSettings(flags, io), database);
  return texts ? daily + weekly + monthly : 0;
}
