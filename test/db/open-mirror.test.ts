import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, jest } from '@jest/globals';
import type Database from 'better-sqlite3';
import { loadEngine, openSqlite } from '../../src/db/engine.ts';
import type { ErrorCode } from '../../src/errors/mirror-error.ts';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A new mirror, made and closed. */
function makeMirror(): string {
  const path = join(tempFolder(), 'mirror.db');
  openMirror(path).close();
  return path;
}

const both = [
  ['for writing', openMirror],
  ['for reading', openMirrorReadOnly],
] as const;

const withCode = (code: ErrorCode): unknown => expect.objectContaining({ code });

test('a new file gets the whole schema, in WAL mode, with foreign keys on and our mark in its header', () => {
  const mirror = openMirror(join(tempFolder(), 'mirror.db'));
  expect(mirror.sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(mirror.sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
  expect(mirror.sqlite.pragma('application_id', { simple: true })).toBe(0x434d4952);
  expect(mirror.sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(mirror.sqlite.prepare('SELECT count(*) FROM cases').pluck().get()).toBe(0);
  mirror.close();
});

test('opening again changes nothing', () => {
  const path = makeMirror();
  const before = readFileSync(path);
  openMirror(path).close();
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a mirror without one of its sealed tables is not opened for writing, so that no seal is kept for some tables only', () => {
  const path = makeMirror();
  const sqlite = openSqlite(path);
  sqlite.exec('DROP TABLE schema_drift');
  sqlite.close();
  expect(() => openMirror(path)).toThrow(withCode('DATABASE_DAMAGED'));
});

describe.each(both)('opening %s', (_, open) => {
  test('a file that is no database is refused and stays as it is', () => {
    const path = join(tempFolder(), 'letter.txt');
    writeFileSync(path, 'Dear reader, this is not a database. '.repeat(100));
    expect(() => open(path)).toThrow(withCode('DATABASE_FOREIGN'));
    expect(readFileSync(path, 'utf8')).toContain('Dear reader');
  });

  test("another program's database is refused and stays as it is", () => {
    const path = join(tempFolder(), 'other.db');
    const other = openSqlite(path);
    other.exec('CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES (1)');
    other.close();
    const before = readFileSync(path);
    expect(() => open(path)).toThrow(withCode('DATABASE_FOREIGN'));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a mirror that a newer version wrote is refused', () => {
    const path = makeMirror();
    const mirror = openMirror(path);
    mirror.sqlite.exec(
      `INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of the future', 99999999999999)`,
    );
    mirror.close();
    expect(() => open(path)).toThrow(withCode('DATABASE_NEWER'));
  });

  test('a damaged file is refused', () => {
    const path = makeMirror();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100, 4096);
    writeFileSync(path, bytes);
    expect(() => open(path)).toThrow(withCode('DATABASE_DAMAGED'));
  });
});

test('a path in a folder that does not exist is refused with advice', () => {
  expect(() => openMirror(join(tempFolder(), 'nowhere', 'mirror.db'))).toThrow(
    withCode('DATABASE_UNWRITABLE'),
  );
});

test('a folder in place of the file is refused', () => {
  const path = join(tempFolder(), 'mirror.db');
  mkdirSync(path);
  expect(() => openMirror(path)).toThrow(withCode('DATABASE_FOREIGN'));
});

describe('reading', () => {
  test('a missing mirror is reported, and no file is created', () => {
    const path = join(tempFolder(), 'mirror.db');
    expect(() => openMirrorReadOnly(path)).toThrow(withCode('DATABASE_MISSING'));
    expect(existsSync(path)).toBe(false);
  });

  test('an older schema is not changed: a sync must upgrade it', () => {
    const path = makeMirror();
    const mirror = openMirror(path);
    mirror.sqlite.exec(
      'DELETE FROM __drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM __drizzle_migrations)',
    );
    mirror.close();
    expect(() => openMirrorReadOnly(path)).toThrow(withCode('DATABASE_OLDER'));
  });

  test('nothing can be written through it', () => {
    const mirror = openMirrorReadOnly(makeMirror());
    expect(() => mirror.sqlite.exec('DELETE FROM cases')).toThrow('readonly');
    mirror.close();
  });
});

test('a file that another process makes a mirror of meanwhile is new or a mirror to a reader, never a foreign one', () => {
  const path = join(tempFolder(), 'mirror.db');
  const empty = openSqlite(path);
  empty.pragma('journal_mode = WAL');
  empty.close();
  const creation = jest.spyOn(loadEngine().prototype, 'pragma').mockImplementationOnce(function (
    this: Database.Database,
  ) {
    const mark = this.prepare('PRAGMA application_id').pluck().get();
    openMirror(path).close();
    return mark;
  });
  expect(() => openMirrorReadOnly(path)).toThrow(withCode('DATABASE_MISSING'));
  creation.mockRestore();
  openMirrorReadOnly(path).close();
});
