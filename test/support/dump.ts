import type { Mirror } from '../../src/db/open-mirror.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';

/** What runs wrote down of themselves, by which bytes a case is known, how indexes are chosen, and
 * which words they have: none says anything of a case. */
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

/** Every row of every table of data, for a comparison of two moments. The ledger, which grows with each run, is left out. */
export function dumpData({ sqlite }: Mirror): Record<string, unknown[]> {
  const tables = sqlite
    .prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .all();
  return Object.fromEntries(
    tables
      .filter(({ name }) => !NO_DATA.has(name) && !SEARCH_OBJECTS.has(name))
      .map(({ name }) => [name, sqlite.prepare<[]>(`SELECT * FROM "${name}" ORDER BY 1, 2`).all()]),
  );
}
