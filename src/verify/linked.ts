import { getTableName } from 'drizzle-orm';
import { BrokenHistory } from '../case/diff.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { LINK_SPECS, RECORD_SPECS, type RecordSpec, listRecordSpecs } from '../linked/kinds.ts';
import {
  type ChangeRow,
  isOwnChange,
  readPayload,
  toChange,
  toContentColumns,
  toRecordFingerprint,
  undoPayload,
  whyHidden,
} from '../linked/rows.ts';
import type { JsonObject } from '../lib/json.ts';
import { RECORDS_AT_ONCE, prepareNextRecords } from './plain-linked.ts';
import {
  type Rule,
  type Violation,
  type Violations,
  checkRules,
  joinColumns,
  show,
  showDifference,
  toTimeRule,
} from './checks.ts';

/** The columns of a stored record that are checked with its content. */
interface StoredRow {
  readonly [column: string]: unknown;
  readonly mirror_hidden: string | null;
  readonly mirror_fingerprint: string;
  readonly mirror_first_run_id: number;
  readonly mirror_changed_run_id: number;
  readonly mirror_departed_run_id: number | null;
  readonly mirror_redacted_run_id: number | null;
}

interface VersionRow {
  readonly run_id: number;
  readonly fingerprint: string;
}

/**
 * Checks every linked record and its history, with a few rows in memory at a time; `isThorough` checks each record
 * individually.
 */
export function* checkLinked(mirror: Mirror, isThorough = false): Violations {
  let checked = 0;
  for (const spec of listRecordSpecs()) {
    const rowsAfter = mirror.sqlite.prepare<[number], StoredRow>(
      `SELECT * FROM ${getTableName(spec.table)} WHERE ${spec.key} > ? ORDER BY ${spec.key} LIMIT ${RECORDS_AT_ONCE}`,
    );
    const proveNext = isThorough ? null : prepareNextRecords(mirror, spec);
    const check = prepareCheckRecord(mirror, spec);
    let last = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const next = proveNext?.(last);
      const rows = next !== undefined && next.proven.size === next.count ? [] : rowsAfter.all(last);
      for (const row of rows) if (next?.proven.has(row[spec.key]) !== true) yield* check(row);
      const count = next?.count ?? rows.length;
      checked += count;
      const newest = Number((next === undefined ? rows.at(-1)?.[spec.key] : next.last) ?? last);
      // In a damaged file the order can be broken, and the look-ups would never end.
      if (count < RECORDS_AT_ONCE || newest <= last) break;
      last = newest;
    }
  }
  return checked;
}

/** Prepares the check of the linked records of one case. */
export function prepareCheckLinkedOf(mirror: Mirror): (caseId: number) => Violations {
  const linked = Object.values(LINK_SPECS).map(({ record, table, column }) => ({
    check: prepareCheckRecord(mirror, record),
    select: mirror.sqlite.prepare<[number], StoredRow>(
      `SELECT * FROM ${getTableName(record.table)} WHERE ${record.key} IN
        (SELECT ${column} FROM ${getTableName(table)} WHERE case_id = ?)`,
    ),
  }));
  const entries = {
    check: prepareCheckRecord(mirror, RECORD_SPECS.docket_entry),
    select: mirror.sqlite.prepare<[number], StoredRow>(
      `SELECT * FROM further_docket_entries WHERE mirror_docket_key IN
        (SELECT docket_key FROM case_further_dockets WHERE case_id = ?)`,
    ),
  };
  return function* checkLinkedOf(caseId) {
    let checked = 0;
    for (const { check, select } of [...linked, entries])
      for (const row of select.all(caseId)) {
        yield* check(row);
        checked++;
      }
    return checked;
  };
}

function prepareCheckRecord({ sqlite }: Mirror, spec: RecordSpec): (row: StoredRow) => Generator<Violation> {
  const changesOf = sqlite.prepare<[string, number], ChangeRow>(
    'SELECT run_id, field, kind, old_value, new_value FROM linked_changes WHERE record_kind = ? AND record_key = ? ORDER BY id DESC',
  );
  const versionsOf = sqlite.prepare<[string, number], VersionRow>(
    'SELECT run_id, fingerprint FROM linked_versions WHERE record_kind = ? AND record_key = ? ORDER BY run_id DESC',
  );
  const entryKeysOf = sqlite
    .prepare<[unknown], number>(
      `SELECT mirror_key FROM further_docket_entries
       WHERE mirror_docket_key = ? AND mirror_missing_run_id IS NULL AND mirror_departed_run_id IS NULL ORDER BY 1`,
    )
    .pluck();
  return function* check(row): Generator<Violation> {
    const key = Number(row[spec.key]);
    const name = `${getTableName(spec.table)} ${key}`;
    const payload = readPayload(spec, row);
    if (payload === undefined) {
      yield { what: `the payload of ${name}`, expected: 'a JSON object', found: show(row.mirror_payload) };
      return;
    }
    const found = toRecordFingerprint(payload);
    if (found !== row.mirror_fingerprint)
      yield { what: `the fingerprint of ${name}`, expected: row.mirror_fingerprint, found };
    yield* checkColumns(spec, name, row, payload);
    yield* checkRuns(name, row);
    if (found === row.mirror_fingerprint)
      yield* checkHistory(name, row, payload, {
        changes: changesOf.all(spec.kind, key),
        versions: versionsOf.all(spec.kind, key),
      });
    if (spec.kind === 'docket') yield* checkEntryKeys(name, row.mirror_entry_keys, entryKeysOf.all(key));
  };
}

