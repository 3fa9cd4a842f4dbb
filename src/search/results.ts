import type Database from 'better-sqlite3';
import type { Mirror } from '../db/open-mirror.ts';
import { listCaseHits } from './case-hits.ts';
import { type Search, explainRawQuery } from './search.ts';
import { type Piece, prepareFindPassage, prepareFindSnippet, toField } from './snippets.ts';
import { ROW_KINDS } from './sources.ts';

/* Lists the results of a search from its temporary tables, one case after another. */

/** A matching docket entry. */
export interface FoundEntry {
  readonly mirror_id: number;
  readonly id: number | null;
  readonly entry_number: string | null;
  readonly date_filed: string | null;
  readonly url: string | null;
  readonly snippet: readonly Piece[];
}

/** A document that matches, by its title and other fields or by its text. */
export interface FoundDocument {
  readonly id: number;
  readonly title: string | null;
  readonly date: string | null;
  readonly document_type: string | null;
  readonly ecf_number: string | null;
  readonly external_url: string | null;
  readonly file: string | null;
  /** The fields that match; `text` for the text. */
  readonly found_in: readonly string[];
  /** Of the text, if it matches. */
  readonly snippet: readonly Piece[];
}

/** A case of the result. */
export interface FoundCase {
  readonly case_id: number;
  readonly name: string | null;
  readonly court: string | null;
  readonly state: string | null;
  readonly filing_date: string | null;
  readonly filing_year: number | null;
  readonly case_ongoing: string | null;
  /** The fields of the case that have words of the search; empty if only its entries or documents have. */
  readonly found_in: readonly string[];
  readonly snippet: readonly Piece[];
  /** How many of its documents match, and the first of them: those with a matching title first, then the newest. */
  readonly documents_found: number;
  readonly documents: readonly FoundDocument[];
  /** How many of its entries match, and the newest of them. */
  readonly entries_found: number;
  readonly entries: readonly FoundEntry[];
}

export interface ListOptions {
  readonly newest: boolean;
  /** The maximum number of entries, and of documents, per case. */
  readonly rowsPerCase: number;
  /** Only these cases, in this order; by default all that {@link listFoundIds} lists. */
  readonly ids?: readonly number[];
}

type CaseRow = Omit<
  FoundCase,
  'found_in' | 'snippet' | 'documents_found' | 'documents' | 'entries_found' | 'entries'
>;

/**
 * The results in order: the cases whose own texts match, then those of which only documents match, then those with
 * matching entries, then those with matching texts.
 */
export function* listResults(mirror: Mirror, search: Search, options: ListOptions): Generator<FoundCase> {
  try {
    yield* listCases(mirror, search, options);
  } catch (thrown) {
    throw explainRawQuery(search.condition, thrown);
  }
}

function* listCases(
  { sqlite }: Mirror,
  search: Search,
  { newest, rowsPerCase, ids }: ListOptions,
): Generator<FoundCase> {
  const limit = rowsPerCase === Infinity ? -1 : rowsPerCase;
  const selectCase = sqlite.prepare<[number], CaseRow>(
    `SELECT id AS case_id, name, court, state, filing_date, filing_year, case_ongoing FROM cases WHERE id = ?`,
  );
  const findInCase = prepareFindSnippet(sqlite, 'cases', search.condition);
  const selectIsByText = sqlite.prepare<[number]>('SELECT 1 FROM temp.search_case_hits WHERE id = ?');
  const listEntries = prepareListEntries(sqlite, search, limit);
  const listDocuments = prepareListDocuments(sqlite, search, limit);
  for (const id of ids ?? listFoundIds(sqlite, newest)) {
    const row = selectCase.get(id);
    if (row === undefined) continue;
    search.fill(id);
    const isByText = selectIsByText.get(id) !== undefined;
    const { snippet, fields } = isByText ? findInCase(id) : { snippet: [], fields: [] };
    const documents = listDocuments(id);
    const entries = listEntries(id);
    yield {
      ...row,
      // A case with the docket number that was asked for need not have it as a word.
      found_in:
        isByText && fields.length === 0
          ? [
              search.condition.ofFurther?.has(id) === true
                ? 'further_dockets'
                : toField('mirror_docket_numbers'),
            ]
          : fields,
      snippet,
      documents_found: documents.found,
      documents: documents.rows,
      entries_found: entries.found,
      entries: entries.rows,
    };
  }
}

