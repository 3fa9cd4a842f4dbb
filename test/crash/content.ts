import type Database from 'better-sqlite3';
import { hashRecords } from '../../src/linked/compare.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';

type Row = Record<string, unknown>;
export type Content = Readonly<Record<string, readonly string[]>>;

/** A death rightly changes the record of the runs, the identity of a new mirror, and the seals of both. */
const TABLES_OF_RUNS = [
  'sync_runs',
  'list_syncs',
  'mirror_departure_checks',
  'mirror_coverage_checks',
  'mirror_moved_cases',
  'linked_passes',
  'mirror_identity',
  'mirror_seals',
  '__drizzle_migrations',
  'sqlite_sequence',
  // Written at the end of a run, and again only if a table has grown tenfold.
  'sqlite_stat1',
  'sqlite_stat4',
];

/** The mirror's numbers of records depend on the order in which linked lists were read, and on how often. */
const RECORD = `CASE record_kind
  WHEN 'resource' THEN (SELECT mirror_fingerprint FROM resources WHERE mirror_key = record_key)
  WHEN 'docket_entry' THEN (SELECT mirror_docket_key || '/' || mirror_key FROM further_docket_entries WHERE mirror_id = record_key)
  ELSE record_key END AS record_key`;
const WITHOUT_OWN_NUMBERS: Readonly<Record<string, string>> = {
  linked_changes: `SELECT *, NULL AS id, ${RECORD} FROM linked_changes`,
  // A list that became empty is accepted when a second run reads the same, and a death adds a run.
  linked_lists: `SELECT * FROM linked_lists WHERE records_hash <> '${hashRecords([])}'`,
  // A death adds a run, which can read a list that the undisturbed run did not need to read.
  schema_drift: `SELECT *, iif(record_kind = 'case', example_case_id, NULL) AS example_case_id,
    iif(record_kind = 'case', last_run_id, NULL) AS last_run_id FROM schema_drift`,
  linked_versions: `SELECT *, ${RECORD} FROM linked_versions`,
  mirror_docket_differences: 'SELECT *, NULL AS id FROM mirror_docket_differences',
  further_docket_entries: 'SELECT *, NULL AS mirror_id FROM further_docket_entries',
  resources: 'SELECT *, NULL AS mirror_key FROM resources',
  case_resources: `SELECT case_resources.*,
    (SELECT mirror_fingerprint FROM resources WHERE mirror_key = resource_key) AS resource_key FROM case_resources`,
};
const TIMES = ['changed_at', 'attempted_at', 'read_at'];

/**
 * Every row of every table except those of the runs, without the id and the time of the later run that wrote it. The
 * ids of runs up to `lastRunBefore` are kept.
 */
export function readContent(sqlite: Database.Database, lastRunBefore: number): Content {
  const tables = sqlite
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .pluck()
    .all();
  const toRun = (value: unknown): unknown =>
    value !== null && Number(value) > lastRunBefore ? 'a later run' : value;
  const toComparable = (row: Row): string =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => {
          if (column.endsWith('run_id')) return [column, toRun(value)];
          if (TIMES.includes(column)) return [column, 'some time'];
          const isRunInText = row.field === 'mirror_departed_run_id' && column.endsWith('_value');
          return [column, isRunInText && value !== 'null' ? toRun(value) : value];
        }),
      ),
    );
  return Object.fromEntries(
    tables
      .filter((name) => !TABLES_OF_RUNS.includes(name) && !SEARCH_OBJECTS.has(name))
      .map((name) => [
        name,
        sqlite
          .prepare<[], Row>(WITHOUT_OWN_NUMBERS[name] ?? `SELECT * FROM "${name}"`)
          .all()
          .map(toComparable)
          .sort(),
      ]),
  );
}

/** The tables in which two contents differ, with the number of rows. */
export function compareContent(expected: Content, found: Content): string[] {
  const tables = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  return tables.flatMap((table) => {
    const [wanted, got] = [new Set(expected[table]), new Set(found[table])];
    const missing = [...wanted].filter((row) => !got.has(row));
    const surplus = [...got].filter((row) => !wanted.has(row));
    if (missing.length + surplus.length === 0 && expected[table]?.length === found[table]?.length) return [];
    const example = (missing[0] ?? surplus[0] ?? '').slice(0, 800);
    return [
      `${table}: ${missing.length} rows are missing and ${surplus.length} too many, such as ${example}`,
    ];
  });
}
