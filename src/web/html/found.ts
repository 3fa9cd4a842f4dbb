import { toCaseName } from '../../cli/text/words.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import type { SearchRequest } from '../../search/request.ts';
import type { FoundCase, FoundEntry } from '../../search/results.ts';
import type { Count } from '../../search/row-hits.ts';
import type { SearchTotals } from '../../search/search.ts';
import type { Piece } from '../../search/snippets.ts';
import { ROW_KINDS, type RowKind } from '../../search/sources.ts';
import { ADDRESS } from '../addresses.ts';
import { type Content, type Html, html, join, linkTo } from './html.ts';
import { toDay } from './parts.ts';

/* What a search found: in words, and case by case. */

const NOUNS: Readonly<Record<RowKind, readonly [one: string, many: string]>> = {
  documents: ['document', 'documents'],
  entries: ['docket entry', 'docket entries'],
  texts: ['text of documents', 'texts of documents'],
};

const renderFoundCount = ({ count, isExact }: Count, one: string, many?: string): string =>
  `${isExact ? '' : 'at least '}${renderPlural(count, one, many)}`;

/** How much was found. */
export function toFoundWords({ cases, rows }: SearchTotals, { departed }: SearchRequest): string {
  const found = ROW_KINDS.flatMap((kind) => {
    const count = rows[kind]?.found;
    return count === undefined || count.count === 0 ? [] : [renderFoundCount(count, ...NOUNS[kind])];
  });
  const words = [renderFoundCount(cases, departed ? 'departed case' : 'case'), ...found].join(', ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The relevance of a case and that of an entry cannot be compared, so there are several lists. */
export function toOrderWords({ casesByText, rows }: SearchTotals, { newest }: SearchRequest): string {
  const byText = `${renderFoundCount(casesByText, 'case')} with these words in ${casesByText.count === 1 ? 'its' : 'their'} own texts, ${newest ? 'the last filed first' : 'the most relevant first'}`;
  const byRows = ROW_KINDS.flatMap((kind) => {
    const found = rows[kind];
    if (found === null || found.cases.count === 0) return [];
    const order = newest || !found.isRanked ? 'the newest first' : 'the most relevant first';
    return [`${renderFoundCount(found.cases, 'case')} with them in ${NOUNS[kind][1]}, ${order}`];
  });
  const groups = [...(casesByText.count === 0 ? [] : [byText]), ...byRows];
  if (groups.length > 1) return `First ${groups.join('; then ')}.`;
  const [only = ''] = groups;
  return `${only.charAt(0).toUpperCase()}${only.slice(1)}.`;
}

const MAX_CELL = 200;

/** The cases that a search found, with what was found in each. `offset`: how many come before them. */
export function renderFoundCases(results: readonly FoundCase[], offset: number): Html {
  return html`<ol class="results" start="${offset + 1}">
    ${results.map(
      (found) =>
        html`<li>
          <h3>${linkTo(ADDRESS.case(found.case_id), toCaseName(found.name))}</h3>
          <p class="facts-line">${toFacts(found)}</p>
          ${
            found.found_in.length === 0
              ? null
              : html`<p>
                  ${renderPieces(found.snippet)}
                  <small>(in ${found.found_in.map((field) => field.replaceAll('_', ' ')).join(', ')})</small>
                </p>`
          }
          ${renderFoundDocuments(found)} ${renderEntries(found)}
        </li> `,
    )}
  </ol>`;
}

function toFacts({ case_id, court, filing_date, filing_year, case_ongoing }: FoundCase): Content {
  const day = toDay(filing_date);
  const filed = day === '' && filing_year !== null && filing_year !== 0 ? String(filing_year) : day;
  const facts = [
    clipText(court ?? '', MAX_CELL),
    filed === '' ? '' : html`<span class="nowrap">filed ${clipText(filed, 30)}</span>`,
    case_ongoing ? `ongoing: ${clipText(case_ongoing, MAX_CELL)}` : '',
    html`<span class="nowrap">case ${case_id}</span>`,
  ];
  return join(
    facts.filter((fact) => fact !== ''),
    ' · ',
  );
}

const MAX_PIECE = 600;

/** A snippet; only our own marks become elements. */
function renderPieces(pieces: readonly Piece[]): Content {
  return pieces.map(({ text, isMatch }): Content => {
    const words = clipText(text.replace(/\s+/g, ' '), MAX_PIECE);
    return isMatch ? html`<mark>${words}</mark>` : words;
  });
}

function renderFoundDocuments({ documents_found, documents }: FoundCase): Content {
  if (documents_found === 0) return null;
  const rest = documents_found - documents.length;
  return html`<p>${renderPlural(documents_found, 'document matches', 'documents match')}:</p>
    <ul>
      ${documents.map(
        ({ id, title, date, snippet }) =>
          html`<li>
            ${linkTo(ADDRESS.document(id), [toDay(date), clipText(title ?? `document ${id}`, MAX_CELL)].filter((part) => part !== '').join(': '))}
            ${renderPieces(snippet)}
          </li>`,
      )}
    </ul>
    ${rest > 0 ? html`<p class="off">and ${renderPlural(rest, 'more document')}</p>` : null}`;
}

function renderEntries({ case_id, entries_found, entries }: FoundCase): Content {
  if (entries_found === 0) return null;
  const rest = entries_found - entries.length;
  return html`<p>${renderPlural(entries_found, 'docket entry matches', 'docket entries match')}:</p>
    <ul class="found">
      ${entries.map((entry) => html`<li>${renderEntry(entry)}</li> `)}
      ${
        rest > 0
          ? html`<li>and ${renderCount(rest)} more: ${linkTo(ADDRESS.docket(case_id), 'the docket')}</li>`
          : null
      }
    </ul>`;
}

function renderEntry({ date_filed, entry_number, url, snippet }: FoundEntry): Content {
  const title = [toDay(date_filed), entry_number ? `no. ${clipText(entry_number, 20)}` : '']
    .filter((part) => part !== '')
    .join(', ');
  return html`${title === '' ? null : html`<strong>${/^https?:/i.test(url ?? '') ? linkTo(url, title) : title}</strong> `}${renderPieces(snippet)}`;
}
