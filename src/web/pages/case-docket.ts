import type { Mirror } from '../../db/open-mirror.ts';
import { findCaseWithoutEntries } from '../../db/read-case.ts';
import { prepareFindStart } from '../../db/run-log.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { renderPlural } from '../../lib/layout.ts';
import { ADDRESS, type ListForm, type Parameters } from '../addresses.ts';
import { type ShownEntry, renderEntries } from '../html/entries.ts';
import { renderChoice } from '../html/filters.ts';
import { type Html, html, linkTo, toHref } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderDownloads, renderPager, renderTextField, toWindow, renderTime } from '../html/parts.ts';
import {
  type DocketFilter,
  type DocketOrder,
  type DocketRef,
  countEntries,
  listEntries,
  parseDocketFilter,
  toDocketParameters,
  toDocketSql,
} from '../lists/docket.ts';
import { type Site, readPageNumber, type PageRequest } from '../request.ts';

const SIZE = 50;

/** Entries with a mark on those that came after the run that brought the docket. */
export function listShownEntries(
  mirror: Mirror,
  { timeZone }: Site,
  filter: DocketFilter,
  docketRunId: number,
  part: { readonly offset: number; readonly size: number },
): ShownEntry[] {
  const startOf = prepareFindStart(mirror);
  return listEntries(mirror, filter, part).map(({ entry, firstRunId }) => ({
    entry,
    added:
      firstRunId <= docketRunId
        ? null
        : html`New in ${linkTo(ADDRESS.run(firstRunId), `run ${firstRunId}`)},
          ${renderTime(startOf(firstRunId), timeZone)}`,
  }));
}

/** The main docket of a case. */
export function makeDocketPage({ mirror, site, asked, id }: PageRequest): Page {
  const { payload, firstRunId } = findCaseWithoutEntries(mirror, id);
  const name = toCaseName(typeof payload.name === 'string' ? payload.name : null);
  return {
    title: `Docket of ${name}`,
    kicker: linkTo(ADDRESS.case(id), `Case ${id}`),
    section: 'cases',
    body: renderDocket({ mirror, site, asked }, { caseId: id }, firstRunId, (filters, form) =>
      ADDRESS.docket(id, filters, form),
    ),
  };
}

/** The address of a docket with filters, as a page or as a file. */
type ToDocketAddress = (filters?: Parameters, form?: ListForm) => string;

/** A docket with its filters, part by part. */
export function renderDocket(
  { mirror, site, asked }: Pick<PageRequest, 'mirror' | 'site' | 'asked'>,
  docket: DocketRef,
  docketRunId: number,
  toAddress: ToDocketAddress,
): Html {
  const filter = parseDocketFilter(docket, asked);
  const total = countEntries(mirror, filter);
  const { page, size } = toWindow(readPageNumber(asked), SIZE, total);
  const entries = listShownEntries(mirror, site, filter, docketRunId, { offset: (page - 1) * size, size });
  const parameters = toDocketParameters(filter);
  const found = renderPlural(total, 'docket entry', 'docket entries');
  const isFiltered = filter.words !== undefined || filter.entered !== null;
  return html`
    ${renderForm(toAddress(), filter)}
    <section aria-labelledby="found">
      <h2 id="found">${found}${isFiltered ? ' with these filters' : ''}</h2>
      ${isFiltered ? html`<p>${linkTo(toAddress(), 'Show the whole docket')}</p>` : null}
      ${total === 0 ? html`<p>No entry.</p>` : renderEntries(entries, found)}
      ${renderPager({ page, size, total }, 'Entries', (number) =>
        toAddress({ ...parameters, page: number === 1 ? undefined : number }),
      )}
      ${renderDownloads(`All ${found}`, toDocketSql(filter), toAddress, parameters)}
    </section>
  `;
}

const ORDER_LABELS: Readonly<Record<DocketOrder, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
};

function renderForm(address: string, { words, entered, order }: DocketFilter): Html {
  return html`<form class="filters" action="${toHref(address)}">
    <fieldset>
      <legend>Filters</legend>
      <p>
        <label for="words">The description contains</label>
        <input id="words" name="words" value="${words ?? ''}" />
      </p>
      ${renderTextField({ name: 'entered', label: 'Filed then', value: entered?.text, examples: '2015..2020, 2021-03' })}
      ${renderChoice('order', 'Order', ORDER_LABELS, order)}
    </fieldset>
    <p><button>Show these entries</button></p>
  </form>`;
}
