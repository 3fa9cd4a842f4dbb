import { ONGOING_STATUSES } from '../../clearinghouse/ongoing-status.ts';
import type { Period } from '../../history/find-period.ts';
import type { SpellFigures } from '../../history/list-spells.ts';
import { NO_STATUSES, type Transition, type TransitionCount } from '../../history/list-transitions.ts';
import { toCaseName } from './case-link.ts';
import { toDayWords, toOutcomeWords, toPeriodWords } from './period.ts';
import { clipText, renderTable, toCellText } from './table.ts';
import { renderCount, renderPlural } from './units.ts';

const WIDEST_LABEL = 28;

/** How many cases went from which status to which: a row for each status left, a column for each one reached. */
export function renderTransitions(period: Period, counts: readonly TransitionCount[]): string {
  const title = `Moves from one status to another, found by ${toPeriodWords(period)}\n\n`;
  const outcome = toOutcomeWords(period);
  if (counts.length === 0) return `${title}No case changed its status, came or left.\n${outcome}`;
  const statuses = listStatuses(counts);
  const numberOf = (status: string): number => statuses.indexOf(status) + 1;
  const moves = new Map(
    counts.map((one) => [`${numberOf(one.from_status)}>${numberOf(one.to_status)}`, one.moves]),
  );
  const froms = statuses.filter((status) => counts.some(({ from_status }) => from_status === status));
  const tos = statuses.filter((status) => counts.some(({ to_status }) => to_status === status));
  // Labels are long: the columns have the numbers of the rows, and a status that nothing left is told under the table.
  const matrix = renderTable(
    ['from, and to', ...tos.map((status) => String(numberOf(status)))],
    froms.map((from) => [
      toNumberedLabel(from, numberOf(from)),
      ...tos.map((to) => {
        const count = moves.get(`${numberOf(from)}>${numberOf(to)}`);
        return count === undefined ? '.' : renderCount(count);
      }),
    ]),
    ['left', ...tos.map(() => 'right' as const)],
  );
  const others = tos.filter((status) => !froms.includes(status));
  const legend = others.map((status) => `${toNumberedLabel(status, numberOf(status))}\n`).join('');
  const total = counts.reduce((sum, one) => sum + (one.from_status === NO_STATUSES.new ? 0 : one.moves), 0);
  const news = counts.reduce((sum, one) => sum + (one.from_status === NO_STATUSES.new ? one.moves : 0), 0);
  const ending = `In all: ${renderPlural(total, 'move')}, ${renderPlural(news, 'case')} new to the mirror.\n`;
  return `${title}${matrix}${legend === '' ? '' : `\nOnly reached:\n${legend}`}\n${ending}${outcome}`;
}

function toNumberedLabel(status: string, number: number): string {
  return `${number} ${toStatusWords(status)}`;
}

function toStatusWords(status: string): string {
  return toCellText(clipText(status === '' ? '(empty)' : status, WIDEST_LABEL));
}

/** In the API's order; then what else there is; last what is no status. */
function listStatuses(counts: readonly TransitionCount[]): string[] {
  const found = new Set(counts.flatMap(({ from_status, to_status }) => [from_status, to_status]));
  const known = ONGOING_STATUSES.map(({ label }): string => label);
  const special: readonly string[] = [NO_STATUSES.none, NO_STATUSES.new, NO_STATUSES.departed];
  const others = [...found].filter((status) => !known.includes(status) && !special.includes(status)).sort();
  return [...known, ...others, ...special].filter((status) => found.has(status));
}

/** How long cases stay under a status, with what these figures cannot tell. */
export function renderSpells(spells: readonly SpellFigures[]): string {
  if (spells.length === 0) return '';
  const days = (value: number | null): string => (value === null ? '-' : value.toFixed(1));
  const table = renderTable(
    ['status', 'spells', 'seen whole', 'median days', 'all, as seen'],
    spells.map((one) => [
      toStatusWords(one.status),
      renderCount(one.spells),
      renderCount(one.whole_spells),
      days(one.median_days_of_whole),
      days(one.median_days_seen),
    ]),
    ['left', 'right', 'right', 'right', 'right'],
  );
  return `
How long cases stay under a status, over all runs

${table}
A spell is the time of one case under one status. "Seen whole" are those that
began and ended while the mirror looked on; the median days are theirs. Long
spells are hardly among them yet, so that median is too short. "All, as seen" is
the median of all spells; those that had begun before the mirror, or that still
go on, count with the days that were seen, so it is too short as well.
`;
}

/** The cases behind the numbers, each kind of move under a line of its own. */
export function* renderTransitionList(transitions: Iterable<Transition>): Generator<string> {
  let kind = '';
  for (const { from_status, to_status, changed_at, case_id, case_name } of transitions) {
    const own = `${toStatusWords(from_status)} to ${toStatusWords(to_status)}`;
    if (own !== kind) yield `\n${own}\n`;
    kind = own;
    const name = toCellText(toCaseName(case_name));
    yield `  ${toDayWords(changed_at)}  ${name} (case ${case_id})\n`;
  }
  if (kind === '') yield '\nNo such move.\n';
}
