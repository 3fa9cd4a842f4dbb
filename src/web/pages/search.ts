import { parseCaseReference } from '../../case/reference.ts';
import { toCaseName } from '../../cli/text/words.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { clipText, renderPlural } from '../../lib/layout.ts';
import {
  type CaseFilters,
  FILTER_NAMES,
  type Params,
  VALUE_FILTERS,
  parseFilters,
} from '../../search/filters.ts';
import { type Nothing, explainNothing } from '../../search/nothing.ts';
import { KINDS, type SearchScope, parseSearchRequest, toSearchParams } from '../../search/request.ts';
import { listFoundIds, listResults } from '../../search/results.ts';
import { runSearch } from '../../search/search.ts';
import { ADDRESS, type Parameters } from '../addresses.ts';
import { renderHint, toFailure } from '../failures.ts';
import { renderChoice, renderChosen, renderFacetLinks, renderFilterFields } from '../html/filters.ts';
import { type Content, type Html, html, join, linkTo, renderWords, toHref } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderDownloads, renderNotice, renderPager, renderTextField, toWindow } from '../html/parts.ts';
import { type CaseList, countFoundFacets, listAllFacets } from '../lists/cases.ts';
import { ROWS_PER_CASE, readSinceRun, refuseAsOf } from '../lists/search.ts';
import { type Asked, type PageRequest, type Redirect, readPageNumber } from '../request.ts';
import { renderFoundCases, toFoundWords, toOrderWords } from '../html/found.ts';

const SIZE = 20;
/** A page counts so many cases at least, unless that takes too long; of a common word, the rest is not looked up. */
const FIRST_CASES = 100;

/** Cases, and texts that belong to cases, with the words that a reader asks for. */
export function makeSearchPage(page: PageRequest): Page | Redirect {
  const { mirror, asked } = page;
  const text = asked.q?.trim() ?? '';
  const reference = parseCaseReference(text);
  const named = reference.kind === 'id' ? findName(mirror, reference.id) : undefined;
  if (reference.kind === 'id' && named !== undefined && /\D/.test(text))
    return { redirect: ADDRESS.case(reference.id) };
  // A number can be a word, too: 1983 is a statute.
  const hint =
    reference.kind === 'id' && named !== undefined
      ? renderNotice(
          html`${linkTo(ADDRESS.case(reference.id), `Case ${reference.id}: ${toCaseName(named.name)}`)} has
          this number.`,
        )
      : null;
  return {
    title: text === '' ? 'Search' : `Search: ${clipText(text, 100)}`,
    heading: 'Search',
    section: 'search',
    ...renderAnswer(page, text, hint),
  };
}

function renderAnswer(
  page: PageRequest,
  text: string,
  hint: Content,
): Pick<Page, 'body' | 'status' | 'kicker'> {
  if (text === '') return { body: html`${renderTypedForm(page)} ${renderHelp()}` };
  try {
    return { body: renderFound(page, hint) };
  } catch (thrown) {
    if (!(thrown instanceof MirrorError) || !['USAGE', 'SEARCH_INVALID'].includes(thrown.code)) throw thrown;
    const { code, status, message, hint: advice } = toFailure(thrown);
    return {
      status,
      kicker: code,
      body: html`${renderTypedForm(page)} ${renderNotice(message, 'warning')} ${renderHint(advice)}
      ${renderHelp()}`,
    };
  }
}

function findName({ sqlite }: Mirror, id: number): { readonly name: string | null } | undefined {
  return sqlite.prepare<[number], { name: string | null }>('SELECT name FROM cases WHERE id = ?').get(id);
}

function renderFound({ mirror, stamp, index, site, params, asked }: PageRequest, hint: Content): Html {
  const request = parseSearchRequest(params);
  refuseAsOf(asked);
  // One more than the page shows, so that it leads to the next one.
  const enoughCases = readPageNumber(asked) * SIZE + 1;
  const scope: SearchScope = {
    ...readSinceRun(mirror, site, asked.since),
    firstCases: Math.max(FIRST_CASES, enoughCases),
    enoughCases,
  };
  const copy = index.refresh(mirror, stamp); // before the search, whose temporary tables it would hold otherwise
  const search = runSearch(mirror, request, scope);
  const ids = listFoundIds(mirror.sqlite, request.newest);
  const facets = countFoundFacets(copy, ids, request.filters);
  const parameters: Parameters = { ...toSearchParams(request), since: asked.since };
  const { page, size, total } = toWindow(readPageNumber(asked), SIZE, ids.length);
  const offset = (page - 1) * size;
  const results = [
    ...listResults(mirror, search, {
      newest: request.newest,
      rowsPerCase: ROWS_PER_CASE,
      ids: ids.slice(offset, offset + size),
    }),
  ];
  const toFiltered = (rest: Params): string =>
    ADDRESS.search({ ...parameters, ...Object.fromEntries(FILTER_NAMES.map((name) => [name, rest[name]])) });
  const chosen = renderChosen(request.filters, toFiltered);
  const { isExact } = search.totals.cases;
  return html`
    ${renderForm(asked, request.filters, isExact ? facets : listAllFacets(copy))} ${hint}
    <p class="on-paper">Search for: ${request.text}</p>
    <section aria-labelledby="found">
      <h2 id="found">${toFoundWords(search.totals, request)}</h2>
      ${chosen}
      ${total === 0 && isExact ? renderNothing(explainNothing(mirror, request, scope), parameters) : null}
      ${
        total === 0
          ? null
          : html`<p class="off">${toOrderWords(search.totals, request)}</p>
              <div class="with-aside">
                ${renderFoundCases(results, offset)}
                ${renderFacetLinks(request.filters, facets, toFiltered, isExact ? null : total)}
              </div>`
      }
      ${
        isExact || total >= enoughCases
          ? null
          : renderNotice(
              'A page stops looking after some thousand rows. The files below have all results; they take up to a minute.',
            )
      }
      ${renderPager({ page, size, total, isAtLeast: !isExact }, 'Cases', (number) =>
        ADDRESS.search({ ...parameters, page: number === 1 ? undefined : number }),
      )}
      ${
        total === 0 && isExact
          ? null
          : renderDownloads(
              isExact ? `All ${renderPlural(total, 'case')}` : 'All cases that match',
              null,
              ADDRESS.search,
              parameters,
            )
      }
    </section>
  `;
}

