import type Database from 'better-sqlite3';
import { RECORD_SPECS } from '../../src/linked/kinds.ts';
import { toColumns, toContent } from '../../src/linked/rows.ts';
import { LINKED_KINDS } from '../../src/api/linked-fields.ts';
import type { TextAnswer } from '../../src/api/document-text.ts';
import { beginDownloadPass, endPass, recordFigures } from '../../src/db/linked/passes.ts';
import { type TextFinding, prepareWriteText } from '../../src/db/linked/texts.ts';
import { prepareWriteRead } from '../../src/db/linked/write-read.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
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

const book = { title: 'A book', status: 'Approved', cases: [1], external_url: 'https://example.org/1' };
const paper = { title: 'A paper', status: 'Approved', date: '2020-01-02', issues: ['Fog'] };
const entry = makeEntry({ id: 901, row_number: 1, attachments: [makeAttachment(1)] });
const unnumbered = { row_number: 2, description: 'No id', odd: 'half of a character: \ud800' };
const further = { id: 601, court: 'D. Far', recap_link: 'https://www.courtlistener.com/docket/77/x/' };
const withoutId = { court: 'D. Unknown', docket_number_manual: '9-1', docket_entries: [] };
const deleted = makeDocument({ id: 502, document_status: 'Deleted' });
const third = makeDocument({ id: 503, document_type: 'Order/Opinion', ecf_number: '2', odd: [1, 2.5] });

/** The three lists of case 1, day by day. */
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

/** The response of the API to requests for the texts of these documents, day by day; null if it is unclear. */
const TEXT_DAYS: Readonly<Record<number, Readonly<Record<number, TextAnswer | null>>>> = {
  1: { 501: { outcome: 'text', text: 'One text.', raw: null, drift: [] }, 503: { outcome: 'empty' } },
  // One document has a new text, and one text belongs to two documents.
  2: {
    501: { outcome: 'text', text: 'Another text, with §.', raw: null, drift: [] },
    503: { outcome: 'text', text: 'One text.', raw: null, drift: [] },
  },
  // Document 502 is public on this day only.
  3: {
    501: { outcome: 'text', text: 'One text.', raw: null, drift: [] },
    502: { outcome: 'text', text: 'Half: \ufffd', raw: Buffer.from('{"text": "Half: \\ud800"}'), drift: [] },
    503: { outcome: 'not_offered' },
  },
  4: { 501: null, 503: { outcome: 'too_large', message: 'The response is larger than 16 MB.' } },
};

/** Stores the linked lists and texts of cases 1 to 3 for one day, as the passes after the newest run would. */
export function storeLinkedDay(mirror: Mirror, day: 1 | 2 | 3 | 4, at: Date): void {
  storeLists(mirror, day, at);
  storeTexts(mirror, day, at);
  storeFiles(mirror, at);
}

/** The outcome of a request for the file of a document. */
function storeFiles({ sqlite }: Mirror, at: Date): void {
  const time = at.toISOString();
  sqlite
    .prepare(
      `INSERT OR REPLACE INTO document_files
         (document_id, outcome, url, fetched_at, attempted_at, failures, document_fingerprint)
       VALUES (501, 'not_offered', 'https://example.org/doc/501.pdf', ?, ?, 0,
         (SELECT mirror_fingerprint FROM documents WHERE id = 501))`,
    )
    .run(time, time);
  sqlite
    .prepare(
      `INSERT INTO file_passes (started_at, ended_at, outcome, process_id, requests, not_offered)
       VALUES (?, ?, 'complete', 1, 1, 1)`,
    )
    .run(time, time);
  sqlite
    .prepare(
      `INSERT INTO mirror_document_list_checks (run_id, checked_at, answer) SELECT max(id), ?, 'not_offered' FROM sync_runs`,
    )
    .run(time);
  sqlite
    .prepare(
      `INSERT INTO mirror_exports (place, kind, command, written_at, oldest_run_id)
       SELECT '/exports/out-' || max(id), 'export', 'clearinghouse-mirror export /exports/out', ?, max(id) FROM sync_runs`,
    )
    .run(time);
  sqlite
    .prepare(
      "INSERT OR IGNORE INTO mirror_paused_hosts (host, asked_at, paused_until) VALUES ('files.example.org', ?, ?)",
    )
    .run(time, time);
  sqlite.prepare('INSERT OR IGNORE INTO mirror_dropped_files (hash) VALUES (?)').run('a'.repeat(64));
}

function storeLists(mirror: Mirror, day: number, at: Date): void {
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
  if (sqlite.prepare('SELECT 1 FROM cases WHERE id = 3').get() !== undefined)
    writeRead(toRead(3, 'documents', ''), context);
}

function storeTexts(mirror: Mirror, day: number, at: Date): void {
  const write = prepareWriteText(mirror);
  const passId = beginDownloadPass(mirror, 'texts', { startedAt: at, budget: 100 });
  const figures = { texts: 0, empty: 0, not_offered: 0, too_large: 0, failed: 0 };
  const selectFingerprint = mirror.sqlite
    .prepare<[number], string>('SELECT mirror_fingerprint FROM documents WHERE id = ?')
    .pluck();
  const answers = Object.entries(TEXT_DAYS[day] ?? {});
  for (const [id, answer] of answers) {
    const document = { documentId: Number(id), fingerprint: selectFingerprint.get(Number(id)) ?? '' };
    const result: TextFinding['result'] =
      answer === null ? { error: new MirrorError('SERVER_ERROR', 'status 500') } : { answer };
    write({ document, result, at });
    const outcome = answer?.outcome ?? 'failed';
    figures[outcome === 'text' ? 'texts' : outcome]++;
  }
  const traffic = { requests: answers.length, retries: 0, waited_ms: 0, bytes: 100 };
  recordFigures(mirror, 'texts', passId, { ...traffic, ...figures });
  endPass(mirror, 'texts', passId, { outcome: 'complete', error: null, ...traffic }, at);
}

const toList = (records: readonly JsonObject[]): string =>
  records.map((one) => JSON.stringify(one)).join(',');
