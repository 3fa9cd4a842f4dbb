import { parseCaseReference } from '../../case/reference.ts';
import { RESULT_COLUMNS, toResultJson } from '../../cli/text/search.ts';
import { toCaseName } from '../../cli/text/words.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { parseAsOf } from '../../history/moments.ts';
import { findPeriod } from '../../history/period.ts';
import { clipText, renderPlural } from '../../lib/layout.ts';
import { FILTER_NAMES, type Params, toUsage } from '../../search/filters.ts';
import { type Nothing, explainNothing } from '../../search/nothing.ts';
import {
  KINDS,
  type SearchRequest,
  type SearchScope,
  parseSearchRequest,
  toSearchParams,
} from '../../search/request.ts';
import { listFoundIds, listResults } from '../../search/results.ts';
import { runSearch } from '../../search/search.ts';
import { ADDRESS, type Parameters } from '../addresses.ts';
import type { ListSource } from '../download.ts';
import { toFailure } from '../failures.ts';
import { renderChoice, renderChosen, renderFacetLinks, renderFilterFields } from '../html/filters.ts';
import { type Content, type Html, html, join, linkTo, toHref } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderDownloads, renderNotice, renderPager, toWindow } from '../html/parts.ts';
import { type CaseList, countFoundFacets } from '../lists/cases.ts';
import {
  type Asked,
  type ListRequest,
  type PageRequest,
  type Redirect,
  type Site,
  readPageNumber,
} from '../request.ts';
import { renderFoundCases, toFoundWords, toOrderWords } from '../html/found.ts';

export const SEARCH_PARAMETERS = [
  'q',
  'in',
  ...FILTER_NAMES,
  'entered',
  'since',
  'departed',
  'newest',
  'raw',
  'page',
] as const;

const SIZE = 20;
const ENTRIES = 3;
/** A page counts so many cases at least; of a common word, the rest is not looked up. */
const FIRST_CASES = 200;
/** Cases that a file looks for at least: it has all that are found, or it is refused. */
const MOST_IN_FILE = 1000;

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
  const { asked } = page;
  if (text === '') return { body: html`${renderForm(asked, null, null)} ${renderHelp()}` };
  try {
    return { body: renderFound(page, hint) };
  } catch (thrown) {
    if (!(thrown instanceof MirrorError) || !['USAGE', 'SEARCH_INVALID'].includes(thrown.code)) throw thrown;
    const { code, status, message, hint: advice } = toFailure(thrown);
    return {
      status,
      kicker: code,
      body: html`${renderForm(asked, null, null)} ${renderNotice(message, 'warning')}
        <p>${advice}</p>
        ${renderHelp()}`,
    };
  }
}

function findName({ sqlite }: Mirror, id: number): { readonly name: string | null } | undefined {
  return sqlite.prepare<[number], { name: string | null }>('SELECT name FROM cases WHERE id = ?').get(id);
}

function readScope(
  mirror: Mirror,
  { now, timeZone }: Site,
  { since }: Asked,
  firstCases: number | null,
): SearchScope {
  if (since === undefined) return { sinceRunId: null, isPast: false, firstCases };
  const period = findPeriod(mirror, {
    since: parseAsOf(since, { now: now(), timeZone }),
    otherwise: 'first run',
  });
  return { sinceRunId: period?.first.id ?? Number.MAX_SAFE_INTEGER, isPast: false, firstCases };
}

