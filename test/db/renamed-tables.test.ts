import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { listRejectedRecords } from '../../src/db/leftovers.ts';
import { listMigrations } from '../../src/db/migrate.ts';
import {
  openMirror,
  openMirrorInMemory,
  openMirrorReadOnly,
  toBackupPath,
} from '../../src/db/open-mirror.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import { verifyFile } from '../support/eventful-mirror.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** The migrations before the tables, columns and words got the names that they have today. */
const BEFORE = 14;

const FORMER_TABLES: Readonly<Record<string, string>> = {
  lists: 'statuses',
  list_syncs: 'status_syncs',
  rejected_records: 'kept_aside',
  schema_drift: 'payload_drift',
  case_versions: 'past_versions',
  docket_entry_versions: 'past_docket_entries',
  mirror_raw_hashes: 'text_hashes',
  mirror_seals: 'seals',
  mirror_coverage_checks: 'coverage_checks',
  mirror_departure_checks: 'departure_checks',
  mirror_moved_cases: 'double_sightings',
};
const FORMER_COLUMNS: Readonly<Record<string, string>> = {
  mirror_list_id: 'mirror_status_id',
  list_id: 'status_id',
  cases_rejected: 'cases_kept_aside',
  passes: 'walks',
  cases_last_pass: 'cases_last_walk',
  mirror_valid_from_run_id: 'mirror_since_run_id',
  mirror_valid_to_run_id: 'mirror_until_run_id',
  mirror_end_reason: 'mirror_end',
  max_gone: 'most_gone',
  from_list_id: 'first_status_id',
  to_list_id: 'then_status_id',
};
/** Words in the rows, by the column that holds them: what they are today, and what they were. */
const FORMER_WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  error_code: {
    RECORDS_REJECTED: 'RECORDS_KEPT_ASIDE',
    DEPARTURES_SUSPICIOUS: 'DEPARTURES_DOUBTED',
    PROCESS_DIED: 'DIED',
    SERVER_ERROR: 'TRANSIENT_ANSWER',
  },
  outcome: { suspicious: 'doubtful' },
  field: { mirror_list_id: 'mirror_status_id' },
};

/** Every row of every table but for the digests, which {@link verifyFile} checks, and what SQLite notes of the indexes. */
function listRows(path: string): Record<string, unknown[]> {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    const names = sqlite
      .prepare<[], string>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
          AND name NOT IN ('__drizzle_migrations', 'mirror_seals') ORDER BY name`,
      )
      .pluck()
      .all();
    return Object.fromEntries(
      names
        .filter((name) => !SEARCH_OBJECTS.has(name))
        .map((name) => {
          const order = sqlite.prepare(`SELECT * FROM "${name}"`).columns().length > 1 ? '1, 2' : '1';
          return [name, sqlite.prepare(`SELECT * FROM "${name}" ORDER BY ${order}`).all()];
        }),
    );
  } finally {
    sqlite.close();
  }
}

/** Tables that the former schema does not have; it has no search index either. */
const NEW_TABLES: ReadonlySet<string> = new Set([
  'documents',
  'case_documents',
  'further_dockets',
  'case_further_dockets',
  'further_docket_entries',
  'resources',
  'case_resources',
  'linked_changes',
  'linked_versions',
  'linked_passes',
  'linked_lists',
  'mirror_docket_differences',
  'texts',
  'document_texts',
  'mirror_replaced_texts',
  'text_passes',
  'document_files',
  'file_passes',
  'mirror_dropped_files',
  'mirror_paused_hosts',
  'mirror_document_list_checks',
  'mirror_exports',
]);
/** Columns that the former schema does not have. The upgrade derives those of `cases` and `dockets` from other columns. */
const NEW_COLUMNS: ReadonlySet<string> = new Set([
  'cases.mirror_defendants',
  'cases.mirror_docket_numbers',
  'cases.mirror_short_summaries',
  'dockets.mirror_number',
  'rejected_records.record_kind',
  'rejected_records.record_id',
  'schema_drift.record_kind',
]);

/** The rows of a mirror in a file that the previous schema made, under the names of that time. */
function writeFormerMirror(today: string, path: string): void {
  const sqlite = openSqlite(path);
  sqlite.unsafeMode(true);
  sqlite.pragma('application_id = 1129138514');
  sqlite.exec(
    'CREATE TABLE "__drizzle_migrations" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)',
  );
  for (const { sql, hash, folderMillis } of listMigrations().slice(0, BEFORE)) {
    for (const statement of sql) sqlite.exec(statement);
    sqlite
      .prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)')
      .run(hash, folderMillis);
  }
  sqlite.pragma('foreign_keys = OFF');
  sqlite.prepare('ATTACH ? AS today').run(today);
  const tables = sqlite
    .prepare<[], string>(
      `SELECT name FROM today.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
        AND name <> '__drizzle_migrations'`,
    )
    .pluck()
    .all();
  const listColumns = (schema: string, table: string): string[] =>
    (sqlite.pragma(`${schema}.table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  for (const table of tables.filter((name) => !NEW_TABLES.has(name) && !SEARCH_OBJECTS.has(name))) {
    const former = FORMER_TABLES[table] ?? table;
    const columns = listColumns('today', table).filter((name) => !NEW_COLUMNS.has(`${table}.${name}`));
    const toFormer = (column: string): string => FORMER_COLUMNS[column] ?? column;
    expect([table, columns.map(toFormer).sort()]).toEqual([table, listColumns('main', former).sort()]);
    const values = columns.map((column) => {
      const words = Object.entries(FORMER_WORDS[column] ?? {});
      const whens = words.map(([now, former]) => `WHEN '${now}' THEN '${former}'`).join(' ');
      return words.length === 0 ? `"${column}"` : `CASE "${column}" ${whens} ELSE "${column}" END`;
    });
    sqlite.exec(`DELETE FROM main."${former}";
      INSERT INTO main."${former}" (${columns.map((column) => `"${toFormer(column)}"`).join(', ')})
      SELECT ${values.join(', ')} FROM today."${table}"`);
  }
  sqlite.close();
}

