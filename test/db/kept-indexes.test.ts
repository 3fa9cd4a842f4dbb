import { describe, expect, test } from '@jest/globals';
import type Database from 'better-sqlite3';
import { prepareWriteText } from '../../src/db/linked/texts.ts';
import { listMigrations, runMigrations } from '../../src/db/migrate.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import { checkIndex, findOptions } from '../../src/db/search-index.ts';
import { SEARCH_INDEXES, type SearchKind, SHADOWS } from '../../src/db/search-tables.ts';
import { mayChange } from '../../src/db/sql-text.ts';
import { checkSearchIndexes } from '../../src/verify/file.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';

const KINDS = Object.keys(SEARCH_INDEXES) as SearchKind[];

/** A mirror with rows of every kind, each of which came by itself: its indexes have several parts, and a new one has one. */
function openMirrorOfParts(): Mirror {
  const { mirror, run, read } = openLinkedMirror([]);
  for (const id of [1, 2, 3]) {
    const entries = [makeEntry({ id, row_number: 1, description: `ORDER about okapi ${id}` })];
    run([makeCase({ id, name: `Quagga ${id}`, main_docket: makeDocket({ id, docket_entries: entries }) })]);
    read(id, 'documents', [makeDocument({ id: 10 + id, title: `Zebra order ${id}` })]);
    prepareWriteText(mirror)({
      document: { documentId: 10 + id, fingerprint: 'x' },
      result: { answer: { outcome: 'text', text: `The bongo ${id} is free.`, raw: null, drift: [] } },
      at: new Date(Date.UTC(2030, 0, 15)),
    });
  }
  return mirror;
}

let age = 0;

/** Upgrades a mirror by one more migration. */
function upgrade({ sqlite }: Mirror, ...sql: string[]): void {
  const folderMillis = Date.UTC(2090, 0, 1) + ++age;
  sqlite.pragma('foreign_keys = OFF');
  runMigrations(sqlite, () => undefined, {
    migrations: [...listMigrations(), { sql, folderMillis, hash: 'x', bps: true }],
  });
}

/** What SQLite keeps of an index, byte for byte. */
function listBytes(sqlite: Database.Database, kind: SearchKind): string {
  const { name } = SEARCH_INDEXES[kind];
  return JSON.stringify(
    SHADOWS.map((ending) => sqlite.prepare(`SELECT * FROM ${name}_${ending} ORDER BY 1, 2`).all()),
  );
}

/** The indexes that an upgrade makes anew. Each index has the words of its table afterwards. */
function listBuilt(mirror: Mirror, ...sql: string[]): SearchKind[] {
  const { sqlite } = mirror;
  const before = KINDS.map((kind) => listBytes(sqlite, kind));
  upgrade(mirror, ...sql);
  for (const kind of KINDS) checkIndex(sqlite, kind);
  return KINDS.filter((kind, at) => listBytes(sqlite, kind) !== before[at]);
}

const find = ({ sqlite }: Mirror, kind: SearchKind, word: string): unknown => {
  const { name } = SEARCH_INDEXES[kind];
  return sqlite.prepare(`SELECT count(*) FROM ${name} WHERE ${name} MATCH ?`).pluck().get(word);
};

describe('an upgrade', () => {
  test.each<readonly [title: string, built: readonly SearchKind[], ...sql: string[]]>([
    [
      'a table that refers to documents, an index and a view of them, and another order of the tables',
      [],
      'CREATE TABLE `notes` (`id` integer PRIMARY KEY, `document_id` integer REFERENCES `documents`(`id`)); -- documents',
      'CREATE INDEX trial ON documents (title); DROP VIEW clean_resources',
      'CREATE VIEW clean_resources AS SELECT * FROM resources, documents, cases, docket_entries, texts',
      "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rowid = rowid + 9000000 WHERE tbl_name = 'notes'; PRAGMA writable_schema = RESET",
      'ALTER TABLE linked_lists ADD trial text; UPDATE linked_lists SET records = records + 0',
    ],
    ['an edit of cases', ['cases'], "UPDATE `cases` SET name = 'Okapi' WHERE id = 1"],
    [
      'an edit of defendants',
      ['cases'],
      "INSERT INTO case_defendants (case_id, mirror_position, name) VALUES (1, 9, 'Okapi Inc.')",
    ],
    ['an edit of entries', ['entries'], "UPDATE docket_entries SET description = 'Okapi'"],
    ['a new column of documents', ['documents', 'texts'], 'ALTER TABLE "documents" ADD trial text'],
    ['a removed text', ['texts'], 'DELETE FROM document_texts WHERE document_id = 11'],
    [
      'a schema that is edited without the name of the table',
      ['documents', 'texts'],
      "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, ')', ' )') WHERE type = 'table' AND name LIKE 'document_'; PRAGMA writable_schema = RESET",
    ],
  ])('with %s builds the indexes that depend on it: %j', (_, built, ...sql) => {
    const mirror = openMirrorOfParts();
    expect(listBuilt(mirror, ...sql)).toEqual(built);
    mirror.close();
  });

  test('computes the columns of an index anew with its rows, and finds their words', () => {
    const mirror = openMirrorOfParts();
    const { sqlite } = mirror;
    listBuilt(
      mirror,
      "UPDATE cases SET mirror_defendants = 'wrong', summary_short = 'Narwhal' WHERE id = 2",
      "UPDATE texts SET value = 'A kinka' || char(173) || 'jou.' WHERE mirror_id = 1",
    );
    expect([find(mirror, 'cases', 'wrong'), find(mirror, 'cases', 'narwhal')]).toEqual([0, 1]);
    expect([find(mirror, 'texts', 'kinkajou'), find(mirror, 'texts', 'bongo')]).toEqual([1, 2]);
    sqlite.exec("UPDATE documents SET title = 'Tapir' WHERE id = 12");
    expect([find(mirror, 'documents', 'tapir'), find(mirror, 'documents', 'zebra')]).toEqual([1, 2]);
    mirror.close();
  });

  test.each([
    ['lacks a trigger', ['documents'], 'DROP TRIGGER documents_fts_update'],
    [
      'has another trigger',
      ['entries'],
      'DROP TRIGGER docket_entries_fts_insert; CREATE TRIGGER docket_entries_fts_insert AFTER INSERT ON docket_entries BEGIN SELECT 1; END',
    ],
    ['has other options', ['cases'], "INSERT INTO cases_fts (cases_fts, rank) VALUES ('automerge', 8)"],
    ['is missing', ['texts'], 'DROP TABLE texts_fts'],
    [
      'has other columns',
      ['documents'],
      'DROP TABLE documents_fts; CREATE VIRTUAL TABLE documents_fts USING fts5(title, content="documents", content_rowid="id")',
    ],
  ] as const)('builds an index that %s anew', (_, built, damage) => {
    const mirror = openMirrorOfParts();
    mirror.sqlite.exec(damage);
    const kept = KINDS.filter((kind) => !(built as readonly string[]).includes(kind));
    const before = kept.map((kind) => listBytes(mirror.sqlite, kind));
    upgrade(mirror, 'CREATE TABLE notes (id integer)');
    expect(kept.map((kind) => listBytes(mirror.sqlite, kind))).toEqual(before);
    for (const kind of KINDS) checkIndex(mirror.sqlite, kind);
    mirror.sqlite.exec(
      "UPDATE documents SET title = 'Tapir'; UPDATE docket_entries SET description = 'Tapir'",
    );
    expect([find(mirror, 'documents', 'tapir'), find(mirror, 'entries', 'tapir')]).toEqual([3, 3]);
    mirror.close();
  });
});

