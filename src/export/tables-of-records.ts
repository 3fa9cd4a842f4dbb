import * as schema from '../db/schema/schema.ts';
import * as field from './fields.ts';
import { otherFields } from './other-fields.ts';
import { CHOSEN, OF_CASE, RESOURCE_KEYS, type Table, type TableOptions, define, isLinked } from './table.ts';

export function toDocuments(options: TableOptions): Table {
  const { isRaw } = options;
  const others = otherFields(options, 'document', 'stored.mirror_payload');
  const fields = isRaw
    ? [
        ...field.rawFields(schema.documents, 'stored'),
        field.flag('hidden', 'stored.mirror_hidden IS NOT NULL'),
        ...others,
      ]
    : [
        field.int('id', 'clean.id'),
        field.text('url', 'clean.url'),
        field.text('title', 'clean.title'),
        ...field.date('date', 'clean.date', 'stored.date'),
        field.flag('date_is_estimate', 'clean.date_is_estimate'),
        field.coded('document_type', 'clean.document_type'),
        field.coded('order_type', 'clean.order_type'),
        field.text('court', 'clean.court'),
        field.list('party_types', 'clean.party_types'),
        field.flag('is_core_document', 'clean.is_core_document'),
        field.text('ecf_number', 'clean.ecf_number'),
        field.int('courtlistener_docket_id', 'clean.courtlistener_docket_id'),
        field.text('citations', 'clean.citations'),
        field.text('file', 'clean.file'),
        field.text('external_url', 'clean.external_url'),
        field.flag('has_text', 'clean.has_text'),
        field.coded('document_source', 'clean.document_source'),
        field.text('description', 'clean.description'),
        ...others,
      ];
  return define({
    name: 'documents',
    kind: 'content',
    description: 'The documents of the cases: orders, complaints, settlements.',
    key: ['id'],
    isPerCase: false,
    fields,
    from: isRaw
      ? `FROM documents AS stored WHERE stored.mirror_redacted_run_id IS NULL AND ${isLinked('case_documents', 'document_id', 'stored.id')} ORDER BY 1`
      : `FROM clean_documents AS clean JOIN documents AS stored ON stored.id = clean.id
         WHERE ${isLinked('case_documents', 'document_id', 'stored.id')} ORDER BY 1`,
  });
}

/*
 * A `+` keeps SQLite from looking up each record in each case, a billion look-ups where there are ten thousand of one and a hundred
 * thousand of the other.
 */

export function toDocumentLinks({ isRaw }: TableOptions): Table {
  return define({
    name: 'case_documents',
    kind: 'content',
    description: 'Which documents belong to which cases. A document can belong to several.',
    key: ['case_id', 'document_id'],
    references: [OF_CASE, { columns: ['document_id'], table: 'documents', to: ['id'] }],
    isPerCase: false,
    fields: [field.int('case_id', 'link.case_id'), field.int('document_id', 'link.document_id')],
    from: `FROM case_documents AS link WHERE link.mirror_to_run_id IS NULL AND link.case_id IN (SELECT id FROM ${CHOSEN})
      AND +link.document_id IN (SELECT id FROM ${isRaw ? 'documents WHERE mirror_redacted_run_id IS NULL' : 'clean_documents'}) ORDER BY 1, 2`,
  });
}

export function toResources(options: TableOptions): Table {
  const { isRaw } = options;
  const others = otherFields(options, 'resource', 'stored.mirror_payload');
  const key = field.int('resource_key', 'keys.key');
  const fields = isRaw
    ? [
        key,
        ...field.rawFields(schema.resources, 'stored', ['cases', 'id']),
        field.flag('hidden', 'stored.mirror_hidden IS NOT NULL'),
        ...others,
      ]
    : [
        key,
        field.text('title', 'clean.title'),
        field.text('author', 'clean.author'),
        field.text('institution', 'clean.institution'),
        field.text('citation', 'clean.citation'),
        ...field.date('date', 'clean.date', 'stored.date'),
        field.text('display_date', 'clean.display_date'),
        field.list('resource_types', 'clean.resource_types'),
        field.text('url', 'clean.url'),
        field.text('abstract', 'clean.abstract'),
        ...others,
      ];
  const source = isRaw ? '' : 'JOIN clean_resources AS clean ON clean.mirror_key = stored.mirror_key';
  return define({
    name: 'resources',
    kind: 'content',
    description: 'Studies, articles and other resources about cases.',
    key: ['resource_key'],
    isPerCase: false,
    fields,
    from: `FROM ${RESOURCE_KEYS} AS keys JOIN resources AS stored ON stored.mirror_key = keys.mirror_key ${source}
      WHERE stored.mirror_redacted_run_id IS NULL AND ${isLinked('case_resources', 'resource_key', 'stored.mirror_key')} ORDER BY 1`,
  });
}

export function toResourceLinks({ isRaw }: TableOptions): Table {
  return define({
    name: 'case_resources',
    kind: 'content',
    description: 'Which resources belong to which cases. A resource can belong to several.',
    key: ['case_id', 'resource_key'],
    references: [OF_CASE, { columns: ['resource_key'], table: 'resources', to: ['resource_key'] }],
    isPerCase: false,
    fields: [field.int('case_id', 'link.case_id'), field.int('resource_key', 'keys.key')],
    from: `FROM case_resources AS link JOIN ${RESOURCE_KEYS} AS keys ON keys.mirror_key = link.resource_key
      WHERE link.mirror_to_run_id IS NULL AND link.case_id IN (SELECT id FROM ${CHOSEN})
      AND +link.resource_key IN (SELECT mirror_key FROM ${isRaw ? 'resources WHERE mirror_redacted_run_id IS NULL' : 'clean_resources'}) ORDER BY 1, 2`,
  });
}

export function toTexts(): Table {
  return define({
    name: 'document_texts',
    kind: 'content',
    description: 'The texts of documents, as far as they were fetched.',
    key: ['document_id'],
    references: [{ columns: ['document_id'], table: 'documents', to: ['id'] }],
    isPerCase: false,
    fields: [
      field.int('document_id', 'clean.id'),
      field.int('characters', 'texts.characters'),
      field.text('sha256', 'texts.hash'),
      field.text('text', 'texts.value'),
    ],
    from: `FROM clean_documents AS clean JOIN document_texts ON document_texts.document_id = clean.id
      JOIN texts ON texts.mirror_id = document_texts.text_id
      WHERE ${isLinked('case_documents', 'document_id', 'clean.id')} ORDER BY 1`,
  });
}

export function toFiles(): Table {
  return define({
    name: 'document_files',
    kind: 'run log',
    description:
      'The files (PDF) of documents that were fetched: which file, and where it lies. The files themselves are not exported.',
    key: ['document_id'],
    references: [{ columns: ['document_id'], table: 'documents', to: ['id'] }],
    isPerCase: false,
    fields: [
      field.int('document_id', 'clean.id'),
      field.text('sha256', 'files.hash'),
      field.int('bytes', 'files.bytes'),
      field.text('path', "substr(files.hash, 1, 2) || '/' || files.hash || '.pdf'"),
    ],
    from: `FROM clean_documents AS clean JOIN document_files AS files ON files.document_id = clean.id AND files.hash IS NOT NULL
      WHERE ${isLinked('case_documents', 'document_id', 'clean.id')} ORDER BY 1`,
  });
}
