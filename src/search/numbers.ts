import { isSameDocket, toBareNumber } from '../case/reference.ts';
import { listNumbers } from '../case/search-columns.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { SearchTerm } from './query-text.ts';

type NumberTerm = Extract<SearchTerm, { readonly kind: 'docket number' }>;
type Row = Parameters<typeof listNumbers>[0] & {
  readonly id: number;
  readonly non_docket_case_number: string | null;
};

/**
 * The cases with a docket number in any of its forms. The index narrows them down by year and number; the parts decide,
 * as they do in the command `case`.
 */
export function listNumberedCases({ sqlite }: Mirror, { text, number }: NumberTerm): number[] {
  const bare = toBareNumber(text);
  const quoted = `"${text.replaceAll('"', '""')}"`;
  const { year, filing } = number;
  const query = `mirror_docket_numbers : (NEAR("${year.slice(-2)}" "${filing}", 1) OR ${quoted})`;
  const rows = sqlite
    .prepare<[string], Row>(
      `WITH hits (id) AS MATERIALIZED (SELECT rowid FROM cases_fts WHERE cases_fts MATCH ?)
       SELECT cases.id, non_docket_case_number, docket_number_manual, docket_office_number, docket_year,
         docket_filing_number, docket_case_type
       FROM hits JOIN cases ON cases.id = hits.id LEFT JOIN dockets ON dockets.case_id = cases.id`,
    )
    .all(query);
  return rows
    .filter((row) => {
      const written = [row.docket_number_manual, row.non_docket_case_number];
      const isWritten = written.some((one) => one !== null && bare !== '' && toBareNumber(one) === bare);
      return isWritten || listNumbers(row).some((stored) => isSameDocket(number, stored));
    })
    .map(({ id }) => id);
}
