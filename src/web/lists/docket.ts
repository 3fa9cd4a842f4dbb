import { ATTACHMENT_FIELDS } from '../../api/payload.ts';
import { type EntryColumns, toEntry } from '../../case/docket-rows.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { JsonObject } from '../../lib/json.ts';
import { type DateRange, listDateConditions, parseDateRange, toSqlText } from '../../search/filters.ts';
import { type Asked, readChoice } from '../request.ts';

export const DOCKET_PARAMETERS = ['words', 'entered', 'order', 'page'] as const;

const ORDERS = { newest: 'day DESC, place DESC', oldest: 'day, place' } as const;
export type DocketOrder = keyof typeof ORDERS;
const ORDER_NAMES = Object.keys(ORDERS) as [DocketOrder, ...DocketOrder[]];

/** The main docket of a case, or one of the others, by its key in `further_dockets`. */
export type DocketRef = { readonly caseId: number } | { readonly docketKey: number };

export interface DocketFilter {
  readonly docket: DocketRef;
  /** A text that the description contains. */
  readonly words: string | undefined;
  readonly entered: DateRange | null;
  readonly order: DocketOrder;
}

/** Parses the parameters of a docket. Fails with USAGE. */
export function parseDocketFilter(docket: DocketRef, asked: Asked): DocketFilter {
  const { words, entered } = asked;
  return {
    docket,
    words,
    entered: parseDateRange('entered', entered),
    order: readChoice('order', asked.order, ORDER_NAMES),
  };
}

export function toDocketParameters({
  words,
  entered,
  order,
}: DocketFilter): Record<string, string | undefined> {
  return { words, entered: entered?.text, order: order === ORDER_NAMES[0] ? undefined : order };
}

/** A pattern of LIKE that finds a text anywhere. */
function toSqlPattern(text: string): string {
  return `${toSqlText(`%${text.replace(/[%_!]/g, '!$&')}%`)} ESCAPE '!'`;
}

/**
 * The entries of a docket by day, and within a day in the docket's own order. An entry without a date stays beside its
 * neighbor in the docket: it counts as of the day of the entry before it.
 */
function toPlacedSql({ docket, words, entered }: DocketFilter, columns = '*'): string {
  const { entries, keys, ofDocket } = toTables(docket);
  const conditions = [
    ...(words === undefined ? [] : [`description LIKE ${toSqlPattern(words)}`]),
    ...(entered === null ? [] : listDateConditions('day', entered)),
  ];
  return `WITH placed AS (
  SELECT ${entries}.*, place.key AS place, count(date_filed) OVER (ORDER BY place.key) AS dated
  FROM json_each((${keys})) AS place
  JOIN ${entries} ON ${ofDocket} AND ${entries}.mirror_key = place.value
), ordered AS (
  SELECT placed.*, first_value(date_filed) OVER (PARTITION BY dated ORDER BY place) AS day FROM placed
)
SELECT ${columns} FROM ordered${conditions.length === 0 ? '' : `\nWHERE ${conditions.join(' AND ')}`}`;
}

/** Where the entries of a docket are, and their keys in the docket's own order. */
function toTables(docket: DocketRef): { entries: string; keys: string; ofDocket: string } {
  if ('caseId' in docket)
    return {
      entries: 'docket_entries',
      keys: `SELECT mirror_entry_keys FROM cases WHERE id = ${docket.caseId}`,
      ofDocket: `docket_entries.case_id = ${docket.caseId}`,
    };
  return {
    entries: 'further_docket_entries',
    keys: `SELECT mirror_entry_keys FROM further_dockets WHERE mirror_key = ${docket.docketKey}`,
    ofDocket: `further_docket_entries.mirror_docket_key = ${docket.docketKey}`,
  };
}

/** A row of json_each as JSON; null in place of an object or a list, which may be a record that is not public. */
const toPlainJson = (row: string): string =>
  `CASE WHEN ${row}.type IN ('object', 'array') THEN 'null' WHEN ${row}.type IN ('true', 'false') THEN ${row}.type ELSE json_quote(${row}.value) END`;

const KNOWN = Object.keys(ATTACHMENT_FIELDS)
  .map((name) => `'${name}'`)
  .join(', ');

/** Of an attachment, the values that this version knows: everybody must be able to run this, and `case ID --json` shows more. */
const ATTACHMENTS = `CASE WHEN json_valid(attachments) THEN (
    SELECT json_group_array(json(CASE one.type WHEN 'object' THEN (
      SELECT iif(count(*) = 0, 'null', json_group_object(field.key, json(${toPlainJson('field')})))
      FROM json_each(one.value) AS field WHERE field.key IN (${KNOWN})
    ) ELSE ${toPlainJson('one')} END)) FROM json_each(attachments) AS one
  ) END AS attachments`;

const COLUMNS = [
  'id',
  'row_number',
  'entry_number',
  'date_filed',
  'description',
  'url',
  'recap_pdf_url',
  'pacer_doc_id',
  ATTACHMENTS,
  'mirror_first_run_id',
].join(', ');

/** The SQL of a docket, as its files hold it and as anybody can run it. */
export function toDocketSql(filter: DocketFilter): string {
  return `${toPlacedSql(filter, COLUMNS)}
ORDER BY ${ORDERS[filter.order]}`;
}

export interface DocketEntry {
  /** As the API sent it. */
  readonly entry: JsonObject;
  /** The run that first saw it. */
  readonly firstRunId: number;
}

type PlacedRow = EntryColumns & { readonly mirror_first_run_id: number };

export function countEntries({ sqlite }: Mirror, filter: DocketFilter): number {
  return (
    sqlite
      .prepare<[], number>(`SELECT count(*) FROM (${toPlacedSql(filter)})`)
      .pluck()
      .get() ?? 0
  );
}

export function listEntries(
  { sqlite }: Mirror,
  filter: DocketFilter,
  { offset, size }: { readonly offset: number; readonly size: number },
): DocketEntry[] {
  return sqlite
    .prepare<[], PlacedRow>(
      `${toPlacedSql(filter)} ORDER BY ${ORDERS[filter.order]} LIMIT ${size} OFFSET ${offset}`,
    )
    .all()
    .map((row) => ({ entry: toEntry(row), firstRunId: row.mirror_first_run_id }));
}

/** Orders the entries of an earlier state in the same way. */
export function orderEntries(entries: readonly JsonObject[], order: DocketOrder): JsonObject[] {
  let day = '';
  const placed = entries.map((entry, place) => {
    if (typeof entry.date_filed === 'string') day = entry.date_filed;
    return { entry, place, day };
  });
  const byDay = placed.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.place - b.place));
  const ordered = byDay.map(({ entry }) => entry);
  return order === 'oldest' ? ordered : ordered.toReversed();
}
