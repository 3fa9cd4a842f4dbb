import { beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { type BrokenObject, listMigrations } from '../../src/db/migrate.ts';
import { openMirror, toBackupPath } from '../../src/db/open-mirror.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** The migrations before the one that renamed tables and views. */
const BEFORE = 14;

/** A mirror of the schema before that migration, with views that a user added. */
function writeFormerMirror(path: string, views: string): void {
  const sqlite = openSqlite(path);
  sqlite.unsafeMode(true);
  sqlite.pragma('application_id = 1129138514');
  sqlite.exec(
    'CREATE TABLE "__drizzle_migrations" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)',
  );
  const note = sqlite.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)');
  for (const { sql, hash, folderMillis } of listMigrations().slice(0, BEFORE)) {
    for (const statement of sql) sqlite.exec(statement);
    note.run(hash, folderMillis);
  }
  sqlite.exec(views);
  sqlite.close();
}

const BROKEN = 'CREATE VIEW "my ""latest""" AS SELECT count(*) AS n FROM latest_sweeps;';
const WARNING = 'Warning: your view "my \\"latest\\"" no longer works after the upgrade of the mirror';

describe('an upgrade of a mirror with views of the user', () => {
  let path: string;
  const upgrade = (views: string): readonly BrokenObject[] => {
    writeFormerMirror(path, views);
    const broken: BrokenObject[] = [];
    openMirror(path, { onBroken: (found) => broken.push(...found) }).close();
    return broken;
  };
  beforeEach(() => {
    path = join(tempFolder(), 'mirror.db');
  });

  test('names those that read a view which was renamed, and those that read such a view', () => {
    expect(upgrade(`${BROKEN} CREATE VIEW twice AS SELECT n * 2 AS n FROM "my ""latest"""`)).toEqual([
      { type: 'view', name: 'my "latest"', reason: expect.stringContaining('latest_sweeps') },
      { type: 'view', name: 'twice', reason: expect.stringContaining('latest_sweeps') },
    ]);
  });

  test('keeps those that read tables or columns which were renamed', () => {
    const views = `CREATE VIEW a AS SELECT label FROM statuses; CREATE VIEW b AS SELECT mirror_status_id FROM cases;
      CREATE VIEW c AS SELECT id FROM clean_cases`;
    expect(upgrade(views)).toEqual([]);
    const sqlite = openSqlite(path, { readonly: true });
    for (const view of ['a', 'b', 'c'])
      expect(() => sqlite.prepare(`SELECT * FROM ${view}`).all()).not.toThrow();
    sqlite.close();
  });

  test('names the triggers that read a renamed view, directly or from a view of the user, or that belonged to it', () => {
    const triggers = `
      CREATE TABLE notes (note);
      CREATE VIEW mine AS SELECT 1 AS n;
      CREATE TRIGGER "reads ""it""" AFTER UPDATE OF note ON notes BEGIN
        INSERT INTO notes SELECT count(*) FROM latest_sweeps; END;
      CREATE TRIGGER of_my_view INSTEAD OF DELETE ON mine BEGIN INSERT INTO notes SELECT 1 FROM latest_sweeps; END;
      CREATE TRIGGER of_the_view INSTEAD OF INSERT ON latest_sweeps BEGIN INSERT INTO notes VALUES (1); END;
      CREATE TRIGGER of_another_view INSTEAD OF UPDATE ON Clean_Cases BEGIN INSERT INTO notes VALUES (new.id); END;
      CREATE TRIGGER sound AFTER UPDATE OF note ON notes BEGIN DELETE FROM notes WHERE note IS NULL; END;
      CREATE TRIGGER of_cases AFTER INSERT ON cases BEGIN INSERT INTO notes SELECT label FROM statuses; END;`;
    expect(upgrade(triggers)).toEqual([
      { type: 'trigger', name: 'reads "it"', reason: expect.stringContaining('latest_sweeps') },
      { type: 'trigger', name: 'of_my_view', reason: expect.stringContaining('latest_sweeps') },
      {
        type: 'trigger',
        name: 'of_the_view',
        reason: 'the upgrade replaced latest_sweeps, to which it belonged',
      },
    ]);
    const sqlite = openSqlite(path, { readonly: true });
    const left = sqlite
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name NOT GLOB '*_fts_*' ORDER BY name",
      )
      .pluck();
    expect(left.all()).toEqual(['of_another_view', 'of_cases', 'of_my_view', 'reads "it"', 'sound']);
    sqlite.close();
  });

  test('does not name a trigger that did not work before', () => {
    expect(
      upgrade(`CREATE TABLE notes (note);
        CREATE TRIGGER was_broken AFTER DELETE ON notes BEGIN INSERT INTO gone VALUES (1); END;`),
    ).toEqual([]);
  });

  test('does not name one that could not be read before', () => {
    expect(upgrade('CREATE VIEW old AS SELECT 1 FROM gone')).toEqual([]);
  });

  test('reports nothing if the mirror is new or current', () => {
    expect(upgrade('')).toEqual([]);
    const broken: BrokenObject[] = [];
    openMirror(path, { onBroken: (found) => broken.push(...found) }).close();
    openMirror(join(tempFolder(), 'new.db'), { onBroken: (found) => broken.push(...found) }).close();
    expect(broken).toEqual([]);
  });

  test.each([
    ['sync', ['sync']],
    ['nightly', ['nightly', '--once', '--no-nightly-snapshot', '--log-format', 'text', '--jitter', '0']],
  ])('is a warning of `%s`, which goes on', async (_name, args) => {
    const { env } = await startHarness({ source: recordedCases([makeCase({ id: 1 })]) });
    writeFormerMirror(path, BROKEN);
    const { exitCode, stderr } = await runCli([...args, '--database', path], { env });
    expect(stderr).toContain(WARNING);
    expect(stderr).toContain('docs/schema.md');
    expect(exitCode).toBe(0);
  });

  test('is a warning in the JSON log', async () => {
    const { env } = await startHarness({ source: recordedCases([makeCase({ id: 1 })]) });
    writeFormerMirror(path, BROKEN);
    const { stderr } = await runCli(
      ['nightly', '--once', '--no-nightly-snapshot', '--log-format', 'json', '--database', path],
      { env },
    );
    const lines = stderr.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        event: 'objects-broken',
        type: 'view',
        name: 'my "latest"',
        reason: expect.any(String),
        hint: expect.stringContaining('docs/schema.md'),
      }),
    );
  });

  test('is a warning of `restore`, whose snapshot is older than the program', async () => {
    const snapshot = join(tempFolder(), 'older.db');
    writeFormerMirror(snapshot, BROKEN);
    const { exitCode, stderr } = await runCli(['restore', snapshot, '--yes', '--database', path]);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(WARNING)]);
  });

  test('leaves the former views in the copy of the mirror', () => {
    upgrade(BROKEN);
    const sqlite = openSqlite(toBackupPath(path), { readonly: true });
    expect(sqlite.prepare('SELECT * FROM "my ""latest"""').pluck().get()).toBe(6);
    sqlite.close();
  });
});
