import { cpSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type BuilderOptions, prepareIndexBuilder } from '../../src/db/index-builder.ts';
import { openIndexFile } from '../../src/db/index-thread.ts';
import { deferIndexes, restoreDeferred } from '../../src/db/migrate.ts';
import { type Mirror, openMirror } from '../../src/db/open-mirror.ts';
import {
  buildSearchIndexes,
  checkIndex,
  dropSearchIndexes,
  hasSearchIndexes,
  mergeSearchIndexes,
} from '../../src/db/search-index.ts';
import { storeDay } from '../history/store-day.ts';
import { listAllWords } from '../support/index-words.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { openEmptyMirror } from '../support/open-empty-mirror.ts';
import { findProgram } from '../support/program.ts';
import { tempFolder } from '../support/temp-folder.ts';

findProgram(); // The thread is a file of the built program.

const CASES = 12;
const toCase = (id: number, words = 'ORDER granting a motion') =>
  makeCase({
    id,
    name: `Quill v. Lantern ${id}`,
    summary: `Summary of case ${id}`,
    main_docket: makeDocket({
      docket_entries: [1, 2, 3].map((row) =>
        makeEntry({ id: id * 10 + row, row_number: row, description: `${words} ${id} ${row}` }),
      ),
    }),
  });

/** Stores cases as a first sync does, a page after another, with an index builder that starts a thread at once. */
async function fill(options: BuilderOptions = {}, meanwhile: (mirror: Mirror) => unknown = () => undefined) {
  const mirror = openEmptyMirror();
  const failures: string[] = [];
  deferIndexes(mirror.sqlite);
  const builder = prepareIndexBuilder(mirror, {
    startsAt: 1,
    step: 1,
    cores: 2,
    onThreadFailed: (reason) => failures.push(String(reason)),
    ...options,
  });
  // From the highest id downwards: entries arrive in the order of their keys, cases do not.
  for (let id = CASES; id > 0; id -= 2) {
    storeDay(mirror, [toCase(id), toCase(id - 1)]);
    builder.follow();
    if (id === CASES / 2) meanwhile(mirror);
  }
  const files = listFiles(mirror);
  builder.end();
  restoreDeferred(mirror.sqlite);
  await builder.build();
  return { mirror, builder, failures, files };
}

const listFiles = ({ path }: Mirror): string[] =>
  readdirSync(dirname(path)).filter((name) => name.includes('.indexing.'));

/** FTS5 finds nothing wrong in the search indexes, and they have the words of a fresh build. */
function expectSound(mirror: Mirror): void {
  const { sqlite } = mirror;
  for (const kind of ['cases', 'entries'] as const) checkIndex(sqlite, kind);
  const words = listAllWords(sqlite);
  dropSearchIndexes(sqlite);
  buildSearchIndexes(sqlite);
  expect(words.flat().length).toBeGreaterThan(CASES * 10);
  expect(words).toEqual(listAllWords(sqlite));
}

