import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { fingerprint, splitPayload } from '../../src/case/fingerprint.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { toDrizzle } from '../../src/db/open-mirror.ts';
import { makeCase, makeDocket } from './make-case.ts';
import { tempFolder } from './temp-folder.ts';

const MIGRATIONS = new URL('../../migrations', import.meta.url).pathname;
/** The case of these mirrors, as the API serves it. */
export const SERVED = makeCase({
  id: 1,
  main_docket: makeDocket({ docket_entries: [] }),
  case_ongoing: 'Yes',
});

/** The number of migrations. */
export const LATEST = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql')).length;

/** The bytes of an empty mirror with this number of migrations. */
const EMPTY = new Map<number, Buffer>();

/** Returns the bytes of an empty mirror with this number of migrations. */
export function makeEmptyVersion(migrations: number): Buffer {
  const known = EMPTY.get(migrations);
  if (known !== undefined) return known;
  const folder = tempFolder();
  cpSync(MIGRATIONS, folder, { recursive: true, filter: (path) => !path.endsWith('_snapshot.json') });
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: object[];
  };
  writeFileSync(
    join(folder, 'meta/_journal.json'),
    JSON.stringify({ ...journal, entries: journal.entries.slice(0, migrations) }),
  );
  const path = join(folder, 'mirror.db');
  if (migrations > 1) writeFileSync(path, makeEmptyVersion(migrations - 1));
  const sqlite = openSqlite(path);
  sqlite.pragma('application_id = 1129138514');
  sqlite.unsafeMode(true);
  migrate(toDrizzle(sqlite), { migrationsFolder: folder });
  sqlite.close();
  const bytes = readFileSync(path);
  EMPTY.set(migrations, bytes);
  return bytes;
}

/**
 * Writes a mirror as the version with this number of migrations wrote it: two runs, of which the second changed case
 * 1.
 */
export function makeVersion(path: string, migrations: number): void {
  writeFileSync(path, makeEmptyVersion(migrations));
  const sqlite = openSqlite(path);
  const run =
    sqlite.prepare(`INSERT INTO sync_runs (outcome, started_at, ended_at, "trigger", version, api_url, process_id)
    VALUES ('complete', ?, ?, 'sync', '0.1.0', '', 1)`);
  const isRenamed = hasListSyncs(sqlite);
  const listSync =
    sqlite.prepare(`INSERT INTO ${isRenamed ? 'list_syncs' : 'status_syncs'} (run_id, ${isRenamed ? 'list_id' : 'status_id'}, outcome, started_at, ended_at, count_first, count_last,
    cases_seen, cases_new, cases_changed, pages) VALUES (?, 5021, 'complete', ?, ?, 1, 1, 1, ?, ?, 1)`);
  for (const [id, time] of [
    [1, '2030-01-01T03:17:00.000Z'],
    [2, '2030-01-02T03:17:00.000Z'],
  ] as const) {
    run.run(time, time);
    listSync.run(id, time, time, id === 1 ? 1 : 0, id === 1 ? 0 : 1);
  }
  const split = splitPayload(SERVED);
  sqlite
    .prepare(
      `INSERT INTO cases (id, name, case_ongoing, ${isRenamed ? 'mirror_list_id' : 'mirror_status_id'}, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint,
        mirror_payload, mirror_entry_keys) VALUES (1, ?, 'Yes', 5021, 1, 2, ?, ?, '[]')`,
    )
    .run(SERVED.name, fingerprint(split), JSON.stringify(split.rest));
  sqlite.close();
}

export function hasListSyncs(sqlite: Database.Database): boolean {
  return sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'list_syncs'").get() !== undefined;
}
