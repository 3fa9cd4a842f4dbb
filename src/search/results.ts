import type Database from 'better-sqlite3';
import type { Mirror } from '../db/open-mirror.ts';
import { SEARCH_INDEXES, type SearchKind, columnsOf } from '../db/search-tables.ts';
import { type Condition, toVariantMatch } from './search.ts';

/* Lists the results of a search from its temporary tables, one case after another. */

/** A piece of a text, and whether it matches. Pieces of other people's texts are never mixed with markup. */
export interface Piece {
  readonly text: string;
  readonly isMatch: boolean;
}

/** A matching docket entry. */
export interface FoundEntry {
  readonly mirror_id: number;
  readonly id: number | null;
  readonly entry_number: string | null;
  readonly date_filed: string | null;
  readonly url: string | null;
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
  /** The fields of the case that have words of the search; empty if only its entries have. */
  readonly found_in: readonly string[];
  readonly snippet: readonly Piece[];
  /** How many of its entries match, and the newest of them. */
  readonly entries_found: number;
  readonly entries: readonly FoundEntry[];
}

export interface ListOptions {
  readonly newest: boolean;
  /** The maximum number of entries per case. */
  readonly entriesPerCase: number;
  /** Only these cases, in this order; by default all that {@link listFoundIds} lists. */
  readonly ids?: readonly number[];
}

/** Marks around matches. FTS5 inserts them into text that may hold anything, so they are rare, and only split the text. */
const [OPEN, CLOSE] = ['\u0002\u0003\u0002', '\u0003\u0002\u0003'];
const WORDS_OF_SNIPPET = 32;

function toPieces(marked: string | null): Piece[] {
  const pieces = (marked ?? '').split(new RegExp(`(${OPEN}[^]*?${CLOSE})`, 'u'));
  return pieces
    .map((piece): Piece => {
      const isMatch = piece.startsWith(OPEN);
      return { text: isMatch ? piece.slice(OPEN.length, -CLOSE.length) : piece, isMatch };
    })
    .filter(({ text }) => text !== '');
}

type CaseRow = Omit<FoundCase, 'found_in' | 'snippet' | 'entries_found' | 'entries'>;

/** The results in order: the cases whose own texts match, then those of which only entries match. */
export function* listResults(
  { sqlite }: Mirror,
  condition: Condition,
  { newest, entriesPerCase, ids }: ListOptions,
): Generator<FoundCase> {
  const selectCase = sqlite.prepare<[number], CaseRow>(
    `SELECT id AS case_id, name, court, state, filing_date, filing_year, case_ongoing FROM cases WHERE id = ?`,
  );
  const selectCount = sqlite
    .prepare<[number], number>('SELECT entries FROM temp.search_entry_cases WHERE case_id = ?')
    .pluck();
  const selectEntries = sqlite.prepare<[number, number], Omit<FoundEntry, 'snippet'>>(
    `SELECT e.mirror_id, e.id, e.entry_number, e.date_filed, e.url
     FROM temp.search_entries AS f JOIN docket_entries AS e ON e.mirror_id = f.id
     WHERE f.case_id = ? ORDER BY f.date_filed DESC, f.id DESC LIMIT ?`,
  );
  const findInCase = prepareFindSnippet(sqlite, 'cases', condition);
  const findInEntry = prepareFindSnippet(sqlite, 'entries', condition);
  const selectIsByText = sqlite.prepare<[number]>('SELECT 1 FROM temp.search_case_hits WHERE id = ?');
  for (const id of ids ?? listFoundIds(sqlite, newest)) {
    const row = selectCase.get(id);
    if (row === undefined) continue;
    const isByText = selectIsByText.get(id) !== undefined;
    const { snippet, columns } = isByText ? findInCase(id) : { snippet: [], columns: [] };
    const entries = selectEntries.all(id, entriesPerCase === Infinity ? -1 : entriesPerCase);
    yield {
      ...row,
      // A case with the docket number that was asked for need not have it as a word.
      found_in: isByText && columns.length === 0 ? [FIELDS.mirror_docket_numbers] : columns,
      snippet,
      entries_found: selectCount.get(id) ?? 0,
      entries: entries.map((entry) => ({ ...entry, snippet: findInEntry(entry.mirror_id).snippet })),
    };
  }
}

/**
 * The ids of all results in order. All at once, because a statement that stays open would block the others of its
 * connection.
 */
export function listFoundIds(sqlite: Database.Database, newest: boolean): number[] {
  const filed = "coalesce((SELECT filing_date FROM cases WHERE cases.id = h.id), '') DESC";
  const byText = newest ? `${filed}, h.id DESC` : `h.score, ${filed}, h.id`;
  const byEntry = `${newest ? '' : 'e.score IS NULL, e.score, '}e.newest DESC, e.case_id`;
  const list = (sql: string): number[] => sqlite.prepare<[], number>(sql).pluck().all();
  return [
    ...list(`SELECT h.id FROM temp.search_case_hits AS h ORDER BY ${byText}`),
    ...list(`SELECT e.case_id FROM temp.search_entry_cases AS e
      WHERE e.case_id NOT IN (SELECT id FROM temp.search_case_hits) ORDER BY ${byEntry}`),
  ];
}

/** The fields of the API whose words an indexed column of a case has. */
const FIELDS: Readonly<Record<keyof typeof SEARCH_INDEXES.cases.weights | 'description', string>> = {
  name: 'name',
  mirror_defendants: 'case_defendants',
  court: 'court',
  mirror_docket_numbers: 'main_docket',
  plaintiff_description: 'plaintiff_description',
  mirror_short_summaries: 'summary_short',
  mirror_summary_text: 'summary',
  description: 'description',
};
const isColumn = (name: string): name is keyof typeof FIELDS => Object.hasOwn(FIELDS, name);

interface Snippet {
  readonly snippet: readonly Piece[];
  readonly columns: readonly string[];
}

/** Prepares finding the part of a row that matches best, and the columns that match. */
function prepareFindSnippet(
  sqlite: Database.Database,
  kind: SearchKind,
  { variants }: Condition,
): (rowid: number) => Snippet {
  const queries = variants.flatMap((variant) => toVariantMatch(variant, kind).query ?? []);
  if (queries.length === 0) return () => ({ snippet: [], columns: [] });
  const index = SEARCH_INDEXES[kind];
  const names = columnsOf(index);
  const mark = names.map((_, at) => `instr(highlight(${index.name}, ${at}, '${OPEN}', ''), '${OPEN}') > 0`);
  const statement = sqlite
    .prepare<[string, number], [string | null, ...number[]]>(
      `SELECT snippet(${index.name}, -1, '${OPEN}', '${CLOSE}', '…', ${WORDS_OF_SNIPPET}), ${mark.join(', ')}
       FROM ${index.name} WHERE ${index.name} MATCH ? AND rowid = ?`,
    )
    .raw();
  return (rowid) => {
    for (const query of queries) {
      const found = statement.get(query, rowid);
      if (found === undefined) continue;
      const [text, ...isMarked] = found;
      return {
        snippet: toPieces(text),
        columns: names
          .filter((name, at) => isColumn(name) && isMarked[at] === 1)
          .map((name) => FIELDS[name as keyof typeof FIELDS]),
      };
    }
    return { snippet: [], columns: [] };
  };
}
