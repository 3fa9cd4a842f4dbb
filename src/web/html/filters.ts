import { renderCount, renderPlural } from '../../lib/layout.ts';
import {
  type CaseFilters,
  FILTER_NAMES,
  type FilterName,
  type Params,
  toFilterParams,
} from '../../search/filters.ts';
import type { FacetCounts } from '../lists/cases.ts';
import { type Content, type Html, html, linkTo, toHref } from './html.ts';

const LABELS: Readonly<Record<FilterName, string>> = {
  ongoing: 'Ongoing',
  court: 'Court',
  state: 'State',
  issue: 'Issue',
  'case-type': 'Case type',
  filed: 'Filed',
};

/** A field of a form for each filter of cases, with the number of cases that each value would leave in the list. */
export function renderFilterFields(
  filters: CaseFilters,
  facets: Readonly<Record<FilterName, FacetCounts>>,
): Content {
  const params = toFilterParams(filters);
  return FILTER_NAMES.map((name) => renderField(name, params[name] ?? [], facets[name]));
}

/** Only one value can be chosen; an address with more of them keeps the others. */
function renderField(
  name: FilterName,
  [chosen, ...others]: readonly string[],
  { counts, notCounted }: FacetCounts,
): Html {
  const isListed = chosen === undefined || counts.some(({ value }) => value === chosen);
  const options = isListed ? counts : [{ value: chosen, count: null }, ...counts];
  const id = `filter-${name}`;
  return html`<p>
    <label for="${id}">${LABELS[name]}</label>
    <select id="${id}" name="${name}">
      <option value="">Any</option>
      ${options.map(({ value, count }) => {
        const label = count === null ? value : `${value} (${renderCount(count)})`;
        return renderOption(value, label, value === chosen);
      })}
      ${
        notCounted === 0
          ? null
          : html`<option disabled>${renderPlural(notCounted, 'more value')} not listed</option>`
      }
    </select>
    ${others.map((value) => html`<input type="hidden" name="${name}" value="${value}" />`)}
  </p>`;
}

/** A field of a form with a few values, one of which is chosen. */
export function renderChoice(
  name: string,
  label: string,
  choices: Readonly<Record<string, string>>,
  chosen: string,
): Html {
  return html`<p>
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      ${Object.entries(choices).map(([value, text]) => renderOption(value, text, value === chosen))}
    </select>
  </p>`;
}

function renderOption(value: string, label: string, isChosen: boolean): Html {
  return isChosen
    ? html`<option value="${value}" selected>${label}</option> `
    : html`<option value="${value}">${label}</option> `;
}

/** The filters in words, each value with a link that removes it. */
export function renderChosen(filters: CaseFilters, toAddressOf: (params: Params) => string): Content {
  const params = toFilterParams(filters);
  const chosen = FILTER_NAMES.flatMap((name) => (params[name] ?? []).map((value) => ({ name, value })));
  if (chosen.length === 0) return null;
  return html`<ul class="chosen" aria-label="Filters in use">
    ${chosen.map(({ name, value }) => {
      const rest = { ...params, [name]: params[name]?.filter((one) => one !== value) };
      return html`<li>
        ${LABELS[name]}: <strong>${value}</strong>
        <a href="${toHref(toAddressOf(rest))}">Remove<span class="hidden"> ${LABELS[name]}</span></a>
      </li>`;
    })}
  </ul>`;
}

/** Values of each field that can be chosen with one click. */
const MOST_LINKS = 8;

/**
 * Links that add a filter, each with the number of cases that it leaves. Fields with a filter, or with one value, have
 * none. `first`: the number of cases that were counted, if there are more.
 */
export function renderFacetLinks(
  filters: CaseFilters,
  facets: Readonly<Record<FilterName, FacetCounts>>,
  toAddressOf: (params: Params) => string,
  first: number | null,
): Content {
  const params = toFilterParams(filters);
  const fields = FILTER_NAMES.filter((name) => params[name] === undefined && facets[name].counts.length > 1);
  if (fields.length === 0) return null;
  return html`<aside class="narrow" aria-label="Narrow down">
    ${
      first === null
        ? null
        : html`<p class="off">Counted in the first ${renderPlural(first, 'case')}; there are more.</p>`
    }
    ${fields.map((name) => {
      const { counts } = facets[name];
      const rest = counts.length - MOST_LINKS;
      return html`<h3>${LABELS[name]}</h3>
        <ul>
          ${counts.slice(0, MOST_LINKS).map(
            ({ value, count }) =>
              html`<li>
                ${linkTo(toAddressOf({ ...params, [name]: [value] }), value)}
                <span class="off">${count === null ? '' : renderCount(count)}</span>
              </li> `,
          )}
        </ul>
        ${rest > 0 ? html`<p class="off">${renderPlural(rest, 'more value')} in the filters</p>` : null}`;
    })}
  </aside>`;
}
