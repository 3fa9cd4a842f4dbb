import type Database from 'better-sqlite3';
import { LIST_TABLES } from '../../src/db/schema/schema.ts';

/** A case for which a table has fewer or more rows than its payload says. */
export interface HalfCase {
  readonly id: number;
  readonly table: string;
  readonly stored: number;
  readonly told: number;
}

const OBJECTS = `type = 'object'`;
const TEXTS = `type = 'text' OR (type = 'object' AND json_type(value, '$.value') = 'text')`;
const TABLES: readonly (readonly [table: string, told: string])[] = [
  ['docket_entries', `json_array_length(ifnull(mirror_entry_keys, '[]'))`],
  ['dockets', `json_type(mirror_payload, '$.main_docket') IS 'object'`],
  ...Object.keys(LIST_TABLES).map((list) => [list, toCount(list, TEXTS)] as const),
  ...['case_defendants', 'related_cases'].map((list) => [list, toCount(list, OBJECTS)] as const),
];

/** How many elements of a list in the payload have a row. */
function toCount(list: string, isRow: string): string {
  const elements = `iif(json_type(mirror_payload, '$.${list}') = 'array', mirror_payload -> '$.${list}', '[]')`;
  return `(SELECT count(*) FROM json_each(${elements}) WHERE ${isRow})`;
}

/** Finds half cases among those with an id in the JSON list `:ids`, or among all if that is null. */
export const HALF_CASES_SQL = `WITH chosen AS MATERIALIZED (
    SELECT * FROM cases WHERE :ids IS NULL OR id IN (SELECT value FROM json_each(:ids))
  ), counted AS (
    ${TABLES.map(
      ([table, told]) => `SELECT id, '${table}' AS "table",
        (SELECT count(*) FROM ${table} WHERE case_id = chosen.id) AS stored, ${told} AS told FROM chosen`,
    ).join(' UNION ALL ')}
    UNION ALL
    SELECT case_id, 'attachments', (SELECT count(*) FROM attachments WHERE mirror_entry_id = mirror_id),
      (SELECT count(*) FROM json_each(attachments) WHERE ${OBJECTS})
    FROM docket_entries WHERE case_id IN (SELECT id FROM chosen) AND json_type(attachments) = 'array'
  )
  SELECT * FROM counted WHERE stored <> told`;

/** All half cases of a mirror. This is independent of `verify`, and fast enough for a reader to run all the time. */
export function findHalfCases(sqlite: Database.Database): HalfCase[] {
  return sqlite.prepare<[{ ids: null }], HalfCase>(HALF_CASES_SQL).all({ ids: null });
}

/** Linked lists for which fewer or more records are stored than the last read found, except rejected records. */
export function findHalfLists(sqlite: Database.Database): object[] {
  return [
    ['documents', 'case_documents', 'document'],
    ['resources', 'case_resources', 'resource'],
  ].flatMap(([list = '', table = '', kind = '']) =>
    sqlite
      .prepare<[string, string], object>(
        `SELECT case_id, kind, records AS told, stored + rejected AS stored FROM (
           SELECT linked_lists.*,
             (SELECT count(*) FROM ${table} WHERE case_id = linked_lists.case_id
                AND mirror_missing_run_id IS NULL) AS stored,
             (SELECT count(*) FROM rejected_records WHERE case_id = linked_lists.case_id
                AND record_kind = ? AND record_id IS NULL AND last_run_id = read_run_id) AS rejected
           FROM linked_lists WHERE kind = ? AND read_at IS NOT NULL AND doubt IS NULL)
         WHERE stored + rejected <> records`,
      )
      .all(kind, list),
  );
}
