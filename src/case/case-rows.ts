import {
  CASE_FIELDS,
  type CasePayload,
  DEFENDANT_FIELDS,
  DOCKET_FIELDS,
  type FieldKind,
  RELATED_CASE_FIELDS,
} from '../api/payload.ts';
import type { PlainEntries } from '../api/plain-entries.ts';
import type { ListField, caseDefendants, cases, dockets, relatedCases } from '../db/schema/schema.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import { type EntryRow, toEntryRows, pickScalars, toStorable } from './docket-rows.ts';
import type { SplitPayload } from './fingerprint.ts';
import { toPlainText } from './plain-text.ts';
import { toRelatedId } from './related-names.ts';
import { type DocketNumber, isSameDocket, parseDocketNumber } from './reference.ts';

type OfRun =
  | 'mirror_list_id'
  | 'mirror_first_run_id'
  | 'mirror_changed_run_id'
  | 'mirror_departed_run_id'
  | 'mirror_redacted_run_id';
type ListRow<Table extends { $inferSelect: object }> = Omit<
  Table['$inferSelect'],
  'case_id' | 'mirror_position'
>;

export type CaseRow = Omit<typeof cases.$inferSelect, OfRun>;
type DefendantRow = ListRow<typeof caseDefendants>;
type RelatedCaseRow = ListRow<typeof relatedCases>;
type DocketRow = Omit<typeof dockets.$inferSelect, 'case_id'>;

/** Everything that the mirror stores of one case, before the run is known. */
export interface CaseRows {
  readonly case: CaseRow;
  /** The elements of each list that are texts, in the API's order. */
  readonly lists: Readonly<Record<ListField, readonly string[]>>;
  readonly defendants: readonly DefendantRow[];
  readonly relatedCases: readonly RelatedCaseRow[];
  readonly docket: DocketRow | null;
  readonly entries: readonly EntryRow[];
  /** The docket, if it was read by its bytes: then `entries` holds only those that are null in `plain.lines`. */
  readonly plain: PlainEntries | null;
}

/** Converts a payload to rows. Pure. Values that do not fit a column stay in `mirror_payload`, which is complete. */
export function toCaseRows(
  payload: CasePayload,
  split: SplitPayload,
  fingerprint: string,
  plain: PlainEntries | null = null,
): CaseRows {
  const entries = split.entries === null ? null : toEntryRows(split.entries);
  const scalars = pickScalars(payload, CASE_FIELDS);
  const defendants = listObjects(payload.case_defendants).map(toDefendantRow);
  const docket = isJsonObject(payload.main_docket) ? toDocketRow(payload.main_docket) : null;
  return {
    case: {
      ...scalars,
      ...toSearchColumns({ case: scalars, defendants, docket }),
      id: payload.id,
      mirror_fingerprint: fingerprint,
      mirror_summary_text:
        typeof payload.summary === 'string' ? toPlainText(toStorable(payload.summary)) : null,
      mirror_payload: JSON.stringify(split.rest),
      mirror_entry_keys: plain === null ? toEntryKeys(entries) : JSON.stringify(plain.ids),
    },
    lists: toLists(payload),
    defendants,
    relatedCases: toRelatedRows(payload),
    docket,
    entries: entries ?? [],
    plain,
  };
}

const toDefendantRow = (one: JsonObject): DefendantRow => pickScalars(one, DEFENDANT_FIELDS);
/** The related cases that are objects, in the API's order. */
export const toRelatedRows = (payload: JsonObject): RelatedCaseRow[] =>
  listObjects(payload.related_cases).map(toRelatedCaseRow);

const toRelatedCaseRow = (one: JsonObject): RelatedCaseRow => ({
  ...pickScalars(one, RELATED_CASE_FIELDS),
  id: toRelatedId(one.id),
});

function toDocketRow(docket: JsonObject): DocketRow {
  const row = pickScalars(docket, DOCKET_FIELDS);
  return { ...row, mirror_number: toNumberParts(row) };
}

/** The rows of a case with other keys for its docket entries. */
export function withEntries(rows: CaseRows, entries: readonly EntryRow[]): CaseRows {
  if (rows.case.mirror_entry_keys === null) return rows;
  return { ...rows, case: { ...rows.case, mirror_entry_keys: toEntryKeys(entries) }, entries };
}

function toEntryKeys(entries: readonly EntryRow[] | null): string | null {
  return entries === null ? null : JSON.stringify(entries.map((entry) => entry.columns.mirror_key));
}

const isListField = (kind: FieldKind): boolean => kind === 'texts' || kind === 'values';

/** The fields of a case that become list tables. */
export const LIST_FIELDS = (Object.keys(CASE_FIELDS) as (keyof typeof CASE_FIELDS)[]).filter((field) =>
  isListField(CASE_FIELDS[field]),
) as ListField[];