function* checkColumns(
  spec: RecordSpec,
  name: string,
  row: StoredRow,
  payload: JsonObject,
): Generator<Violation> {
  const columns = { ...toContentColumns(spec, payload), mirror_hidden: whyHidden(spec.kind, payload) };
  if (spec.key === 'id' && payload.id !== row.id)
    yield { what: `the id in the payload of ${name}`, expected: show(row.id), found: show(payload.id) };
  for (const [column, value] of Object.entries(columns)) {
    const expected = typeof value === 'boolean' ? Number(value) : (value ?? null);
    if (column !== spec.key && expected !== row[column])
      yield { what: `${name}: ${column}`, ...showDifference(expected, row[column]) };
  }
}

function* checkRuns(name: string, row: StoredRow): Generator<Violation> {
  const {
    mirror_first_run_id: first,
    mirror_changed_run_id: changed,
    mirror_departed_run_id: departed,
  } = row;
  if (changed < first || (departed !== null && departed < first))
    yield {
      what: `${name}: first run, changed run, departed run`,
      expected: 'rising',
      found: [first, changed, departed ?? 'null'].join(', '),
    };
}

/** Undoes the changes from the present version to the oldest, and compares each fingerprint. */
function* checkHistory(
  name: string,
  row: StoredRow,
  payload: JsonObject,
  { changes: rows, versions }: { readonly changes: ChangeRow[]; readonly versions: VersionRow[] },
): Generator<Violation> {
  const oldest = versions.at(-1)?.run_id ?? row.mirror_changed_run_id;
  if (row.mirror_redacted_run_id === null && oldest !== row.mirror_first_run_id)
    yield {
      what: `the run of the oldest version of ${name}`,
      runId: oldest,
      expected: show(row.mirror_first_run_id),
      found: show(oldest),
    };
  try {
    const left = rows.map(toChange);
    yield* checkOwn(name, row, left);
    const changes = left.filter((change) => !isOwnChange(change));
    let version = payload;
    for (const { run_id: runId, fingerprint: expected } of versions) {
      const later = changes.filter((change) => change.runId > runId);
      changes.splice(0, later.length);
      version = undoPayload(version, later);
      const found = toRecordFingerprint(version);
      if (found !== expected)
        yield { what: `the fingerprint of a past version of ${name}`, runId, expected, found };
    }
    // Changes that the run of the oldest version made itself, because it read two lists with the record.
    undoPayload(version, changes);
    const known = new Set([...versions.map(({ run_id }) => run_id), row.mirror_changed_run_id]);
    const stray = changes.find(({ runId }) => !known.has(runId));
    if (stray !== undefined)
      yield {
        what: `the change of ${stray.field} of ${name}`,
        runId: stray.runId,
        expected: 'a version that this run stored',
        found: 'nothing',
      };
  } catch (error) {
    if (!(error instanceof BrokenHistory || error instanceof SyntaxError)) throw error;
    yield {
      what: `the changes of ${name}`,
      expected: 'a chain back from what is there now',
      found: error instanceof BrokenHistory ? error.message : 'a value that is not JSON',
    };
  }
}

/** The changes of each of the mirror's columns form a chain that begins with nothing and ends with the present value. */
function* checkOwn(
  name: string,
  row: StoredRow,
  newestFirst: readonly ReturnType<typeof toChange>[],
): Generator<Violation> {
  for (const field of ['mirror_hidden', 'mirror_departed_run_id'] as const) {
    let now: unknown = row[field];
    for (const change of newestFirst.filter((one) => one.field === field)) {
      if (change.after !== now)
        yield {
          what: `${field} of ${name}`,
          runId: change.runId,
          expected: show(change.after),
          found: show(now),
        };
      now = change.before;
    }
    if (field === 'mirror_departed_run_id' && now !== null)
      yield { what: `the departure of ${name}`, expected: 'a change that marked it', found: show(now) };
  }
}

function* checkEntryKeys(name: string, text: unknown, present: readonly number[]): Generator<Violation> {
  const keys = text === null ? [] : parseKeys(text);
  const expected = present.join(', ');
  const found = keys?.toSorted((a, b) => a - b).join(', ');
  if (found !== expected)
    yield { what: `the docket entries of ${name}`, ...showDifference(expected, found ?? show(text)) };
}

