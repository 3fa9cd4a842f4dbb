import type { cases, dockets } from '../db/schema/schema.ts';
import { type DocketNumber, parseDocketNumber } from './reference.ts';
import type { CaseRows } from './case-rows.ts';

/*
 * The columns of a case that exist for the search index: texts that are elsewhere in child tables or in HTML. The index
 * reads one row per case, because the rows of a child table change at another moment than the row of the case.
 */

type Case = typeof cases.$inferSelect;
export type SearchColumns = Pick<
  Case,
  'mirror_defendants' | 'mirror_docket_numbers' | 'mirror_short_summaries'
>;
type Parts = Pick<
  typeof dockets.$inferSelect,
  | 'docket_number_manual'
  | 'docket_office_number'
  | 'docket_year'
  | 'docket_filing_number'
  | 'docket_case_type'
>;

/** What the columns are made of. */
export interface SearchSource {
  readonly case: Pick<Case, 'summary_short' | 'summary_tiny' | 'non_docket_case_number'>;
  readonly defendants: readonly Pick<CaseRows['defendants'][number], 'name' | 'institution'>[];
  readonly docket: Parts | null;
}

export function toSearchColumns({ case: row, defendants, docket }: SearchSource): SearchColumns {
  return {
    mirror_defendants: toLines(defendants.flatMap(({ name, institution }) => [name, institution])),
    mirror_docket_numbers: toLines([...toNumberForms(docket, row.non_docket_case_number)]),
    mirror_short_summaries: toLines([row.summary_tiny, row.summary_short].map(withoutTags)),
  };
}

/** Each text once, one per line; null if there is none. */
function toLines(texts: readonly (string | null)[]): string | null {
  const lines = [...new Set(texts.map((text) => text?.trim() ?? '').filter((text) => text !== ''))];
  return lines.length === 0 ? null : lines.join('\n');
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/**
 * The words of a short summary, which is HTML in one case of a hundred. Good enough for an index; nothing that is
 * displayed may rely on it.
 */
function withoutTags(html: string | null): string | null {
  return (
    html
      ?.replace(/<\/?[a-z][^<>]*>/gi, ' ')
      .replace(/&(#\d{1,6}|[a-z]{2,6});/gi, (all, name: string) => toCharacter(name) ?? all)
      .replace(/[^\S\n]+/g, ' ') ?? null
  );
}

function toCharacter(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES.get(name.toLowerCase());
  const text = String.fromCodePoint(Number(name.slice(1)));
  return text === '\0' || !text.isWellFormed() ? undefined : text;
}

/** The numbers as they are written, and in the forms that people type: with and without leading zeros, no initials. */
function* toNumberForms(docket: Parts | null, otherNumber: string | null): Generator<string | null> {
  yield docket?.docket_number_manual ?? null;
  yield otherNumber;
  const other = otherNumber === null ? null : parseDocketNumber(otherNumber);
  for (const number of [...(docket === null ? [] : listNumbers(docket)), ...(other === null ? [] : [other])])
    for (const filing of [String(number.filing).padStart(5, '0'), String(number.filing)])
      yield toNumberText(number, filing);
}

function toNumberText({ office, year, type }: DocketNumber, filing: string): string {
  const parts = [year.slice(-2), type, filing].filter((part) => part !== null);
  return `${office === null ? '' : `${office}:`}${parts.join('-')}`;
}

/** The number of a docket, read from its text and from its parts. */
export function listNumbers(docket: Parts): DocketNumber[] {
  const { docket_number_manual: text, docket_office_number, docket_year, docket_filing_number } = docket;
  const written = text === null ? null : parseDocketNumber(text);
  const office = Number(docket_office_number ?? NaN);
  const inParts =
    docket_year === null || docket_filing_number === null
      ? null
      : {
          office: docket_office_number !== null && Number.isSafeInteger(office) ? office : null,
          year: String(docket_year).padStart(2, '0'),
          type: toType(docket.docket_case_type),
          filing: docket_filing_number,
        };
  return [written, inParts].filter((one) => one !== null);
}

const toType = (type: string | null): string | null =>
  type === null || type === '' ? null : type.toLowerCase();