function toLists(payload: CasePayload): Record<ListField, readonly string[]> {
  const lists: Partial<Record<ListField, readonly string[]>> = {};
  for (const field of LIST_FIELDS) lists[field] = listTexts(payload[field]);
  return lists as Record<ListField, readonly string[]>;
}

/** What is stored of an element of a list of texts: a text, which may be the value of an object. */
export const toElement = (element: JsonValue) => (isJsonObject(element) ? element.value : element);
const isText = (text: JsonValue | undefined): text is string => typeof text === 'string';

function listTexts(list: JsonValue | undefined): string[] {
  if (!Array.isArray(list)) return [];
  return list.map(toElement).filter(isText).map(toStorable);
}

const listObjects = (list: JsonValue | undefined): JsonObject[] =>
  Array.isArray(list) ? list.filter(isJsonObject) : [];

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
    mirror_defendants: toLines(defendants.flatMap(toNames)),
    mirror_docket_numbers: toLines([...toNumberForms(docket, row.non_docket_case_number)]),
    mirror_short_summaries: toLines([row.summary_tiny, row.summary_short].map(withoutTags)),
  };
}

type Named = SearchSource['defendants'][number];
const toNames = ({ name, institution }: Named): (string | null)[] => [name, institution];
const toTrimmed = (text: string | null): string => text?.trim() ?? '';
const isFilled = (text: string): boolean => text !== '';

/** Each text once, one per line; null if there is none. */
function toLines(texts: readonly (string | null)[]): string | null {
  const lines = [...new Set(texts.map(toTrimmed).filter(isFilled))];
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

/** The number of a docket from its parts, in the form of federal courts; null if they do not make one. */
export function toDocketNumberText(docket: Parts): string | null {
  const [number] = listNumbers({ ...docket, docket_number_manual: null });
  return number === undefined ? null : toNumberText(number, String(number.filing).padStart(5, '0'));
}

/** The number of a docket, read from its text and from its parts. */
export function listNumbers(docket: Parts): DocketNumber[] {
  const { written, inParts } = readNumbers(docket);
  return [written, inParts].filter((one) => one !== null);
}

/** A type, because its values are listed. */
type ReadNumbers = Readonly<Record<'written' | 'inParts', DocketNumber | null>>;

function readNumbers(docket: Parts): ReadNumbers {
  const { docket_number_manual: text, docket_office_number, docket_year, docket_filing_number } = docket;
  // An empty text is not office 0.
  const office = /^\s*\d+\s*$/.test(docket_office_number ?? '') ? Number(docket_office_number) : NaN;
  return {
    written: text === null ? null : parseDocketNumber(text),
    inParts:
      docket_year === null || docket_filing_number === null
        ? null
        : {
            office: Number.isSafeInteger(office) ? office : null,
            year: String(docket_year).padStart(2, '0'),
            type: toType(docket.docket_case_type),
            filing: docket_filing_number,
          },
  };
}

/** Numbers and years that fit the columns of {@link toNumberParts}; others are mistakes. */
const isUsual = ({ year, filing, office }: DocketNumber): boolean =>
  /^(?:\d\d|[12]\d{3})$/.test(year) &&
  filing > 0 &&
  filing <= 999_999 &&
  (office ?? 0) >= 0 &&
  (office ?? 0) <= 99;

/**
 * The parts of the number of a docket, by which other databases know it, in columns that SQL can split: `04 2019 000123 = cv`. What
 * the text leaves out is taken from the parts, unless they name another docket (`#` instead of `=`; a blank if only one names any).
 * An unknown office is `--`, an unknown century `--`. Null if neither text nor parts make a number.
 */
export function toNumberParts(docket: Parts): string | null {
  const [written = null, inParts = null] = Object.values(
    readNumbers(docket.docket_year === 0 ? { ...docket, docket_year: null } : docket),
  ).map((number) => (number !== null && isUsual(number) ? number : null));
  const first = written ?? inParts;
  if (first === null) return null;
  const isSame = written !== null && inParts !== null && isSameDocket(written, inParts);
  const second = isSame ? inParts : null;
  const office = first.office ?? second?.office ?? null;
  const year = first.year.length === 4 ? first.year : (second?.year ?? first.year);
  return [
    office === null ? '--' : String(office).padStart(2, '0'),
    year.padStart(4, '-'),
    String(first.filing).padStart(6, '0'),
    isSame ? '=' : written !== null && inParts !== null ? '#' : ' ',
    first.type ?? second?.type ?? '',
  ].join(' ');
}

const toType = (type: string | null): string | null =>
  type === null || type === '' ? null : type.toLowerCase();
