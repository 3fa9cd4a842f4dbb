import { renderBytes } from '../../cli/text/words.ts';
import { clipText } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import type { ListedDocument } from '../lists/documents.ts';
import { type Content, html, linkTo } from './html.ts';
import { type ColumnOf, toDay } from './parts.ts';

const MAX_TEXT = 300;

const textOf = (value: string | null): string => clipText((value ?? '').trim(), MAX_TEXT);

export function join(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(', ');
}

/** The columns of a table of documents. `toMark` says what a reader is told of a new one. */
export function toDocumentColumns(
  toMark: (document: ListedDocument) => Content,
): readonly ColumnOf<ListedDocument>[] {
  return [
    {
      heading: 'Document',
      isName: true,
      cell: (one) =>
        html`${linkTo(ADDRESS.document(one.id), textOf(one.title) || '(no title)')} ${toMark(one)}`,
    },
    {
      heading: 'Date',
      cell: ({ date, date_is_estimate }) =>
        html`<span class="nowrap">${toDay(textOf(date))}</span
          >${date_is_estimate === 1 ? ' (estimate)' : ''}`,
    },
    {
      heading: 'Type',
      cell: ({ document_type, order_type }) => join(textOf(document_type), textOf(order_type)),
    },
    { heading: 'ECF', cell: ({ ecf_number }) => textOf(ecf_number) },
    {
      heading: 'File',
      cell: ({ file, external_url, file_bytes }) => {
        const address = [file, external_url].map(textOf).find((one) => /^https?:/i.test(one));
        return html`${address === undefined ? null : linkTo(address, 'File')}${
          file_bytes === null ? null : ` held, ${renderBytes(file_bytes)}`
        }`;
      },
    },
    {
      heading: 'Text',
      cell: ({ text_is_held }) => (text_is_held === 1 ? 'held' : html`<span class="off">–</span>`),
    },
  ];
}
