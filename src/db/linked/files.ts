import { and, eq, inArray, isNotNull, ne, or, sql } from 'drizzle-orm';
import { type FileAnswer, type FileRefusal, findFileRefusal, parseFileUrl } from '../../api/document-file.ts';
import type { Mirror } from '../open-mirror.ts';
import { type FileOutcome, documentFiles, documents } from '../schema/schema.ts';
import {
  type DocumentSelection,
  type DownloadCounts,
  type DueDocument,
  type Finding,
  type Scope,
  eachDueDocument,
  isSelected,
  listDueDocuments,
  toAnswerRow,
  toFailureRow,
  toRank,
} from './downloads.ts';

/** What decides which files are due. */
export interface FileTerms {
  readonly now: Date;
  /** The only hosts that are asked, with their ports. */
  readonly knownHosts: readonly string[];
  readonly maxFileBytes: number;
}

/**
 * The files of the selected documents that name one. A file on an unknown host is due again once its host is known, and one
 * that was too large once the limit is another.
 */
export function toScope(
  mirror: Mirror,
  selection: DocumentSelection,
  { now, knownHosts, maxFileBytes }: FileTerms,
): Scope {
  const isDueAgain = or(
    inArray(documentFiles.refused_host, [...knownHosts]),
    ne(documentFiles.limit_bytes, maxFileBytes),
  );
  return {
    states: documentFiles,
    where: and(isSelected(mirror, selection), isNotNull(documents.file)),
    rank: toRank(documentFiles, now, {
      never: sql`0`,
      others: sql`WHEN ${isDueAgain} THEN 1`,
    }),
  };
}

/** So many documents are in memory at one time while those of a paused host are passed over. */
const PART = 10_000;

/** Lists the documents whose file is due and whose host is not held, the most urgent first. */
export function listDueFiles(
  mirror: Mirror,
  selection: DocumentSelection,
  terms: FileTerms,
  limit: number,
  isHeld: (document: DueDocument) => boolean,
): DueDocument[] {
  const scope = toScope(mirror, selection, terms);
  const found: DueDocument[] = [];
  for (let offset = 0; found.length < limit; offset += PART) {
    const part = listDueDocuments(mirror, scope, PART, offset);
    for (const document of part) if (found.length < limit && !isHeld(document)) found.push(document);
    if (part.length < PART) break;
  }
  return found;
}

/** A document whose file may not be requested. */
export interface RefusedFile {
  readonly document: DueDocument;
  readonly answer: Extract<FileAnswer, { outcome: 'refused' }>;
}

/** Lists the due files that may not be requested, because of their address, in parts. */
export function* eachRefusedFile(
  mirror: Mirror,
  selection: DocumentSelection,
  terms: FileTerms,
): Generator<RefusedFile, void> {
  for (const document of eachDueDocument(mirror, toScope(mirror, selection, terms))) {
    const refusal = findRefusal(document, terms.knownHosts);
    if (refusal !== null) yield { document, answer: { outcome: 'refused', ...refusal } };
  }
}

export function findRefusal(
  { file }: Pick<DueDocument, 'file'>,
  knownHosts: readonly string[],
): FileRefusal | null {
  const url = parseFileUrl(file ?? '');
  return url === undefined
    ? { message: 'The document names a file that is not an address.', host: null }
    : findFileRefusal(url, knownHosts);
}

/** A host that is not known, and the number of documents whose file is there, or is redirected there. */
export interface RefusedHost {
  readonly host: string;
  readonly documents: number;
}

/** The most frequent first. */
export const sortHosts = (hosts: ReadonlyMap<string, number>): RefusedHost[] =>
  [...hosts]
    .map(([host, found]) => ({ host, documents: found }))
    .sort((one, other) => other.documents - one.documents || (one.host < other.host ? -1 : 1));

export type FileCounts = DownloadCounts<FileOutcome>;

/** The stored files: how many, with how many bytes, and of how many documents. Equal files are one. */
export interface FileSums {
  readonly documents: number;
  readonly files: number;
  readonly bytes: number;
}

export function measureFiles({ sqlite }: Pick<Mirror, 'sqlite'>): FileSums {
  const row = sqlite
    .prepare<[], FileSums>(
      `SELECT coalesce(sum(documents), 0) AS documents, count(*) AS files, coalesce(sum(bytes), 0) AS bytes
       FROM (SELECT count(*) AS documents, max(bytes) AS bytes FROM document_files WHERE hash IS NOT NULL GROUP BY hash)`,
    )
    .get();
  return row ?? { documents: 0, files: 0, bytes: 0 };
}

/** The stored file of a document. */
export interface DocumentFile {
  readonly documentId: number;
  /** SHA-256 of its bytes, which names it in the folder of files. */
  readonly hash: string;
  readonly bytes: number;
}

/** What is known of the file of a document; undefined if it was never requested. */
export function findFileState(
  { sqlite }: Pick<Mirror, 'sqlite'>,
  documentId: number,
): { readonly outcome: string; readonly hash: string | null; readonly bytes: number | null } | undefined {
  return sqlite
    .prepare<[number], { outcome: string; hash: string | null; bytes: number | null }>(
      'SELECT outcome, hash, bytes FROM document_files WHERE document_id = ?',
    )
    .get(documentId);
}