/** An address as `clean_docket_entries` has it: the API has `nan` and other texts in its place. */
const toAddressSql = (column: string): string =>
  `CASE WHEN trim(${column}) LIKE 'https://_%/_%' OR trim(${column}) LIKE 'http://_%/_%' THEN trim(${column}) END`;

/** The matching rows of a case: how many, and the first. */
interface Rows<Row> {
  readonly found: number;
  readonly rows: readonly Row[];
}

function prepareListEntries(
  sqlite: Database.Database,
  { condition, totals }: Search,
  limit: number,
): (caseId: number) => Rows<FoundEntry> {
  if (totals.rows.entries === null) return () => ({ found: 0, rows: [] });
  const count = sqlite
    .prepare<[number], number>(`SELECT count(*) FROM temp.search_rows WHERE kind = 'entries' AND case_id = ?`)
    .pluck();
  const select = sqlite.prepare<[number, number], Omit<FoundEntry, 'snippet'>>(
    `SELECT e.mirror_id, e.id, e.entry_number, e.date_filed,
            coalesce(${toAddressSql('e.url')}, ${toAddressSql('e.recap_pdf_url')}) AS url
     FROM temp.search_rows AS f JOIN docket_entries AS e ON e.mirror_id = f.id
     WHERE f.kind = 'entries' AND f.case_id = ? ORDER BY f.date DESC, f.id DESC LIMIT ?`,
  );
  const findSnippet = prepareFindSnippet(sqlite, 'entries', condition);
  return (caseId) => ({
    found: count.get(caseId) ?? 0,
    rows: select
      .all(caseId, limit)
      .map((entry) => ({ ...entry, snippet: findSnippet(entry.mirror_id).snippet })),
  });
}

function prepareListDocuments(
  sqlite: Database.Database,
  { condition, totals }: Search,
  limit: number,
): (caseId: number) => Rows<FoundDocument> {
  if (totals.rows.documents === null && totals.rows.texts === null) return () => ({ found: 0, rows: [] });
  const isFound = `kind IN ('documents', 'texts') AND case_id = ?`;
  const count = sqlite
    .prepare<[number], number>(`SELECT count(DISTINCT id) FROM temp.search_rows WHERE ${isFound}`)
    .pluck();
  type Row = Omit<FoundDocument, 'found_in' | 'snippet'> & {
    readonly byRecord: number;
    readonly textId: number | null;
  };
  const select = sqlite.prepare<[number, number], Row>(
    `SELECT e.id, e.title, e.date, e.document_type, e.ecf_number, e.external_url, e.file, f.byRecord, f.textId
     FROM (SELECT id, date, max(kind = 'documents') AS byRecord, max(CASE kind WHEN 'texts' THEN hit END) AS textId
       FROM temp.search_rows WHERE ${isFound} GROUP BY id) AS f JOIN documents AS e ON e.id = f.id
     ORDER BY f.byRecord DESC, f.date DESC, f.id LIMIT ?`,
  );
  const findSnippet = prepareFindSnippet(sqlite, 'documents', condition);
  const findPassage = prepareFindPassage(sqlite, condition);
  return (caseId) => ({
    found: count.get(caseId) ?? 0,
    rows: select.all(caseId, limit).map(({ byRecord, textId, ...document }) => {
      const record = byRecord === 1 ? findSnippet(document.id) : { snippet: [], fields: [] };
      return {
        ...document,
        found_in: [...record.fields, ...(textId === null ? [] : ['text'])],
        snippet: textId === null ? record.snippet : findPassage(textId),
      };
    }),
  });
}

/**
 * The ids of all results in order. All at once, because a statement that stays open would block the others of its
 * connection.
 */
export function listFoundIds(sqlite: Database.Database, newest: boolean): number[] {
  const ids = new Set(listCaseHits(sqlite, newest));
  const select = sqlite
    .prepare<[string], number>(
      `SELECT case_id FROM temp.search_row_cases WHERE kind = ?
        ORDER BY ${newest ? '' : 'score IS NULL, score, '}newest DESC, case_id`,
    )
    .pluck();
  for (const kind of ROW_KINDS) for (const id of select.all(kind)) ids.add(id);
  return [...ids];
}
