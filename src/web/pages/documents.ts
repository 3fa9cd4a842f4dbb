import { basename } from 'node:path';
import { renderBytes, toCaseName } from '../../cli/text/words.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { findCaseWithoutEntries } from '../../db/read-case.ts';
import { toFilePath, toFilesFolder } from '../../db/linked/file-store.ts';
import { prepareFindCase } from '../../db/linked/due-files.ts';
import { findFileState } from '../../db/linked/files.ts';
import { findDocument } from '../../db/linked/read-records.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import { join, toDocumentColumns } from '../html/documents.ts';
import { renderChoice } from '../html/filters.ts';
import { type Content, type Html, html, linkTo, toHref } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import {
  type Fact,
  renderDownloads,
  renderFacts,
  renderNotice,
  renderPager,
  renderTable,
  renderTime,
  toDay,
  toWindow,
} from '../html/parts.ts';
import {
  type DocumentFilter,
  type DocumentOrder,
  type ListedDocument,
  type TypeCount,
  countTypes,
  countWithheld,
  listDocuments,
  parseDocumentFilter,
  toDocumentParameters,
  toDocumentsSql,
} from '../lists/documents.ts';
import { type PageRequest, readPageNumber } from '../request.ts';

const SIZE = 50;
/** Characters of a page of a text. */
const TEXT_PART = 60_000;
const MAX_TEXT = 3000;
const MAX_CASES = 50;

/** Says in which run a document came to a case whose list had been read before. */
export function prepareDocumentMark(
  { sqlite }: Mirror,
  caseId: number,
): (document: ListedDocument) => Content {
  const first = sqlite
    .prepare<[number], number | null>(
      `SELECT first_read_run_id FROM linked_lists WHERE case_id = ? AND kind = 'documents'`,
    )
    .pluck()
    .get(caseId);
  return ({ first_linked_run_id: runId }) =>
    first == null || runId <= first
      ? null
      : html`<span class="new">New in ${linkTo(ADDRESS.run(runId), `run ${runId}`)}</span>`;
}

/** All documents of a case. */
export function makeDocumentsPage({ mirror, asked, id }: PageRequest): Page {
  const { payload } = findCaseWithoutEntries(mirror, id);
  const filter = parseDocumentFilter(mirror, id, asked);
  const types = countTypes(mirror, id);
  const total =
    filter.type === undefined
      ? types.reduce((sum, { count }) => sum + count, 0)
      : (types.find(({ type }) => type === filter.type)?.count ?? 0);
  const { page, size } = toWindow(readPageNumber(asked), SIZE, total);
  const documents = listDocuments(mirror, filter, { offset: (page - 1) * size, size });
  const parameters = toDocumentParameters(filter);
  const found = renderPlural(total, 'document');
  return {
    title: `Documents of ${toCaseName(typeof payload.name === 'string' ? payload.name : null)}`,
    kicker: linkTo(ADDRESS.case(id), `Case ${id}`),
    section: 'cases',
    body: html`
      ${renderForm(filter, types)}
      <section aria-labelledby="found">
        <h2 id="found">${found}${filter.type === undefined ? '' : ' of this type'}</h2>
        ${renderWithheld(countWithheld(mirror, id))}
        ${
          total === 0
            ? html`<p>No document.</p>`
            : renderTable({
                caption: `The documents, ${ORDER_LABELS[filter.order].toLowerCase()}`,
                columns: toDocumentColumns(prepareDocumentMark(mirror, id)),
                rows: documents,
              })
        }
        ${renderPager({ page, size, total }, 'Documents', (number) =>
          ADDRESS.documents(id, { ...parameters, page: number === 1 ? undefined : number }),
        )}
        ${renderDownloads(
          `All ${found}`,
          toDocumentsSql(filter),
          (filters, form) => ADDRESS.documents(id, filters, form),
          parameters,
        )}
      </section>
    `,
  };
}

function renderWithheld(count: number): Html | null {
  return count === 0
    ? null
    : html`<p class="off">
        ${renderPlural(count, 'more document')} ${count === 1 ? 'is' : 'are'} not for the public, and not
        shown.
      </p>`;
}

const ORDER_LABELS: Readonly<Record<DocumentOrder, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  title: 'By title',
};