function parseKeys(text: unknown): number[] | undefined {
  try {
    const keys: unknown = JSON.parse(String(text));
    return Array.isArray(keys) ? keys.map(Number) : undefined;
  } catch {
    return undefined;
  }
}

const LINK_RULES: readonly Rule[] = [
  ...Object.values(LINK_SPECS).flatMap(({ record, table: linkTable, column }): Rule[] => {
    const [table, records] = [getTableName(linkTable), getTableName(record.table)];
    return [
      {
        what: `${table}: from, missing and to run`,
        expected: 'rising, and none missing before a link ends',
        sql: `SELECT case_id, ${joinColumns('mirror_from_run_id', 'mirror_missing_run_id', 'mirror_to_run_id')} AS found FROM ${table}
          WHERE mirror_missing_run_id <= mirror_from_run_id OR mirror_to_run_id <= mirror_missing_run_id
            OR (mirror_to_run_id IS NOT NULL AND mirror_missing_run_id IS NULL)`,
      },
      {
        what: `${table}: ${column}`,
        expected: 'one link at a time',
        sql: `SELECT one.case_id, ${joinColumns(`one.${column}`)} AS found FROM ${table} AS one
          JOIN ${table} AS other ON other.case_id = one.case_id AND other.${column} = one.${column}
            AND other.mirror_from_run_id > one.mirror_from_run_id
          WHERE one.mirror_to_run_id IS NULL OR other.mirror_from_run_id < one.mirror_to_run_id`,
      },
      {
        what: `${records}: mirror_departed_run_id`,
        expected: 'null exactly while a case links to the record',
        sql: `SELECT NULL AS case_id, ${record.key} || ', ' || ${joinColumns('mirror_departed_run_id')} AS found FROM ${records}
          WHERE (mirror_departed_run_id IS NULL) <> EXISTS
            (SELECT 1 FROM ${table} WHERE ${column} = ${record.key} AND mirror_to_run_id IS NULL)`,
      },
    ];
  }),
  {
    what: 'further_docket_entries: mirror_missing_run_id, mirror_departed_run_id',
    expected: 'rising, and none missing before an entry departs',
    sql: `SELECT NULL AS case_id, ${joinColumns('mirror_id', 'mirror_missing_run_id', 'mirror_departed_run_id')} AS found
      FROM further_docket_entries WHERE mirror_departed_run_id IS NOT NULL
        AND (mirror_missing_run_id IS NULL OR mirror_missing_run_id >= mirror_departed_run_id)`,
  },
  ...listRecordSpecs().flatMap(({ kind, key, table }) =>
    ['linked_changes', 'linked_versions'].map((history) => ({
      what: `${history} of a ${kind}`,
      expected: 'a record that they belong to',
      sql: `SELECT NULL AS case_id, record_key AS found FROM ${history} WHERE record_kind = '${kind}'
        AND NOT EXISTS (SELECT 1 FROM ${getTableName(table)} WHERE ${key} = record_key)`,
    })),
  ),
  {
    what: 'linked_lists: the first and the last read, and the last attempt',
    expected: 'rising, and all or none of a read',
    sql: `SELECT case_id, kind || ': ' || ${joinColumns('first_read_run_id', 'read_run_id', 'attempted_run_id', 'records', 'envelope')} AS found
      FROM linked_lists WHERE first_read_run_id > read_run_id OR read_run_id > attempted_run_id
        OR (first_read_run_id IS NULL) <> (read_run_id IS NULL) OR (read_run_id IS NULL) <> (read_at IS NULL)
        OR (read_run_id IS NULL) <> (records IS NULL) OR (doubt IS NULL) <> (doubted_run_id IS NULL)`,
  },
  {
    what: 'linked_passes: ended_at',
    expected: 'a time exactly if the pass has ended',
    sql: `SELECT NULL AS case_id, id || ': ' || ${joinColumns('outcome', 'ended_at')} AS found FROM linked_passes
      WHERE (ended_at IS NULL) <> (outcome IN ('running', 'died'))`,
  },
  ...[
    ['linked_lists', 'attempted_at', 'case_id'],
    ['linked_lists', 'pause_until', 'case_id'],
    ['linked_lists', 'read_at', 'case_id'],
    ['linked_passes', 'started_at', 'NULL'],
    ['linked_passes', 'ended_at', 'NULL'],
    ['linked_passes', 'paused_until', 'NULL'],
    ['linked_changes', 'changed_at', 'NULL'],
  ].map(([table = '', column = '', caseId = '']) => toTimeRule(table, column, `${caseId} AS case_id`)),
];

/** Checks that the links, the states of the lists and the passes agree with each other. */
export function* checkLinks(mirror: Mirror): Violations {
  yield* checkRules(mirror, LINK_RULES);
  return 0;
}
