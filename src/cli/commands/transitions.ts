import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findPeriod, type Period } from '../../history/period.ts';
import {
  type TransitionCount,
  type TransitionFilter,
  countTransitions,
  findStatus,
  listSpells,
  listTransitions,
} from '../../history/transitions.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { Io } from '../io.ts';
import {
  type Flags,
  PERIOD_HELP,
  type RowOutput,
  addRowFormat,
  addSettings,
  addSince,
  addUntil,
  readPeriod,
  readRowFormat,
  readSettings,
} from '../options.ts';
import { printListing, type Listing } from '../output.ts';
import { wrapText } from '../../lib/layout.ts';
import { toNoPeriodWords } from '../text/period.ts';
import { renderSpells, renderTransitionList, renderTransitions } from '../text/transitions.ts';
import { withMirrorMoment } from '../with-mirror.ts';

const MOVE_COLUMNS = ['run_id', 'changed_at', 'case_id', 'case_name', 'from_status', 'to_status'];
const COUNT_COLUMNS = ['from_status', 'to_status', 'moves', 'cases'];

export function defineOptions(command: Command): Command {
  return addSettings(
    addRowFormat(
      addUntil(addSince(command))
        .option('--list', 'list the cases behind the numbers')
        .option('--from <status>', 'list the cases that left this status (id or label; new, departed, none)')
        .option('--to <status>', 'list the cases that reached this status'),
      'text',
    ),
    ['database'],
  ).addHelpText(
    'after',
    `
${PERIOD_HELP}
Without --since, the period starts at the first run.

A move is a change of case_ongoing, a departure from the site, a return, or the first appearance of a case in the mirror.
(new) means that the mirror did not have the case before, (departed) that the case is not on the site, (none) that it has
no status. --from and --to imply --list. The text of the list leaves out new cases unless you pass --from new; the other
formats contain them. Without --list, --json prints one object with the counts and the durations.

Examples:
  $ clearinghouse-mirror transitions --since "last month"
  $ clearinghouse-mirror transitions --list --from Yes --to No`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const output = readRowFormat(flags, 'text');
  const asked = readPeriod(flags, io);
  const { database } = readSettings(flags, io);
  await withMirrorMoment(database, async (mirror) => {
    const statusOf = (flag: unknown) => (typeof flag === 'string' ? findStatus(mirror, flag) : undefined);
    const [from, to] = [statusOf(flags.from), statusOf(flags.to)];
    const period = findPeriod(mirror, { ...asked, otherwise: 'first run' });
    const isList = flags.list === true || from !== undefined || to !== undefined;
    await printListing(io, output, database, toListing());

    function toListing(): Listing {
      if (period === null) {
        const isAsked = asked.since !== undefined || asked.until !== undefined;
        const none = `No moves: ${toNoPeriodWords(isAsked)}.`;
        const text = (width: number) => [wrapText(none, width)];
        return { columns: MOVE_COLUMNS, objects: () => [], text, none: `${none}\n` };
      }
      return isList
        ? toMoves(mirror, { period, from, to, withNew: output.format !== 'text' }, io)
        : toFigures(mirror, period, output, io);
    }
  });
  return 'complete';
}

function toMoves(mirror: Mirror, filter: TransitionFilter, { timeZone }: Io): Listing {
  return {
    columns: MOVE_COLUMNS,
    objects: () => listTransitions(mirror, filter),
    *text(width) {
      const place = { width, timeZone };
      yield renderTransitions(filter.period, countTransitions(mirror, filter.period), place);
      yield* renderTransitionList(listTransitions(mirror, filter), place);
    },
  };
}

function toFigures(mirror: Mirror, period: Period, { format }: RowOutput, { timeZone }: Io): Listing {
  const counts: TransitionCount[] = countTransitions(mirror, period);
  const isJson = format === 'json' || format === 'ndjson';
  const figures = () => ({
    first_run_id: period.first.id,
    last_run_id: period.last.id,
    transitions: counts,
    spells: listSpells(mirror),
  });
  return {
    columns: COUNT_COLUMNS,
    objects: () => (isJson ? [figures()] : counts),
    *text(width) {
      yield renderTransitions(period, counts, { width, timeZone });
      yield renderSpells(listSpells(mirror), { width });
    },
  };
}
