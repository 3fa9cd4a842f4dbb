import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { makeEntry } from './make-case.ts';
import { toEntryRows } from '../../src/case/docket-rows.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { RECORD_SPECS } from '../../src/linked/kinds.ts';
import { toColumns, toContent } from '../../src/linked/rows.ts';
import type { RecordKind } from '../../src/db/schema/schema.ts';

const insert = (sqlite: Database.Database, table: string, row: Readonly<Record<string, unknown>>): void => {
  const names = Object.keys(row);
  sqlite
    .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
    .run(names.map((name) => (typeof row[name] === 'boolean' ? Number(row[name]) : row[name])));
};

/** An invented document. */
export const makeDocument = (fields: JsonObject = {}): JsonObject => ({
  id: 501,
  clearinghouse_link: 'clearinghouse.net/doc/501',
  title: 'Complaint',
  date: '2024-01-02',
  date_is_estimate: false,
  document_type: 'Complaint',
  document_status: 'Coding Complete',
  party_types: ['Plaintiff'],
  is_core_document: true,
  ecf_number: '1',
  file: 'https://example.org/doc/501.pdf',
  cite_1_vol: 12,
  cite_1_reporter: 'F.9th',
  cite_1_page: 34,
  ...fields,
});

/** Stores a document of a case that the first run read. */
export function insertDocument(sqlite: Database.Database, document: JsonObject, caseId: number): void {
  const content = toContent(RECORD_SPECS.document, document);
  insert(sqlite, 'documents', {
    ...toColumns(RECORD_SPECS.document, document),
    mirror_hidden: content.hidden,
    mirror_first_run_id: 1,
    mirror_changed_run_id: 1,
    mirror_fingerprint: content.fingerprint,
    mirror_payload: JSON.stringify(content.payload),
  });
  insert(sqlite, 'case_documents', { case_id: caseId, document_id: document.id, mirror_from_run_id: 1 });
}

/** One row at least for each table of linked lists, of case 1 in a mirror that has three runs. */
export function insertLinkedRows(sqlite: Database.Database): void {
  const record = (kind: RecordKind, key: number, payload: JsonObject, more: object = {}): void => {
    const spec = RECORD_SPECS[kind];
    const content = toContent(spec, payload);
    insert(sqlite, kind === 'document' ? 'documents' : kind === 'docket' ? 'further_dockets' : 'resources', {
      ...toColumns(spec, payload),
      [spec.key]: key,
      mirror_hidden: content.hidden,
      mirror_first_run_id: 1,
      mirror_changed_run_id: 1,
      mirror_fingerprint: content.fingerprint,
      mirror_payload: JSON.stringify(content.payload),
      ...more,
    });
  };
  const before = makeDocument();
  const document = makeDocument({ title: 'Amended complaint' });
  record('document', 501, document, { mirror_changed_run_id: 2 });
  insert(sqlite, 'linked_changes', {
    record_kind: 'document',
    record_key: 501,
    run_id: 2,
    changed_at: '2030-01-16T03:17:00.000Z',
    field: 'title',
    kind: 'changed',
    old_value: '"Complaint"',
    new_value: '"Amended complaint"',
  });
  insert(sqlite, 'linked_versions', {
    record_kind: 'document',
    record_key: 501,
    run_id: 1,
    fingerprint: toContent(RECORD_SPECS.document, before).fingerprint,
  });
  record('resource', 1, {
    title: 'A book',
    status: 'Approved',
    cases: [1],
    external_url: 'https://example.org/1',
  });
  const entry = makeEntry({ id: 901, row_number: 1 });
  record(
    'docket',
    601,
    { id: 601, court: 'D. Mass.', docket_entries: [entry] },
    { mirror_entry_keys: '[901]' },
  );
  const [row] = toEntryRows([entry]);
  insert(sqlite, 'further_docket_entries', {
    ...row?.columns,
    mirror_docket_key: 601,
    mirror_first_run_id: 1,
    mirror_changed_run_id: 1,
    mirror_fingerprint: toContent(RECORD_SPECS.docket_entry, entry).fingerprint,
  });
  insert(sqlite, 'case_documents', { case_id: 1, document_id: 501, mirror_from_run_id: 1 });
  insert(sqlite, 'case_further_dockets', { case_id: 1, docket_key: 601, mirror_from_run_id: 1 });
  insert(sqlite, 'case_resources', { case_id: 1, resource_key: 1, mirror_from_run_id: 1 });
  insert(sqlite, 'mirror_docket_differences', {
    case_id: 1,
    docket_id: 7,
    differing: 'court',
    seen_run_id: 1,
  });
  insert(sqlite, 'texts', {
    mirror_id: 1,
    hash: createHash('sha256').update('Text').digest('hex'),
    characters: 4,
    bytes: 4,
    value: 'Text',
  });
  insert(sqlite, 'document_texts', {
    document_id: 501,
    outcome: 'text',
    text_id: 1,
    fetched_at: '2030-01-16T03:17:00.000Z',
    attempted_at: '2030-01-16T03:17:00.000Z',
    failures: 0,
  });
  insert(sqlite, 'mirror_replaced_texts', {
    document_id: 501,
    hash: 'a'.repeat(64),
    characters: 3,
    fetched_at: '2030-01-15T03:17:00.000Z',
    replaced_at: '2030-01-16T03:17:00.000Z',
  });
  insert(sqlite, 'text_passes', {
    started_at: '2030-01-16T03:17:00.000Z',
    ended_at: '2030-01-16T03:17:00.000Z',
    outcome: 'complete',
    process_id: 1,
    requests: 1,
    texts: 1,
  });
  const read = { attempted_at: '2030-01-15T03:17:00.000Z', attempted_run_id: 1 };
  for (const kind of ['documents', 'dockets', 'resources'])
    insert(sqlite, 'linked_lists', {
      case_id: 1,
      kind,
      ...read,
      read_at: read.attempted_at,
      read_run_id: 1,
      first_read_run_id: 1,
      records: 1,
      pages: 1,
      requests: 1,
      envelope: 'count',
    });
  insert(sqlite, 'linked_passes', {
    run_id: 1,
    outcome: 'complete',
    started_at: read.attempted_at,
    ended_at: read.attempted_at,
    process_id: 1,
    requests: 3,
    lists_read: 3,
    records_new: 3,
  });
}
