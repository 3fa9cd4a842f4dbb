import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import {
  type Mirror,
  openMirror,
  openMirrorInMemory,
  openMirrorReadOnly,
  toBackupPath,
  toOlderBackupPath,
} from '../../src/db/open-mirror.ts';
import { ALL_DOCUMENTS } from '../../src/db/linked/downloads.ts';
import { listPausedHosts } from '../../src/db/linked/due-files.ts';
import { listDueFiles } from '../../src/db/linked/files.ts';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import { findCase } from '../../src/db/read-case.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { runCli } from '../support/command-line.ts';
import { LATEST, SERVED, hasListSyncs, makeVersion } from '../support/earlier-version.ts';
import { verifyFile } from '../support/eventful-mirror.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { times } from '../support/times.ts';

/** A mirror as the first version made it, from before history was kept: two runs, of which the second changed case 1. */
function makeFirstVersion(path: string): void {
  makeVersion(path, 2);
}

describe('a mirror from before history was kept', () => {
  test('is upgraded with its rows, and works from then on', async () => {
    const source = recordedCases([SERVED]);
    const { database, sync, rows } = await startHarness({ source });
    makeFirstVersion(database);
    openMirror(database).close();
    expect(rows('SELECT id, label, filter FROM lists WHERE id > 5023')).toEqual([
      { id: 5024, label: 'Perhaps, but long-dormant', filter: 'case_ongoing' },
      { id: 5074, label: 'In Process (Public)', filter: 'case_status' },
    ]);
    expect(rows('SELECT run_id, outcome, passes FROM list_syncs')).toEqual([
      { run_id: 1, outcome: 'complete', passes: 0 },
      { run_id: 2, outcome: 'complete', passes: 0 },
    ]);
    expect((await sync()).lists[1]?.figures).toMatchObject({ cases_seen: 1, cases_unchanged: 1 });
    source.edit(1, (record) => ({ ...record, court: 'Another' }));
    await sync();
    expect(rows('SELECT run_id, field FROM case_changes')).toEqual([{ run_id: 4, field: 'court' }]);
    expect(rows('SELECT run_id FROM case_versions')).toEqual([{ run_id: 2 }]);
    const mirror = openMirrorReadOnly(database);
    expect(findCase(mirror, 1).payload).toEqual(source.get(1));
    mirror.close();
  });

  test('answers from the states that it knows, and refuses those that it does not', async () => {
    const source = recordedCases([SERVED]);
    const { database, sync } = await startHarness({ source });
    makeFirstVersion(database);
    source.edit(1, (record) => ({ ...record, name: 'Renamed' }));
    await sync();
    const nameAsOf = (runId: number): unknown => {
      const mirror = openMirrorReadOnly(database);
      try {
        return [...queryAsOf(mirror, runId, 'SELECT name FROM cases').rows];
      } finally {
        mirror.close();
      }
    };
    expect(nameAsOf(2)).toEqual([[SERVED.name]]);
    expect(() => nameAsOf(1)).toThrow('kept history');
    const asked = await runCli(['case', '1', '--as-of', '1', '--database', database]);
    expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('HISTORY_MISSING') });
  });
});

