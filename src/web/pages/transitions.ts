import { toNoneWords, toOutcomeWords, toPeriodWords } from '../../cli/text/period.ts';
import { toCaseName } from '../../cli/text/words.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { parseAsOf, parseSince } from '../../history/moments.ts';
import { findPeriod } from '../../history/period.ts';
import {
  NO_STATUSES,
  type SpellFigures,
  type Transition,
  type TransitionCount,
  type TransitionFilter,
  countTransitions,
  findStatus,
  listSpells,
  listTransitions,
} from '../../history/transitions.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import type { ListSource } from '../download.ts';
import { type Content, type Html, html, linkTo, toHref, renderWords } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import {
  renderDownloads,
  renderPager,
  renderPeriodFields,
  renderTable,
  renderTime,
  toWindow,
} from '../html/parts.ts';
import { orderMoves, renderMoveCounts, toStatusLabel } from '../html/transitions.ts';
import { type Asked, type ListRequest, type PageRequest, type Site, readPageNumber } from '../request.ts';

const SIZE = 50;

export const TRANSITION_PARAMETERS = ['since', 'until', 'from', 'to', 'page'] as const;

const COLUMNS = ['run_id', 'changed_at', 'case_id', 'case_name', 'from_status', 'to_status'];

function readFilter(mirror: Mirror, { now, timeZone }: Site, asked: Asked): TransitionFilter | null {
  const clock = { now: now(), timeZone };
  const statusOf = (text: string | undefined) => (text === undefined ? undefined : findStatus(mirror, text));
  const period = findPeriod(mirror, {
    since: asked.since === undefined ? undefined : parseSince(asked.since, clock),
    until: asked.until === undefined ? undefined : parseAsOf(asked.until, clock),
    otherwise: 'first run',
  });
  return period === null
    ? null
    : { period, from: statusOf(asked.from), to: statusOf(asked.to), withNew: asked.to !== undefined };
}

/** Which cases went from one status to another, as a picture, as numbers and case by case. */
export function makeTransitionsPage({ mirror, stamp, index, site, asked }: PageRequest): Page {
  const filter = readFilter(mirror, site, asked);
  return {
    title: 'Transitions',
    heading: 'From one status to another',
    kicker: filter === null ? undefined : `Found by ${toPeriodWords(filter.period, site.timeZone)}`,
    section: 'transitions',
    body: html`
      <p>
        The status of a case is its value of <code>case_ongoing</code>. A case that moves twice the same way
        is two moves of one case.
      </p>
      ${renderForm(asked)}
      ${
        filter === null
          ? html`<p>No moves${toNoneWords(null, asked.since !== undefined || asked.until !== undefined)}</p>`
          : renderPeriod(mirror, site, filter, asked, (name, make) => index.remember(stamp, name, make))
      }
    `,
  };
}

function renderPeriod(
  mirror: Mirror,
  site: Site,
  filter: TransitionFilter,
  asked: Asked,
  remember: <Value>(name: string, make: () => Value) => Value,
): Html {
  const { period } = filter;
  const counts = remember(`transitions of ${period.first.id} to ${period.last.id}`, () =>
    countTransitions(mirror, period),
  );
  const rows = orderMoves(counts);
  return html`
    ${toOutcomeWords(filter.period, site.timeZone).map((words) => html`<p>${renderWords(words)}</p>`)}
    ${renderMoveCounts(rows, (one) => linkToMoves(one, asked))}
    ${rows.length === 0 && filter.from === undefined && filter.to === undefined ? null : renderMoves(mirror, site, filter, asked, rows)}
    ${renderStays(remember('spells', () => listSpells(mirror)))}
  `;
}

/** A status that has no name cannot be asked for. */
function linkToMoves({ from_status, to_status }: TransitionCount, { since, until }: Asked): Content {
  if (from_status === '' || to_status === '') return null;
  return html`<a href="${toHref(ADDRESS.transitions({ since, until, from: from_status, to: to_status }))}"
    >Cases<span class="hidden"> from ${toStatusLabel(from_status)} to ${toStatusLabel(to_status)}</span></a
  >`;
}

