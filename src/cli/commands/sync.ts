import { Option, type Command } from 'commander';
import { API_LISTS, type ApiList, findApiList, chooseLists } from '../../api/lists.ts';
import { listClosest, suggestNames } from '../../lib/closest-names.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findLoss, reportStyle, withStop, write, writeText, type Io } from '../io.ts';
import { toJsonLine } from '../text/words.ts';
import { type Settings, readsLinked } from '../../config/settings.ts';
import { renderLinkedReport, toLinkedJson } from '../text/linked.ts';
import { toAim } from '../suggested-commands.ts';
import { renderRunReport, toReportJson } from '../text/report.ts';
import { isSkipped, toExit } from '../../sync/linked/report.ts';
import { createRunEvents } from '../log.ts';
import { addSettings, SYNC_SETTINGS, readSettingsAndToken, type Flags } from '../options.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .addOption(
        new Option('--list <id-or-label...>', 'only these lists, by id or by label').default([], 'all'),
      )
      .option('--dry-run', 'send the requests and compare, but write nothing')
      .option('--accept-departures', 'mark every case that left the site, no matter how many')
      .option(
        '--accept-other-api',
        'sync although the mirror has cases of another API, where one of the two is the Clearinghouse and the other is not',
      )
      .option('--ignore-retry-after', 'send requests even though the server asked for a pause')
      .option('--json', 'print the report as JSON'),
    SYNC_SETTINGS,
  ).addHelpText(
    'after',
    `
Each list ends as complete (every page was read, and the number of distinct cases equals
the API's count), empty (the API has no such case), partial, failed, skipped or
interrupted. If one list fails, the others continue. Ctrl-C ends the run after the
current page.

Then the linked lists are read: the documents, all dockets and the resources of the cases,
as many as --linked-budget allows; those of new and changed cases first. Their report follows
that of the cases. --no-linked leaves them out.

If a case is missing from a complete list, sync requests it by its id: either the API has
it in another list, or it left the site and is marked as departed. Nothing is deleted.

Examples:
  $ clearinghouse-mirror sync
  $ clearinghouse-mirror sync --list Yes 5024
  $ clearinghouse-mirror sync --dry-run --json
  $ clearinghouse-mirror sync --linked-budget all`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const named = parseLists(flags.list);
  const { settings, token } = readSettingsAndToken(flags, io);
  const lists = named ?? chooseLists(settings.includeUnclassified);
  const { runSync } = await import('../../sync/run-sync.ts');
  const report = await withStop(io, (signal) =>
    runSync(
      {
        settings,
        token,
        lists,
        trigger: 'sync',
        dryRun: flags.dryRun === true,
        acceptDepartures: flags.acceptDepartures === true,
        ignoresPause: flags.ignoreRetryAfter === true,
        acceptsOtherApi: flags.acceptOtherApi === true,
        signal,
        onEvent: createRunEvents(io),
      },
      io.runtime,
    ),
  );
  const loss = findLoss(io.stderr);
  const text =
    flags.json === true
      ? toJsonLine({ ...toReportJson(report), ...(loss !== null && { log_lost: loss }) })
      : `${toAim(io, flags)(renderRunReport(report, reportStyle(io)))}${loss === null ? '' : `What this run told on its way is lost: ${loss}.\n`}`;
  await (flags.json === true ? write(io.stdout, text) : writeText(io, text));
  return report.runId === null || !readsLinked(settings)
    ? report.exit
    : readLinked({ settings, token, flags, io, exit: report.exit });
}

/** Reads linked lists after the run, which has its own outcome and report. */
async function readLinked(after: {
  readonly settings: Settings;
  readonly token: string;
  readonly flags: Flags;
  readonly io: Io;
  readonly exit: ExitName;
}): Promise<ExitName> {
  const { settings, token, flags, io, exit } = after;
  const { runLinkedPass } = await import('../../sync/linked/pass.ts');
  const ignoresPause = flags.ignoreRetryAfter === true;
  const result = await withStop(io, (signal) =>
    runLinkedPass({ settings, token, ignoresPause, signal, onEvent: createRunEvents(io) }, io.runtime),
  );
  await (flags.json === true
    ? write(io.stdout, toJsonLine(toLinkedJson(result)))
    : writeText(io, toAim(io, flags)(`\n${renderLinkedReport(result, io.timeZone)}`)));
  return isSkipped(result) ? exit : toExit(exit, result);
}

/** The lists named by ids or labels, in the API's order and each once; null when none is named. */
function parseLists(names: unknown): readonly ApiList[] | null {
  if (!Array.isArray(names) || names.length === 0) return null;
  const wanted = names.map((name) => {
    const list = findApiList(String(name));
    if (list === undefined) throw toListError(String(name));
    return list;
  });
  return API_LISTS.filter((list) => wanted.includes(list));
}

function toListError(name: string): MirrorError {
  const labels = API_LISTS.map(({ label }) => label);
  const isFlag = name.startsWith('--');
  const suggested = isFlag ? null : suggestNames(listClosest(name, labels, 1).map((label) => `"${label}"`));
  const hints = [
    suggested,
    name.includes(',') ? 'Separate lists with spaces.' : null,
    `The lists are ${API_LISTS.map(({ id, label }) => `${id} (${label})`).join(', ')}.`,
  ];
  const sentence = isFlag
    ? `--list needs a value before ${name}.`
    : `There is no list ${JSON.stringify(name)}.`;
  return new MirrorError('USAGE', sentence, { hint: hints.filter((hint) => hint !== null).join(' ') });
}
