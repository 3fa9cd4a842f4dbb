import type Database from 'better-sqlite3';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { toAttachmentRows } from '../../case/docket-rows.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { attachments, cases, docketEntries } from '../../db/schema/schema.ts';
import type { JsonValue } from '../../lib/json.ts';

/*
 * A shadow is a temporary table or view with the name of one in the file. SQLite resolves a name among the temporary
 * ones first, so a query reads the shadow without any change. A read-only connection can create temporary tables; none
 * of their content is written to the file.
 */

/** Fills a temporary table with the state after the run; called if a query reads the table. */
export type Fill = () => void;

/** The columns of a table of the schema, in its order. */
export function listColumns(table: SQLiteTable): { readonly name: string; readonly type: string }[] {
  return Object.values(getTableColumns(table)).map((column) => ({
    name: column.name,
    type: column.getSQLType().toUpperCase(),
  }));
}

/**
 * A view over the table in the file: all rows or those that match a condition, with replacements for single columns.
 */
export function shadowByView(
  sqlite: Database.Database,
  table: SQLiteTable,
  where: string | null,
  instead: Readonly<Record<string, string>> = {},
): void {
  const name = getTableName(table);
  const columns = listColumns(table).map((column) =>
    instead[column.name] === undefined ? column.name : `${instead[column.name] ?? ''} AS ${column.name}`,
  );
  sqlite.exec(
    `CREATE TEMP VIEW ${name} AS SELECT ${columns.join(', ')} FROM main.${name}${where === null ? '' : ` WHERE ${where}`}`,
  );
}

/** Prepares the insert of whole rows into a temporary table; flags can be booleans. */
export function prepareTempInsert(
  sqlite: Database.Database,
  name: string,
  columns: readonly string[],
): (row: Readonly<Record<string, unknown>>) => void {
  const statement = sqlite.prepare(
    `INSERT INTO temp.${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return (row) => {
    statement.run(columns.map((column) => toBindable(row[column])));
  };
}

function toBindable(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

/**
 * Columns that are long or follow long ones in a row. They are not copied: the view reads them from their table, and
 * only if a query uses them.
 */
export const LAZY_COLUMNS = [
  'plaintiff_description',
  'summary',
  'summary_short',
  'summary_tiny',
  'mirror_summary_text',
  'mirror_payload',
  'mirror_entry_keys',
  'mirror_redacted_run_id',
  'mirror_defendants',
  'mirror_docket_numbers',
  'mirror_short_summaries',
] as const satisfies (keyof typeof cases.$inferSelect)[];

/** The cases whose present rows differ from their state after the run. */
export const CHANGED_SINCE = 'mirror_later_cases';
/** One row for each case of that state without the lazy columns, and the lazy columns of the rebuilt cases. */
export const INLINE_TABLE = 'mirror_near_columns';
export const LAZY_TABLE = 'mirror_far_columns';

const isFar = (name: string): boolean => (LAZY_COLUMNS as readonly string[]).includes(name);
export const INLINE_COLUMNS = listColumns(cases)
  .map(({ name }) => name)
  .filter((name) => !isFar(name));

/**
 * Creates the empty shadow of `cases`, a view of two tables. Returns the function that fills the inline table with the
 * unchanged rows; the lazy table has none of them.
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
      THEN (SELECT far.${name} FROM temp.${LAZY_TABLE} AS far WHERE far.id = near.id)
      ELSE (SELECT now.${name} FROM main.cases AS now WHERE now.id = near.id)
    END AS ${type}) AS ${name}`;
  const selected = columns.map(({ name, type }) => (isFar(name) ? far(name, type) : `near.${name}`));
  mirror.sqlite.exec(`
    CREATE TEMP TABLE ${CHANGED_SINCE} (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE ${INLINE_TABLE} (id INTEGER PRIMARY KEY${declare((name) => !isFar(name))}, mirror_is_rebuilt INTEGER);
    CREATE TEMP TABLE ${LAZY_TABLE} (id INTEGER PRIMARY KEY${declare(isFar)});
    CREATE TEMP VIEW cases AS SELECT ${selected.join(', ')} FROM temp.${INLINE_TABLE} AS near;
  `);
  const near = (): void => {
    copyNearColumns(mirror);
  };
  return new Map([
    [INLINE_TABLE, near],
    [LAZY_TABLE, () => undefined],
  ]);
}

function copyNearColumns({ sqlite }: Mirror): void {
  // The departures follow the long columns in each row, but have an index.
  const names = INLINE_COLUMNS.filter((name) => name !== 'mirror_departed_run_id').join(', ');
  sqlite.exec(`
    INSERT INTO temp.${INLINE_TABLE} (${names}) SELECT ${names} FROM main.cases WHERE id NOT IN temp.${CHANGED_SINCE};
    UPDATE temp.${INLINE_TABLE}
      SET mirror_departed_run_id = (SELECT now.mirror_departed_run_id FROM main.cases AS now WHERE now.id = ${INLINE_TABLE}.id)
      WHERE id IN (SELECT id FROM main.cases WHERE mirror_departed_run_id IS NOT NULL);
  `);
}

/**
 * Creates the empty shadow of a table that has rows of cases. Returns the function that fills it with the unchanged
 * rows.
 */
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
      `INSERT INTO temp.${name} (${names}) SELECT ${names} FROM main.${name} WHERE case_id NOT IN temp.${CHANGED_SINCE}`,
    );
  };
}

