import { createHash } from 'node:crypto';
import { type SQL, and, asc, count, eq, exists, inArray, isNull, sql, sum } from 'drizzle-orm';
import type { TextAnswer } from '../../api/document-text.ts';
import type { Drift } from '../../api/schema-drift.ts';
import type { MirrorError } from '../../errors/mirror-error.ts';
import { toTextWords } from '../../linked/text-words.ts';
import type { Mirror } from '../open-mirror.ts';
import { type TextPassRow, findNewestTextPass } from './passes.ts';
import { toFarthestPause, toPauseEnd } from './queue.ts';
import { caseDocuments, documentTexts, documents, mirrorReplacedTexts, texts } from '../schema/schema.ts';

/** Which documents' texts are meant. Each part that is not empty narrows the selection. */
export interface TextSelection {
  /** Values of `document_type`. */
  readonly types: readonly string[];
  readonly caseIds: readonly number[];
  /** A condition of SQL on a row of `cases`; null for all cases. */
  readonly caseCondition: string | null;
  /** Only core documents. */
  readonly isCore: boolean;
}

/** A document whose text is due. */
export interface DueText {
  readonly documentId: number;
  /** The fingerprint of the document. */
  readonly fingerprint: string;
}

/** A text is made anew without a sign in its document, so it is requested again after this time (A51). */
const AGE_IN_DAYS = 365;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The documents that the public may see: neither hidden, departed nor redacted. */
const isPublic = and(
  isNull(documents.mirror_hidden),
  isNull(documents.mirror_departed_run_id),
  isNull(documents.mirror_redacted_run_id),
);

/** The condition that a document is public and selected. */
export function isSelected(
  { db }: Mirror,
  { types, caseIds, caseCondition, isCore }: TextSelection,
): SQL | undefined {
  const isOfCases =
    caseCondition === null
      ? undefined
      : sql`${caseDocuments.case_id} IN (SELECT id FROM cases WHERE ${sql.raw(caseCondition)})`;
  const ofCases = db
    .select({ one: sql`1` })
    .from(caseDocuments)
    .where(
      and(
        eq(caseDocuments.document_id, documents.id),
        isNull(caseDocuments.mirror_to_run_id),
        caseIds.length > 0 ? inArray(caseDocuments.case_id, [...caseIds]) : undefined,
        isOfCases,
      ),
    );
  return and(
    isPublic,
    types.length > 0 ? inArray(documents.document_type, [...types]) : undefined,
    isCore ? eq(documents.is_core_document, true) : undefined,
    caseIds.length > 0 || caseCondition !== null ? exists(ofCases) : undefined,
  );
}

/** The order of the due texts: new ones first, then those of changed documents, failures, old ones, and documents without text. */
function toRank(now: Date): SQL<number | null> {
  const before = new Date(now.getTime() - AGE_IN_DAYS * DAY_MS).toISOString();
  // A later pause, and a fetch in the future, show that the clock was ahead: neither counts.
  const farthest = toFarthestPause(now).toISOString();
  return sql<number | null>`CASE
    WHEN ${documentTexts.document_id} IS NULL THEN CASE ${documents.has_text} WHEN 0 THEN 4 ELSE 0 END
    WHEN ${documentTexts.paused_until} > ${now.toISOString()} AND ${documentTexts.paused_until} <= ${farthest} THEN NULL
    WHEN ${documentTexts.document_fingerprint} <> ${documents.mirror_fingerprint} THEN 1
    WHEN ${documentTexts.failures} > 0 THEN 2
    WHEN ${documentTexts.fetched_at} < ${before} OR ${documentTexts.fetched_at} > ${now.toISOString()} THEN 3
  END`;
}

/** Lists the texts that are due, the most urgent first. */
export function listDueTexts(mirror: Mirror, selection: TextSelection, now: Date, limit: number): DueText[] {
  const rank = toRank(now);
  return mirror.db
    .select({ documentId: documents.id, fingerprint: documents.mirror_fingerprint })
    .from(documents)
    .leftJoin(documentTexts, eq(documentTexts.document_id, documents.id))
    .where(and(isSelected(mirror, selection), sql`${rank} IS NOT NULL`))
    .orderBy(rank, asc(documentTexts.attempted_at), asc(documents.id))
    .limit(limit)
    .all();
}