/** Reads the stored files of these documents. */
export function findStoredFiles(
  { sqlite }: Pick<Mirror, 'sqlite'>,
  documentIds: readonly number[],
): Map<number, DocumentFile> {
  const rows = sqlite
    .prepare<[string], DocumentFile>(
      `SELECT document_id AS documentId, hash, bytes FROM document_files
       WHERE hash IS NOT NULL AND document_id IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(documentIds));
  return new Map(rows.map((row) => [row.documentId, row]));
}

/** The hashes of all stored files. */
export function listFileHashes({ sqlite }: Pick<Mirror, 'sqlite'>): string[] {
  return sqlite
    .prepare<[], string>('SELECT DISTINCT hash FROM document_files WHERE hash IS NOT NULL')
    .pluck()
    .all();
}

/** Whether a stored document still has the file with this hash. */
export function isFileUsed({ sqlite }: Pick<Mirror, 'sqlite'>, hash: string): boolean {
  return sqlite.prepare('SELECT 1 FROM document_files WHERE hash = ? LIMIT 1').get(hash) !== undefined;
}

/** What was found out about the file of a document. */
export interface FileFinding extends Finding<FileAnswer> {
  /** Hashes of stored files that are missing from the folder. */
  readonly missing: ReadonlySet<string>;
}

/**
 * Records a finding, as part of the caller's transaction. A failure, and an answer without a file where one is stored, never
 * remove a file: they are recorded beside it. Returns the hash of the file that the document had before, if it has another one now;
 * that file is then to be removed.
 */
export function writeFileFinding(
  mirror: Mirror,
  { document, result, at, missing }: FileFinding,
): string | null {
  const { db } = mirror;
  const stored = db
    .select()
    .from(documentFiles)
    .where(eq(documentFiles.document_id, document.documentId))
    .get();
  const upsert = (row: typeof documentFiles.$inferInsert): void => {
    db.insert(documentFiles)
      .values(row)
      .onConflictDoUpdate({ target: documentFiles.document_id, set: row })
      .run();
  };
  if ('error' in result) {
    upsert({ ...toFailureRow(stored, document, result.error, at), refused_host: null, limit_bytes: null });
    return null;
  }
  const { answer } = result;
  const clear = {
    ...toAnswerRow(document, at),
    outcome: answer.outcome,
    url: document.file,
    error_message: 'message' in answer ? answer.message : null,
    refused_host: answer.outcome === 'refused' ? answer.host : null,
    limit_bytes: answer.outcome === 'too_large' ? answer.limitBytes : null,
  };
  if (answer.outcome === 'file') {
    upsert({ ...clear, hash: answer.hash, bytes: answer.bytes });
    forgetDroppedFile(mirror, answer.hash);
    const replaced = stored?.hash !== answer.hash ? (stored?.hash ?? null) : null;
    if (replaced !== null) dropFile(mirror, replaced);
    return replaced;
  }
  // The file stays, so it also stays an outcome. That the host no longer offers it is on record.
  const hash = stored?.hash ?? null;
  if (hash !== null && missing.has(hash)) {
    const lost = `The file ${hash} was stored and is missing from the folder.`;
    upsert({
      ...clear,
      hash: null,
      bytes: null,
      error_message: clear.error_message === null ? lost : `${clear.error_message} ${lost}`,
    });
    return null;
  }
  upsert({
    ...clear,
    ...(hash !== null && { outcome: 'file', error_message: `The host now says: ${answer.outcome}.` }),
  });
  return null;
}

/**
 * Marks the documents whose stored file is missing from the folder: they are due, and what is known of them stays. Those that
 * already failed are due again after their pause. Returns the hashes of the missing files.
 */
export function markMissingFiles(
  mirror: Mirror,
  isThere: (hash: string) => boolean,
  at: Date,
): ReadonlySet<string> {
  const { sqlite } = mirror;
  const missing = listFileHashes(mirror).filter((hash) => !isThere(hash));
  const mark = sqlite.prepare<[string, string]>(
    `UPDATE document_files SET failures = 1, paused_until = ?, error_code = 'FILES_MISSING',
       error_message = 'The stored file is missing from the folder.' WHERE hash = ? AND failures = 0`,
  );
  sqlite
    .transaction(() => {
      for (const hash of missing) mark.run(at.toISOString(), hash);
    })
    .immediate();
  return new Set(missing);
}

/** The files that are to be removed unless a document has them. */
export function listDroppedFiles({ sqlite }: Pick<Mirror, 'sqlite'>): string[] {
  return sqlite.prepare<[], string>('SELECT hash FROM mirror_dropped_files ORDER BY hash').pluck().all();
}

/** Records that a file is to be removed unless a document has it when the next writer looks. */
export function dropFile({ sqlite }: Pick<Mirror, 'sqlite'>, hash: string): void {
  sqlite.prepare('INSERT OR IGNORE INTO mirror_dropped_files (hash) VALUES (?)').run(hash);
}

/** Takes that back: the file is removed, or a document has it. */
export function forgetDroppedFile({ sqlite }: Pick<Mirror, 'sqlite'>, hash: string): void {
  sqlite.prepare('DELETE FROM mirror_dropped_files WHERE hash = ?').run(hash);
}

/** The stored files of documents that belong to this case alone. */
export function countFilesOfCase({ sqlite }: Pick<Mirror, 'sqlite'>, caseId: number): number {
  return Number(
    sqlite
      .prepare<[number, number], number>(
        `SELECT count(*) FROM document_files WHERE hash IS NOT NULL
           AND document_id IN (SELECT document_id FROM case_documents WHERE case_id = ?)
           AND document_id NOT IN (SELECT document_id FROM case_documents WHERE case_id <> ?)`,
      )
      .pluck()
      .get(caseId, caseId),
  );
}
