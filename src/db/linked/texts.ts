import { createHash } from 'node:crypto';
import { count, eq, sql, sum } from 'drizzle-orm';
import type { TextAnswer } from '../../api/document-text.ts';
import type { Drift } from '../../api/schema-drift.ts';
import { toTextWords } from '../../linked/text-words.ts';
import type { Mirror } from '../open-mirror.ts';
import {
  ALL_DOCUMENTS,
  type AnyDocument,
  type DocumentSelection,
  type DownloadCounts,
  type DueDocument,
  type Finding,
  type Scope,
  countDownloads,
  isSelected,
  listDueDocuments,
  toAnswerRow,
  toFailureRow,
  toRank,
} from './downloads.ts';
import { type TextPassRow, findNewestPass } from './passes.ts';
import {
  TEXT_OUTCOMES,
  type TextOutcome,
  documentTexts,
  documents,
  mirrorReplacedTexts,
  texts,
} from '../schema/schema.ts';

/** A text is made anew without a sign in its document, so it is requested again after this time (A51). */
const AGE_IN_DAYS = 365;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The texts of the selected documents. Those of documents without text come last. */
const toScope = (mirror: Mirror, selection: DocumentSelection, now: Date): Scope => {
  const before = new Date(now.getTime() - AGE_IN_DAYS * DAY_MS).toISOString();
  return {
    states: documentTexts,
    where: isSelected(mirror, selection),
    rank: toRank(documentTexts, now, {
      never: sql`CASE ${documents.has_text} WHEN 0 THEN 4 ELSE 0 END`,
      // A fetch in the future shows that the clock was ahead.
      others: sql`WHEN ${documentTexts.fetched_at} < ${before} OR ${documentTexts.fetched_at} > ${now.toISOString()} THEN 3`,
    }),
  };
};

/** Lists the documents whose text is due, the most urgent first. */
export const listDueTexts = (
  mirror: Mirror,
  selection: DocumentSelection,
  now: Date,
  limit: number,
): DueDocument[] => listDueDocuments(mirror, toScope(mirror, selection, now), limit);

export type TextCounts = DownloadCounts<TextOutcome>;

export const countTexts = (mirror: Mirror, selection: DocumentSelection, now: Date): TextCounts =>
  countDownloads(mirror, toScope(mirror, selection, now), TEXT_OUTCOMES);

/** What is known of all texts, and the newest pass over them. */
export interface TextState {
  /** Null if no text was ever requested. */
  readonly counts: TextCounts | null;
  readonly pass: TextPassRow | null;
}

export function findTextState(mirror: Mirror, now: Date): TextState {
  const pass = findNewestPass(mirror, 'texts');
  return { counts: pass === null ? null : countTexts(mirror, ALL_DOCUMENTS, now), pass };
}

/** The bytes of all stored texts, and how many there are. */
export function measureTexts({ db }: Mirror): { readonly texts: number; readonly bytes: number } {
  const row = db
    .select({ texts: count(), bytes: sum(texts.bytes).mapWith(Number) })
    .from(texts)
    .get();
  return { texts: row?.texts ?? 0, bytes: row?.bytes ?? 0 };
}

/** What was found out about the text of a document. */
export type TextFinding = Finding<TextAnswer, AnyDocument>;

/**
 * Prepares storing findings, as part of the caller's transaction. A failure, and an answer without a text where one is
 * stored, never remove a text: they are recorded beside it.
 */
export function prepareWriteText(mirror: Mirror): (finding: TextFinding) => void {
  const { db } = mirror;
  const insertDrift = mirror.sqlite.prepare(
    `INSERT INTO schema_drift (field, expected, seen, example_case_id, first_run_id, last_run_id, record_kind)
     SELECT @field, @expected, @seen, case_id, newest.id, newest.id, 'document'
     FROM case_documents, (SELECT max(id) AS id FROM sync_runs) AS newest WHERE document_id = @documentId LIMIT 1
     ON CONFLICT (field, seen) DO UPDATE SET last_run_id = excluded.last_run_id`,
  );
  return ({ document, result, at }) => {
    const { documentId } = document;
    const stored = db.select().from(documentTexts).where(eq(documentTexts.document_id, documentId)).get();
    if ('error' in result) {
      upsert(toFailureRow(stored, document, result.error, at));
      return;
    }
    const { answer } = result;
    const clear = { ...toAnswerRow(document, at), outcome: answer.outcome };
    if (answer.outcome !== 'text') {
      // The text stays, so it also stays an outcome. That the API no longer offers it is on record.
      const isKept = stored?.text_id != null;
      const message = answer.outcome === 'too_large' ? answer.message : null;
      upsert({
        ...clear,
        ...(isKept && { outcome: 'text' }),
        error_message: isKept ? `The API now says: ${answer.outcome}.` : message,
      });
      return;
    }
    const text_id = findOrAddText(answer);
    for (const one of answer.drift) writeDrift(one, documentId);
    if (stored?.text_id != null && stored.text_id !== text_id) recordReplaced(stored.text_id, stored, at);
    upsert({ ...clear, text_id });
    if (stored?.text_id != null && stored.text_id !== text_id) removeUnused(stored.text_id);
  };

  function upsert(row: typeof documentTexts.$inferInsert): void {
    db.insert(documentTexts)
      .values(row)
      .onConflictDoUpdate({ target: documentTexts.document_id, set: row })
      .run();
  }

  function findOrAddText({ text: value, raw }: Extract<TextAnswer, { outcome: 'text' }>): number {
    const utf8 = Buffer.from(value);
    const hash = createHash('sha256')
      .update(utf8)
      .update(raw ?? '')
      .digest('hex');
    const known = db.select({ id: texts.mirror_id }).from(texts).where(eq(texts.hash, hash)).get();
    if (known !== undefined) return known.id;
    const row = {
      hash,
      characters: countCharacters(value),
      bytes: utf8.length,
      value,
      mirror_raw: raw,
      mirror_words: toTextWords(value),
    };
    return Number(db.insert(texts).values(row).run().lastInsertRowid);
  }

  function writeDrift({ field, expected, seen }: Drift, documentId: number): void {
    insertDrift.run({ field, expected, seen, documentId });
  }

  function recordReplaced(textId: number, stored: typeof documentTexts.$inferSelect, at: Date): void {
    const old = db
      .select({ hash: texts.hash, characters: texts.characters })
      .from(texts)
      .where(eq(texts.mirror_id, textId))
      .get();
    if (old === undefined) return;
    db.insert(mirrorReplacedTexts)
      .values({
        ...old,
        document_id: stored.document_id,
        fetched_at: stored.fetched_at ?? stored.attempted_at,
        replaced_at: at.toISOString(),
      })
      .run();
  }

  function removeUnused(textId: number): void {
    const isUsed = db.select().from(documentTexts).where(eq(documentTexts.text_id, textId)).limit(1).get();
    if (isUsed === undefined) db.delete(texts).where(eq(texts.mirror_id, textId)).run();
  }
}

/** Code points. Spreading a text of a million characters would make an array of a million strings. */
function countCharacters(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) if ((text.codePointAt(at) ?? 0) > 0xffff) pairs++;
  return text.length - pairs;
}
