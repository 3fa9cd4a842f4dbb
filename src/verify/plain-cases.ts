import type { CasePayload } from '../api/payload.ts';
import { LIST_FIELDS, toCaseRows } from '../case/case-rows.ts';
import { type AttachmentRow, toAttachmentRows } from '../case/docket-rows.ts';
import { splitPayload, toCanonicalJson } from '../case/fingerprint.ts';
import { isSqliteError } from '../db/errors.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { type JsonValue, isJsonObject } from '../lib/json.ts';
import { checkMetadata } from './metadata.ts';
import {
  IS_PLAIN,
  NotPlain,
  need,
  needNone,
  preparePast,
  toLineSql,
  toPlainDocket,
} from './plain-dockets.ts';
import { type Circumstances, type StoredCase, type StoredRows, groupBy } from './stored-rows.ts';
import { listColumns } from './values.ts';

/*
 * Proves cases without findings in a short way: SQLite writes the lines of the docket that the fingerprint hashes, and
 * the entries never become objects. The short way can only conclude that a case is correct. Any other case is checked
 * individually by proof.ts, which decides and words the findings. If the short way rejects a correct case, `verify` is
 * only slower; it must never accept a damaged one.
 */

type RawCell = string | number | null | Buffer;
type Raw = readonly RawCell[];

/** The number of items that the individual checks would have counted. */
export interface PlainCase {
  readonly rows: number;
  readonly history: number;
  readonly entries: number;
  readonly pastEntries: number;
}

/** The parts of a payload that toCaseRows does not create. */
const OWN_COLUMNS = [
  'mirror_list_id',
  'mirror_first_run_id',
  'mirror_changed_run_id',
  'mirror_departed_run_id',
  'mirror_redacted_run_id',
  'mirror_entry_keys',
];
const CASE_COLUMNS = listColumns('cases', OWN_COLUMNS);
const DEFENDANT_COLUMNS = listColumns('case_defendants', ['case_id', 'mirror_position']);
const RELATED_COLUMNS = listColumns('related_cases', ['case_id', 'mirror_position']);
const DOCKET_COLUMNS = listColumns('dockets', ['case_id']);
const ATTACHMENT_COLUMNS = listColumns('attachments', ['mirror_entry_id', 'mirror_position']);

/** The line begins with row number and id. All ids differ, so this sorts by line. */
const DOCKET_SQL = `SELECT count(*), sum(is_plain), json_group_array(mirror_key), min(run), max(run),
    CAST(group_concat(line, char(10)) AS BLOB),
    CASE WHEN :hasPast THEN json_group_array(mirror_id) END, CASE WHEN :hasPast THEN json_group_array(run) END
  FROM (
    SELECT ${IS_PLAIN} AS is_plain, mirror_id, mirror_key, mirror_first_run_id AS run, ${toLineSql('mirror_canonical')} AS line
    FROM docket_entries WHERE case_id = :id ORDER BY coalesce(row_number, 'null') || ',' || id || ','
  )`;

/** The number of cases that are proven together. */
export const CASES_AT_ONCE = 100;

/**
 * Proves several cases; null for each that must be checked individually. If SQLite cannot read one of them, none counts
 * as proven, and the whole is null: the individual checks find the damaged one.
 */
export type ProvePlainCases = (ids: readonly number[]) => readonly (PlainCase | null)[] | null;