function renderMoves(
  mirror: Mirror,
  { timeZone }: Site,
  filter: TransitionFilter,
  asked: Asked,
  counts: readonly TransitionCount[],
): Html {
  const total = counts
    .filter(
      ({ from_status, to_status }) =>
        (filter.from === undefined || from_status === filter.from) &&
        (filter.to === undefined || to_status === filter.to) &&
        (filter.withNew || filter.from !== undefined || from_status !== NO_STATUSES.new),
    )
    .reduce((sum, { moves }) => sum + moves, 0);
  const { page, size } = toWindow(readPageNumber(asked), SIZE, total);
  const { since, until, from, to } = asked;
  const parameters = { since, until, from, to };
  const which = [
    filter.from === undefined ? '' : ` from ${toStatusLabel(filter.from)}`,
    filter.to === undefined ? '' : ` to ${toStatusLabel(filter.to)}`,
  ].join('');
  const all =
    which === '' ? null : html`<p>${linkTo(ADDRESS.transitions({ since, until }), 'All moves')}</p>`;
  if (total === 0)
    return html`<section aria-labelledby="moves">
      <h2 id="moves">No moves${which}</h2>
      <p>No case went from one status to another${which === '' ? '' : ' in this way'} in these runs.</p>
      ${all}
    </section>`;
  const found = `${renderPlural(total, 'move')}${which}`;
  return html`<section aria-labelledby="moves">
    <h2 id="moves">${found}</h2>
    ${all}
    ${renderTable({
      caption: `${found}, by kind of move`,
      isCaptionHidden: true,
      columns: [
        {
          heading: 'Case',
          isName: true,
          cell: ({ case_id, case_name }: Transition) => linkTo(ADDRESS.case(case_id), toCaseName(case_name)),
        },
        { heading: 'From', cell: ({ from_status }) => toStatusLabel(from_status) },
        { heading: 'To', cell: ({ to_status }) => toStatusLabel(to_status) },
        {
          heading: 'When',
          cell: ({ changed_at, run_id }) =>
            html`${renderTime(changed_at, timeZone)}, ${linkTo(ADDRESS.run(run_id), `run ${run_id}`)}`,
        },
      ],
      rows: takePart(listTransitions(mirror, filter), (page - 1) * size, size),
    })}
    ${renderPager({ page, size, total }, 'Moves', (number) =>
      ADDRESS.transitions({ ...parameters, page: number === 1 ? undefined : number }),
    )}
    ${renderDownloads(`All ${found}`, null, ADDRESS.transitions, parameters)}
  </section>`;
}

function takePart<Item>(items: Iterable<Item>, offset: number, size: number): Item[] {
  const taken: Item[] = [];
  let at = 0;
  for (const item of items) {
    if (at++ >= offset) taken.push(item);
    if (taken.length === size) break;
  }
  return taken;
}

function renderStays(spells: readonly SpellFigures[]): Html | null {
  if (spells.length === 0) return null;
  const days = (value: number | null): string => (value === null ? '–' : value.toFixed(1));
  return html`<section aria-labelledby="stays">
    <h2 id="stays">How long cases keep a status</h2>
    <p>
      Over all runs. A stay is the time of one case under one status. Those seen whole began and ended while
      the mirror looked on; long stays are rarely among them yet, so their median is too short. The median of
      all counts the days that the mirror saw, so it is too short as well.
    </p>
    ${renderTable({
      caption: 'Stays under each status',
      isCaptionHidden: true,
      columns: [
        { heading: 'Status', isName: true, cell: ({ status }: SpellFigures) => toStatusLabel(status) },
        { heading: 'Stays', isNumber: true, cell: (one) => renderCount(one.spells) },
        { heading: 'Seen whole', isNumber: true, cell: (one) => renderCount(one.whole_spells) },
        { heading: 'Median days, seen whole', isNumber: true, cell: (one) => days(one.median_days_of_whole) },
        { heading: 'Median days, all', isNumber: true, cell: (one) => days(one.median_days_seen) },
      ],
      rows: spells,
    })}
  </section>`;
}

function renderForm({ since, until, from, to }: Asked): Html {
  const kept = { from, to };
  return html`<form class="filters" action="${toHref(ADDRESS.transitions())}">
    <fieldset>
      <legend>Runs</legend>
      ${renderPeriodFields({ since, until })}
      ${Object.entries(kept).map(([name, value]) =>
        value === undefined ? null : html`<input type="hidden" name="${name}" value="${value}" />`,
      )}
    </fieldset>
    <p><button>Show these moves</button></p>
  </form>`;
}

export function openTransitions({ mirror, site, asked }: ListRequest): ListSource {
  const filter = readFilter(mirror, site, asked);
  return { columns: COLUMNS, objects: filter === null ? [] : listTransitions(mirror, filter) };
}
