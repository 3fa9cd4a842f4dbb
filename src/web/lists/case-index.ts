import type Database from 'better-sqlite3';
import { openSqlite } from '../../db/engine.ts';
import type { Mirror } from '../../db/open-mirror.ts';

/** The columns that lists of cases filter, count, sort and show. */
export const CASE_COLUMNS = [
  'id',
  'name',
  'court',
  'state',
  'case_ongoing',
  'filing_date',
  'filing_year',
  'mirror_changed_run_id',
  'mirror_departed_run_id',
] as const;

const VALUE_TABLES = ['case_types', 'issues'] as const;

/**
 * A narrow copy of the tables that lists of cases read, in the memory of this process, under the same names: in the file, a
 * row of `cases` has long texts beside it, and to read all rows takes as long as a page may take.
 */
export interface CaseIndex {
  /** The copy, made anew if the stamp of the mirror is another one. */
  readonly refresh: (mirror: Mirror, stamp: string) => Database.Database;
  readonly close: () => void;
}

export function createCaseIndex(): CaseIndex {
  let current: { readonly copy: Database.Database; readonly stamp: string } | null = null;

  function close(): void {
    current?.copy.close();
    current = null;
  }

  return {
    refresh(mirror, stamp) {
      if (current?.stamp !== stamp) {
        close();
        current = { copy: copyTables(mirror), stamp };
      }
      return current.copy;
    },
    close,
  };
}

function copyTables({ sqlite }: Mirror): Database.Database {
  const copy = openSqlite(':memory:');
  copy.exec('BEGIN');
  copyRows(sqlite, copy, 'cases', CASE_COLUMNS);
  for (const table of VALUE_TABLES) copyRows(sqlite, copy, table, ['case_id', 'value']);
  copy.exec('COMMIT');
  for (const table of VALUE_TABLES) copy.exec(`CREATE INDEX ${table}_value ON ${table} (value, case_id)`);
  return copy;
}

function copyRows(
  from: Database.Database,
  to: Database.Database,
  table: string,
  columns: readonly string[],
): void {
  to.exec(`CREATE TABLE ${table} (${columns.join(', ')})`);
  const insert = to.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of from
    .prepare<[], unknown[]>(`SELECT ${columns.join(', ')} FROM ${table}`)
    .raw()
    .iterate())
    insert.run(row);
}
