import type { Mirror } from '../../db/open-mirror.ts';
import { listClosest, suggestNames } from '../../lib/closest-names.ts';
import { toSqlText, toUsage } from '../../search/filters.ts';
import { type Asked, readChoice } from '../request.ts';

export const DOCUMENT_PARAMETERS = ['type', 'order', 'page'] as const;

const DAY = `coalesce(documents.date, '')`;
const ORDERS = {
  newest: `${DAY} DESC, documents.id DESC`,
  oldest: `${DAY} = '', ${DAY}, documents.id`,
  title: `documents.title IS NULL, documents.title COLLATE NOCASE, documents.id`,
} as const;
export type DocumentOrder = keyof typeof ORDERS;
const ORDER_NAMES = Object.keys(ORDERS) as [DocumentOrder, ...DocumentOrder[]];

export interface DocumentFilter {
  readonly caseId: number;
  readonly type: string | undefined;
  readonly order: DocumentOrder;
}

/** Fails with USAGE if no document of the case has the type. */
export function parseDocumentFilter(mirror: Mirror, caseId: number, { type, order }: Asked): DocumentFilter {
  if (type !== undefined) requireType(countTypes(mirror, caseId), type);
  return { caseId, type, order: readChoice('order', order, ORDER_NAMES) };
}

function requireType(types: readonly TypeCount[], asked: string): void {
  const named = types.map(({ type }) => type).filter((type) => type !== '');
  if (named.includes(asked)) return;
  const all =
    named.length === 0
      ? 'No document of this case has a type.'
      : `The types here are ${named.map((type) => JSON.stringify(type)).join(', ')}.`;
  throw toUsage(
    `No document of this case has the type ${JSON.stringify(asked.slice(0, 100))}.`,
    [suggestNames(listClosest(asked, named)), all].filter((part) => part !== null).join(' '),
  );
}

export function toDocumentParameters({ type, order }: DocumentFilter): Record<string, string | undefined> {
  return { type, order: order === ORDER_NAMES[0] ? undefined : order };
}

/** Documents that the public may see, and to which the case links. */
function toFrom(caseId: number): string {
  return `FROM case_documents AS link
JOIN documents ON documents.id = link.document_id
LEFT JOIN document_texts ON document_texts.document_id = documents.id AND document_texts.text_id IS NOT NULL
LEFT JOIN document_files ON document_files.document_id = documents.id AND document_files.hash IS NOT NULL
WHERE link.case_id = ${caseId} AND link.mirror_to_run_id IS NULL
  AND documents.mirror_hidden IS NULL AND documents.mirror_redacted_run_id IS NULL`;
}

const ofType = (type: string | undefined): string =>
  type === undefined ? '' : `\n  AND coalesce(documents.document_type, '') = ${toSqlText(type)}`;

/** The SQL of a list of documents: what the page shows and the files hold. */
export function toDocumentsSql({ caseId, type, order }: DocumentFilter): string {
  return `SELECT documents.id, documents.title, substr(documents.date, 1, 10) AS date, documents.date_is_estimate,
  documents.document_type, documents.order_type, documents.court, documents.document_source, documents.ecf_number,
  documents.is_core_document, documents.file, documents.external_url, documents.description,
  document_texts.text_id IS NOT NULL AS text_is_held, document_files.hash AS file_sha256, document_files.bytes AS file_bytes,
  link.mirror_from_run_id AS first_linked_run_id
${toFrom(caseId)}${ofType(type)}
ORDER BY ${ORDERS[order]}`;
}

export interface ListedDocument {
  readonly id: number;
  readonly title: string | null;
  readonly date: string | null;
  readonly date_is_estimate: number | null;
  readonly document_type: string | null;
  readonly order_type: string | null;
  readonly court: string | null;
  readonly document_source: string | null;
  readonly ecf_number: string | null;
  readonly file: string | null;
  readonly external_url: string | null;
  readonly text_is_held: number;
  /** Null if the file is not stored. */
  readonly file_sha256: string | null;
  readonly file_bytes: number | null;
  readonly first_linked_run_id: number;
}

export interface TypeCount {
  readonly type: string;
  readonly count: number;
}

/** The types of the documents of a case, the most frequent first. */
export function countTypes({ sqlite }: Mirror, caseId: number): TypeCount[] {
  return sqlite
    .prepare<[], TypeCount>(
      `SELECT coalesce(documents.document_type, '') AS type, count(*) AS count ${toFrom(caseId)} GROUP BY 1 ORDER BY 2 DESC, 1`,
    )
    .all();
}

export function listDocuments(
  { sqlite }: Mirror,
  filter: DocumentFilter,
  { offset, size }: { readonly offset: number; readonly size: number },
): ListedDocument[] {
  return sqlite.prepare<[], ListedDocument>(`${toDocumentsSql(filter)} LIMIT ${size} OFFSET ${offset}`).all();
}

/** How many documents of a case are not for the public. */
export function countWithheld({ sqlite }: Mirror, caseId: number): number {
  return (
    sqlite
      .prepare<[number], number>(
        `SELECT count(*) FROM case_documents AS link JOIN documents ON documents.id = link.document_id
         WHERE link.case_id = ? AND link.mirror_to_run_id IS NULL
           AND (documents.mirror_hidden IS NOT NULL OR documents.mirror_redacted_run_id IS NOT NULL)`,
      )
      .pluck()
      .get(caseId) ?? 0
  );
}
