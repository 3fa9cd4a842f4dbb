import { LINKED_KINDS, type LinkedKind } from '../../api/linked-fields.ts';
import { type StoredLinked, findCaseList, findListState } from '../../db/linked/read-records.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import { join, toDocumentColumns } from '../html/documents.ts';
import { type Content, type Html, html, linkTo } from '../html/html.ts';
import { type ColumnOf, renderTable, renderTime, toDay } from '../html/parts.ts';
import { countTypes, countWithheld, listDocuments, parseDocumentFilter } from '../lists/documents.ts';
import type { Site } from '../request.ts';
import { prepareDocumentMark } from './documents.ts';

const MAX_ROWS = 100;
/** Documents on the page of the case. */
const NEWEST = 20;
const MAX_TEXT = 300;

const textOf = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? clipText(value.trim(), MAX_TEXT) : '';

interface ListView {
  readonly noun: string;
  readonly columns: readonly ColumnOf<StoredLinked>[];
  readonly toOrder: (record: JsonObject) => string;
}

type ListedKind = Exclude<LinkedKind, 'documents'>;

const VIEWS: Readonly<Record<ListedKind, ListView>> = {
  dockets: {
    noun: 'other docket',
    columns: [
      {
        heading: 'Docket',
        isName: true,
        cell: ({ payload, key }) =>
          linkTo(ADDRESS.furtherDocket(key), textOf(payload.docket_number_manual) || '(no number)'),
      },
      { heading: 'Court', cell: ({ payload }) => textOf(payload.court) },
      { heading: 'State', cell: ({ payload }) => textOf(payload.state) },
      {
        heading: 'Entries',
        isNumber: true,
        cell: ({ payload: { docket_entries } }) =>
          Array.isArray(docket_entries) ? renderCount(docket_entries.length) : '–',
      },
    ],
    toOrder: ({ docket_number_manual }) => textOf(docket_number_manual),
  },
  resources: {
    noun: 'resource',
    columns: [
      {
        heading: 'Resource',
        isName: true,
        cell: ({ payload: { title, external_url, file } }) =>
          linkTo(textOf(external_url) || textOf(file), textOf(title) || '(no title)'),
      },
      {
        heading: 'Author',
        cell: ({ payload: { author, institution } }) => join(textOf(author), textOf(institution)),
      },
      {
        heading: 'Date',
        cell: ({ payload: { display_date, date } }) => textOf(display_date) || toDay(textOf(date)),
      },
      { heading: 'Source', cell: ({ payload }) => textOf(payload.source) },
    ],
    toOrder: ({ date }) => textOf(date),
  },
};

/** The linked lists of a case. "Not read yet" is not "none": nobody has looked. */
export function renderLinkedLists(mirror: Mirror, { timeZone }: Site, caseId: number): Content {
  return LINKED_KINDS.map((kind) => {
    const { state, read } = findListState(mirror, caseId, kind);
    const at = read?.read_at == null ? null : html` (read ${renderTime(read.read_at, timeZone)})`;
    return html`<section aria-labelledby="${kind}">
      <h2 id="${kind}">${TITLES[kind]}</h2>
      ${
        state === 'not read yet'
          ? html`<p>
              Not read yet. A sync reads the linked lists of the cases within its budget, new and changed
              cases first.
            </p>`
          : state === 'never read'
            ? html`<p>Never read: the case left the site before.</p>`
            : state === 'none'
              ? html`<p>None${at}.</p>`
              : kind === 'documents'
                ? renderDocuments(mirror, caseId, at)
                : renderRecords(kind, findCaseList(mirror, caseId, kind).records, at)
      }
    </section>`;
  });
}

/** The newest documents; a page of their own has all of them. */
function renderDocuments(mirror: Mirror, caseId: number, at: Html | null): Html {
  const total = countTypes(mirror, caseId).reduce((sum, { count }) => sum + count, 0);
  const withheld = countWithheld(mirror, caseId);
  const filter = parseDocumentFilter(mirror, caseId, {});
  return html`<p>${toCountWords(renderPlural(total, 'document'), withheld, at)}</p>
    ${
      total === 0
        ? null
        : html`${renderTable({
              caption:
                total > NEWEST ? `The newest ${NEWEST} documents of this case` : 'Documents of this case',
              isCaptionHidden: total <= NEWEST,
              columns: toDocumentColumns(prepareDocumentMark(mirror, caseId)),
              rows: listDocuments(mirror, filter, { offset: 0, size: NEWEST }),
            })}
            <p class="more">
              ${linkTo(
                ADDRESS.documents(caseId),
                total > NEWEST
                  ? `All documents (${renderCount(total)}), with filters`
                  : 'The documents with filters and downloads',
              )}
            </p>`
    }`;
}

function toCountWords(found: string, withheld: number, at: Html | null): Html {
  return html`${found}${at}${
    withheld === 0 ? null : `, and ${withheld} that ${withheld === 1 ? 'is' : 'are'} not for the public`
  }.`;
}

function renderRecords(kind: ListedKind, records: readonly StoredLinked[], at: Html | null): Html {
  const { noun, columns, toOrder } = VIEWS[kind];
  const shown = records
    .filter(({ hidden, redactedRunId }) => hidden === null && redactedRunId === null)
    .toSorted((a, b) => (toOrder(a.payload) < toOrder(b.payload) ? 1 : -1));
  const rest = shown.length - MAX_ROWS;
  return html`<p>${toCountWords(renderPlural(shown.length, noun), records.length - shown.length, at)}</p>
    ${
      shown.length === 0
        ? null
        : renderTable({
            caption: `${TITLES[kind]} of this case`,
            isCaptionHidden: true,
            columns,
            rows: shown.slice(0, MAX_ROWS),
          })
    }
    ${
      rest > 0
        ? html`<p>${renderPlural(rest, `more ${noun}`)} in the table <code>${TABLES[kind]}</code>.</p>`
        : null
    }`;
}

const TITLES: Readonly<Record<LinkedKind, string>> = {
  documents: 'Documents',
  dockets: 'Other dockets',
  resources: 'Resources',
};

const TABLES: Readonly<Record<ListedKind, string>> = {
  dockets: 'further_dockets',
  resources: 'resources',
};