function renderFound({ mirror, stamp, index, site, params, asked }: PageRequest, hint: Content): Html {
  const request = parseSearchRequest(params);
  const scope = readScope(mirror, site, asked, Math.max(FIRST_CASES, readPageNumber(asked) * SIZE));
  const search = runSearch(mirror, request, scope);
  const ids = listFoundIds(mirror.sqlite, request.newest);
  const facets = countFoundFacets(index.refresh(mirror, stamp), ids, request.filters);
  const parameters: Parameters = { ...toSearchParams(request), since: asked.since };
  const { page, size, total } = toWindow(readPageNumber(asked), SIZE, ids.length);
  const offset = (page - 1) * size;
  const results = [
    ...listResults(mirror, search, {
      newest: request.newest,
      rowsPerCase: ENTRIES,
      ids: ids.slice(offset, offset + size),
    }),
  ];
  const toFiltered = (rest: Params): string =>
    ADDRESS.search({ ...parameters, ...Object.fromEntries(FILTER_NAMES.map((name) => [name, rest[name]])) });
  const chosen = renderChosen(request.filters, toFiltered);
  return html`
    ${renderForm(asked, request, facets)} ${hint}
    <section aria-labelledby="found">
      <h2 id="found">${toFoundWords(search.totals, request)}</h2>
      ${chosen}
      ${
        total === 0
          ? renderNothing(explainNothing(mirror, request, scope), parameters)
          : html`<p class="off">${toOrderWords(search.totals, request)}</p>
              <div class="with-aside">
                ${renderFoundCases(results, offset)} ${renderFacetLinks(request.filters, facets, toFiltered)}
              </div>`
      }
      ${renderPager({ page, size, total }, 'Cases', (number) =>
        ADDRESS.search({ ...parameters, page: number === 1 ? undefined : number }),
      )}
      ${total === 0 || !search.totals.cases.isExact ? null : renderDownloads(`All ${renderPlural(total, 'case')}`, null, ADDRESS.search, parameters)}
    </section>
  `;
}

function renderNothing({ unknown, isNarrowed, notes, better }: Nothing, parameters: Parameters): Html {
  return html`
    <p class="lead">Nothing was found.</p>
    ${
      unknown.length === 0
        ? null
        : html`<p>
            ${isNarrowed ? 'With these filters, ' : null}${renderPlural(unknown.length, 'word occurs', 'words occur')}
            nowhere: ${unknown.map((word) => clipText(word, 60)).join(', ')}.
          </p>`
    }
    ${notes.map((note) => html`<p>${note}</p>`)}
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

function renderForm(asked: Asked, request: SearchRequest | null, facets: CaseList['facets'] | null): Html {
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
          <legend class="hidden">Filters</legend>
          ${renderChoice('in', 'Search in', kinds, asked.in ?? '')}
          ${request === null || facets === null ? null : renderFilterFields(request.filters, facets)}
          <p>
            <label for="entered">Docket entry filed</label>
            <input id="entered" name="entered" value="${asked.entered ?? ''}" placeholder="2024.., 2021-03" />
          </p>
          <p>
            <label for="since">New or changed since</label>
            <input id="since" name="since" value="${asked.since ?? ''}" placeholder="7d, 2026-03-01, run 7" />
          </p>
          ${renderChoice('newest', 'Order', { '': 'Most relevant first', '1': 'Newest first' }, asked.newest ?? '')}
          ${renderChoice('departed', 'Cases', { '': 'On the site', '1': 'That have left it' }, asked.departed ?? '')}
        </fieldset>
        <p><button>Search with these filters</button></p>
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
      All words must be in one text: in the case, or in one docket entry. Signs such as § are not searched. A
      number or a link of a case leads to the case.
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

/** All results as a file. */
export function openSearch({ mirror, site, params, asked }: ListRequest): ListSource {
  if (asked.q === undefined) throw toUsage('The address has no words.', 'Give them as `q`.');
  const request = parseSearchRequest(params);
  const search = runSearch(mirror, request, readScope(mirror, site, asked, MOST_IN_FILE));
  // To list more takes longer than the pages can wait, and a file without its end would look complete.
  if (!search.totals.cases.isExact)
    throw toUsage(
      `The search finds at least ${renderPlural(search.totals.cases.count, 'case')}, too many for a file of this page.`,
      'Add a word or a filter, or use `clearinghouse-mirror search` with --format, which lists all of them.',
    );
  function* list(): Generator<object> {
    for (const found of listResults(mirror, search, { newest: request.newest, rowsPerCase: ENTRIES }))
      yield toResultJson(found);
  }
  return { columns: RESULT_COLUMNS, objects: list() };
}
