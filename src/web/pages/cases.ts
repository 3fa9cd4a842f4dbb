import { clipText, renderPlural } from '../../lib/layout.ts';
import { type UnknownValue, VALUE_FILTERS, listMeant } from '../../search/filters.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { ADDRESS } from '../addresses.ts';
import { renderChoice, renderChosen, renderFilterFields } from '../html/filters.ts';
import { type Html, html, join, linkTo, toHref } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderDownloads, renderPager, renderTable, toWindow, toDay } from '../html/parts.ts';
import {
  type CaseList,
  type CaseListRequest,
  type CaseOrder,
  type ListedCase,
  findCaseList,
  parseCaseListRequest,
  toCaseListParameters,
  toCasesSql,
} from '../lists/cases.ts';
import { type PageRequest, readPageNumber } from '../request.ts';

const SIZE = 50;
/** The table is for comparing cases; the page of a case has its values in full. */
const MAX_CELL = 120;

export function makeCasesPage({ mirror, stamp, index, params, asked }: PageRequest): Page {
  const copy = index.refresh(mirror, stamp);
  const request = parseCaseListRequest(copy, params, asked);
  const number = readPageNumber(asked);
  const list = findCaseList(copy, request, (total) => {
    const { page, size } = toWindow(number, SIZE, total);
    return { offset: (page - 1) * size, size };
  });
  return renderCases(request, list, number);
}

function renderCases(request: CaseListRequest, list: CaseList, number: number): Page {
  const { filters, order } = request;
  const parameters = toCaseListParameters(request);
  const chosen = renderChosen(filters, (rest) => ADDRESS.cases({ ...rest, sort: parameters.sort }));
  const found = renderPlural(list.total, 'case');
  return {
    title: 'Cases',
    section: 'cases',
    body: html`
      <form class="filters" action="${toHref(ADDRESS.cases())}">
        <fieldset>
          <legend>Filters</legend>
          ${renderFilterFields(filters, list.facets)} ${renderChoice('sort', 'Order', ORDER_LABELS, order)}
        </fieldset>
        <p><button>Show these cases</button></p>
      </form>
      <section aria-labelledby="found">
        <h2 id="found">${found}${chosen === null ? ' on the site' : ''}</h2>
        ${chosen}
        ${
          list.total === 0
            ? renderNone(request)
            : renderTable({
                caption: `The cases, ${ORDER_LABELS[order].toLowerCase()}`,
                columns: COLUMNS,
                rows: list.cases,
              })
        }
        ${renderPager(toWindow(number, SIZE, list.total), 'Cases', (page) =>
          ADDRESS.cases({ ...parameters, page: page === 1 ? undefined : page }),
        )}
        ${renderDownloads(`All ${found}`, toCasesSql(request), ADDRESS.cases, parameters)}
      </section>
    `,
  };
}

/** Why the list is empty, with values that may be meant. */
function renderNone(request: CaseListRequest): Html {
  const { unknown } = request;
  if (unknown.length === 0) return html`<p>No case has all of these values. Remove a filter to see more.</p>`;
  const parameters = toCaseListParameters(request);
  const toAddress = ({ filter, value }: UnknownValue, meant: string): string => {
    const values = request.filters.values[filter] ?? [];
    return ADDRESS.cases({ ...parameters, [filter]: values.map((one) => (one === value ? meant : one)) });
  };
  return html`${unknown.map((one) => {
    const meant = listMeant(one);
    return html`<p>
      No case has the ${VALUE_FILTERS[one.filter].what} “${clipText(one.value, MAX_CELL)}”.
      ${
        meant.length === 0
          ? null
          : html`Did you mean
            ${join(
              meant.map((value) => linkTo(toAddress(one, value), value)),
              ' or ',
            )}?`
      }
    </p>`;
  })}`;
}

/** The day, or the year if the day is unknown. */
function toFiled(date: string | null, year: number | null): string {
  const day = toDay(date);
  return day === '' && year !== null && year !== 0 ? String(year) : day;
}

const COLUMNS = [
  {
    heading: 'Case',
    isName: true,
    cell: ({ id, name }: ListedCase) => linkTo(ADDRESS.case(id), toCaseName(name)),
  },
  { heading: 'Court', cell: ({ court }: ListedCase) => clipText(court ?? '', MAX_CELL) },
  { heading: 'State', cell: ({ state }: ListedCase) => clipText(state ?? '', MAX_CELL) },
  {
    heading: 'Filed',
    cell: ({ filing_date, filing_year }: ListedCase) =>
      html`<span class="nowrap">${toFiled(filing_date, filing_year)}</span>`,
  },
  { heading: 'Ongoing', cell: ({ case_ongoing }: ListedCase) => clipText(case_ongoing ?? '', MAX_CELL) },
  { heading: 'Id', isNumber: true, cell: ({ id }: ListedCase) => String(id) },
];

const ORDER_LABELS: Readonly<Record<CaseOrder, string>> = {
  filed: 'Newest filing first',
  oldest: 'Oldest filing first',
  name: 'By name',
  changed: 'Newest change first',
};