/** What is known of the texts of the selected documents. */
export interface TextCounts {
  readonly documents: number;
  readonly due: number;
  readonly neverAsked: number;
  readonly texts: number;
  readonly empty: number;
  readonly notOffered: number;
  readonly tooLarge: number;
  readonly failed: number;
}

export function countTexts(mirror: Mirror, selection: TextSelection, now: Date): TextCounts {
  const countOf = (condition: SQL): SQL<number> => sql<number>`coalesce(sum(${condition}), 0)`;
  const { outcome } = documentTexts;
  const row = mirror.db
    .select({
      documents: count(),
      due: countOf(sql`${toRank(now)} IS NOT NULL`),
      neverAsked: countOf(sql`${outcome} IS NULL`),
      texts: countOf(eq(outcome, 'text')),
      empty: countOf(eq(outcome, 'empty')),
      notOffered: countOf(eq(outcome, 'not_offered')),
      tooLarge: countOf(eq(outcome, 'too_large')),
      failed: countOf(eq(outcome, 'failed')),
    })
    .from(documents)
    .leftJoin(documentTexts, eq(documentTexts.document_id, documents.id))
    .where(isSelected(mirror, selection))
    .get();
  if (row === undefined) throw new RangeError('an aggregate has one row');
  return row;
}

/** What is known of all texts, and the newest pass over them. */
export interface TextState {
  /** Null if no text was ever requested. */
  readonly counts: TextCounts | null;
  readonly pass: TextPassRow | null;
}

const ALL_TEXTS: TextSelection = { types: [], caseIds: [], caseCondition: null, isCore: false };

export function findTextState(mirror: Mirror, now: Date): TextState {
  const pass = findNewestTextPass(mirror);
  return { counts: pass === null ? null : countTexts(mirror, ALL_TEXTS, now), pass };
}

/** The bytes of all stored texts, and how many there are. */
export function measureTexts({ db }: Mirror): { readonly texts: number; readonly bytes: number } {
  const row = db
    .select({ texts: count(), bytes: sum(texts.bytes).mapWith(Number) })
    .from(texts)
    .get();
  return { texts: row?.texts ?? 0, bytes: row?.bytes ?? 0 };
}

/** The types of public documents, the most frequent first. */
export function listDocumentTypes({ db }: Mirror): string[] {
  return db
    .select({ type: documents.document_type })
    .from(documents)
    .where(and(isPublic, sql`${documents.document_type} IS NOT NULL`))
    .groupBy(documents.document_type)
    .orderBy(sql`count(*) DESC`, documents.document_type)
    .all()
    .map(({ type }) => type ?? '');
}

/** What was found out about the text of a document, and when. */
export interface TextFinding {
  readonly document: DueText;
  readonly result: { readonly answer: TextAnswer } | { readonly error: MirrorError };
  readonly at: Date;
}

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
  return ({ document: { documentId, fingerprint }, result, at }) => {
    const stored = db.select().from(documentTexts).where(eq(documentTexts.document_id, documentId)).get();
    const attempt = { document_id: documentId, attempted_at: at.toISOString() };
    if ('error' in result) {
      const { code, message } = result.error;
      const failures = (stored?.failures ?? 0) + 1;
      upsert({
        ...attempt,
        outcome: stored?.outcome ?? 'failed',
        failures,
        paused_until: toPauseEnd(failures, at).toISOString(),
        error_code: code,
        error_message: message,
      });
      return;
    }
    const { answer } = result;
    const clear = {
      ...attempt,
      outcome: answer.outcome,
      fetched_at: at.toISOString(),
      document_fingerprint: fingerprint,
      failures: 0,
      paused_until: null,
      error_code: null,
      error_message: null,
    };
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