/** The ids of present entries that were added or edited after the run. */
const LATER_ENTRIES = 'mirror_later_entries';
export const PAST_ATTACHMENTS = 'mirror_past_attachments';

/** Past entries that were valid after the run, as a condition on `docket_entry_versions`. */
const stoodAfter = (runId: number): string =>
  `mirror_valid_to_run_id > ${runId} AND +mirror_valid_from_run_id <= ${runId}`;

/**
 * Creates the shadows of the docket entries and their attachments. Nearly all entries are unchanged, so they are read
 * in place. Entries that were edited or removed later come from the past entries. A view of two parts costs SQLite more
 * than one, so the second part exists only if it has rows. Returns the function that adds the attachments of past
 * entries.
 */
export function shadowEntries(mirror: Mirror, runId: number): Map<string, Fill> {
  const { sqlite } = mirror;
  sqlite.exec(`
    CREATE TEMP TABLE ${LATER_ENTRIES} (mirror_id INTEGER PRIMARY KEY);
    INSERT INTO temp.${LATER_ENTRIES} SELECT mirror_id FROM main.docket_entries WHERE mirror_first_run_id > ${runId};
    INSERT OR IGNORE INTO temp.${LATER_ENTRIES}
      SELECT mirror_id FROM main.docket_entry_versions WHERE mirror_valid_to_run_id > ${runId};
  `);
  const isOfThen = (column: string): string => `${column} NOT IN temp.${LATER_ENTRIES}`;
  const past = sqlite
    .prepare(`SELECT 1 FROM main.docket_entry_versions WHERE ${stoodAfter(runId)} LIMIT 1`)
    .get();
  if (past === undefined) {
    shadowByView(sqlite, docketEntries, isOfThen('mirror_id'));
    shadowByView(sqlite, attachments, isOfThen('mirror_entry_id'));
    return new Map();
  }
  const entryColumns = listColumns(docketEntries)
    .map(({ name }) => name)
    .join(', ');
  const columns = listColumns(attachments);
  const attachmentColumns = columns.map(({ name }) => name).join(', ');
  const name = getTableName(attachments);
  sqlite.exec(`
    CREATE TEMP VIEW docket_entries AS
      SELECT ${entryColumns} FROM main.docket_entries WHERE ${isOfThen('mirror_id')}
      UNION ALL SELECT ${entryColumns} FROM main.docket_entry_versions WHERE ${stoodAfter(runId)};
    CREATE TEMP TABLE ${PAST_ATTACHMENTS} (${columns.map((column) => `${column.name} ${column.type}`).join(', ')},
      PRIMARY KEY (mirror_entry_id, mirror_position)) WITHOUT ROWID;
    CREATE TEMP VIEW ${name} AS
      SELECT ${attachmentColumns} FROM main.${name} WHERE ${isOfThen('mirror_entry_id')}
      UNION ALL SELECT ${attachmentColumns} FROM temp.${PAST_ATTACHMENTS};
  `);
  const fill = (): void => {
    fillPastAttachments(mirror, runId);
  };
  return new Map([[PAST_ATTACHMENTS, fill]]);
}

/** Creates the attachment rows of past entries. */
function fillPastAttachments({ sqlite }: Mirror, runId: number): void {
  const ids = sqlite
    .prepare<[], number>(
      `SELECT mirror_version_id FROM main.docket_entry_versions WHERE ${stoodAfter(runId)} AND attachments IS NOT NULL`,
    )
    .pluck()
    .all();
  const select = sqlite.prepare<[number], { mirror_id: number; attachments: string }>(
    `SELECT mirror_id, attachments FROM main.docket_entry_versions WHERE mirror_version_id = ?`,
  );
  const insert = prepareTempInsert(
    sqlite,
    PAST_ATTACHMENTS,
    listColumns(attachments).map(({ name }) => name),
  );
  for (const id of ids) {
    const entry = select.get(id);
    if (entry === undefined) continue;
    toAttachmentRows(JSON.parse(entry.attachments) as JsonValue).forEach((row, mirror_position) => {
      insert({ ...row, mirror_entry_id: entry.mirror_id, mirror_position });
    });
  }
}
