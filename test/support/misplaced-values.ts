import type { Mirror } from '../../src/db/open-mirror.ts';

/**
 * Each column of each table with a value of another type than the declared one, with the types of its values. The
 * tables of the search index are SQLite's own.
 */
export function listMisplacedValues({ sqlite }: Mirror): { column: string; holds: string }[] {
  const columns = sqlite
    .prepare<[], { of: string; name: string; type: string }>(
      `SELECT tables.name AS of, columns.name, lower(columns.type) AS type
      FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
      WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND tables.name NOT LIKE '!_!_%' ESCAPE '!'
        AND tables.name NOT LIKE '%!_fts%' ESCAPE '!'`,
    )
    .all();
  return columns.flatMap(({ of, name, type }) =>
    sqlite
      .prepare<[string], string>(
        `SELECT DISTINCT typeof("${name}") FROM "${of}" WHERE typeof("${name}") NOT IN ('null', ?)`,
      )
      .pluck()
      .all(type)
      .map((holds) => ({ column: `${of}.${name}`, holds })),
  );
}
