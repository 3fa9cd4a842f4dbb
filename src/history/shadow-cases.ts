import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Mirror } from '../mirror/open-mirror.ts';
import { cases } from '../mirror/schema.ts';
import { listColumns, type Fill } from './shadow.ts';

/**
 * Columns that are long or stand behind long ones in a row. They are not copied: the view fetches them from where they
 * are, and only when a question asks for them.
 */
export const FAR_COLUMNS = [
  'plaintiff_description',
  'summary',
  'summary_short',
  'summary_tiny',
  'mirror_summary_text',
  'mirror_payload',
  'mirror_entry_keys',
  'mirror_redacted_run_id',
] as const satisfies (keyof typeof cases.$inferSelect)[];

/** The cases of which the present rows do not tell how they were after the run. */
export const LATER_CASES = 'mirror_later_cases';
/** One row for each case of then, without the far columns; and the far columns of the cases that had to be rebuilt. */
export const NEAR_TABLE = 'mirror_near_columns';
export const FAR_TABLE = 'mirror_far_columns';

const isFar = (name: string): boolean => (FAR_COLUMNS as readonly string[]).includes(name);
export const NEAR_COLUMNS = listColumns(cases)
  .map(({ name }) => name)
  .filter((name) => !isFar(name));

/**
 * Makes the shadow of `cases`, still empty: a view of two tables. Returns how the unchanged rows get into the near one;
 * the far one has none of them.
 */
export function shadowCases(mirror: Mirror): Map<string, Fill> {
  const columns = listColumns(cases);
  const declare = (wanted: (name: string) => boolean): string =>
    columns
      .filter(({ name }) => name !== 'id' && wanted(name))
      .map(({ name, type }) => `, ${name} ${type}`)
      .join('');
  const far = (name: string, type: string): string =>
    `CAST(CASE WHEN near.mirror_is_rebuilt
      THEN (SELECT far.${name} FROM temp.${FAR_TABLE} AS far WHERE far.id = near.id)
      ELSE (SELECT now.${name} FROM main.cases AS now WHERE now.id = near.id)
    END AS ${type}) AS ${name}`;
  const selected = columns.map(({ name, type }) => (isFar(name) ? far(name, type) : `near.${name}`));
  mirror.sqlite.exec(`
    CREATE TEMP TABLE ${LATER_CASES} (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE ${NEAR_TABLE} (id INTEGER PRIMARY KEY${declare((name) => !isFar(name))}, mirror_is_rebuilt INTEGER);
    CREATE TEMP TABLE ${FAR_TABLE} (id INTEGER PRIMARY KEY${declare(isFar)});
    CREATE TEMP VIEW cases AS SELECT ${selected.join(', ')} FROM temp.${NEAR_TABLE} AS near;
  `);
  const near = (): void => {
    copyNearColumns(mirror);
  };
  return new Map([
    [NEAR_TABLE, near],
    [FAR_TABLE, () => undefined],
  ]);
}

function copyNearColumns({ sqlite }: Mirror): void {
  // The departures stand behind the long columns in each row; there is an index of them.
  const names = NEAR_COLUMNS.filter((name) => name !== 'mirror_departed_run_id').join(', ');
  sqlite.exec(`
    INSERT INTO temp.${NEAR_TABLE} (${names}) SELECT ${names} FROM main.cases WHERE id NOT IN temp.${LATER_CASES};
    UPDATE temp.${NEAR_TABLE}
      SET mirror_departed_run_id = (SELECT now.mirror_departed_run_id FROM main.cases AS now WHERE now.id = ${NEAR_TABLE}.id)
      WHERE id IN (SELECT id FROM main.cases WHERE mirror_departed_run_id IS NOT NULL);
  `);
}

/** Makes the shadow of a table that has rows of a case: a table like it, still empty. Returns how the unchanged ones get in. */
export function shadowChild({ sqlite }: Mirror, table: SQLiteTable): Fill {
  const name = getTableName(table);
  const columns = listColumns(table);
  const key = columns.some((column) => column.name === 'mirror_position')
    ? 'case_id, mirror_position'
    : 'case_id';
  sqlite.exec(
    `CREATE TEMP TABLE ${name} (${columns.map((column) => `${column.name} ${column.type}`).join(', ')}, PRIMARY KEY (${key})) WITHOUT ROWID`,
  );
  const names = columns.map((column) => column.name).join(', ');
  return () => {
    sqlite.exec(
      `INSERT INTO temp.${name} (${names}) SELECT ${names} FROM main.${name} WHERE case_id NOT IN temp.${LATER_CASES}`,
    );
  };
}
