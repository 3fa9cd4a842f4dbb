import { LINKED_KINDS, type LinkedKind } from '../../api/linked-fields.ts';
import { type StoredLinked, findCaseList } from '../../db/linked/read-records.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { clipText, renderPlural } from '../../lib/layout.ts';
import { type Content, type Html, html, linkTo } from '../html/html.ts';
import { type ColumnOf, renderTable, renderTime, toDay } from '../html/parts.ts';
import type { Site } from '../request.ts';

const MAX_ROWS = 100;
const MAX_TEXT = 300;

const textOf = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? clipText(value.trim(), MAX_TEXT) : '';

interface ListView {
  readonly title: string;
  readonly noun: string;
  readonly columns: readonly ColumnOf<JsonObject>[];
  readonly toOrder: (record: JsonObject) => string;
}

const VIEWS: Readonly<Record<LinkedKind, ListView>> = {
  documents: {
    title: 'Documents',
    noun: 'document',
    columns: [
      {
        heading: 'Document',
        isName: true,
        cell: ({ title, file, external_url }) =>
          linkTo(textOf(file) || textOf(external_url), textOf(title) || '(no title)'),
      },
      {
        heading: 'Date',
        cell: ({ date, date_is_estimate }) =>
          html`<span class="nowrap">${toDay(textOf(date))}</span
            >${date_is_estimate === true ? ' (estimate)' : ''}`,
      },
      {
        heading: 'Type',
        cell: ({ document_type, order_type }) => join(textOf(document_type), textOf(order_type)),
      },
      { heading: 'Source', cell: ({ document_source }) => textOf(document_source) },
      { heading: 'ECF', cell: ({ ecf_number }) => textOf(ecf_number) },
    ],
    toOrder: ({ date }) => textOf(date),
  },
  dockets: {
    title: 'Other dockets',
    noun: 'other docket',
    columns: [
      {
        heading: 'Docket',
        isName: true,
        cell: ({ docket_number_manual, recap_link }) =>
          linkTo(textOf(recap_link), textOf(docket_number_manual) || '(no number)'),
      },
      { heading: 'Court', cell: ({ court }) => textOf(court) },
      { heading: 'State', cell: ({ state }) => textOf(state) },
      {
        heading: 'Entries',
        isNumber: true,
        cell: ({ docket_entries }) => (Array.isArray(docket_entries) ? String(docket_entries.length) : '–'),
      },
    ],
    toOrder: ({ docket_number_manual }) => textOf(docket_number_manual),
  },
  resources: {
    title: 'Resources',
    noun: 'resource',
    columns: [
      {
        heading: 'Resource',
        isName: true,
        cell: ({ title, external_url, file }) =>
          linkTo(textOf(external_url) || textOf(file), textOf(title) || '(no title)'),
      },
      { heading: 'Author', cell: ({ author, institution }) => join(textOf(author), textOf(institution)) },
      { heading: 'Date', cell: ({ display_date, date }) => textOf(display_date) || toDay(textOf(date)) },
      { heading: 'Source', cell: ({ source }) => textOf(source) },
    ],
    toOrder: ({ date }) => textOf(date),
  },
};

function join(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(', ');
}

/** The linked lists of a case. "Not read yet" is not "none": nobody has looked. */
export function renderLinkedLists(mirror: Mirror, { timeZone }: Site, caseId: number): Content {
  return LINKED_KINDS.map((kind) => {
    const { title } = VIEWS[kind];
    const { state, read, records } = findCaseList(mirror, caseId, kind);
    const at = read?.read_at == null ? null : html` (read ${renderTime(read.read_at, timeZone)})`;
    return html`<section aria-labelledby="${kind}">
      <h2 id="${kind}">${title}</h2>
      ${
        state === 'not read yet'
          ? html`<p>
              Not read yet. A sync reads the linked lists of the cases within its budget, new and changed
              cases first.
            </p>`
          : state === 'none'
            ? html`<p>None${at}.</p>`
            : renderRecords(kind, records, at)
      }
    </section>`;
  });
}

function renderRecords(kind: LinkedKind, records: readonly StoredLinked[], at: Html | null): Html {
  const { noun, columns, toOrder } = VIEWS[kind];
  const shown = records
    .filter(({ hidden, redactedRunId }) => hidden === null && redactedRunId === null)
    .map(({ payload }) => payload)
    .toSorted((a, b) => (toOrder(a) < toOrder(b) ? 1 : -1));
  const withheld = records.length - shown.length;
  const rest = shown.length - MAX_ROWS;
  return html`<p>
      ${renderPlural(shown.length, noun)}${at}${
        withheld === 0 ? null : `, and ${withheld} that ${withheld === 1 ? 'is' : 'are'} not for the public`
      }.
    </p>
    ${
      shown.length === 0
        ? null
        : renderTable({
            caption: `${VIEWS[kind].title} of this case`,
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

const TABLES: Readonly<Record<LinkedKind, string>> = {
  documents: 'documents',
  dockets: 'further_dockets',
  resources: 'resources',
};