/** Prepares proving several cases in one transaction. */
export function preparePlainCases({ sqlite }: Mirror, circumstances: Circumstances): ProvePlainCases {
  const among = 'IN (SELECT value FROM json_each(?))';
  const prepare = (text: string) => {
    const statement = sqlite.prepare<[string], Raw>(text).raw();
    return (ids: string): Map<RawCell, Raw[]> => groupBy(statement.all(ids), ([id]) => id ?? null);
  };
  const ofList = (table: string, columns: readonly string[]) =>
    prepare(`SELECT case_id, mirror_position, ${columns.join(', ')} FROM ${table}
      WHERE case_id ${among} ORDER BY case_id, mirror_position`);
  const casesOf = prepare(
    `SELECT ${['id', ...OWN_COLUMNS, ...CASE_COLUMNS].join(', ')} FROM cases WHERE id ${among}`,
  );
  const lists = LIST_FIELDS.map((field) => [field, ofList(field, ['value'])] as const);
  const defendantsOf = ofList('case_defendants', DEFENDANT_COLUMNS);
  const relatedOf = ofList('related_cases', RELATED_COLUMNS);
  const docketsOf = prepare(
    `SELECT case_id, ${DOCKET_COLUMNS.join(', ')} FROM dockets WHERE case_id ${among}`,
  );
  const attachmentsOf = prepare(`SELECT case_id, mirror_entry_id, mirror_position,
      ${ATTACHMENT_COLUMNS.map((name) => `attachments.${name}`).join(', ')}
    FROM docket_entries JOIN attachments ON attachments.mirror_entry_id = docket_entries.mirror_id
    WHERE case_id ${among}`);
  const withPast = sqlite
    .prepare<[string, string, string], number>(
      `SELECT case_id FROM case_changes WHERE case_id ${among} UNION SELECT case_id FROM case_versions WHERE case_id ${among}
       UNION SELECT case_id FROM docket_entry_versions WHERE case_id ${among}`,
    )
    .pluck();
  const newestRun = sqlite.prepare<[], number | null>('SELECT max(id) FROM sync_runs').pluck();
  let listed: { readonly entryId: number; readonly rows: readonly AttachmentRow[] }[] = [];
  const toCanonical = (entryId: unknown, text: unknown): string => {
    need(typeof text === 'string');
    const value = JSON.parse(text) as JsonValue;
    need(Array.isArray(value) && JSON.stringify(value) === text);
    listed.push({ entryId: entryId as number, rows: toAttachmentRows(value) });
    return toCanonicalJson(value);
  };
  sqlite.function('mirror_canonical', { deterministic: true }, toCanonical);
  const docket = sqlite.prepare<[{ readonly id: number; readonly hasPast: number }], Raw>(DOCKET_SQL).raw();
  const provePast = preparePast(sqlite, circumstances);

  const proveTogether = sqlite.transaction((ids: readonly number[]): (PlainCase | null)[] => {
    const wanted = JSON.stringify(ids);
    const newestRunId = newestRun.get() ?? 0;
    const past = new Set(withPast.all(wanted, wanted, wanted));
    const cases = casesOf(wanted);
    const listRows = lists.map(([field, find]) => [field, find(wanted)] as const);
    const defendants = defendantsOf(wanted);
    const related = relatedOf(wanted);
    const dockets = docketsOf(wanted);
    const attachments = attachmentsOf(wanted);

    /** Fails with {@link NotPlain}. */
    const prove = (id: number): PlainCase => {
      const [row] = cases.get(id) ?? [];
      need(row !== undefined);
      const made = toPlainCase(row);
      const hasPast = past.has(id);
      listed = [];
      const found = docket.get({ id, hasPast: Number(hasPast) });
      need(found !== undefined);
      const entries = toPlainDocket(found, made);
      const { expected } = made;
      needRow(expected.case, CASE_COLUMNS, row, 1 + OWN_COLUMNS.length);
      let rows = 1 + entries.count;
      for (const [field, of] of listRows)
        rows += needList(
          expected.lists[field].map((value) => ({ value })),
          ['value'],
          of.get(id),
        );
      rows += needList(expected.defendants, DEFENDANT_COLUMNS, defendants.get(id));
      rows += needList(expected.relatedCases, RELATED_COLUMNS, related.get(id));
      const docketRows = dockets.get(id) ?? [];
      need(docketRows.length === (expected.docket === null ? 0 : 1));
      if (expected.docket !== null) needRow(expected.docket, DOCKET_COLUMNS, docketRows[0] ?? [], 1);
      rows += docketRows.length + needAttachments(listed, attachments.get(id) ?? []);
      const { stored: ofCase } = made;
      if (!hasPast) {
        const { mirror_first_run_id: first, mirror_changed_run_id: changed } = ofCase;
        need(first === changed && ofCase.mirror_departed_run_id === null);
        need(entries.count === 0 || (entries.oldestRun === changed && entries.newestRun === changed));
      }
      const stored = toStoredRows(ofCase, newestRunId);
      const rebuilt = {
        payload: made.payload,
        split: { rest: made.payload, entries: made.hasEntries ? [] : null },
      };
      if (hasPast) return { rows, entries: entries.count, ...provePast(stored, rebuilt, entries) };
      needNone(checkMetadata(stored, rebuilt, circumstances));
      return { rows, entries: entries.count, pastEntries: 0, history: 0 };
    };
    return ids.map((id) => {
      try {
        return prove(id);
      } catch (error) {
        if (error instanceof NotPlain || isSqliteError(error) || isOfAValue(error)) return null;
        throw error;
      }
    });
  });
  return (ids) => {
    try {
      return proveTogether(ids);
    } catch (error) {
      if (isSqliteError(error)) return null;
      throw error;
    }
  };
}

