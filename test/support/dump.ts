import type { Mirror } from '../../src/db/open-mirror.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';

/**
 * Tables without content of a case: the log of the runs, the hashes of records, the statistics of indexes, and the
 * search index.
 */
const NO_DATA = new Set([
  'sync_runs',
  'list_syncs',
  'rejected_records',
  'schema_drift',
  'mirror_departure_checks',
  'mirror_coverage_checks',
  'mirror_moved_cases',
  'mirror_raw_hashes',
  'mirror_seals',
  '__drizzle_migrations',
  'sqlite_sequence',
  'sqlite_stat1',
  'sqlite_stat4',
]);

/** Every row of every table of data, to compare two states. The ledger, which grows with each run, is omitted. */
export function dumpData({ sqlite }: Mirror): Record<string, unknown[]> {
  const tables = sqlite
    .prepare<[], { name: string; columns: number }>(
      `SELECT name, (SELECT count(*) FROM pragma_table_info(sqlite_schema.name)) AS columns FROM sqlite_schema WHERE type = 'table' ORDER BY name`,
    )
    .all();
  return Object.fromEntries(
    tables
      .filter(({ name }) => !NO_DATA.has(name) && !SEARCH_OBJECTS.has(name))
      .map(({ name, columns }) => [
        name,
        sqlite.prepare<[]>(`SELECT * FROM "${name}" ORDER BY 1, ${Math.min(columns, 2)}`).all(),
      ]),
  );
}