describe('the thread that builds search indexes', () => {
  test('gives the indexes that a build from the rows gives, and leaves no file', async () => {
    const { mirror, failures, files } = await fill();
    expect(failures).toEqual([]);
    expect(files).toHaveLength(1);
    expect(listFiles(mirror)).toEqual([]);
    expect(mirror.sqlite.pragma('cache_size')).toEqual(openEmptyMirror().sqlite.pragma('cache_size'));
    expectSound(mirror);
    mirror.close();
  });

  test('gives indexes that later runs keep right', async () => {
    const { mirror, failures } = await fill();
    storeDay(mirror, [toCase(1, 'Amended'), toCase(99, 'New')]);
    mirror.sqlite.exec('DELETE FROM docket_entries WHERE case_id = 2');
    mergeSearchIndexes(mirror.sqlite);
    expect(failures).toEqual([]);
    expectSound(mirror);
    mirror.close();
  });

  test.each([
    ['updated', (mirror: Mirror) => storeDay(mirror, [toCase(CASES, 'Amended')])],
    ['deleted', ({ sqlite }: Mirror) => sqlite.exec('DELETE FROM docket_entries WHERE mirror_id = 2')],
    [
      'replaced',
      ({ sqlite }: Mirror) => sqlite.exec('REPLACE INTO docket_entries SELECT * FROM docket_entries'),
    ],
  ])('is not believed when a docket entry was %s meanwhile', async (_what, change) => {
    const { mirror, failures } = await fill({}, change);
    expect(failures).toEqual(['Error: a docket entry was changed or removed meanwhile']);
    expect(listFiles(mirror)).toEqual([]);
    expectSound(mirror);
    mirror.close();
  });

  test('sees a case as it is after the last page', async () => {
    const { mirror, failures } = await fill({}, ({ sqlite }) => {
      sqlite.exec(`UPDATE cases SET name = 'Renamed', court = 'Court of Fogs'`);
    });
    expect(failures).toEqual([]);
    expectSound(mirror);
    mirror.close();
  });

  const toThread = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

  test.each([
    [
      'is missing',
      { thread: new URL('dist/no-such-file.js', new URL('../../', import.meta.url)) },
      /Cannot find/,
    ],
    ['cannot start', { thread: new URL('https://localhost/thread.js') }, /must be/],
    ['dies', { thread: toThread('throw new Error("no memory")') }, /no memory/],
    ['ends without a word', { thread: toThread('process.exit(3)') }, /exit code 3/],
    ['indexes nothing', { thread: toThread('') }, /no such table|did not index/],
    ['has no room on the disk', { findFree: () => 999_000_000 }, /less than 1 GB is free/],
  ])('that %s costs time and nothing else', async (_what, options, reason) => {
    const { mirror, failures } = await fill(options);
    expect(failures).toEqual([expect.stringMatching(reason)]);
    expect(listFiles(mirror)).toEqual([]);
    expectSound(mirror);
    mirror.close();
  });

  test.each([
    ['a small collection', { startsAt: 10_000 }],
    ['one core', { cores: 1 }],
  ])('does not start for %s', async (_what, options) => {
    const { mirror, failures, files } = await fill(options);
    expect([failures, files]).toEqual([[], []]);
    expectSound(mirror);
    mirror.close();
  });

  test('does not start for a mirror that has the indexes', () => {
    const mirror = openEmptyMirror();
    buildSearchIndexes(mirror.sqlite);
    storeDay(mirror, [toCase(1)]);
    prepareIndexBuilder(mirror, { startsAt: 1, cores: 2 }).follow();
    expect(listFiles(mirror)).toEqual([]);
    mirror.close();
  });

  test('ends with a run that fails, and the next writer removes what a killed one left', async () => {
    const mirror = openEmptyMirror();
    deferIndexes(mirror.sqlite);
    const builder = prepareIndexBuilder(mirror, { startsAt: 1, cores: 2 });
    storeDay(mirror, [toCase(1)]);
    builder.follow();
    const [name = ''] = listFiles(mirror);
    const left = `${dirname(mirror.path)}/${name.replace(/\.[0-9a-f]{16}\./, '.0123456789abcdef.')}`;
    expect(name).toMatch(new RegExp(`^\\.${basename(mirror.path)}\\.indexing\\.[0-9a-f]{16}\\.tmp$`));
    expect(statSync(`${dirname(mirror.path)}/${name}`).mode).toBe(statSync(mirror.path).mode);
    cpSync(`${dirname(mirror.path)}/${name}`, left);
    await builder.close();
    mirror.close();
    expect(existsSync(left)).toBe(true);
    const again = openMirror(mirror.path);
    expect(listFiles(again)).toEqual([]);
    expect(hasSearchIndexes(again.sqlite, ['entries'])).toBe(false);
    again.close();
  });

  test('refuses a file that took the place of the mirror, before it opens it', () => {
    const mirror = openEmptyMirror();
    const other = join(tempFolder(), 'other.db');
    writeFileSync(other, 'no database');
    const started = new Int32Array(new SharedArrayBuffer(4));
    const task = { identity: 'another', target: `${mirror.path}.other`, started };
    for (const database of [mirror.path, other])
      expect(() => openIndexFile({ ...task, database })).toThrow('was replaced by another file');
    mirror.close();
  });
});
