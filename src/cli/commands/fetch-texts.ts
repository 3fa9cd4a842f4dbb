import { type Command, InvalidArgumentError, Option } from 'commander';
import { type TextSelection, listDocumentTypes } from '../../db/linked/texts.ts';
import { toNotMirrored } from '../../db/read-case.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { EXIT_CODES, type ExitName } from '../../errors/exit-codes.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { listClosest, suggestNames } from '../../lib/closest-names.ts';
import { parseFilters, refuseNoCase, requireFilters, toCaseCondition } from '../../search/filters.ts';
import type { TextPassReport } from '../../sync/linked/text-pass.ts';
import { parseSnapshotSettings } from '../../config/settings.ts';
import { addCaseFilters, toFilterFlags } from '../case-filters.ts';
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
import { createTextProgress } from '../text/progress.ts';
import { toJsonLine } from '../text/words.ts';
import { parseCaseId, withMirror } from '../with-mirror.ts';

const DEFAULT_BUDGET = '500';

export function defineOptions(command: Command): Command {
  return addSettings(
    addCaseFilters(command)
      .addOption(new Option('--type <type...>', 'only documents of these types').default([], 'all'))
      .option('--core', 'only core documents')
      .addOption(
        new Option('--case <id...>', 'only documents of these cases')
          .argParser((text: string, before: readonly number[]) => [...before, parseCaseId(text)])
          .default([], 'all'),
      )
      .addOption(
        new Option('--budget <requests>', 'maximum requests, including retries; "all" for no limit')
          .argParser(parseBudget)
          .default(Number(DEFAULT_BUDGET), DEFAULT_BUDGET),
      )
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

function parseBudget(text: string): number {
  if (text === 'all') return Infinity;
  const budget = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(budget) || budget < 1)
    throw new InvalidArgumentError('It takes a whole number from 1, or "all".');
  return budget;
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
  const progress = createTextProgress(io.stderr, io.runtime.now, io.timeZone);
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

/**
 * The selection of the flags. Fails with USAGE if there is no such type or no case that passes the filters, or
 * CASE_NOT_MIRRORED if there is no such case.
 */
function readSelection(flags: Flags, database: string): TextSelection {
  const wanted = flags.type as readonly string[];
  const types = wanted.length === 0 ? [] : withMirror(database, listDocumentTypes);
  const caseIds = flags.case as readonly number[];
  if (caseIds.length > 0)
    withMirror(database, (mirror) => {
      assertMirrored(mirror, caseIds);
    });
  return {
    types: wanted.map((name) => findType(name, types)),
    caseIds,
    caseCondition: readCaseCondition(flags, database),
    isCore: flags.core === true,
  };
}

function readCaseCondition(flags: Flags, database: string): string | null {
  const filters = parseFilters(toFilterFlags(flags));
  if (filters.filed === null && Object.keys(filters.values).length === 0) return null;
  return withMirror(database, (mirror) => {
    const resolved = requireFilters(mirror.sqlite, filters, mirror.path);
    refuseNoCase(mirror.sqlite, resolved, mirror.path);
    return toCaseCondition(resolved);
  });
}

/** Without it, a wrong id would end as complete, with nothing to request. */
function assertMirrored(mirror: Mirror, caseIds: readonly number[]): void {
  const find = mirror.sqlite.prepare<[number], number>('SELECT 1 FROM cases WHERE id = ?').pluck();
  for (const caseId of caseIds) if (find.get(caseId) === undefined) throw toNotMirrored(mirror, caseId);
}

function findType(name: string, types: readonly string[]): string {
  const found = types.find((type) => type.toLowerCase() === name.trim().toLowerCase());
  if (found !== undefined) return found;
  const quoted = (names: readonly string[]): string[] => names.map((one) => JSON.stringify(one));
  const hint =
    types.length === 0
      ? 'The mirror has no document with a type yet: run `clearinghouse-mirror sync`, which reads the lists of documents.'
      : [
          suggestNames(quoted(listClosest(name, types, 1))),
          `The types in this mirror are ${quoted(types).join(', ')}.`,
        ]
          .filter((part) => part !== null)
          .join(' ');
  throw new MirrorError('USAGE', `No document has the type ${JSON.stringify(name.slice(0, 100))}.`, { hint });
}