function renderForm({ caseId, type, order }: DocumentFilter, types: readonly TypeCount[]): Html {
  const known = types.filter((one) => one.type !== '' && one.type.length <= 200);
  const choices = {
    '': 'Any',
    ...(type !== undefined && !known.some((one) => one.type === type) && { [type]: type }),
    ...Object.fromEntries(known.map((one) => [one.type, `${one.type} (${renderCount(one.count)})`])),
  };
  return html`<form class="filters" action="${toHref(ADDRESS.documents(caseId))}">
    <fieldset>
      <legend>Filters</legend>
      ${renderChoice('type', 'Type', choices, type ?? '')}
      ${renderChoice('order', 'Order', ORDER_LABELS, order)}
    </fieldset>
    <p><button>Show these documents</button></p>
  </form>`;
}

const textOf = (value: JsonValue | undefined): string =>
  typeof value === 'string'
    ? clipText(value.trim(), MAX_TEXT)
    : typeof value === 'number'
      ? String(value)
      : '';

/** A document that the public may see: what the API says of it, its cases, and its text if the mirror holds it. */
export function makeDocumentPage({ mirror, site, asked, id }: PageRequest): Page {
  const document = findDocument(mirror, id);
  if (document?.hidden === null && document.redactedRunId !== null)
    throw new MirrorError(
      'PAGE_UNKNOWN',
      `The content of document ${id} was removed on request in run ${document.redactedRunId}.`,
      { hint: 'The mirror keeps nothing of it but its number.' },
    );
  // A hidden document is not told from one that does not exist.
  if (document === undefined || document.hidden !== null || document.redactedRunId !== null)
    throw new MirrorError('PAGE_UNKNOWN', `The mirror has no document ${id} for the public.`);
  const { payload } = document;
  const text = findText(mirror, id);
  const number = readPageNumber(asked);
  return {
    title: textOf(payload.title) || `Document ${id}`,
    kicker: `Document ${id}`,
    section: 'cases',
    body: html`
      ${
        document.departedRunId === null
          ? null
          : renderNotice(`No case links to this document since run ${document.departedRunId}.`, 'warning')
      }
      ${renderFacts(listFacts(payload))} ${renderLinks(id, payload)} ${renderCases(mirror, id)}
      ${renderFile(mirror, id)} ${renderText(id, text, number, site.timeZone)}
    `,
  };
}

function listFacts(payload: JsonObject): Fact[] {
  const estimate = payload.date_is_estimate === true ? ' (estimate)' : '';
  const day = toDay(textOf(payload.date));
  const facts: readonly (readonly [string, string])[] = [
    ['Date', day === '' ? '' : `${day}${estimate}`],
    [
      'Type',
      join(textOf(payload.document_type), textOf(payload.document_type_other), textOf(payload.order_type)),
    ],
    ['Court', textOf(payload.court)],
    ['Source', textOf(payload.document_source)],
    ['Number on the docket (ECF)', textOf(payload.ecf_number)],
    ['Status', textOf(payload.document_status)],
    ['Citation', toCitation(payload)],
    ['Description', textOf(payload.description)],
  ];
  return facts.flatMap(([label, value]) => (value === '' ? [] : [{ label, value }]));
}

function toCitation(payload: JsonObject): string {
  return ['1', '2', '3']
    .map((at) =>
      ['vol', 'reporter', 'page']
        .map((part) => textOf(payload[`cite_${at}_${part}`]))
        .join(' ')
        .trim(),
    )
    .filter((cite) => cite !== '')
    .join('; ');
}

function renderLinks(id: number, payload: JsonObject): Html {
  const links = [
    [`https://clearinghouse.net/doc/${id}`, 'This document on the Clearinghouse'],
    [textOf(payload.file), 'The file'],
    [textOf(payload.external_url), 'Elsewhere'],
  ] as const;
  return html`<p class="links-out">
    ${links.map(([address, label]) => (/^https?:/i.test(address) ? html`${linkTo(address, label)} ` : null))}
  </p>`;
}

