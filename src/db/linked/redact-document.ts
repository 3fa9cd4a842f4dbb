import type Database from 'better-sqlite3';
import { MirrorError } from '../../errors/mirror-error.ts';
import { LINK_SPECS, RECORD_SPECS } from '../../linked/kinds.ts';
import { type RecordContent, toColumns, toContent } from '../../linked/rows.ts';
import { getTableName } from 'drizzle-orm';
import { listRejectedRecordsOf } from '../leftovers.ts';
import { KINDS_WITH_DRIFT, deleteDriftOf } from '../redact-drift.ts';
import type { Mirror } from '../open-mirror.ts';
import type { RunStamp } from '../write-history.ts';
import { createLinkWriter } from './write-links.ts';
import { DROP_FILE, createRecordWriter, prepareDeleteRecord } from './write-record.ts';

/** What a redaction of a document removes. */
export interface DocumentRedaction {
  readonly documentId: number;
  /** The run that already removed all content; null if there is content. */
  readonly doneRunId: number | null;
  /** Whether that run is unfinished: bytes of the deleted rows may still be in the file. */
  readonly isPending: boolean;
  readonly title: string | null;
  /** Whether it has a row of its own. What is only in rejected records has none. */
  readonly isStored: boolean;
  /** The cases that link to the document, or whose lists brought a rejected record of it. The links stay. */
  readonly caseIds: readonly number[];
  readonly changes: number;
  readonly rejectedRecords: number;
  /** Its text and earlier texts. */
  readonly texts: number;
  /** 1 if its file is stored. The file itself stays if another document has the same one. */
  readonly files: number;
}

/** Determines what a redaction of this document would remove. Throws DOCUMENT_NOT_MIRRORED. */
export function findDocumentRedaction(mirror: Mirror, documentId: number): DocumentRedaction {
  const { sqlite, path } = mirror;
  return sqlite.transaction((): DocumentRedaction => {
    const row = sqlite
      .prepare<[number], { title: string | null; redactedRunId: number | null; outcome: string | null }>(
        `SELECT title, mirror_redacted_run_id AS redactedRunId, sync_runs.outcome FROM documents
         LEFT JOIN sync_runs ON sync_runs.id = mirror_redacted_run_id WHERE documents.id = ?`,
      )
      .get(documentId);
    const count = (sql: string): number =>
      Number(sqlite.prepare<[number], number>(sql).pluck().get(documentId));
    const rejected = listRejectedRecordsOf(sqlite, 'document', documentId);
    if (row === undefined && rejected.length === 0)
      throw new MirrorError('DOCUMENT_NOT_MIRRORED', `${path} has no document ${documentId}.`);
    const doneRunId = row?.redactedRunId ?? null;
    return {
      documentId,
      doneRunId: rejected.length === 0 ? doneRunId : null,
      isPending: doneRunId !== null && row?.outcome !== 'complete',
      title: row?.title ?? null,
      isStored: row !== undefined,
      caseIds: listCasesOf(sqlite, documentId, rejected),
      changes: count(`SELECT count(*) FROM linked_changes WHERE ${OF_DOCUMENT} AND ${IS_CONTENT}`),
      rejectedRecords: rejected.length,
      texts:
        count('SELECT count(*) FROM document_texts WHERE document_id = ? AND text_id IS NOT NULL') +
        count('SELECT count(*) FROM mirror_replaced_texts WHERE document_id = ?'),
      files: count('SELECT count(*) FROM document_files WHERE document_id = ? AND hash IS NOT NULL'),
    };
  })();
}

function listCasesOf(sqlite: Database.Database, documentId: number, rejected: readonly string[]): number[] {
  return sqlite
    .prepare<[number, string], number>(
      `SELECT case_id FROM case_documents WHERE document_id = ?
       UNION SELECT case_id FROM rejected_records
         WHERE fingerprint IN (SELECT value FROM json_each(?)) AND case_id IS NOT NULL
       ORDER BY 1`,
    )
    .pluck()
    .all(documentId, JSON.stringify(rejected));
}

const OF_DOCUMENT = `record_kind = 'document' AND record_key = ?`;
/** When a record departed and returned is not content. */
const IS_CONTENT = `field <> 'mirror_departed_run_id'`;

/**
 * Every place that holds content of a document; each removal goes through this list. Its links stay. Part of the
 * caller's transaction.
 */
const DELETIONS = [
  `DELETE FROM linked_changes WHERE ${OF_DOCUMENT} AND ${IS_CONTENT}`,
  `DELETE FROM linked_versions WHERE ${OF_DOCUMENT}`,
  'DELETE FROM document_texts WHERE document_id = ?',
  'DELETE FROM mirror_replaced_texts WHERE document_id = ?',
  DROP_FILE,
  'DELETE FROM document_files WHERE document_id = ?',
  // What a server says when it refuses a list can name the document.
  `UPDATE linked_lists SET error_message = NULL WHERE kind = 'documents' AND error_message IS NOT NULL
    AND case_id IN (SELECT case_id FROM case_documents WHERE document_id = ?)`,
];
const UNUSED_TEXTS =
  'DELETE FROM texts WHERE mirror_id NOT IN (SELECT text_id FROM document_texts WHERE text_id IS NOT NULL)';

