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
  NO_STATUSES,
  type SpellFigures,
  type Transition,
  orderStatuses,
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
import type { Aim } from '../../lib/command-line.ts';
import { toAim } from '../suggested-commands.ts';
import { printListing, type Listing } from '../output.ts';
import { wrapText, clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { toNoPeriodWords, toOutcomeWords, toPeriodWords } from '../text/period.ts';
import { withMirrorMoment } from '../with-mirror.ts';
import { toLocalMinute } from '../../lib/local-time.ts';
import { toCaseName, toCellText } from '../text/words.ts';
import { renderTable } from '../text/table.ts';

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
        ? toMoves(mirror, { period, from, to, withNew: output.format !== 'text' }, io, toAim(io, flags))
        : toFigures(mirror, period, output, io, toAim(io, flags));
    }
  });
  return 'complete';
}

function toMoves(mirror: Mirror, filter: TransitionFilter, { timeZone }: Io, aim: Aim): Listing {
  return {
    columns: MOVE_COLUMNS,
    objects: () => listTransitions(mirror, filter),
    *text(width) {
      const place = { width, timeZone, aim };
      yield renderTransitions(filter, countTransitions(mirror, filter.period), place);
      yield* renderTransitionList(listTransitions(mirror, filter), place, filter);
    },
  };
}

function toFigures(
  mirror: Mirror,
  period: Period,
  { format }: RowOutput,
  { timeZone }: Io,
  aim: Aim,
): Listing {
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
      yield renderTransitions({ period }, counts, { width, timeZone, aim });
      yield renderSpells(listSpells(mirror), { width });
    },
  };
}

const MAX_LABEL = 28;

/** The options of the output. */
interface Place {
  readonly width: number;
  readonly timeZone: string;
  readonly aim: Aim;
}

/** The number of moves between each asked pair of statuses: a row for each pair, in the API's order of lists. */
function renderTransitions(
  { period, from, to }: Pick<TransitionFilter, 'period' | 'from' | 'to'>,
  all: readonly TransitionCount[],
  { width, timeZone, aim }: Place,
): string {
  const counts = all.filter(
    ({ from_status, to_status }) => from_status === (from ?? from_status) && to_status === (to ?? to_status),
  );
  const isSome = from !== undefined || to !== undefined;
  const say = (text: string): string => wrapText(aim(text), width);
  const title = `${say(`How many times cases went from one status of case_ongoing to another, found by ${toPeriodWords(period, timeZone)}`)}\n`;
  const outcome = toOutcomeWords(period, timeZone).map(say).join('');
  if (all.length === 0) return `${title}${say('No case changed its status, came or left.')}${outcome}`;
  const others = isSome ? say('`clearinghouse-mirror transitions` counts the moves of every kind.') : '';
  if (counts.length === 0)
    return `${title}${say(`No case went ${toMoveWords(from, to)}.`)}${others}${outcome}`;
  const order = orderStatuses(counts);
  const placeOf = (status: string): number => order.indexOf(status);
  const rows = [...counts].sort(
    (a, b) => placeOf(a.from_status) - placeOf(b.from_status) || placeOf(a.to_status) - placeOf(b.to_status),
  );
  const table = renderTable(
    [
      { heading: 'from status' },
      { heading: 'to status' },
      { heading: 'moves', align: 'right', fit: 'whole' },
      { heading: 'cases', align: 'right', fit: 'whole' },
    ],
    rows.map(({ from_status, to_status, moves, cases }) => [
      toStatusWords(from_status),
      toStatusWords(to_status),
      renderCount(moves),
      renderCount(cases),
    ]),
    width,
  );
  return `${title}${table}\n${isSome ? others : say(renderTotals(counts))}${outcome}`;
}

function toMoveWords(from: string | undefined, to: string | undefined): string {
  return [
    ...(from === undefined ? [] : [`from ${toStatusWords(from)}`]),
    ...(to === undefined ? [] : [`to ${toStatusWords(to)}`]),
  ].join(' ');
}

/** Explains what the numbers count, and adds them up. */
function renderTotals(counts: readonly TransitionCount[]): string {
  const sum = (isMeant: (one: TransitionCount) => boolean): number =>
    counts.reduce((total, one) => total + (isMeant(one) ? one.moves : 0), 0);
  const isNew = ({ from_status }: TransitionCount): boolean => from_status === NO_STATUSES.new;
  const isGone = ({ to_status }: TransitionCount): boolean => to_status === NO_STATUSES.departed;
  const isBack = ({ from_status }: TransitionCount): boolean => from_status === NO_STATUSES.departed;
  const changes = sum((one) => !isNew(one) && !isGone(one) && !isBack(one));
  const parts = [
    renderPlural(changes, 'change of case_ongoing', 'changes of case_ongoing'),
    renderPlural(sum(isGone), 'departure from the site', 'departures from the site'),
    ...(sum(isBack) === 0 ? [] : [renderPlural(sum(isBack), 'return')]),
    `${renderPlural(sum(isNew), 'case')} new to the mirror`,
  ];
  return `A case that moves twice the same way is two moves of one case. In all: ${parts.join(', ')}.`;
}

function toStatusWords(status: string): string {
  return toCellText(clipText(status === '' ? '(empty)' : status, MAX_LABEL));
}

/** How long cases keep a status, and the limits of these figures. */
function renderSpells(spells: readonly SpellFigures[], { width }: Pick<Place, 'width'>): string {
  if (spells.length === 0) return '';
  const days = (value: number | null): string => (value === null ? '-' : value.toFixed(1));
  const numbers = ['stays', 'seen whole', 'median days, seen whole', 'median days, all'];
  const table = renderTable(
    [
      { heading: 'status' },
      ...numbers.map((heading) => ({ heading, align: 'right', fit: 'whole' }) as const),
    ],
    spells.map((one) => [
      toStatusWords(one.status),
      renderCount(one.spells),
      renderCount(one.whole_spells),
      days(one.median_days_of_whole),
      days(one.median_days_seen),
    ]),
    width,
  );
  return `
How long cases stay under a status, over all runs

${table}
${wrapText(
  `A stay is the time of one case under one status. "Seen whole" counts those that began and ended while the mirror
looked on. Long stays are rarely among them yet, so their median is too short. The median of all counts a stay that
had begun before the mirror, or that goes on, with the days that the mirror saw, so it is too short as well.`.replaceAll(
    '\n',
    ' ',
  ),
  width,
)}`;
}

/** The cases behind the numbers, with a heading for each kind of move. */
function* renderTransitionList(
  transitions: Iterable<Transition>,
  { width, timeZone }: Place,
  { from, to }: TransitionFilter,
): Generator<string> {
  let kind = '';
  for (const { from_status, to_status, changed_at, case_id, case_name } of transitions) {
    const own = `${toStatusWords(from_status)} to ${toStatusWords(to_status)}`;
    if (own !== kind) yield `\n${wrapText(own, width)}`;
    kind = own;
    const first = `  ${toLocalMinute(changed_at, timeZone)}  `;
    const rest = ' '.repeat(first.length);
    yield wrapText(`${toCellText(toCaseName(case_name))} (case ${case_id})`, width, { first, rest });
  }
  if (kind === '' && from === undefined && to === undefined)
    yield wrapText(
      '\nNo case changed its status, departed or returned. With `--from new`, the list has the new cases.',
      width,
    );
}
