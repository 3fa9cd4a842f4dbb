import { copyFileSync, mkdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CasePayload } from '../../src/api/payload.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { type DiskRoom, checkRewriteRoom, requireRewriteRoom } from '../../src/db/rewrite-room.ts';
import { rewriteSearchIndexes } from '../../src/db/search-index.ts';
import { storeDay } from '../history/store-day.ts';
import { makeCase } from '../support/make-case.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MB = 1_000_000;
const SIZE = { file: 100 * MB, indexes: 20 * MB };
const room = (folder: string, disk: number, free: number): DiskRoom => ({ folder, disk, free: free * MB });

test.each<[string, DiskRoom, DiskRoom]>([
  ['one disk has room for two copies and the indexes', room('/data', 1, 231), room('/tmp', 1, 231)],
  [
    'two disks have room for one copy each, and one for the indexes',
    room('/data', 1, 126),
    room('/tmp', 2, 105),
  ],
])('a file is rewritten if %s', (_, mirror, temporary) => {
  expect(() => {
    checkRewriteRoom(SIZE, mirror, temporary);
  }).not.toThrow();
});

test.each<[string, DiskRoom, DiskRoom, string]>([
  ['one disk has no room for the indexes', room('/data', 1, 220), room('/tmp', 1, 220), '231 MB, and /data'],
  ['the disk of the mirror has none', room('/data', 1, 120), room('/tmp', 2, 500), '126 MB, and /data'],
  ['the disk of temporary files is full', room('/data', 1, 500), room('/tmp', 2, 50), '105 MB, and /tmp'],
])('a file is left as it is if %s', (_, mirror, temporary, words) => {
  expect(() => {
    checkRewriteRoom(SIZE, mirror, temporary);
  }).toThrow(words);
});

const { SQLITE_TMPDIR } = process.env;
beforeEach(() => {
  process.env.SQLITE_TMPDIR = tempFolder();
});
afterEach(() => {
  if (SQLITE_TMPDIR === undefined) delete process.env.SQLITE_TMPDIR;
  else process.env.SQLITE_TMPDIR = SQLITE_TMPDIR;
});

test('the room is looked up where SQLite writes: beside the file to which a symbolic link leads, and in its temporary folder', () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'large'));
  const [file, link] = [join(folder, 'large', 'mirror.db'), join(folder, 'link.db')];
  symlinkSync(file, link);
  const sqlite = openSqlite(file);
  const asked: string[] = [];
  requireRewriteRoom(sqlite, link, (one) => {
    asked.push(one);
    return room(one, asked.length, 1);
  });
  sqlite.close();
  expect(asked).toEqual([join(realpathSync(folder), 'large'), process.env.SQLITE_TMPDIR]);
});

test('a rewrite is refused on a disk with less room than it takes: for the search indexes, and then for the file', () => {
  const [measured, refused] = [join(tempFolder(), 'mirror.db'), join(tempFolder(), 'mirror.db')];
  const mirror = openMirror(measured);
  const { sqlite } = mirror;
  const cases = [1, 2, 3].map((id) => makeCase({ id, summary: toWords(id) }) as CasePayload);
  for (const count of [1, 2, 3]) storeDay(mirror, cases.slice(0, count));
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(measured, refused);
  sqlite.pragma('wal_autocheckpoint = 0');
  rewriteSearchIndexes(sqlite);
  sqlite.exec('VACUUM');
  const taken = statSync(`${measured}-wal`).size;
  mirror.close();
  const copy = openSqlite(refused);
  const isTemporary = (folder: string): boolean => folder === process.env.SQLITE_TMPDIR;
  const rewriteWith = (free: number) => () => {
    requireRewriteRoom(copy, refused, (folder) =>
      isTemporary(folder) ? { folder, disk: 2, free: Infinity } : { folder, disk: 1, free },
    );
  };
  expect(rewriteWith(taken - 1)).toThrow('Rewriting it needs');
  expect(rewriteWith(taken * 1.2)).not.toThrow();
  copy.close();
});

/** Text of so many different words that its index is a large part of the file. */
const toWords = (id: number): string =>
  Array.from({ length: 20_000 }, (_, at) => `w${id + at * 7}`).join(' ');
