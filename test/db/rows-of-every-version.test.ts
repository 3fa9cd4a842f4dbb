import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type Database from 'better-sqlite3';
import { openSqlite } from '../../src/db/engine.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { LATEST, makeEmptyVersion } from '../support/earlier-version.ts';
import { verifyFile } from '../support/eventful-mirror.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/make-document.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { times } from '../support/times.ts';

/** The oldest version with linked lists; `renamed-tables.test.ts` upgrades one with rows in every table from before it. */
const OLDEST = 17;
/** Tables that are not there any more, with a row of each. */
const DROPPED_TABLES: Readonly<Record<string, string>> = {
  mirror_offers: `INSERT INTO mirror_offers VALUES ('documents', 'offered', 'case_id', 10, 20, '2030-01-01T03:17:00.000Z', 1)`,
};
/** The version before `related_cases.id` had an id that arrived as a text. */
const BEFORE_IDS = 29;
/** The version before the lists of texts in columns had only texts. */
const BEFORE_TEXTS = 32;

const ALL = Array.from({ length: LATEST - OLDEST }, (_, at) => OLDEST + at);
/** The oldest, the one with a table that is not there any more, and the newest: there, the next migration finds rows. */
const versions = times([OLDEST, 22, LATEST - 1], ALL);

/** The tables of a mirror but for those of the search, of Drizzle, and of the digests, which `verify` checks. */
function listTables(sqlite: Database.Database, schema = 'main'): string[] {
  return sqlite
    .prepare<[], string>(
      `SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
        AND name NOT IN ('__drizzle_migrations', 'mirror_seals') ORDER BY name`,
    )
    .pluck()
    .all()
    .filter((name) => !SEARCH_OBJECTS.has(name));
}

const listColumns = (sqlite: Database.Database, schema: string, table: string): string[] =>
  (sqlite.pragma(`${schema}.table_info(${table})`) as { name: string }[]).map(({ name }) => name);

/** The columns of each table. */
type Columns = ReadonlyMap<string, readonly string[]>;

/** Writes the rows of a mirror of today as the version with this number of migrations had them. Returns what is in both. */
function writeWithRows(path: string, migrations: number, today: string, isFull = true): Columns {
  const copied = new Map<string, readonly string[]>();
  writeFileSync(path, makeEmptyVersion(migrations));
  const sqlite = openSqlite(path);
  sqlite.pragma('foreign_keys = OFF');
  sqlite.prepare('ATTACH ? AS today').run(today);
  const known = new Set(listTables(sqlite, 'today'));
  const tables = listTables(sqlite);
  for (const table of tables) {
    if (!known.has(table)) {
      sqlite.exec(DROPPED_TABLES[table] ?? '');
      continue;
    }
    const present = new Set(listColumns(sqlite, 'main', table));
    const columns = listColumns(sqlite, 'today', table).filter((name) => present.has(name));
    copied.set(table, columns);
    const list = columns.map((name) => `"${name}"`).join(', ');
    sqlite.exec(
      `DELETE FROM main."${table}"; INSERT INTO main."${table}" (${list}) SELECT ${list} FROM today."${table}"`,
    );
  }
  const empty = tables.filter(
    (table) => sqlite.prepare(`SELECT 1 FROM main."${table}" LIMIT 1`).get() === undefined,
  );
  sqlite.close();
  if (isFull) expect(empty).toEqual([]);
  return copied;
}

function listRows(path: string, copied: Columns): Record<string, unknown[]> {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    return Object.fromEntries(
      [...copied].map(([table, columns]) => [
        table,
        sqlite
          .prepare(
            `SELECT "${columns.join('", "')}" FROM "${table}" ORDER BY ${columns.length > 1 ? '1, 2' : '1'}`,
          )
          .all(),
      ]),
    );
  } finally {
    sqlite.close();
  }
}

describe('a mirror with rows in every table that its version has', () => {
  let bytesOfToday: Buffer;
  beforeAll(async () => {
    const path = await makeFullMirror();
    const sqlite = openSqlite(path);
    sqlite.exec(
      `INSERT INTO mirror_snapshot VALUES (1, 'mirror.db', '2030-02-01T03:17:00.000Z', '0.1.0', 5, 1, NULL)`,
    );
    sqlite.close();
    bytesOfToday = readFileSync(path);
  });

  test.each(versions)('of %d migrations has the same rows after the upgrade', (migrations) => {
    const [path, today] = ['mirror.db', 'today.db'].map((name) => join(tempFolder(), name)) as [
      string,
      string,
    ];
    writeFileSync(today, bytesOfToday);
    const copied = writeWithRows(path, migrations, today);
    openMirror(path).close();
    expect(listRows(path, copied)).toEqual(listRows(today, copied));
    const { findings } = verifyFile(path);
    expect(findings.filter(({ check }) => ['seals', 'schema', 'rows'].includes(check))).toEqual([]);
  });

  test('gets the id of a related case from a text of digits, as if it had arrived today', async () => {
    const ids = ['90', 'x', ' 091 ', 92, null];
    const related_cases = [...ids.map((id) => ({ id, name: 'Alder v. Birch' })), '93', { name: 'Alder' }];
    const harness = await startHarness({ source: recordedCases([makeCase({ id: 8, related_cases })]) });
    await harness.sync();
    const path = join(tempFolder(), 'mirror.db');
    const copied = writeWithRows(path, BEFORE_IDS, harness.database, false);
    const sqlite = openSqlite(path);
    sqlite.exec('UPDATE related_cases SET id = NULL WHERE id <> 92');
    sqlite.close();
    openMirror(path).close();
    expect(listRows(path, copied).related_cases).toMatchObject(
      [90, null, 91, 92, null, null].map((id) => ({ id })),
    );
    expect(listRows(path, copied)).toEqual(listRows(harness.database, copied));
    expect(verifyFile(path).findings).toEqual([]);
  });

  test('has in its lists of texts no objects, as if they had arrived today', () => {
    const texts = [
      'Court',
      { title: 'Vault' },
      { value: 'Pl"ain\n\u{1F600}\ud800', run: 2 },
      { value: ['x'] },
    ];
    const odd = [...texts, { value: null }, [{ title: 'Vault' }], null, 1e21, 0.5, true, {}];
    const linked = openLinkedMirror([1]);
    linked.read(1, 'documents', [
      makeDocument({ id: 7, party_types: odd }),
      makeDocument({ id: 8, party_types: ['Court'] }),
      makeDocument({ id: 9, party_types: [{ title: 'Vault' }] }),
    ]);
    linked.read(1, 'resources', [{ title: 'A study', resource_types: odd }, { title: 'Another' }]);
    linked.mirror.close();
    const path = join(tempFolder(), 'mirror.db');
    const copied = writeWithRows(path, BEFORE_TEXTS, linked.mirror.path, false);
    const sqlite = openSqlite(path);
    for (const [table, column] of [
      ['documents', 'party_types'],
      ['resources', 'resource_types'],
    ])
      sqlite.exec(
        `UPDATE ${table} SET ${column} = json_extract(mirror_payload, '$.${column}') WHERE ${column} IS NOT NULL`,
      );
    expect(listRows(path, copied)).not.toEqual(listRows(linked.mirror.path, copied));
    sqlite.close();
    openMirror(path).close();
    expect(listRows(path, copied)).toEqual(listRows(linked.mirror.path, copied));
    const [found] = listRows(path, copied).documents as [{ party_types: string }];
    expect(JSON.parse(found.party_types)).toEqual([
      'Court',
      'Pl"ain\n\u{1F600}\ud800',
      null,
      null,
      1e21,
      0.5,
      true,
    ]);
  });
});