describe('a mirror of the previous schema, with rows in every table', () => {
  let bytesOfToday: Buffer;
  let former: Buffer;
  const writeToday = (): string => {
    const path = join(tempFolder(), 'today.db');
    writeFileSync(path, bytesOfToday);
    return path;
  };
  const upgrade = (change = ''): string => {
    const path = join(tempFolder(), 'mirror.db');
    writeFileSync(path, former);
    if (change !== '') {
      const sqlite = openSqlite(path);
      sqlite.exec(change);
      sqlite.close();
    }
    openMirror(path).close();
    return path;
  };
  const read = <Result>(path: string, sql: string): Result[] => {
    const sqlite = openSqlite(path, { readonly: true });
    try {
      return sqlite.prepare<[], Result>(sql).all();
    } finally {
      sqlite.close();
    }
  };

  beforeAll(async () => {
    const today = await makeFullMirror();
    const sqlite = openSqlite(today);
    sqlite.pragma('foreign_keys = OFF');
    for (const table of NEW_TABLES) sqlite.exec(`DELETE FROM ${table}`);
    for (const table of ['rejected_records', 'schema_drift'])
      sqlite.exec(`DELETE FROM ${table} WHERE record_kind <> 'case'`);
    sqlite.exec(`UPDATE sync_runs SET error_code = 'PROCESS_DIED', error_message = 'x' WHERE id = 1;
      UPDATE list_syncs SET error_code = 'SERVER_ERROR', error_message = 'x' WHERE run_id = 1;
      UPDATE mirror_coverage_checks SET error_code = 'RECORDS_REJECTED', error_message = 'x' WHERE run_id = 1;
      UPDATE mirror_departure_checks SET outcome = 'suspicious', error_code = 'DEPARTURES_SUSPICIOUS' WHERE run_id = 1;
      UPDATE sync_runs SET outcome = 'suspicious' WHERE id = 2`);
    sqlite.close();
    const path = join(tempFolder(), 'former.db');
    writeFormerMirror(today, path);
    [bytesOfToday, former] = [readFileSync(today), readFileSync(path)];
  });

  test('has every former word in a row, so that each translation is tried', () => {
    const path = join(tempFolder(), 'mirror.db');
    writeFileSync(path, former);
    expect(read(path, "SELECT 1 FROM case_changes WHERE field = 'mirror_status_id'")).not.toEqual([]);
    for (const table of ['sync_runs', 'departure_checks'])
      expect(read(path, `SELECT 1 FROM ${table} WHERE outcome = 'doubtful'`)).not.toEqual([]);
    for (const table of ['sync_runs', 'status_syncs', 'departure_checks', 'coverage_checks'])
      expect(read(path, `SELECT 1 FROM ${table} WHERE error_code IS NOT NULL`)).not.toEqual([]);
  });

  test('has the same rows after the upgrade, under the names of today', () => {
    const path = upgrade();
    expect(listRows(path)).toEqual(listRows(writeToday()));
  });

  test('passes verify after the upgrade, seals included', () => {
    const findings = (path: string) => verifyFile(path).findings;
    const sealsLeft = (path: string) => findings(path).filter(({ check }) => check === 'seals');
    const path = upgrade();
    expect(sealsLeft(path)).toEqual([]);
    expect(findings(path).filter(({ check }) => check !== 'ledger')).toEqual(
      findings(writeToday()).filter(({ check }) => !['ledger', 'seals'].includes(check)),
    );
  });

  test('answers from every earlier state as it did', () => {
    const [path, today] = [upgrade(), writeToday()];
    const answers = (file: string, runId: number, sql: string): unknown[] => {
      const mirror = openMirrorReadOnly(file);
      try {
        return [...queryAsOf(mirror, runId, sql).rows];
      } finally {
        mirror.close();
      }
    };
    for (const sql of [
      'SELECT id, name, mirror_list_id, mirror_departed_run_id FROM cases ORDER BY id',
      'SELECT * FROM docket_entries ORDER BY mirror_id',
      'SELECT * FROM change_log ORDER BY run_id, case_id, kind, field',
      'SELECT * FROM docket_entry_lifetimes ORDER BY case_id, entry_key, first_seen_at',
    ])
      for (const runId of [1, 2, 3]) expect(answers(path, runId, sql)).toEqual(answers(today, runId, sql));
  });

  test('keeps a view of the user that reads a renamed table, and passes over one that no longer works', () => {
    const path = upgrade(`CREATE VIEW my_syncs AS SELECT status_id, walks FROM status_syncs;
      CREATE VIEW my_broken AS SELECT * FROM no_such_table;
      CREATE TABLE my_notes (case_id integer REFERENCES cases(id), note text);
      CREATE INDEX my_notes_case_id ON my_notes (case_id);
      CREATE TRIGGER my_trigger AFTER INSERT ON my_notes BEGIN UPDATE my_notes SET note = 'seen'; END`);
    expect(read(path, 'SELECT * FROM my_syncs LIMIT 1')).toHaveLength(1);
    expect(
      read(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'my!_%' ESCAPE '!' ORDER BY name"),
    ).toHaveLength(5);
  });

  test('is upgraded and verified even if tables of the user have broken references', () => {
    const path = upgrade(`PRAGMA foreign_keys = OFF;
      CREATE TABLE my_notes (list integer REFERENCES no_such_table(id));
      INSERT INTO my_notes VALUES (1);
      CREATE TABLE my_cases (case_id integer REFERENCES cases);
      INSERT INTO my_cases VALUES (-1);
      CREATE TABLE my_names (name text REFERENCES cases(name));
      INSERT INTO my_names VALUES ('a column that is not unique')`);
    const { findings, casesChecked, additions } = verifyFile(path);
    expect(casesChecked).toBeGreaterThan(0);
    expect(findings.filter(({ check }) => check === 'file' || check === 'schema')).toEqual([]);
    expect(additions.map(({ name }) => name)).toEqual(['my_notes', 'my_cases', 'my_names']);
  });

  test('shows the rejected records of a case before and after the upgrade, so that redact finds them in old copies', () => {
    const path =
      upgrade(`INSERT INTO kept_aside (fingerprint, why, record, source, position, first_run_id, last_run_id)
      VALUES ('key', 'it has two ids', '{"id": 4711, "id": 4711}', '/cases/', 0, 1, 1)`);
    for (const file of [path, toBackupPath(path)]) {
      const sqlite = openSqlite(file, { readonly: true });
      expect([file, listRejectedRecords(sqlite, 4711)]).toEqual([file, ['key']]);
      sqlite.close();
    }
  });

  test('leaves the file sound: no page is lost, no reference is broken, and no old name is left', () => {
    const path = upgrade();
    expect(read(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(read(path, 'PRAGMA foreign_key_check')).toEqual([]);
    const words = [...Object.values(FORMER_TABLES), ...Object.values(FORMER_COLUMNS)];
    const text = read<{ sql: string }>(path, 'SELECT sql FROM sqlite_schema').map(({ sql }) => sql);
    expect(words.filter((word) => new RegExp(`\\b${word}\\b`).test(text.join('\n')))).toEqual([]);
    expect(readFileSync(toBackupPath(path)).length).toBeGreaterThan(0);
  });
});

test('a listing of the tables shows the content first, then its history, the log of the runs, and the notes of the program', () => {
  const { sqlite, close } = openMirrorInMemory();
  const names = sqlite
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`,
    )
    .pluck()
    .all()
    .filter((name) => !SEARCH_OBJECTS.has(name));
  close();
  expect(names.slice(0, 16)).toEqual([
    'cases',
    'dockets',
    'docket_entries',
    'attachments',
    'case_defendants',
    'related_cases',
    'documents',
    'case_documents',
    'further_dockets',
    'case_further_dockets',
    'further_docket_entries',
    'resources',
    'case_resources',
    'document_texts',
    'texts',
    'document_files',
  ]);
  const log = [
    'sync_runs',
    'lists',
    'list_syncs',
    'linked_passes',
    'text_passes',
    'file_passes',
    'linked_lists',
    'rejected_records',
    'schema_drift',
  ];
  const at = names.indexOf('sync_runs');
  expect(names.slice(at - 5, at)).toEqual([
    'case_changes',
    'linked_changes',
    'case_versions',
    'linked_versions',
    'docket_entry_versions',
  ]);
  expect(names.slice(at, at + log.length)).toEqual(log);
  const notes = names.slice(at + log.length, -1);
  expect(notes.every((name) => name.startsWith('mirror_'))).toBe(true);
  expect(notes.length).toBe(names.filter((name) => name.startsWith('mirror_')).length);
  expect(names.at(-1)).toBe('__drizzle_migrations');
});
