import type { Mirror } from '../../src/db/open-mirror.ts';
import { LIST_TABLES } from '../../src/db/schema/schema.ts';
import type { JsonValue } from '../../src/lib/json.ts';

type Row = Record<string, unknown>;
export type Dump = Record<string, unknown[]>;

/** Tables whose rows are elements of a list; where in it they stand is the one thing of them that history does not keep. */
const LISTS = new Set([...Object.keys(LIST_TABLES), 'case_defendants', 'related_cases']);

/**
 * A dump without what an order alone makes differ: the places of list elements, the order of keys and elements in a
 * stored payload, and the order in the list of entry keys. Every other column has to be the very same.
 */
export function toComparable(dump: Dump): Dump {
  return Object.fromEntries(
    Object.entries(dump).map(([table, rows]) => {
      if (LISTS.has(table)) return [table, (rows as Row[]).map(toPlaceless).sort()];
      return [table, table === 'cases' ? (rows as Row[]).map(toOrderlessCase) : rows];
    }),
  );
}

function toPlaceless(row: Row): string {
  return JSON.stringify({ ...row, mirror_position: null });
}

function toOrderlessCase(row: Row): Row {
  const { mirror_payload: payload, mirror_entry_keys: keys } = row;
  return {
    ...row,
    mirror_payload: toOrderless(JSON.parse(String(payload)) as JsonValue),
    mirror_entry_keys: typeof keys === 'string' ? toOrderless(JSON.parse(keys) as JsonValue) : null,
  };
}

/** A text that is the same for the same content; written apart from the fingerprint. */
function toOrderless(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(toOrderless).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${toOrderless(one)}`);
  return `{${members.sort().join()}}`;
}

/** The record of runs; of what was rejected or drifted, when it was last seen is left out: that moves on. */
export function dumpLedger({ sqlite }: Mirror): Dump {
  const tables = ['sync_runs', 'list_syncs', 'rejected_records', 'schema_drift'];
  return Object.fromEntries(
    tables.map((table) => [
      table,
      sqlite
        .prepare<[], Row>(`SELECT * FROM ${table} ORDER BY 1, 2`)
        .all()
        .map((row) => ({ ...row, last_run_id: null })),
    ]),
  );
}