/** Deletes the content of a document. Only its id, its links, and the runs that stored and redacted it stay. */
export function deleteDocument(mirror: Mirror, documentId: number, stamp: RunStamp): void {
  const { sqlite } = mirror;
  const { runId } = stamp;
  const rejected = listRejectedRecordsOf(sqlite, 'document', documentId);
  const caseIds = listCasesOf(sqlite, documentId, rejected);
  for (const sql of DELETIONS) sqlite.prepare(sql).run(documentId);
  sqlite.exec(UNUSED_TEXTS);
  deleteRejected(sqlite, rejected);
  const spec = RECORD_SPECS.document;
  const content = toContent(spec, { id: documentId });
  const { payload, fingerprint, hidden } = content;
  addMissingRow(mirror, documentId, content, stamp);
  const row: Record<string, unknown> = {
    ...toColumns(spec, payload),
    mirror_hidden: hidden,
    mirror_fingerprint: fingerprint,
    mirror_payload: JSON.stringify(payload),
    mirror_changed_run_id: runId,
    mirror_redacted_run_id: runId,
  };
  const names = Object.keys(row);
  sqlite
    .prepare(`UPDATE documents SET ${names.map((name) => `"${name}" = ?`).join(', ')} WHERE id = ?`)
    .run(...names.map((name) => row[name]), documentId);
  deleteDriftOf(sqlite, 'document', caseIds);
}

/** A document of which only rejected records are known gets a row, so that its redaction holds. No case links to it. */
function addMissingRow(mirror: Mirror, documentId: number, content: RecordContent, stamp: RunStamp): void {
  const spec = RECORD_SPECS.document;
  if (mirror.sqlite.prepare('SELECT 1 FROM documents WHERE id = ?').get(documentId) !== undefined) return;
  const records = createRecordWriter(mirror, spec);
  records.write(documentId, content, toColumns(spec, content.payload), stamp);
  records.writeDeparture(documentId, stamp.runId, stamp);
}

function deleteRejected(sqlite: Database.Database, keys: readonly string[]): void {
  const remove = sqlite.prepare('DELETE FROM rejected_records WHERE fingerprint = ?');
  for (const key of keys) remove.run(key);
}

/**
 * Deletes what the linked lists of a case hold: its links, and each record to which no other case has linked. A document
 * that was redacted by itself stays as a mark that holds. Part of the caller's transaction.
 */
export function deleteLinkedOfCase(mirror: Mirror, caseId: number, stamp: RunStamp): void {
  const { sqlite } = mirror;
  for (const spec of Object.values(LINK_SPECS)) {
    const { record, column } = spec;
    const [table, links] = [getTableName(record.table), getTableName(spec.table)];
    const keys = sqlite
      .prepare<[number], number>(`SELECT DISTINCT ${column} FROM ${links} WHERE case_id = ?`)
      .pluck()
      .all(caseId);
    sqlite.prepare(`DELETE FROM ${links} WHERE case_id = ?`).run(caseId);
    const isElsewhere = sqlite.prepare<[number]>(`SELECT 1 FROM ${links} WHERE ${column} = ? LIMIT 1`);
    const isMark = sqlite.prepare<[number]>(
      `SELECT 1 FROM ${table} WHERE ${record.key} = ? AND mirror_redacted_run_id IS NOT NULL`,
    );
    const deleteRecord = prepareDeleteRecord(mirror, record);
    const writer = createLinkWriter(mirror, spec);
    const records = createRecordWriter(mirror, record);
    for (const key of keys) {
      if (isElsewhere.get(key) === undefined && isMark.get(key) === undefined) deleteRecord(key);
      else if (!writer.isLinked(key)) records.writeDeparture(key, stamp.runId, stamp);
    }
  }
  sqlite.exec(UNUSED_TEXTS);
  for (const table of ['linked_lists', 'mirror_docket_differences'])
    sqlite.prepare(`DELETE FROM ${table} WHERE case_id = ?`).run(caseId);
  for (const kind of KINDS_WITH_DRIFT) if (kind !== 'case') deleteDriftOf(sqlite, kind, [caseId]);
}

/** Whether a file, of whatever version, holds content of a document. */
export function holdsDocument(sqlite: Database.Database, documentId: number): boolean {
  const tables = new Set(
    sqlite.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all(),
  );
  const has = (table: string, where: string): boolean =>
    tables.has(table) &&
    sqlite.prepare<[number]>(`SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`).get(documentId) !== undefined;
  return (
    has(
      'documents',
      `id = ? AND (mirror_redacted_run_id IS NULL OR NOT EXISTS
      (SELECT 1 FROM sync_runs WHERE id = mirror_redacted_run_id AND outcome = 'complete'))`,
    ) ||
    has('linked_changes', `${OF_DOCUMENT} AND ${IS_CONTENT}`) ||
    has('linked_versions', OF_DOCUMENT) ||
    has('document_texts', 'document_id = ?') ||
    has('mirror_replaced_texts', 'document_id = ?') ||
    has('document_files', 'document_id = ?') ||
    listRejectedRecordsOf(sqlite, 'document', documentId).length > 0
  );
}
