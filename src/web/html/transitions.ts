import { NO_STATUSES, type TransitionCount, orderStatuses } from '../../history/transitions.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { type Content, type Html, html } from './html.ts';
import { renderTable } from './parts.ts';
import { renderFlowPicture } from './plots.ts';

/* Moves of cases from one status to another, as a picture and as numbers. */

const MAX_LABEL = 40;

export const toStatusLabel = (status: string): string =>
  clipText(status === '' ? '(empty)' : status, MAX_LABEL);

/** Sorts by the status before, then by the status after, in the API's order. */
export function orderMoves(counts: readonly TransitionCount[]): TransitionCount[] {
  const order = orderStatuses(counts);
  const place = ({ from_status, to_status }: TransitionCount): number =>
    order.indexOf(from_status) * order.length + order.indexOf(to_status);
  return counts.toSorted((a, b) => place(a) - place(b));
}

/** The picture, and the table with its numbers. `toWhich` links to the cases of a row; the heading has the id `picture`. */
export function renderMoveCounts(
  rows: readonly TransitionCount[],
  toWhich?: (one: TransitionCount) => Content,
  heading: Html = html`<h2 id="picture">Moves</h2>`,
): Content {
  if (rows.length === 0) return html`<p>No case changed its status, came or left.</p>`;
  return [
    renderPicture(rows, heading),
    renderTable({
      caption: 'Moves from each status to each other',
      columns: [
        {
          heading: 'From',
          isName: true,
          cell: ({ from_status }: TransitionCount) => toStatusLabel(from_status),
        },
        { heading: 'To', cell: ({ to_status }) => toStatusLabel(to_status) },
        { heading: 'Moves', isNumber: true, cell: ({ moves }) => renderCount(moves) },
        { heading: 'Cases', isNumber: true, cell: ({ cases }) => renderCount(cases) },
        ...(toWhich === undefined ? [] : [{ heading: 'Which', cell: toWhich }]),
      ],
      rows,
    }),
  ];
}

/** New cases are many at first, and would hide the moves. */
function renderPicture(counts: readonly TransitionCount[], heading: Html): Html | null {
  const order = orderStatuses(counts);
  const flows = counts
    .filter(({ from_status }) => from_status !== NO_STATUSES.new)
    .map(({ from_status, to_status, moves }) => ({
      from: toStatusLabel(from_status),
      to: toStatusLabel(to_status),
      count: moves,
    }));
  if (flows.length === 0) return null;
  const total = flows.reduce((sum, { count }) => sum + count, 0);
  const arrived = counts
    .filter(({ from_status }) => from_status === NO_STATUSES.new)
    .reduce((sum, { moves }) => sum + moves, 0);
  const text = `${renderPlural(total, 'move')}: on the left the status before, on the right the status after.`;
  return html`<figure class="plot" aria-labelledby="picture">
    <figcaption>
      ${heading}
      <p>
        ${text}
        ${arrived === 0 ? '' : `${renderPlural(arrived, 'case')} new to the mirror ${arrived === 1 ? 'is' : 'are'} not drawn.`}
      </p>
    </figcaption>
    ${renderFlowPicture(flows, order.map(toStatusLabel), `${text} The table below has the numbers.`)}
  </figure>`;
}