/** What is known of the file (PDF). The page names where it lies, and does not send it. */
function renderFile(mirror: Mirror, id: number): Html {
  const row = findFileState(mirror, id);
  const caseId = prepareFindCase(mirror)(id);
  return html`<section aria-labelledby="file">
    <h2 id="file">File</h2>
    <p>
      ${
        row === undefined
          ? html`Not fetched.
            ${
              caseId === undefined
                ? null
                : html`<code>clearinghouse-mirror fetch-files --case ${caseId}</code> fetches the files of its
                    case.`
            }`
          : row.hash === null || row.bytes === null
            ? (FILE_OUTCOMES[row.outcome] ?? row.outcome)
            : html`Stored, ${renderBytes(row.bytes)}:
                <code>${toFilePath(basename(toFilesFolder(mirror.path)), row.hash)}</code> beside the mirror.
                SHA-256 <code>${row.hash}</code>.`
      }
    </p>
  </section>`;
}

/** What the outcomes of a file mean to a reader. */
const FILE_OUTCOMES: Readonly<Record<string, string>> = {
  not_offered: 'The host has no file of this document.',
  too_large: 'The file is larger than the limit, and not kept.',
  not_a_pdf: 'What the host sent is not a PDF, and not kept.',
  refused: 'The file is on a host that is not known, and was not requested.',
  failed: 'The file could not be fetched yet; a later fetch tries again.',
};

function renderCases({ sqlite }: Mirror, id: number): Html {
  const cases = sqlite
    .prepare<[number], { id: number; name: string | null }>(
      `SELECT cases.id, cases.name FROM case_documents AS link JOIN cases ON cases.id = link.case_id
       WHERE link.document_id = ? AND link.mirror_to_run_id IS NULL ORDER BY cases.id`,
    )
    .all(id);
  const rest = cases.length - MAX_CASES;
  return html`<section aria-labelledby="cases">
    <h2 id="cases">${cases.length === 1 ? 'Its case' : `Its ${renderPlural(cases.length, 'case')}`}</h2>
    ${
      cases.length === 0
        ? html`<p>None.</p>`
        : html`<ul>
            ${cases
              .slice(0, MAX_CASES)
              .map((one) => html`<li>${linkTo(ADDRESS.case(one.id), toCaseName(one.name))}</li> `)}
          </ul>`
    }
    ${rest > 0 ? html`<p>And ${renderPlural(rest, 'more case')}.</p>` : null}
  </section>`;
}

interface TextRow {
  readonly outcome: string;
  readonly fetched_at: string | null;
  readonly value: string | null;
}

function findText({ sqlite }: Mirror, id: number): TextRow | undefined {
  return sqlite
    .prepare<[number], TextRow>(
      `SELECT document_texts.outcome, document_texts.fetched_at, texts.value
       FROM document_texts LEFT JOIN texts ON texts.mirror_id = document_texts.text_id WHERE document_id = ?`,
    )
    .get(id);
}

/** What the outcomes of a text mean to a reader. */
const OUTCOMES: Readonly<Record<string, string>> = {
  empty: 'The API has an empty text of this document.',
  not_offered: 'The API has no text of this document.',
  too_large: 'The text is larger than 16 MiB, and not kept.',
  failed: 'The text could not be fetched yet; a later fetch tries again.',
};

function renderText(id: number, text: TextRow | undefined, number: number, timeZone: string): Html {
  if (text?.value == null)
    return html`<section aria-labelledby="text">
      <h2 id="text">Text</h2>
      <p>
        ${
          text === undefined
            ? html`Not fetched yet. <code>clearinghouse-mirror fetch-texts</code> fetches texts.`
            : (OUTCOMES[text.outcome] ?? text.outcome)
        }
      </p>
    </section>`;
  const { page, size, total } = toWindow(number, TEXT_PART, text.value.length);
  const pager = renderPager({ page, size, total }, 'Characters', (to) => ADDRESS.document(id, to));
  return html`<section aria-labelledby="text">
    <h2 id="text">Text</h2>
    <p class="off">
      As the API has it,
      ${renderPlural(text.value.length, 'character')}${
        text.fetched_at === null ? null : html`, fetched ${renderTime(text.fetched_at, timeZone)}`
      }.
      Texts of scanned pages have errors.
    </p>
    ${pager}
    <div class="prose plain text">${text.value.slice((page - 1) * size, page * size).toWellFormed()}</div>
    ${pager === null ? null : html`<p class="more">${page < Math.ceil(total / size) ? linkTo(ADDRESS.document(id, page + 1), 'The next part of the text') : 'This is the end of the text.'}</p>`}
  </section>`;
}