describe('a mirror of every earlier version', () => {
  const all = Array.from({ length: LATEST - 1 }, (_, at) => at + 1);
  /** Every fourth one, and the newest, in which the next migration finds rows. */
  const versions = times(
    all.filter((migrations) => migrations % 4 === 1 || migrations === LATEST - 1),
    all,
  );
  let newObjects: unknown[];
  beforeAll(() => {
    const made = openMirrorInMemory();
    newObjects = listObjects(made);
    made.close();
  });

  test.each(versions)(
    'of %d migrations opens with its rows, becomes what a new mirror is, and is copied as it was before',
    (migrations) => {
      const path = join(tempFolder(), 'mirror.db');
      makeVersion(path, migrations);
      const before = listRows(path);
      const mirror = openMirror(path);
      expect(findCase(mirror, 1).payload).toEqual(SERVED);
      expect(mirror.sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(mirror.sqlite.pragma('foreign_key_check')).toEqual([]);
      expect(mirror.sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()).toBe(LATEST);
      expect(listObjects(mirror)).toEqual(newObjects);
      mirror.close();
      // Of the case there is the payload alone, so that its rows are missing; nothing else may be.
      expect(verifyFile(path).findings.filter(({ check }) => check !== 'rows')).toEqual([]);
      expect(listRows(toBackupPath(path))).toEqual(before);
      expect(() => openMirrorReadOnly(toBackupPath(path))).toThrow(
        expect.objectContaining({ code: 'DATABASE_OLDER' }),
      );
    },
  );

  test('requests a file once more that was refused before the reason was a value', () => {
    const path = join(tempFolder(), 'mirror.db');
    makeVersion(path, 27);
    const sqlite = openSqlite(path);
    for (const [id, outcome] of [
      [11, 'refused'],
      [12, 'too_large'],
      [13, 'not_offered'],
    ] as const)
      sqlite.exec(`INSERT INTO documents (id, file, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
          VALUES (${id}, 'https://elsewhere.example.org/${id}.pdf', 1, 1, 'same', '{"id":${id}}');
        INSERT INTO document_files (document_id, outcome, fetched_at, attempted_at, failures, error_message, document_fingerprint)
          VALUES (${id}, '${outcome}', '2030-01-02', '2030-01-02', 0, 'The file is on another host: elsewhere.example.org.', 'same')`);
    sqlite.close();
    const mirror = openMirror(path);
    const terms = { now: new Date('2030-01-03'), knownHosts: [], maxFileBytes: 1000 };
    expect(
      listDueFiles(mirror, ALL_DOCUMENTS, terms, 9, () => false).map(({ documentId }) => documentId),
    ).toEqual([11, 12]);
    mirror.close();
  });

  test('gives the pause of all files to the host that asked for it', () => {
    const path = join(tempFolder(), 'mirror.db');
    makeVersion(path, 30);
    const sqlite = openSqlite(path);
    sqlite.pragma('foreign_keys = OFF');
    sqlite.exec(`INSERT INTO documents (id, file, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
        VALUES (11, 'https://Files.example.org:8443/11.pdf', 1, 1, 'same', '{}'), (12, 'https://other.example.org/12.pdf', 1, 1, 'same', '{}');
      INSERT INTO document_files (document_id, outcome, attempted_at, failures, error_code)
        VALUES (11, 'failed', '2030-01-02T01:00:00.000Z', 1, 'RETRY_AFTER_TOO_LONG'), (12, 'failed', '2030-01-02T01:00:00.000Z', 1, 'SERVER_ERROR');
      INSERT INTO file_passes (started_at, ended_at, outcome, process_id, paused_until)
        VALUES ('2030-01-02T00:00:00.000Z', '2030-01-02T02:00:00.000Z', 'budget', 1, '2030-01-09T01:00:00.000Z')`);
    sqlite.close();
    const mirror = openMirror(path);
    expect(listPausedHosts(mirror, new Date('2030-01-03'))).toEqual([
      { host: 'files.example.org:8443', pausedUntil: new Date('2030-01-09T01:00:00.000Z') },
    ]);
    mirror.close();
  });

  test('stays as it is, at each start, while rows of it point to rows that do not exist', () => {
    const path = join(tempFolder(), 'mirror.db');
    makeVersion(path, 2);
    const sqlite = openSqlite(path);
    sqlite.pragma('foreign_keys = OFF');
    sqlite.exec('UPDATE cases SET mirror_first_run_id = 99');
    sqlite.close();
    const before = listRows(path);
    for (let start = 0; start < 2; start++)
      expect(() => openMirror(path)).toThrow(expect.objectContaining({ code: 'DATABASE_DAMAGED' }));
    expect(listRows(path)).toEqual(before);
    expect(listRows(toBackupPath(path))).toEqual(before);
  });

  test('that no migration fits is left unchanged, and sync and restore say so', async () => {
    const { database, fakeApi } = await startHarness({ source: recordedCases([SERVED]) });
    makeVersion(database, LATEST);
    const sqlite = openSqlite(database);
    sqlite.exec(
      'DELETE FROM __drizzle_migrations WHERE created_at > (SELECT min(created_at) FROM __drizzle_migrations)',
    );
    sqlite.close();
    const before = listRows(database);
    const env = { CLEARINGHOUSE_API_URL: fakeApi.url, CLEARINGHOUSE_API_TOKEN: fakeApi.token };
    const copy = join(tempFolder(), 'copy.db');
    cpSync(database, copy);
    for (const [args, file] of [
      [['sync'], database],
      [['restore', copy, '--yes'], copy],
    ] as const) {
      const { exitCode, stderr } = await runCli([...args, '--database', database], { env });
      expect([exitCode, stderr]).toEqual([
        9,
        expect.stringMatching(/could not be upgraded: .*already exists[^]*\[MIGRATION_FAILED\]/),
      ]);
      expect(stderr).toContain(`${file}: `);
      expect(listRows(database)).toEqual(before);
    }
  });

  test('keeps the copies of the last two upgrades, and one for each schema', () => {
    const path = join(tempFolder(), 'mirror.db');
    const copies = () =>
      [toBackupPath(path), toOlderBackupPath(path)].map((copy) =>
        existsSync(copy) ? countMigrations(copy) : 0,
      );
    const upgradeFrom = (migrations: number) => {
      rmSync(path, { force: true });
      makeVersion(path, migrations);
      openMirror(path).close();
      return copies();
    };
    expect(upgradeFrom(2)).toEqual([2, 0]);
    expect(upgradeFrom(2)).toEqual([2, 0]);
    expect(upgradeFrom(5)).toEqual([5, 2]);
    expect(upgradeFrom(5)).toEqual([5, 2]);
    expect(upgradeFrom(7)).toEqual([7, 5]);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  test('is named before and after the upgrade, by each command that writes and in the log', async () => {
    const { database, fakeApi } = await startHarness({ source: recordedCases([SERVED]) });
    const upgrade = async (command: readonly string[]) => {
      rmSync(database, { force: true });
      makeVersion(database, 5);
      const { stderr } = await runCli([...command, '--database', database], {
        env: { CLEARINGHOUSE_API_URL: fakeApi.url, CLEARINGHOUSE_API_TOKEN: fakeApi.token },
      });
      return stderr.split('\n').filter((line) => line !== '');
    };
    const copy = toBackupPath(database);
    const [begun, ended, next] = await upgrade(['sync', '--linked-budget', '0']);
    expect(begun).toMatch(
      /^The mirror has the schema of an older version\. It is copied to .* \([\d.]+ [kM]B\), then upgraded\.$/,
    );
    expect(begun).toContain(copy);
    expect(ended).toContain(`clearinghouse-mirror restore ${copy} --database ${database} --yes`);
    expect(next).toContain('run 3 begun');
    const log = (await upgrade(['nightly', '--once', '--no-nightly-snapshot', '--linked-budget', '0'])).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    const steps = log.filter(({ event }) => String(event).startsWith('upgrade'));
    expect(steps).toMatchObject([
      { event: 'upgrade-begun', copy, bytes: expect.any(Number) },
      { event: 'upgrade-ended', copy, bytes: statSync(copy).size },
    ]);
  });

  test('is copied once: a mirror that is up to date, or new, is not', () => {
    const path = join(tempFolder(), 'mirror.db');
    openMirror(path).close();
    openMirror(path).close();
    expect(existsSync(toBackupPath(path))).toBe(false);
  });

  test('is left unchanged if it cannot be copied', () => {
    const path = join(tempFolder(), 'mirror.db');
    makeVersion(path, 2);
    const before = readFileSync(path);
    mkdirSync(toBackupPath(path));
    expect(() => openMirror(path)).toThrow();
    expect(readFileSync(path).subarray(100)).toEqual(before.subarray(100));
  });
});

/** Everything in the schema of a mirror, as its SQL says it. */
function listObjects({ sqlite }: Mirror): unknown[] {
  return sqlite
    .prepare(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name <> '__drizzle_migrations' ORDER BY type, name`,
    )
    .all();
}

function countMigrations(path: string): unknown {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    return sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get();
  } finally {
    sqlite.close();
  }
}

/** The rows that every version has. */
function listRows(path: string): unknown[] {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    return ['cases', 'sync_runs', hasListSyncs(sqlite) ? 'list_syncs' : 'status_syncs'].map((table) =>
      sqlite.prepare(`SELECT * FROM ${table}`).all(),
    );
  } finally {
    sqlite.close();
  }
}