describe('an upgrade from before more parts of an index could stand', () => {
  const takeOption = ({ sqlite }: Mirror): void => {
    sqlite.unsafeMode(true);
    for (const { name } of Object.values(SEARCH_INDEXES))
      sqlite.exec(`DELETE FROM ${name}_config WHERE k = 'crisismerge'`);
  };
  /** The parts of an index with their words, and its options. */
  const listState = ({ sqlite }: Mirror) =>
    KINDS.map((kind) => {
      const { name } = SEARCH_INDEXES[kind];
      const blocks = sqlite.prepare(`SELECT * FROM ${name}_data WHERE id <> 10 ORDER BY id`).all();
      return [kind, blocks, findOptions(sqlite, SEARCH_INDEXES[kind]).found];
    });

  test('gives each index the option and keeps its parts', () => {
    const mirror = openMirrorOfParts();
    const before = listState(mirror);
    takeOption(mirror);
    expect(listState(mirror)).not.toEqual(before);
    upgrade(mirror, 'CREATE TABLE notes (id integer)');
    expect(listState(mirror)).toEqual(before);
    expect([...checkSearchIndexes(mirror)]).toEqual([]);
    mirror.close();
  });

  test.each([
    [
      'has another option besides, which was changed',
      "UPDATE cases_fts_config SET v = 8 WHERE k = 'automerge'",
    ],
    ['is of a format that SQLite does not know', "UPDATE cases_fts_config SET v = 9 WHERE k = 'version'"],
    ['has lost its options', 'DELETE FROM cases_fts_config'],
    ['has lost the table of its options', 'DROP TABLE cases_fts_config'],
    ['has lost its list of parts', 'DELETE FROM cases_fts_data WHERE id = 10'],
  ])('builds an index that %s anew', (_, damage) => {
    const mirror = openMirrorOfParts();
    takeOption(mirror);
    // A new connection has not read the options before.
    mirror.sqlite.exec(`${damage}; PRAGMA writable_schema = RESET`);
    upgrade(mirror, 'CREATE TABLE notes (id integer)');
    expect([...checkSearchIndexes(mirror)]).toEqual([]);
    expect(find(mirror, 'cases', 'quagga')).toBe(3);
    mirror.close();
  });
});

describe('a statement', () => {
  test.each([
    'CREATE VIEW x AS SELECT * FROM cases',
    'DROP VIEW IF EXISTS x; CREATE TEMP VIEW x AS SELECT * FROM "cases"',
    'CREATE TABLE x (case_id integer REFERENCES cases (id))',
    'CREATE TABLE IF NOT EXISTS `x` AS SELECT * FROM cases',
    'CREATE UNIQUE INDEX x ON cases (name)',
    '/* cases */ DELETE FROM case_links -- cases',
    "UPDATE other_cases SET name = 'case'",
  ])('cannot change a table: %s', (sql) => {
    expect(mayChange(sql, ['cases'])).toBe(false);
  });

  test.each([
    'UPDATE cases SET name = 1',
    'create table "Cases" (id)',
    'CREATE TABLE IF NOT EXISTS main.cases (id)',
    'INSERT INTO x SELECT * FROM [cases]',
    'DROP TABLE `cases`',
    "UPDATE sqlite_schema SET sql = '' WHERE name = 'cases'",
    'CREATE TRIGGER x AFTER INSERT ON x BEGIN SELECT 1; UPDATE Cases SET name = 1; END',
    'CREATE VIEW x AS SELECT 1; DELETE FROM main.cases',
    'ALTER TABLE x RENAME TO cases',
    'WITH x AS (SELECT 1) DELETE FROM cases',
  ])('may change a table: %s', (sql) => {
    expect(mayChange(sql, ['cases'])).toBe(true);
  });
});
