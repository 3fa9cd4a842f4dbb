import { getTableName } from 'drizzle-orm';
import type { Mirror } from '../../db/open-mirror.ts';
import { LINK_SPECS, type RecordSpec, listRecordSpecs } from '../../linked/kinds.ts';
import { prepareRebuildRecord } from '../rebuild-linked.ts';
import { type Fill, listColumns, prepareTempInsert } from './shadow-content.ts';

/** The keys of the records that changed after the run, and the rows that they had then. */
const laterOf = (table: string): string => `mirror_later_${table}`;
export const rebuiltOf = (table: string): string => `mirror_rebuilt_${table}`;

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

/** Rebuilds the records of one kind that changed after the run, with one of them in memory. */
function rebuildRecords(mirror: Mirror, spec: RecordSpec, runId: number): void {
  const { sqlite } = mirror;
  const { table, key } = spec;
  const name = getTableName(table);
  const keys = sqlite
    .prepare<[], number>(
      `SELECT ${key} FROM main.${name} WHERE ${key} IN temp.${laterOf(name)} AND mirror_first_run_id <= ${runId}`,
    )
    .pluck()
    .all();
  const rebuild = prepareRebuildRecord(mirror, spec, runId);
  const insert = prepareTempInsert(
    sqlite,
    rebuiltOf(name),
    listColumns(table).map((column) => column.name),
  );
  for (const record of keys) {
    const row = rebuild(record);
    if (row !== undefined) insert(row);
  }
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
