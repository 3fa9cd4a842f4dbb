import { blankDocument } from '../../fake-api/invent/document.ts';
import { textAddressOf } from '../../fake-api/collection/linked-data.ts';
import type { JsonObject } from '../../src/lib/json.ts';

/** A document as the API lists it, with a title, a text and these fields. */
export function makeDocument(fields: JsonObject & { id: number }): JsonObject {
  return {
    ...blankDocument(fields.id),
    date: '2021-03-04',
    document_source: 'RECAP',
    document_status: 'Coding Complete',
    document_type: 'Order/Opinion',
    order_type: 'Non-Decree',
    citation_status: 'Not applicable',
    court: 'Northern District of Quillhaven',
    party_types: ['Court'],
    file: `https://casehouse-invented-media.storage.example/media/doc/${fields.id}.pdf`,
    title: `Order ${fields.id}`,
    description: '',
    document_type_other: '',
    external_url: '',
    ecf_number: '12',
    has_text: true,
    text_url: textAddressOf(fields.id),
    ...fields,
  };
}
