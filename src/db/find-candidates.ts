import {
  type CaseReference,
  type DocketNumber,
  isSameDocket,
  toBareNumber,
  toNameWords,
} from '../case/reference.ts';
import { listNumbers } from '../case/case-rows.ts';
import type { Mirror } from './open-mirror.ts';

/** A case that matches what a user typed. */
export interface Candidate {
  readonly id: number;
  readonly name: string | null;
  readonly court: string | null;
  readonly filing_date: string | null;
  /** Of some cases only the year is known. */
  readonly filing_year: number | null;
}

interface NumberRow {
  readonly id: number;
  readonly docket_number_manual: string | null;
  readonly docket_office_number: string | null;
  readonly docket_year: number | null;
  readonly docket_filing_number: number | null;
  readonly docket_case_type: string | null;
  readonly non_docket_case_number: string | null;
}

const NUMBER_COLUMNS = `docket_number_manual, docket_office_number, docket_year, docket_filing_number, docket_case_type,
        non_docket_case_number`;

/** Prepares the comparison of a docket number with those of a case, by its parts and by its letters and digits. */
function prepareHasNumber(text: string, number: DocketNumber | null): (row: NumberRow) => boolean {
  const bare = toBareNumber(text);
  return (row) => {
    const isWritten = [row.docket_number_manual, row.non_docket_case_number].some(
      (written) => written !== null && bare !== '' && toBareNumber(written) === bare,
    );
    return isWritten || (number !== null && listNumbers(row).some((stored) => isSameDocket(number, stored)));
  };
}

/**
 * The cases with a further docket of this number, as far as their lists were read: by the parts of the number, or by its
 * letters and digits. CourtListener's spelling of it counts too.
 */
export function listIdsByFurtherNumber(
  { sqlite }: Pick<Mirror, 'sqlite'>,
  text: string,
  number: DocketNumber | null,
): number[] {
  const hasNumber = prepareHasNumber(text, number);
  const rows = sqlite
    .prepare<[], Omit<NumberRow, 'non_docket_case_number'> & { readonly recap_docket_number: string | null }>(
      `SELECT link.case_id AS id, docket.docket_number_manual, docket.docket_office_number, docket.docket_year,
         docket.docket_filing_number, docket.docket_case_type, docket.recap_docket_number
       FROM case_further_dockets AS link JOIN further_dockets AS docket ON docket.mirror_key = link.docket_key
       WHERE link.mirror_to_run_id IS NULL AND docket.mirror_hidden IS NULL AND docket.mirror_redacted_run_id IS NULL`,
    )
    .iterate();
  const found = new Set<number>();
  for (const { recap_docket_number: recap, ...row } of rows) {
    const isFound =
      hasNumber({ ...row, non_docket_case_number: null }) ||
      (recap !== null && hasNumber({ ...NO_NUMBER, id: row.id, docket_number_manual: recap }));
    if (isFound) found.add(row.id);
  }
  return [...found];
}

const NO_NUMBER = {
  docket_office_number: null,
  docket_year: null,
  docket_filing_number: null,
  docket_case_type: null,
  non_docket_case_number: null,
} as const;

/** The cases with a docket number, found by its parts, or by its letters and digits if it has another form. */
function listByNumber({ sqlite }: Mirror, text: string, number: DocketNumber | null): Candidate[] {
  const hasNumber = prepareHasNumber(text, number);
  const rows = sqlite
    .prepare<[], NumberRow>(
      `SELECT cases.id, ${NUMBER_COLUMNS}
       FROM cases LEFT JOIN dockets ON dockets.case_id = cases.id
       WHERE docket_number_manual IS NOT NULL OR docket_filing_number IS NOT NULL OR non_docket_case_number IS NOT NULL`,
    )
    .iterate();
  const found: number[] = [];
  for (const row of rows) if (hasNumber(row)) found.push(row.id);
  const further = listIdsByFurtherNumber({ sqlite }, text, number).filter((id) => !found.includes(id));
  return listCandidates({ sqlite }, [...found, ...further]);
}

/** The ids of the cases with this number of their own, for which the search index narrows down the rows by year and number. */
export function listIdsByNumber({ sqlite }: Mirror, text: string, number: DocketNumber): number[] {
  const quoted = `"${text.replaceAll('"', '""')}"`;
  const query = `mirror_docket_numbers : (NEAR("${number.year.slice(-2)}" "${number.filing}", 1) OR ${quoted})`;
  return sqlite
    .prepare<[string], NumberRow>(
      `WITH hits (id) AS MATERIALIZED (SELECT rowid FROM cases_fts WHERE cases_fts MATCH ?)
       SELECT cases.id, ${NUMBER_COLUMNS}
       FROM hits JOIN cases ON cases.id = hits.id LEFT JOIN dockets ON dockets.case_id = cases.id`,
    )
    .all(query)
    .filter(prepareHasNumber(text, number))
    .map(({ id }) => id);
}

/** The cases that a text may mean which is no id: those with the docket number, otherwise those with such a name. */
export function findCandidates(
  mirror: Mirror,
  reference: Extract<CaseReference, { readonly kind: 'docket number' | 'words' }>,
): Candidate[] {
  const number = reference.kind === 'docket number' ? reference.number : null;
  const byNumber = listByNumber(mirror, reference.text, number);
  return byNumber.length > 0 ? byNumber : listByWords(mirror, reference.text);
}

/** The cases whose name contains all of these words: first the whole name, then whole words, then word prefixes. */
function listByWords({ sqlite }: Mirror, text: string): Candidate[] {
  const asked = toNameWords(text);
  if (asked.length === 0) return [];
  const rows = sqlite.prepare<[], { id: number; name: string }>(
    'SELECT id, name FROM cases WHERE name IS NOT NULL ORDER BY id',
  );
  const found: Record<'whole' | 'words' | 'beginnings', number[]> = { whole: [], words: [], beginnings: [] };
  for (const { id, name } of rows.iterate()) {
    const words = toNameWords(name);
    if (words.join(' ') === asked.join(' ')) found.whole.push(id);
    else if (asked.every((word) => words.includes(word))) found.words.push(id);
    else if (asked.every((word) => words.some((one) => one.startsWith(word)))) found.beginnings.push(id);
  }
  const best = [found.whole, found.words, found.beginnings].find(({ length }) => length > 0) ?? [];
  return listCandidates({ sqlite }, best);
}

function listCandidates({ sqlite }: Pick<Mirror, 'sqlite'>, ids: readonly number[]): Candidate[] {
  const find = sqlite.prepare<[number], Candidate>(
    'SELECT id, name, court, filing_date, nullif(filing_year, 0) AS filing_year FROM cases WHERE id = ?',
  );
  return ids.flatMap((id) => find.get(id) ?? []);
}
