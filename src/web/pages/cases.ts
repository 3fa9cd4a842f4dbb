import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { ADDRESS } from '../addresses.ts';
import { type Content, type Html, html, linkTo, toHref } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderDownloads, renderPager, renderTable, toWindow } from '../html/parts.ts';
import { toDay } from '../html/times.ts';
import {
  type CaseFilter,
  type CaseList,
  type CaseOrder,
  FACETS,
  FACET_NAMES,
  type FacetName,
  type ListedCase,
  findCaseList,
  parseCaseFilter,
  toCaseParameters,
  toCasesSql,
} from '../lists/cases.ts';
import { readPageNumber } from '../request.ts';
import type { PageRequest } from './context.ts';

const SIZE = 50;
/** The table is for comparing cases; the page of a case has its values in full. */
const MAX_CELL = 120;

export function makeCasesPage({ mirror, stamp, index, asked }: PageRequest): Page {
  const filter = parseCaseFilter(asked);
  const number = readPageNumber(asked);
  const list = findCaseList(index.refresh(mirror, stamp), filter, (total) => {
    const { page, size } = toWindow(number, SIZE, total);
    return { offset: (page - 1) * size, size };
  });
  return renderCases(filter, list, number);
}

function renderCases(filter: CaseFilter, list: CaseList, number: number): Page {
  const parameters = toCaseParameters(filter);
  const names = FACET_NAMES.filter((name) => filter.values[name] !== undefined);
  const found = renderPlural(list.total, 'case');
  return {
    title: 'Cases',
    section: 'cases',
    body: html`
      <form class="filters" action="${toHref(ADDRESS.cases())}">
        <fieldset>
          <legend>Filters</legend>
          ${FACET_NAMES.map((name) => renderFacet(name, filter, list))} ${renderOrder(filter.order)}
        </fieldset>
        <p><button>Show these cases</button></p>
      </form>
      <section aria-labelledby="found">
        <h2 id="found">${found}${names.length === 0 ? ' on the site' : ''}</h2>
        ${renderChosen(names, filter)}
        ${
          list.total === 0
            ? html`<p>No case has all of these values. Remove a filter to see more.</p>`
            : renderTable({
                caption: `${found}, ${ORDER_LABELS[filter.order].toLowerCase()}`,
                columns: COLUMNS,
                rows: list.cases,
              })
        }
        ${renderPager(toWindow(number, SIZE, list.total), 'Cases', (page) =>
          ADDRESS.cases({ ...parameters, page: page === 1 ? undefined : page }),
        )}
        ${renderDownloads(`All ${found}`, toCasesSql(filter), ADDRESS.cases, parameters)}
      </section>
    `,
  };
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

function renderFacet(name: FacetName, { values }: CaseFilter, { facets }: CaseList): Html {
  const chosen = values[name];
  const { counts, notCounted } = facets[name];
  const isListed = chosen === undefined || counts.some(({ value }) => value === chosen);
  const options = isListed ? counts : [{ value: chosen, count: 0 }, ...counts];
  const id = `filter-${name}`;
  return html`<p>
    <label for="${id}">${FACETS[name].label}</label>
    <select id="${id}" name="${name}">
      <option value="">Any</option>
      ${options.map(({ value, count }) => {
        const label = isListed || value !== chosen ? `${value} (${renderCount(count)})` : value;
        return value === chosen
          ? html`<option value="${value}" selected>${label}</option> `
          : html`<option value="${value}">${label}</option> `;
      })}
      ${
        notCounted === 0
          ? null
          : html`<option disabled>${renderPlural(notCounted, 'more value')} not listed</option>`
      }
    </select>
  </p>`;
}

const ORDER_LABELS: Readonly<Record<CaseOrder, string>> = {
  filed: 'Newest filing first',
  oldest: 'Oldest filing first',
  name: 'By name',
  changed: 'Newest change first',
};

function renderOrder(order: CaseOrder): Html {
  return html`<p>
    <label for="sort">Order</label>
    <select id="sort" name="sort">
      ${Object.entries(ORDER_LABELS).map(([value, label]) =>
        value === order
          ? html`<option value="${value}" selected>${label}</option>`
          : html`<option value="${value}">${label}</option>`,
      )}
    </select>
  </p>`;
}

/** The filters in words, each with a link that removes it. */
function renderChosen(names: readonly FacetName[], filter: CaseFilter): Content {
  if (names.length === 0) return null;
  const without = (name: FacetName): string =>
    ADDRESS.cases({ ...toCaseParameters(filter), [name]: undefined });
  return html`<ul class="chosen" aria-label="Filters in use">
    ${names.map(
      (name) =>
        html`<li>
          ${FACETS[name].label}: <strong>${filter.values[name] ?? ''}</strong>
          <a href="${toHref(without(name))}">Remove<span class="hidden"> ${FACETS[name].label}</span></a>
        </li>`,
    )}
  </ul>`;
}
