import { type SQL, and, asc, count, eq, exists, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { MirrorError } from '../../errors/mirror-error.ts';
import type { Mirror } from '../open-mirror.ts';
import { toFarthestPause, toPauseEnd } from './queue.ts';
import { caseDocuments, type documentFiles, type documentTexts, documents } from '../schema/schema.ts';

/*
 * What the texts and the files of documents have in common: each is fetched on request, and a row for each document says
 * what came of it. A failure costs only its own document, and never what is stored.
 */

/** Which documents are meant. Each part that is not empty narrows the selection. */
export interface DocumentSelection {
  /** Values of `document_type`. */
  readonly types: readonly string[];
  readonly caseIds: readonly number[];
  /** A condition of SQL on a row of `cases`; null for all cases. */
  readonly caseCondition: string | null;
  /** Only core documents. */
  readonly isCore: boolean;
}

export const ALL_DOCUMENTS: DocumentSelection = {
  types: [],
  caseIds: [],
  caseCondition: null,
  isCore: false,
};

/** A document whose text or file is due. */
export interface DueDocument {
  readonly documentId: number;
  readonly fingerprint: string;
  /** `documents.file`. */
  readonly file: string | null;
}

/** A document and what it says of itself, whatever is fetched of it. */
export type AnyDocument = Omit<DueDocument, 'file'>;

/** What was found out about a document, and when. */
export interface Finding<Answer, Document extends AnyDocument = DueDocument> {
  readonly document: Document;
  readonly result: { readonly answer: Answer } | { readonly error: MirrorError };
  readonly at: Date;
}

/** The table with the state of each document. */
type States = typeof documentTexts | typeof documentFiles;

/** The documents that the public may see: neither hidden, departed nor redacted. */
const isPublic = and(
  isNull(documents.mirror_hidden),
  isNull(documents.mirror_departed_run_id),
  isNull(documents.mirror_redacted_run_id),
);

/** The condition that a document is public and selected. */
export function isSelected(
  { db }: Mirror,
  { types, caseIds, caseCondition, isCore }: DocumentSelection,
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

/**
 * The order of the due documents: those that were never requested, changed ones, then failures; null for one that is not
 * due. `never` and `others` say what is particular to texts or files: the rank of what was never requested, and the `WHEN` of what is
 * due again for another reason.
 */
export function toRank(
  states: States,
  now: Date,
  { never, others }: { readonly never: SQL; readonly others: SQL },
): SQL<number | null> {
  // A later pause shows that the clock was ahead, so it does not count.
  const farthest = toFarthestPause(now).toISOString();
  return sql<number | null>`CASE
    WHEN ${states.document_id} IS NULL THEN ${never}
    WHEN ${states.paused_until} > ${now.toISOString()} AND ${states.paused_until} <= ${farthest} THEN NULL
    WHEN ${states.document_fingerprint} <> ${documents.mirror_fingerprint} THEN 1
    WHEN ${states.failures} > 0 THEN 2
    ${others}
  END`;
}

/** Texts or files: the table of their states, the documents that are meant, and which of these are due. */
export interface Scope {
  readonly states: States;
  readonly where: SQL | undefined;
  readonly rank: SQL<number | null>;
}

const DUE_COLUMNS = {
  documentId: documents.id,
  fingerprint: documents.mirror_fingerprint,
  file: documents.file,
} as const;

/** Lists the documents that are due, the most urgent first. */
export function listDueDocuments(
  { db }: Mirror,
  { states, where, rank }: Scope,
  limit: number,
  offset = 0,
): DueDocument[] {
  return db
    .select(DUE_COLUMNS)
    .from(documents)
    .leftJoin(states, eq(states.document_id, documents.id))
    .where(and(where, sql`${rank} IS NOT NULL`))
    .orderBy(rank, asc(states.attempted_at), asc(documents.id))
    .limit(limit)
    .offset(offset)
    .all();
}

/** So many documents are in memory at one time. */
const PART = 1000;

/** The same, by id and in parts, so that the caller may write between two of them. */
export function* eachDueDocument(
  { db }: Mirror,
  { states, where, rank }: Scope,
): Generator<DueDocument, void> {
  for (let after = -Infinity; ;) {
    const part = db
      .select(DUE_COLUMNS)
      .from(documents)
      .leftJoin(states, eq(states.document_id, documents.id))
      .where(
        and(where, sql`${rank} IS NOT NULL`, Number.isFinite(after) ? gt(documents.id, after) : undefined),
      )
      .orderBy(asc(documents.id))
      .limit(PART)
      .all();
    yield* part;
    if (part.length < PART) return;
    after = part.at(-1)?.documentId ?? Infinity;
  }
}

/** What a document can be selected by. */
export interface Selectors {
  readonly documentId: number;
  readonly isCore: boolean | null;
  readonly type: string | null;
}

type FigureOf<Outcome extends string> = Outcome extends 'text'
  ? 'texts'
  : Outcome extends 'file'
    ? 'files'
    : Outcome;

/** The name of the number of documents with an outcome. */
export const toFigure = <Outcome extends string>(outcome: Outcome): FigureOf<Outcome> =>
  (outcome === 'text' || outcome === 'file' ? `${outcome}s` : outcome) as FigureOf<Outcome>;

/** What is known of the texts or files of the selected documents: how many have which outcome. */
export type DownloadCounts<Outcome extends string> = Readonly<
  Record<'documents' | 'due' | 'never_requested' | FigureOf<Outcome>, number>
>;

export function countDownloads<Outcome extends string>(
  { db }: Mirror,
  { states, where, rank }: Scope,
  outcomes: readonly Outcome[],
): DownloadCounts<Outcome> {
  const countOf = (condition: SQL): SQL<number> => sql<number>`coalesce(sum(${condition}), 0)`;
  const row = db
    .select({
      documents: count(),
      due: countOf(sql`${rank} IS NOT NULL`),
      never_requested: countOf(sql`${states.outcome} IS NULL`),
      ...Object.fromEntries(outcomes.map((one) => [toFigure(one), countOf(sql`${states.outcome} = ${one}`)])),
    })
    .from(documents)
    .leftJoin(states, eq(states.document_id, documents.id))
    .where(where)
    .get();
  if (row === undefined) throw new RangeError('an aggregate has one row');
  return row as DownloadCounts<Outcome>;
}

/** What a row says after a failure: the outcome that it had stays, and the pause grows. */
export function toFailureRow<Outcome extends string>(
  stored: { readonly outcome: Outcome; readonly failures: number } | undefined,
  { documentId }: AnyDocument,
  error: MirrorError,
  at: Date,
) {
  const failures = (stored?.failures ?? 0) + 1;
  return {
    document_id: documentId,
    attempted_at: at.toISOString(),
    outcome: stored?.outcome ?? ('failed' as const),
    failures,
    paused_until: toPauseEnd(failures, at).toISOString(),
    error_code: error.code,
    error_message: error.message,
  };
}

/** What a row says after a clear answer. */
export const toAnswerRow = ({ documentId, fingerprint }: AnyDocument, at: Date) => ({
  document_id: documentId,
  attempted_at: at.toISOString(),
  fetched_at: at.toISOString(),
  document_fingerprint: fingerprint,
  failures: 0,
  paused_until: null,
  error_code: null,
  error_message: null,
});
