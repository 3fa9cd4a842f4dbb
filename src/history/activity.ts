import { MirrorError } from '../errors/mirror-error.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { Period } from './period.ts';

export interface ActivityFilter {
  readonly period: Period;
  readonly caseId?: number | undefined;
}

/**
 * A case that got docket entries. Their ids are `docket_entries.mirror_id`, newest day first, and within a day the
 * highest number first.
 */
export interface ActiveCase {
  readonly caseId: number;
  readonly entryIds: readonly number[];
}

/** A docket entry with the columns of the view `docket_activity`, and its address. */
export interface NewEntry {
  readonly run_id: number;
  readonly seen_at: string;
  readonly case_id: number;
  readonly case_name: string | null;
  readonly entry_key: number;
  readonly id: number | null;
  readonly entry_number: string | null;
  readonly date_filed: string | null;
  readonly description: string | null;
  readonly url: string | null;
}

/**
 * The cases that were in the mirror and got docket entries in a period. Cases of the newest run come first, and within
 * a run those with the newest filing. Read while iterating; only keys are sorted and held in memory.
 */
export function* listActiveCases({ sqlite }: Mirror, filter: ActivityFilter): Generator<ActiveCase> {
  const { period, caseId } = filter;
  const rows = sqlite
    .prepare<[object], { case_id: number; mirror_id: number }>(
      `SELECT case_id, mirror_id FROM (
        SELECT case_id, mirror_id, mirror_first_run_id AS run_id, date_filed, entry_number,
          max(mirror_first_run_id) OVER of_case AS newest_run, max(date_filed) OVER of_case AS newest_filing
        FROM docket_entries
        WHERE mirror_first_run_id BETWEEN :first AND :last
          AND mirror_first_run_id > (SELECT min(mirror_first_run_id) FROM cases)
          AND mirror_first_run_id > (SELECT mirror_first_run_id FROM cases WHERE cases.id = case_id)
          ${caseId === undefined ? '' : 'AND case_id = :caseId'}
        WINDOW of_case AS (PARTITION BY case_id)
      )
      ORDER BY newest_run DESC, newest_filing DESC, case_id, run_id DESC,
        date_filed DESC, CAST(entry_number AS INTEGER) DESC, mirror_id DESC`,
    )
    .iterate({ first: period.first.id, last: period.last.id, caseId });
  let current: { caseId: number; entryIds: number[] } | undefined;
  for (const { case_id, mirror_id } of rows) {
    if (current?.caseId !== case_id) {
      if (current !== undefined) yield current;
      current = { caseId: case_id, entryIds: [] };
    }
    current.entryIds.push(mirror_id);
  }
  if (current !== undefined) yield current;
}

/** A document, a further docket or a resource that a case got after its list was first read. */
export interface NewRecord {
  readonly run_id: number;
  readonly seen_at: string;
  readonly case_id: number;
  readonly case_name: string | null;
  readonly record_kind: 'document' | 'docket' | 'resource';
  readonly record_key: number;
  /** The document type; null for other kinds. */
  readonly document_type: string | null;
  readonly title: string | null;
  readonly date: string | null;
}

const newRecords = (list: string, links: string, key: string, records: string, columns: string): string =>
  `SELECT link.mirror_from_run_id AS run_id, link.case_id, '${list.slice(0, -1)}' AS record_kind, link.${key} AS record_key, ${columns}
  FROM ${links} AS link
  JOIN linked_lists ON linked_lists.case_id = link.case_id AND linked_lists.kind = '${list}'
    AND linked_lists.first_read_run_id < link.mirror_from_run_id
  JOIN ${records} AS record ON record.${key === 'document_id' ? 'id' : 'mirror_key'} = link.${key}
    AND record.mirror_hidden IS NULL AND record.mirror_redacted_run_id IS NULL`;

const NEW_RECORDS = [
  newRecords(
    'documents',
    'case_documents',
    'document_id',
    'documents',
    'document_type, title, substr(date, 1, 10) AS date',
  ),
  newRecords(
    'dockets',
    'case_further_dockets',
    'docket_key',
    'further_dockets',
    'NULL, docket_number_manual, NULL',
  ),
  newRecords('resources', 'case_resources', 'resource_key', 'resources', 'NULL, title, display_date'),
].join(' UNION ALL ');

/** The records that cases got in a period, case by case. Those of the first read of a list are not new. */
export function* listNewRecords(
  { sqlite }: Mirror,
  { period, caseId }: ActivityFilter,
): Generator<NewRecord, void> {
  yield* sqlite
    .prepare<[object], NewRecord>(
      `SELECT found.run_id, sync_runs.started_at AS seen_at, found.case_id, cases.name AS case_name, found.record_kind,
        found.record_key, found.document_type, found.title, found.date
      FROM (${NEW_RECORDS}) AS found
      JOIN sync_runs ON sync_runs.id = found.run_id
      JOIN cases ON cases.id = found.case_id
      WHERE found.run_id BETWEEN :first AND :last ${caseId === undefined ? '' : 'AND found.case_id = :caseId'}
      ORDER BY found.case_id, found.run_id DESC, found.record_kind, found.record_key DESC`,
    )
    .iterate({ first: period.first.id, last: period.last.id, caseId });
}

/** The newest finished run that added docket entries or linked records to an existing case. */
export function findNewestActiveRun(mirror: Mirror): number | undefined {
  const linked = mirror.sqlite
    .prepare<[], number | null>(
      `SELECT max(run_id) FROM (${NEW_RECORDS}) JOIN sync_runs ON sync_runs.id = run_id WHERE outcome <> 'running'`,
    )
    .pluck()
    .get();
  const entries = findNewestEntryRun(mirror);
  return linked == null ? entries : Math.max(linked, entries ?? 0);
}

function findNewestEntryRun({ sqlite }: Mirror): number | undefined {
  return sqlite
    .prepare<[], number>(
      `SELECT id FROM sync_runs
       WHERE outcome <> 'running' AND id > (SELECT min(mirror_first_run_id) FROM cases) AND EXISTS (
         SELECT 1 FROM docket_entries JOIN cases ON cases.id = docket_entries.case_id
         WHERE docket_entries.mirror_first_run_id = sync_runs.id AND cases.mirror_first_run_id < sync_runs.id
       )
       ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .get();
}

export type FindNewEntry = (mirrorId: number) => NewEntry;

/** Prepares reading one of these entries. */
export function prepareFindNewEntry({ sqlite, path }: Mirror): FindNewEntry {
  const statement = sqlite.prepare<[number], NewEntry>(
    `SELECT docket_entries.mirror_first_run_id AS run_id, sync_runs.started_at AS seen_at, docket_entries.case_id,
      cases.name AS case_name, docket_entries.mirror_key AS entry_key, docket_entries.id, docket_entries.entry_number,
      substr(docket_entries.date_filed, 1, 10) AS date_filed, docket_entries.description, docket_entries.url
    FROM docket_entries
    JOIN cases ON cases.id = docket_entries.case_id
    JOIN sync_runs ON sync_runs.id = docket_entries.mirror_first_run_id
    WHERE docket_entries.mirror_id = ?`,
  );
  return (mirrorId) => {
    const row = statement.get(mirrorId);
    if (row === undefined)
      throw new MirrorError(
        'DATABASE_DAMAGED',
        `${path}: the docket entry ${mirrorId} has no case or no run.`,
      );
    return row;
  };
}
