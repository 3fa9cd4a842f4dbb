import { getTableName } from 'drizzle-orm';
import { BrokenHistory } from '../../case/diff.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { RecordKind } from '../../db/schema/schema.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { JsonObject } from '../../lib/json.ts';
import { LINK_SPECS, type RecordSpec, listRecordSpecs } from '../../linked/kinds.ts';
import {
  type ChangeRow,
  readPayload,
  toChange,
  toContentColumns,
  toRecordFingerprint,
  undoOwn,
  undoPayload,
  whyHidden,
} from '../../linked/rows.ts';
import { toOrderOf } from '../rebuild.ts';
import { type Fill, listColumns, prepareTempInsert } from './shadow-content.ts';

/** The keys of the records that changed after the run, and the rows that they had then. */
const laterOf = (table: string): string => `mirror_later_${table}`;
const rebuiltOf = (table: string): string => `mirror_rebuilt_${table}`;

/** The temporary tables that {@link shadowLinked} fills. */
export const LINKED_SHADOWS: ReadonlySet<string> = new Set(
  listRecordSpecs().map(({ table }) => rebuiltOf(getTableName(table))),
);

/**
 * Creates the shadow of each table of linked records. Nearly all records are unchanged, so they are read in place.
 * Returns the functions that rebuild the records that changed after the run.
 */
export function shadowLinked(mirror: Mirror, runId: number): Map<string, Fill> {
  return new Map(
    listRecordSpecs().map((spec) => {
      createShadow(mirror, spec, runId);
      return [
        rebuiltOf(getTableName(spec.table)),
        () => {
          rebuildRecords(mirror, spec, runId);
        },
      ];
    }),
  );
}

function createShadow({ sqlite }: Mirror, { kind, table, key }: RecordSpec, runId: number): void {
  const name = getTableName(table);
  const [later, rebuilt] = [laterOf(name), rebuiltOf(name)];
  const columns = listColumns(table);
  const names = columns.map((column) => column.name).join(', ');
  const present = columns.map((column) =>
    column.name === 'mirror_missing_run_id'
      ? `CASE WHEN mirror_missing_run_id <= ${runId} THEN mirror_missing_run_id END AS mirror_missing_run_id`
      : column.name,
  );
  sqlite.exec(`
    CREATE TEMP TABLE ${later} (record_key INTEGER PRIMARY KEY);
    INSERT INTO temp.${later} SELECT ${key} FROM main.${name}
      WHERE mirror_changed_run_id > ${runId} OR mirror_redacted_run_id > ${runId};
    INSERT OR IGNORE INTO temp.${later}
      SELECT record_key FROM main.linked_changes WHERE record_kind = '${kind}' AND run_id > ${runId};
    CREATE TEMP TABLE ${rebuilt} (${columns.map((column) => `${column.name} ${column.type}`).join(', ')});
    CREATE TEMP VIEW ${name} AS
      SELECT ${present.join(', ')} FROM main.${name} WHERE ${key} NOT IN temp.${later}
      UNION ALL SELECT ${names} FROM temp.${rebuilt};
  `);
  if (kind === 'docket')
    // Another set of entries gives the docket another list of their keys.
    sqlite.exec(`
      INSERT OR IGNORE INTO temp.${later} SELECT mirror_docket_key FROM main.further_docket_entries
        WHERE mirror_first_run_id > ${runId} OR mirror_missing_run_id > ${runId};
      INSERT OR IGNORE INTO temp.${later} SELECT mirror_docket_key FROM main.linked_changes
        JOIN main.further_docket_entries ON mirror_id = record_key
        WHERE record_kind = 'docket_entry' AND field = 'mirror_departed_run_id' AND run_id > ${runId};
    `);
}

type Row = Readonly<Record<string, unknown>> & {
  readonly mirror_hidden: string | null;
  readonly mirror_departed_run_id: number | null;
  readonly mirror_first_run_id: number;
  readonly mirror_changed_run_id: number;
  readonly mirror_redacted_run_id: number | null;
  readonly mirror_fingerprint: string;
};