/** What JavaScript throws for a value of an unexpected type. */
function isOfAValue(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError;
}

/** The row of a case, and the rows that its payload makes, without those of docket entries. */
function toPlainCase(row: Raw) {
  const [id, listId, first, changed, departed, redacted, keys] = row;
  need([id, first, changed].every(Number.isInteger) && redacted === null);
  need([listId, departed].every((one) => one === null || Number.isInteger(one)));
  need(keys === null || typeof keys === 'string');
  const text = row[1 + OWN_COLUMNS.length + CASE_COLUMNS.indexOf('mirror_payload')];
  const fingerprint = row[1 + OWN_COLUMNS.length + CASE_COLUMNS.indexOf('mirror_fingerprint')];
  need(typeof text === 'string' && typeof fingerprint === 'string');
  const payload = JSON.parse(text) as CasePayload;
  need(isJsonObject(payload) && payload.id === id);
  const hasEntries = keys !== null;
  const ofDocket = payload.main_docket;
  need(
    hasEntries
      ? isJsonObject(ofDocket) && !Object.hasOwn(ofDocket, 'docket_entries')
      : splitPayload(payload).entries === null,
  );
  const expected = toCaseRows(payload, { rest: payload, entries: hasEntries ? [] : null }, fingerprint);
  const stored = {
    id,
    mirror_list_id: listId,
    mirror_first_run_id: first,
    mirror_changed_run_id: changed,
    mirror_departed_run_id: departed,
    mirror_redacted_run_id: redacted,
    mirror_fingerprint: fingerprint,
    mirror_payload: text,
    mirror_entry_keys: keys,
  } as StoredCase;
  return { payload, hasEntries, expected, stored };
}

/** Whether the cells of a row, from `at` on, are those that `expected` has for these columns. */
function needRow(expected: object, columns: readonly string[], row: Raw, at: number): void {
  const values = expected as Readonly<Record<string, RawCell | boolean>>;
  for (const [place, column] of columns.entries()) {
    const value = values[column];
    need((typeof value === 'boolean' ? Number(value) : value) === row[at + place]);
  }
}

/** The rows of a list have the order of its elements. Returns the number of rows. */
function needList(
  expected: readonly object[],
  columns: readonly string[],
  rows: readonly Raw[] = [],
): number {
  need(rows.length === expected.length);
  for (const [at, element] of expected.entries()) {
    const row = rows[at] ?? [];
    need(row[1] === at);
    needRow(element, columns, row, 2);
  }
  return rows.length;
}

function needAttachments(
  listed: readonly { readonly entryId: number; readonly rows: readonly AttachmentRow[] }[],
  found: readonly Raw[],
): number {
  need(found.length === listed.reduce((sum, { rows }) => sum + rows.length, 0));
  if (found.length === 0) return 0;
  const byPlace = new Map(found.map((row) => [`${String(row[1])} ${String(row[2])}`, row]));
  for (const { entryId, rows } of listed)
    for (const [at, one] of rows.entries())
      needRow(one, ATTACHMENT_COLUMNS, byPlace.get(`${entryId} ${at}`) ?? [], 3);
  return found.length;
}

/** A case without any other stored data. */
function toStoredRows(row: StoredCase, newestRunId: number): StoredRows {
  return {
    case: row,
    lists: new Map(),
    defendants: [],
    relatedCases: [],
    docket: undefined,
    entries: [],
    attachments: new Map(),
    changes: [],
    caseVersions: [],
    pastEntries: [],
    newestRunId,
  };
}
