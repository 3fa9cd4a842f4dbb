import { ONGOING_LISTS } from '../../api/lists.ts';
import type { Period } from '../../history/period.ts';
import {
  NO_STATUSES,
  type SpellFigures,
  type Transition,
  type TransitionCount,
} from '../../history/transitions.ts';
import { toLocalMinute } from '../../lib/local-time.ts';
import { toCaseName, toCellText } from './words.ts';
import { clipText, wrapText, renderCount, renderPlural } from '../../lib/layout.ts';
import { toOutcomeWords, toPeriodWords } from './period.ts';
import { renderTable } from './table.ts';

const MAX_LABEL = 28;

/** The options of the output. */
export interface Place {
  readonly width: number;
  readonly timeZone: string;
}

/** The number of moves between each pair of statuses: a row for each pair, in the API's order of lists. */
export function renderTransitions(
  period: Period,
  counts: readonly TransitionCount[],
  { width, timeZone }: Place,
): string {
  const say = (text: string): string => wrapText(text, width);
  const title = `${say(`How many times cases went from one status of case_ongoing to another, found by ${toPeriodWords(period, timeZone)}`)}\n`;
  const outcome = toOutcomeWords(period, timeZone).map(say).join('');
  if (counts.length === 0) return `${title}${say('No case changed its status, came or left.')}${outcome}`;
  const order = chooseLists(counts);
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
  return `${title}${table}\n${say(renderTotals(counts))}${outcome}`;
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

/** Sorts in the API's order; then other statuses; last what is not a status. */
function chooseLists(counts: readonly TransitionCount[]): string[] {
  const found = new Set(counts.flatMap(({ from_status, to_status }) => [from_status, to_status]));
  const known = ONGOING_LISTS.map(({ label }): string => label);
  const special: readonly string[] = [NO_STATUSES.none, NO_STATUSES.new, NO_STATUSES.departed];
  const others = [...found].filter((status) => !known.includes(status) && !special.includes(status)).sort();
  return [...known, ...others, ...special].filter((status) => found.has(status));
}

/** How long cases keep a status, and the limits of these figures. */
export function renderSpells(spells: readonly SpellFigures[], { width }: Pick<Place, 'width'>): string {
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
export function* renderTransitionList(
  transitions: Iterable<Transition>,
  { width, timeZone }: Place,
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
  if (kind === '') yield '\nNo such move.\n';
}
