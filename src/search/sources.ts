import type { SearchKind } from '../db/search-tables.ts';
import { listDateConditions } from './filters.ts';
import type { SearchRequest, SearchScope } from './request.ts';

/* Where the rows of an index belong: to which cases, and to which date. */

/** A kind of rows that belong to cases. */
export type RowKind = Exclude<SearchKind, 'cases'>;
/** In the order in which cases are listed that are found by their rows only. */
export const ROW_KINDS = ['documents', 'entries', 'texts'] as const satisfies readonly RowKind[];

/** Rows with their cases, as parts of a SELECT. */
export interface Source {
  /**
   * The tables, read from a row that the index has found, from a case, or from the newest row on. Without its name, SQLite
   * would not choose the index by date: it would look up the rows of all cases, and sort them.
   */
  readonly fromHit: string;
  readonly fromCase: string;
  readonly fromNewest: string;
  /** The id that the index has. */
  readonly hit: string;
  readonly caseId: string;
  /** The id of the docket entry or document, and its date. */
  readonly id: string;
  readonly date: string;
  /** The name of the indexed row, and the join that gives it this name, if it is none of the tables above. */
  readonly row: string;
  readonly join: string;
  /** What the filters of the search, and the visibility of documents, demand. */
  readonly conditions: readonly string[];
}

const IS_PUBLIC =
  'e.mirror_hidden IS NULL AND e.mirror_departed_run_id IS NULL AND e.mirror_redacted_run_id IS NULL';
const LINK = 'l.document_id = e.id AND l.mirror_to_run_id IS NULL';
/** The plus signs keep SQLite from asking an index once for every allowed case, or for all rows since a run: a row is at hand. */
const isAllowed = (caseId: string): string => `+${caseId} IN (SELECT id FROM temp.search_cases)`;

/** The rows of a kind that a search allows. */
export function toSource(kind: RowKind, { entered }: SearchRequest, { sinceRunId }: SearchScope): Source {
  const since = (condition: string): string[] => (sinceRunId === null ? [] : [condition]);
  const ofDocument = { caseId: 'l.case_id', id: 'e.id', date: 'e.date' } as const;
  switch (kind) {
    case 'entries':
      return {
        fromHit: 'docket_entries AS e',
        fromCase: 'docket_entries AS e',
        fromNewest: 'docket_entries AS e INDEXED BY docket_entries_date_filed',
        hit: 'e.mirror_id',
        caseId: 'e.case_id',
        id: 'e.mirror_id',
        date: 'e.date_filed',
        row: 'e',
        join: '',
        conditions: [
          ...(entered === null ? [] : listDateConditions('e.date_filed', entered)),
          ...since(`+e.mirror_first_run_id >= ${sinceRunId}`),
          isAllowed('e.case_id'),
        ],
      };
    case 'documents':
      return {
        ...ofDocument,
        fromHit: `documents AS e CROSS JOIN case_documents AS l ON ${LINK}`,
        fromCase: `case_documents AS l CROSS JOIN documents AS e ON ${LINK}`,
        fromNewest: `documents AS e INDEXED BY documents_date CROSS JOIN case_documents AS l ON ${LINK}`,
        hit: 'e.id',
        row: 'e',
        join: '',
        conditions: [
          IS_PUBLIC,
          ...since(`+e.mirror_changed_run_id >= ${sinceRunId}`),
          isAllowed('l.case_id'),
        ],
      };
    case 'texts': {
      const [link, text] = [`case_documents AS l ON ${LINK}`, 't.document_id = e.id'];
      return {
        ...ofDocument,
        fromHit: `document_texts AS t CROSS JOIN documents AS e ON ${text} CROSS JOIN ${link}`,
        fromCase: `case_documents AS l CROSS JOIN documents AS e ON ${LINK} CROSS JOIN document_texts AS t ON ${text}`,
        fromNewest: `documents AS e INDEXED BY documents_date CROSS JOIN document_texts AS t ON ${text} CROSS JOIN ${link}`,
        hit: 't.text_id',
        row: 'x',
        join: 'CROSS JOIN texts AS x ON x.mirror_id = t.text_id',
        conditions: [
          't.text_id IS NOT NULL',
          IS_PUBLIC,
          ...since(`+t.fetched_at >= (SELECT started_at FROM sync_runs WHERE id = ${sinceRunId})`),
          isAllowed('l.case_id'),
        ],
      };
    }
  }
}
