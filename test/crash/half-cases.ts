import type Database from 'better-sqlite3';
import { LIST_TABLES } from '../../src/mirror/schema.ts';

/** A list of a payload, and the table with a row for each of its elements. */
const LISTS = [...Object.keys(LIST_TABLES), 'case_defendants', 'related_cases'];

/** How many rows a list of the payload makes: one for each element that has a place there. */
const toCounts = (list: string) => {
  const kinds =
    list in LIST_TABLES
      ? `type = 'text' OR (type = 'object' AND json_type(value, '$.value') = 'text')`
      : `type = 'object'`;
  return `(SELECT count(*) FROM ${list} WHERE case_id = cases.id) AS "rows of ${list}",
    (SELECT count(*) FROM json_each(iif(json_type(mirror_payload, '$.${list}') = 'array', mirror_payload -> '$.${list}', '[]'))
      WHERE ${kinds}) AS "elements of ${list}"`;
};

const SQL = `SELECT id,
  (SELECT count(*) FROM docket_entries WHERE case_id = cases.id) AS "rows of docket_entries",
  json_array_length(ifnull(mirror_entry_keys, '[]')) AS "elements of docket_entries",
  (SELECT count(*) FROM dockets WHERE case_id = cases.id) AS "rows of dockets",
  json_type(mirror_payload, '$.main_docket') IS 'object' AS "elements of dockets",
  (SELECT sum((SELECT count(*) FROM attachments WHERE mirror_entry_id = mirror_id)) FROM docket_entries
    WHERE case_id = cases.id) AS "rows of attachments",
  (SELECT sum((SELECT count(*) FROM json_each(attachments) WHERE type = 'object')) FROM docket_entries
    WHERE case_id = cases.id AND json_type(attachments) = 'array') AS "elements of attachments",
  ${LISTS.map(toCounts).join(',\n')}
FROM cases`;

/**
 * Prepares the finding of cases of which only a part is stored: those with fewer or more rows in a table than their own
 * payload says. Written apart from `verify`, and quick enough to be asked all the time.
 */
export function prepareFindHalfCases(sqlite: Database.Database): (ids: readonly number[] | null) => string[] {
  const selectAll = sqlite.prepare<[], Record<string, number | null>>(SQL);
  const selectSome = sqlite.prepare<[string], Record<string, number | null>>(
    `${SQL} WHERE id IN (SELECT value FROM json_each(?))`,
  );
  return (ids) =>
    (ids === null ? selectAll.all() : selectSome.all(JSON.stringify(ids))).flatMap((row) =>
      ['docket_entries', 'dockets', 'attachments', ...LISTS]
        .map((table) => ({
          table,
          rows: row[`rows of ${table}`] ?? 0,
          told: row[`elements of ${table}`] ?? 0,
        }))
        .filter(({ rows, told }) => rows !== told)
        .map(({ table, rows, told }) => `case ${row.id} has ${rows} rows of ${table}, and says ${told}`),
    );
}
