import { getTableName } from 'drizzle-orm';
import { LINKED_KINDS, type LinkedKind } from '../api/linked-fields.ts';
import { type EntryColumns, toEntry } from '../case/docket-rows.ts';
import { type CaseList, type StoredLinked, toListState } from '../db/linked/read-records.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { Presence } from '../db/read-case.ts';
import type { linkedLists } from '../db/schema/schema.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { JsonObject } from '../lib/json.ts';
import { LINK_SPECS, RECORD_SPECS } from '../linked/kinds.ts';
import { toListStateAsOf, wasListRequested } from './query-as-of/shadow-linked.ts';
import { type LinkedRow, prepareRebuildRecord } from './rebuild-linked.ts';

/**
 * Rebuilds the linked lists of a case in their state after a run, when its presence was this. A list that was first read
 * later was not read yet. A record that is hidden or redacted now stays so in every earlier state. Fails with HISTORY_DAMAGED.
 */
export function findCaseListsAsOf(
  mirror: Mirror,
  caseId: number,
  runId: number,
  presence: Presence,
): CaseList[] {
  return mirror.sqlite.transaction(() =>
    LINKED_KINDS.map((kind): CaseList => {
      const read = findListStateAsOf(mirror, caseId, kind, runId);
      const records = listRecordsAsOf(mirror, caseId, kind, runId);
      return { kind, state: toListState(read, presence), read, records };
    }),
  )();
}

function listRecordsAsOf(mirror: Mirror, caseId: number, kind: LinkedKind, runId: number): StoredLinked[] {
  const { record, table, column } = LINK_SPECS[kind];
  const keys = mirror.sqlite
    .prepare<[number], number>(
      `SELECT DISTINCT ${column} FROM ${getTableName(table)} WHERE case_id = ? AND mirror_from_run_id <= ${runId}
         AND (mirror_to_run_id IS NULL OR mirror_to_run_id > ${runId}) ORDER BY ${column} DESC`,
    )
    .pluck()
    .all(caseId);
  const rebuild = prepareRebuildRecord(mirror, record, runId);
  const withEntries = prepareAddEntries(mirror, runId);
  const findNow = mirror.sqlite
    .prepare<[number], string | null>(
      `SELECT mirror_hidden FROM ${getTableName(record.table)} WHERE ${record.key} = ?`,
    )
    .pluck();
  return keys.flatMap((key): StoredLinked[] => {
    const row = rebuild(key);
    if (row === undefined) return [];
    const payload = JSON.parse(String(row.mirror_payload)) as JsonObject;
    return [
      {
        key,
        payload: kind === 'dockets' ? withEntries(key, payload, row) : payload,
        hidden: row.mirror_hidden ?? findNow.get(key) ?? null,
        firstRunId: row.mirror_first_run_id,
        changedRunId: row.mirror_changed_run_id,
        departedRunId: row.mirror_departed_run_id,
        redactedRunId: row.mirror_redacted_run_id,
      },
    ];
  });
}

function findListStateAsOf(
  { sqlite }: Mirror,
  caseId: number,
  kind: LinkedKind,
  runId: number,
): typeof linkedLists.$inferSelect | undefined {
  const columns = Object.entries(toListStateAsOf(runId)).map(([name, sql]) => `${sql} AS ${name}`);
  return sqlite
    .prepare<[number, string], typeof linkedLists.$inferSelect>(
      `SELECT case_id, kind, ${columns.join(', ')} FROM linked_lists
       WHERE case_id = ? AND kind = ? AND (${wasListRequested(runId)})`,
    )
    .get(caseId, kind);
}

/** Prepares adding the entries that a docket had then, in the API's order. */
function prepareAddEntries(mirror: Mirror, runId: number) {
  const ids = mirror.sqlite.prepare<[number], { mirror_key: number; mirror_id: number }>(
    'SELECT mirror_key, mirror_id FROM further_docket_entries WHERE mirror_docket_key = ?',
  );
  const rebuild = prepareRebuildRecord(mirror, RECORD_SPECS.docket_entry, runId);
  return (docketKey: number, docket: JsonObject, { mirror_entry_keys: keys }: LinkedRow): JsonObject => {
    if (typeof keys !== 'string') return docket;
    const byKey = new Map(ids.all(docketKey).map((entry) => [entry.mirror_key, entry.mirror_id]));
    const docket_entries = (JSON.parse(keys) as number[]).map((key) => {
      const row = rebuild(byKey.get(key) ?? NaN);
      if (row === undefined)
        throw new MirrorError(
          'DATABASE_DAMAGED',
          `The docket entry ${key} of docket ${docketKey} has no row.`,
        );
      return toEntry(row as unknown as EntryColumns);
    });
    return { ...docket, docket_entries };
  };
}
