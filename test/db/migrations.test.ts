import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { listMigrations, runMigrations } from '../../src/db/migrate.ts';
import { readNewSchema } from '../../src/db/new-schema.ts';
import { type Mirror, openMirrorInMemory, toDrizzle } from '../../src/db/open-mirror.ts';
import { SEALED_TABLES, sealAll } from '../../src/db/seals.ts';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import * as drizzleKit from 'drizzle-kit/api';
import { API_LISTS, toListFilter } from '../../src/api/lists.ts';
import * as schema from '../../src/db/schema/schema.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly when: number; readonly tag: string }[];
}
/** The part of drizzle-kit that is used here; its own types need packages of other databases. */
interface Kit {
  readonly generateSQLiteDrizzleJson: (schema: object) => Promise<object>;
  readonly generateSQLiteMigration: (before: object, after: object) => Promise<string[]>;
}

const readJson = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../migrations/meta/${path}`, import.meta.url), 'utf8'));
const journal = readJson('_journal.json') as Journal;

test('each migration is newer than the one before it: Drizzle would skip an older one silently', () => {
  const whens = journal.entries.map(({ when }) => when);
  expect(whens).toEqual([...new Set(whens)].sort((a, b) => a - b));
  expect(journal.entries.map(({ idx }) => idx)).toEqual(journal.entries.map((_, index) => index));
});

test('mirrors that exist get a new seal by a migration, after which all tables are sealed', () => {
  // Whoever changes what is sealed adds a migration, and names it here.
  expect([hash('sha256', JSON.stringify(SEALED_TABLES)), journal.entries.map(({ tag }) => tag)]).toEqual([
    'b5ff2dbcb1c6ac80432fc21760d2e1ad08c9ae7ba97b50be7e88c3aceefb4a3c',
    expect.arrayContaining(['0034_seal_paused_hosts']),
  ]);
});

test('a fresh database has every migration applied', () => {
  const mirror = openMirrorInMemory();
  expect(
    mirror.sqlite.prepare('SELECT created_at FROM __drizzle_migrations ORDER BY created_at').pluck().all(),
  ).toEqual(journal.entries.map(({ when }) => when));
  mirror.close();
});

test('a new mirror is in everything what its migrations make, one after another', () => {
  const listAll = (sqlite: Mirror['sqlite']): unknown[] => {
    const objects = sqlite
      .prepare<[], { type: string; name: string }>(
        'SELECT rowid, type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid',
      )
      .all();
    const rows = objects
      .filter(({ type }) => type === 'table')
      .map(({ name }) => sqlite.prepare(`SELECT * FROM "${name}"`).all());
    return [objects, rows];
  };
  const mirror = openMirrorInMemory();
  const migrated = openSqlite(':memory:');
  runMigrations(migrated, () => undefined, { isOneByOne: true });
  const ids = [mirror.sqlite, migrated].map((sqlite) => {
    const id = sqlite.prepare('SELECT mirror_id FROM mirror_identity').pluck().get();
    sqlite.exec("UPDATE mirror_identity SET mirror_id = ''");
    sealAll(sqlite);
    return id;
  });
  expect(listAll(mirror.sqlite)).toEqual(listAll(migrated));
  expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(ids[0]).not.toBe(ids[1]);
  expect(readNewSchema(listMigrations())).not.toBeNull();
  migrated.close();
  mirror.close();
});

test('a program with other migrations does not use the schema of these', () => {
  expect(readNewSchema(listMigrations().slice(0, -1))).toBeNull();
});

test('the schema in the code needs no migration that is not there', async () => {
  const last = journal.entries.at(-1);
  const stored = readJson(`${String(last?.idx).padStart(4, '0')}_snapshot.json`);
  const { generateSQLiteDrizzleJson, generateSQLiteMigration } = drizzleKit as unknown as Kit;
  expect(await generateSQLiteMigration(stored as object, await generateSQLiteDrizzleJson(schema))).toEqual(
    [],
  );
});

test('no table is STRICT, which SQLite 3.34 cannot open, and those without a rowid stay so', () => {
  const mirror = openMirrorInMemory();
  const tables = (
    mirror.sqlite.pragma('table_list') as { name: string; strict: number; wr: number }[]
  ).filter(({ name }) => !SEARCH_OBJECTS.has(name));
  expect(tables.filter(({ strict }) => strict !== 0)).toEqual([]);
  expect(tables.filter(({ wr }) => wr !== 0)).toHaveLength(26);
  mirror.close();
});

test('the lookup table holds the read lists, as the code has them', () => {
  const mirror = openMirrorInMemory();
  expect(mirror.db.select().from(schema.lists).all()).toEqual(
    API_LISTS.map((status) => ({ ...status, filter: Object.keys(toListFilter(status))[0] })),
  );
  mirror.close();
});

test('a migration that fails leaves nothing of itself behind', () => {
  const sqlite = openSqlite(':memory:');
  sqlite.exec('CREATE TABLE cases (wrong TEXT)');
  const folder = new URL('../../migrations', import.meta.url).pathname;
  expect(() => {
    migrate(toDrizzle(sqlite), { migrationsFolder: folder });
  }).toThrow();
  const tables = sqlite
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'`)
    .pluck()
    .all();
  expect(tables).toEqual(['cases']);
  sqlite.close();
});