function renderNothing(
  { unknown, isNarrowed, notes, values, better }: Nothing,
  parameters: Parameters,
): Html {
  return html`
    <p class="lead">Nothing was found.</p>
    ${
      unknown.length === 0
        ? null
        : html`<p>
            ${isNarrowed ? 'With these filters, ' : null}${isNarrowed ? 'the' : 'The'}
            ${unknown.length === 1 ? 'word occurs' : 'words occur'} in no searched text:
            ${unknown.map((word) => clipText(word, 60)).join(', ')}.
          </p>`
    }
    ${notes.map((note) => html`<p>${renderWords(note)}</p>`)}
    ${values.map(
      ({ filter, value, cases }) =>
        html`<p>
          ${linkTo(ADDRESS.cases({ [filter]: value }), renderPlural(cases, 'case has', 'cases have'))} the
          ${VALUE_FILTERS[filter].what} ${value}, which a search does not read: it is a filter.
        </p>`,
    )}
    ${
      better.length === 0
        ? null
        : html`<p>
            Did you mean
            ${join(
              better.map((words) =>
                linkTo(ADDRESS.search({ ...parameters, q: words }), clipText(words, 200)),
              ),
              ' or ',
            )}?
          </p>`
    }
    <p>Leave out a word or a filter to find more.</p>
  `;
}

const KIND_LABELS: Readonly<Record<string, string>> = {
  cases: 'Texts of cases',
  entries: 'Docket entries',
  documents: 'Documents',
  texts: 'Texts of documents',
};

/** The form with what was typed, even if it is no search: nothing has to be typed again. */
function renderTypedForm({ mirror, stamp, index, params, asked }: PageRequest): Html {
  const copy = index.refresh(mirror, stamp);
  const text = params.filed?.at(-1);
  const { values } = parseFilters({ ...params, filed: undefined });
  const filed = text === undefined ? null : { from: null, to: null, text };
  return renderForm(asked, { values, filed }, listAllFacets(copy));
}

function renderForm(asked: Asked, filters: CaseFilters, facets: CaseList['facets']): Html {
  const kinds = {
    '': 'Everything',
    ...(asked.in?.includes(',') === true && { [asked.in]: asked.in }),
    ...Object.fromEntries(KINDS.map((kind) => [kind, KIND_LABELS[kind] ?? kind])),
  };
  return html`<form class="search" action="${toHref(ADDRESS.search())}">
    <p class="words">
      <label class="hidden" for="words">Words</label>
      <input id="words" name="q" type="search" value="${asked.q ?? ''}" />
      <button>Search</button>
    </p>
    <details>
      <summary>Filters</summary>
      <div class="filters">
        <fieldset>
          <legend class="hidden">What is searched</legend>
          ${renderChoice('in', 'Search in', kinds, asked.in ?? '')} ${renderFilterFields(filters, facets)}
          ${renderTextField({ name: 'entered', label: 'Docket entry filed', value: asked.entered, examples: '2024.., 2021-03' })}
          ${renderTextField({ name: 'since', label: 'New or changed since', value: asked.since, examples: '7d, 2026-03-01, run 7' })}
          ${renderChoice('newest', 'Order', { '': 'Most relevant first', '1': 'Newest first' }, asked.newest ?? '')}
          ${renderChoice('departed', 'Cases', { '': 'On the site', '1': 'That have left it' }, asked.departed ?? '')}
        </fieldset>
        <p><button>Search with these filters</button></p>
        <p class="meaning">
          A search here reads the mirror as it is now. The words of an earlier state must be indexed first,
          which takes longer than a page may: <code>clearinghouse-mirror search --as-of</code> does so. Each
          case shows its own earlier states.
        </p>
      </div>
    </details>
  </form>`;
}

function renderHelp(): Html {
  return html`<section aria-labelledby="help">
    <h2 id="help">How to search</h2>
    <dl class="facts">
      ${HELP.map(
        ([example, meaning]) =>
          html`<div>
            <dt>${linkTo(ADDRESS.search({ q: example }), example)}</dt>
            <dd>${meaning}</dd>
          </div>`,
      )}
    </dl>
    <p>
      All words must be in one text: in the case, in one docket entry, in what the list says about one
      document, or in the text of one document. Signs such as § are not searched. A number or a link of a case
      leads to the case.
    </p>
  </section>`;
}

const HELP = [
  ['injunction solitary', 'Both words, with any ending; capitals and accents do not matter.'],
  ['"use of force"', 'These words in this order, with these endings.'],
  ['monitor* -prison', 'Words that begin so, in texts without the other word.'],
  ['4:19-cv-00123', 'The case with this docket number, in any of its forms, and texts that mention it.'],
  ['"42 U.S.C. § 1983"', 'A statute: its words in this order. § 1983 alone finds every 1983.'],
] as const;