/** Rebuilds the records of one kind that changed after the run, with one of them in memory. */
function rebuildRecords(mirror: Mirror, spec: RecordSpec, runId: number): void {
  const { sqlite } = mirror;
  const { kind, table, key } = spec;
  const name = getTableName(table);
  const keys = sqlite
    .prepare<[], number>(
      `SELECT ${key} FROM main.${name} WHERE ${key} IN temp.${laterOf(name)} AND mirror_first_run_id <= ${runId}`,
    )
    .pluck()
    .all();
  const select = sqlite.prepare<[number], Row>(`SELECT * FROM main.${name} WHERE ${key} = ?`);
  const selectChanges = sqlite.prepare<[string, number], ChangeRow>(
    `SELECT run_id, field, kind, old_value, new_value FROM main.linked_changes
     WHERE record_kind = ? AND record_key = ? AND +run_id > ${runId} ORDER BY id DESC`,
  );
  const selectVersion = sqlite.prepare<[string, number], { run_id: number; fingerprint: string }>(
    `SELECT run_id, fingerprint FROM main.linked_versions
     WHERE record_kind = ? AND record_key = ? AND run_id <= ${runId} ORDER BY run_id DESC LIMIT 1`,
  );
  const selectEntries = sqlite
    .prepare<[number], number>(
      `SELECT mirror_key FROM main.further_docket_entries AS entry
       WHERE mirror_docket_key = ? AND mirror_first_run_id <= ${runId}
         AND (mirror_missing_run_id IS NULL OR mirror_missing_run_id > ${runId})
         AND coalesce((SELECT old_value FROM main.linked_changes WHERE record_kind = 'docket_entry'
           AND record_key = entry.mirror_id AND field = 'mirror_departed_run_id' AND +run_id > ${runId}
           ORDER BY id LIMIT 1), 'null') = 'null'`,
    )
    .pluck();
  const insert = prepareTempInsert(
    sqlite,
    rebuiltOf(name),
    listColumns(table).map((column) => column.name),
  );
  for (const record of keys) {
    const row = select.get(record);
    if (row === undefined) continue;
    const changes = selectChanges.all(kind, record).map(toChange);
    const isRedacted = row.mirror_redacted_run_id !== null && row.mirror_redacted_run_id > runId;
    const { payload, own } = rebuild(kind, record, () => ({
      payload: isRedacted ? toBare(spec, record) : undoPayload(readPayload(spec, row) ?? {}, changes),
      own: undoOwn(row, changes),
    }));
    const version =
      isRedacted || row.mirror_changed_run_id <= runId ? undefined : selectVersion.get(kind, record);
    const changed = isRedacted ? row.mirror_first_run_id : (version?.run_id ?? row.mirror_changed_run_id);
    if (!isRedacted && changed > runId)
      throw toDamaged(kind, record, 'no version of it from before then is noted');
    const missing = row.mirror_missing_run_id as number | null | undefined;
    insert({
      ...row,
      ...toContentColumns(spec, payload),
      ...own,
      mirror_hidden: isRedacted ? whyHidden(kind, payload) : own.mirror_hidden,
      mirror_missing_run_id: missing !== null && missing !== undefined && missing <= runId ? missing : null,
      mirror_changed_run_id: changed,
      mirror_fingerprint: version?.fingerprint ?? toRecordFingerprint(payload),
      [key]: record,
      ...(spec.hasPayload && { mirror_payload: JSON.stringify(payload) }),
      ...(kind === 'docket' && {
        mirror_entry_keys: Array.isArray(payload.docket_entries)
          ? JSON.stringify(toOrderOf(row.mirror_entry_keys as string | null, selectEntries.all(record)))
          : null,
      }),
    });
  }
}

/** The payload of a record of which only the id is known. */
function toBare({ key }: RecordSpec, record: number): JsonObject {
  return key === 'id' ? { id: record } : {};
}

function rebuild<Result>(kind: RecordKind, record: number, make: () => Result): Result {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof BrokenHistory) throw toDamaged(kind, record, cause.message, cause);
    throw cause;
  }
}

