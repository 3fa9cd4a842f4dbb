import type { JsonValue } from '../../src/lib/json.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import { dumpData } from '../support/dump.ts';

type Row = Record<string, JsonValue>;

/** Tables of the history, and one whose rows are also in the column `docket_entries.attachments`. */
const LEFT_OUT = new Set(['case_changes', 'case_versions', 'docket_entry_versions', 'attachments']);
/**
 * The metadata of a case that two mirrors of the same site must share. The other metadata contains runs or positions.
 */
const SHARED = new Set([
  'mirror_list_id',
  'mirror_fingerprint',
  'mirror_summary_text',
  'mirror_defendants',
  'mirror_docket_numbers',
  'mirror_short_summaries',
  'mirror_number',
  'mirror_payload',
  'mirror_rest',
]);
const JSON_COLUMNS = new Set(['mirror_payload', 'mirror_rest', 'attachments']);

/**
 * The current content of some cases, table by table, without history, ids of runs and the order of lists. It is the
 * same in all mirrors of the same site, whatever their history.
 */
export function listContent(mirror: Mirror, ids: ReadonlySet<number>): string[] {
  return Object.entries(dumpData(mirror))
    .filter(([table]) => !LEFT_OUT.has(table))
    .flatMap(([table, rows]) =>
      (rows as Row[])
        .filter((row) => table === 'lists' || ids.has(Number(table === 'cases' ? row.id : row.case_id)))
        .map((row) => `${table} ${toOrderless(toPlain(row))}`),
    )
    .sort();
}

function toPlain(row: Row): JsonValue {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => !column.startsWith('mirror_') || SHARED.has(column))
      .map(([column, value]) => [
        column,
        JSON_COLUMNS.has(column) && typeof value === 'string' ? (JSON.parse(value) as JsonValue) : value,
      ]),
  );
}

/** A text that is the same for the same content in any order. */
export function toOrderless(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(toOrderless).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${toOrderless(one)}`);
  return `{${members.sort().join()}}`;
}
