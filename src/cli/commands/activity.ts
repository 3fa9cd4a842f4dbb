import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { checkCase } from '../../history/check-filter.ts';
import { findPeriod } from '../../history/find-period.ts';
import {
  listActiveCases,
  prepareFindNewEntry,
  type ActiveCase,
  type FindNewEntry,
} from '../../history/list-activity.ts';
import { writePieces, type Io } from '../io.ts';
import { addSince, parseLimit, PERIOD_HELP, readPeriod } from '../period-options.ts';
import { renderActivity } from '../render/activity.ts';
import { toNoPeriodWords } from '../render/period.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { parseCaseId } from '../case-id.ts';
import { withMirrorMoment } from '../with-mirror-moment.ts';

const MOST_CASES = 50;

export function defineActivity(command: Command): Command {
  const described = command.description(
    'List new docket entries: by default, those that the newest sync that has ended brought.',
  );
  return addSettings(
    addSince(described)
      .option('--case <id>', 'of this case only', parseCaseId)
      .option('--limit <n>', `how many cases to print; 0 for all (default: ${MOST_CASES})`, parseLimit)
      .option('--json', 'print every entry as JSON, one object a line'),
    ['database'],
  ).addHelpText(
    'after',
    `
An entry is new when it came to a case that the mirror already had. Cases of the newest run come first.
${PERIOD_HELP}
With --case and no --since it begins with the first run. --limit has no effect on --json.

Examples:
  $ clearinghouse-mirror activity --since 2026-03-01
  $ clearinghouse-mirror activity --case 10002 --json`,
  );
}

export async function runActivityCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { since } = readPeriod(flags);
  const caseId = flags.case as number | undefined;
  const isDefault = since === undefined && caseId === undefined;
  await withMirrorMoment(readSettings(flags, io).database, async (mirror) => {
    if (caseId !== undefined) checkCase(mirror, caseId);
    const period = findPeriod(mirror, { since, otherwise: isDefault ? 'newest ended run' : 'first run' });
    const isJson = flags.json === true;
    if (period === null) {
      const words = `No new docket entries: ${toNoPeriodWords(!isDefault)}.\n`;
      await writePieces(isJson ? io.stderr : io.stdout, [words]);
      return;
    }
    const cases = listActiveCases(mirror, { period, caseId });
    const find = prepareFindNewEntry(mirror);
    const limit = (flags.limit as number | undefined) ?? MOST_CASES;
    const pieces = isJson ? toLines(cases, find) : renderActivity({ period, cases, find, limit });
    const isEmpty = await writePieces(io.stdout, pieces);
    if (isEmpty) await writePieces(io.stderr, ['No new docket entries.\n']);
  });
  return 'complete';
}

function* toLines(cases: Iterable<ActiveCase>, find: FindNewEntry): Generator<string> {
  for (const { entryIds } of cases) {
    for (const mirrorId of entryIds) yield `${JSON.stringify(find(mirrorId))}\n`;
  }
}
