import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { RECORD_SPECS } from '../../src/linked/kinds.ts';
import { toColumns, toContent } from '../../src/linked/rows.ts';
import { LINKED_KINDS } from '../../src/api/linked-fields.ts';
import { prepareWriteRead } from '../../src/db/linked/write-read.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { makeAttachment, makeDocket, makeEntry } from './make-case.ts';
import { toRead } from './linked-mirror.ts';

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

/** One row for each table of texts, of a document that the mirror has. */
export function insertTextRows(sqlite: Database.Database): void {
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
}

const book = { title: 'A book', status: 'Approved', cases: [1], external_url: 'https://example.org/1' };
const paper = { title: 'A paper', status: 'Approved', date: '2020-01-02', issues: ['Fog'] };
const entry = makeEntry({ id: 901, row_number: 1, attachments: [makeAttachment(1)] });
const unnumbered = { row_number: 2, description: 'No id', odd: 'half of a character: \ud800' };
const further = { id: 601, court: 'D. Far', recap_link: 'https://www.courtlistener.com/docket/77/x/' };
const withoutId = { court: 'D. Unknown', docket_number_manual: '9-1', docket_entries: [] };
const deleted = makeDocument({ id: 502, document_status: 'Deleted' });
const third = makeDocument({ id: 503, document_type: 'Order/Opinion', ecf_number: '2', odd: [1, 2.5] });

/** What the three lists of case 1 are, day by day. */
const DAYS: Readonly<Record<number, Record<(typeof LINKED_KINDS)[number], JsonObject[]>>> = {
  1: {
    documents: [makeDocument(), deleted, third],
    dockets: [
      makeDocket({ court: 'Another court than the case says' }),
      { ...further, docket_entries: [entry, unnumbered] },
      withoutId,
    ],
    resources: [book, paper],
  },
  2: {
    documents: [makeDocument({ title: 'Amended', party_types: ['Court'] }), deleted],
    dockets: [makeDocket(), { ...further, docket_entries: [{ ...entry, description: 'EDITED' }] }, withoutId],
    resources: [{ ...book, abstract: 'It is long.' }, paper],
  },
  3: {
    documents: [makeDocument({ title: 'Amended' }), { ...deleted, document_status: 'Approved' }],
    dockets: [
      makeDocket({ docket_entries: [] }),
      { ...further, court: 'D. Near', docket_entries: [{ ...entry, description: 'EDITED' }] },
      withoutId,
    ],
    resources: [book],
  },
  4: {
    documents: [makeDocument({ title: 'Amended' }), deleted, third],
    dockets: [makeDocket({ docket_entries: [] }), { ...further, docket_entries: [entry] }],
    resources: [],
  },
};

/** Stores the linked lists of case 1 as a linked pass after the newest run would, and one list of two other cases. */
export function storeLinkedDay(mirror: Mirror, day: 1 | 2 | 3 | 4, at: Date): void {
  const writeRead = prepareWriteRead(mirror);
  const { sqlite } = mirror;
  const runId = Number(sqlite.prepare('SELECT max(id) FROM sync_runs').pluck().get());
  const { lastInsertRowid } = sqlite
    .prepare(
      `INSERT INTO linked_passes (run_id, outcome, started_at, ended_at, process_id, budget_requests, requests)
       VALUES (?, 'complete', ?, ?, 1, 10000, 5)`,
    )
    .run(runId, at.toISOString(), at.toISOString());
  const context = { runId, at, passId: Number(lastInsertRowid) };
  for (const kind of LINKED_KINDS) writeRead(toRead(1, kind, toList(DAYS[day]?.[kind] ?? [])), context);
  writeRead(toRead(2, 'documents', toList([third])), context);
  writeRead(toRead(3, 'documents', ''), context);
}

const toList = (records: readonly JsonObject[]): string =>
  records.map((one) => JSON.stringify(one)).join(',');