function toDamaged(kind: RecordKind, record: number, why: string, cause?: unknown): MirrorError {
  return new MirrorError(
    'HISTORY_DAMAGED',
    `The ${kind.replace('_', ' ')} ${record} cannot be rebuilt: ${why}.`,
    {
      cause,
    },
  );
}

/** A fingerprint became that of a past version in the run that stored the next one. */
export function isVersionPast(runId: number): string {
  const changed = listRecordSpecs().map(
    ({ kind, table, key }) =>
      `WHEN '${kind}' THEN (SELECT mirror_changed_run_id FROM main.${getTableName(table)} WHERE ${key} = record_key)`,
  );
  return `EXISTS (SELECT 1 FROM main.linked_versions AS next WHERE next.record_kind = linked_versions.record_kind
      AND next.record_key = linked_versions.record_key AND next.run_id > linked_versions.run_id AND next.run_id <= ${runId})
    OR CASE record_kind ${changed.join(' ')} END <= ${runId}`;
}

/** The lists that were read or requested by then. */
export const wasListRequested = (runId: number): string =>
  `first_read_run_id <= ${runId} OR attempted_run_id <= ${runId}`;

/** What is known of the state of a list at that time: of its reads, the last one and the first. */
export function toListStateAsOf(runId: number): Readonly<Record<string, string>> {
  const isRead = `read_run_id <= ${runId}`;
  const wasRead = `first_read_run_id <= ${runId}`;
  const isAttempted = `attempted_run_id <= ${runId}`;
  const firstAt = '(SELECT started_at FROM main.sync_runs WHERE id = first_read_run_id)';
  const ifRead = (column: string): string => `CASE WHEN ${isRead} THEN ${column} END`;
  const ifAttempted = (column: string): string => `CASE WHEN ${isAttempted} THEN ${column} END`;
  const counts = Object.values(LINK_SPECS).map(({ list, table }) => {
    const links = `SELECT count(*) FROM main.${getTableName(table)} AS link WHERE link.case_id = linked_lists.case_id`;
    const then = `(${links} AND link.mirror_from_run_id <= ${runId}
      AND (link.mirror_to_run_id IS NULL OR link.mirror_to_run_id > ${runId}))`;
    // The main docket of a case is in its list, but has no link.
    const main = list === 'dockets' ? ` + (records > (${links} AND link.mirror_to_run_id IS NULL))` : '';
    return `WHEN '${list}' THEN ${then}${main}`;
  });
  return {
    attempted_run_id: `CASE WHEN ${isAttempted} THEN attempted_run_id WHEN ${isRead} THEN read_run_id ELSE first_read_run_id END`,
    attempted_at: `CASE WHEN ${isAttempted} THEN attempted_at WHEN ${isRead} THEN read_at ELSE ${firstAt} END`,
    failures: `CASE WHEN ${isAttempted} THEN failures ELSE 0 END`,
    pause_until: ifAttempted('pause_until'),
    error_code: ifAttempted('error_code'),
    error_message: ifAttempted('error_message'),
    read_at: `CASE WHEN ${isRead} THEN read_at WHEN ${wasRead} THEN ${firstAt} END`,
    read_run_id: `CASE WHEN ${isRead} THEN read_run_id WHEN ${wasRead} THEN first_read_run_id END`,
    first_read_run_id: `CASE WHEN ${wasRead} THEN first_read_run_id END`,
    records: `CASE WHEN ${isRead} THEN records WHEN ${wasRead} THEN CASE kind ${counts.join(' ')} END END`,
    pages: ifRead('pages'),
    requests: ifRead('requests'),
    envelope: ifRead('envelope'),
    records_hash: ifRead('records_hash'),
    doubted_run_id: `CASE WHEN doubted_run_id <= ${runId} THEN doubted_run_id END`,
    doubt: `CASE WHEN doubted_run_id <= ${runId} THEN doubt END`,
    changed_run_id: `CASE WHEN changed_run_id <= ${runId} THEN changed_run_id END`,
  };
}
