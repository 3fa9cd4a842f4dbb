import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type Database from 'better-sqlite3';
import { openSqlite } from '../../src/db/engine.ts';
import { type Mirror, openMirror } from '../../src/db/open-mirror.ts';
import {
  buildSearchIndexes,
  dropSearchIndexes,
  mergeSearchIndexes,
  rewriteSearchIndexes,
} from '../../src/db/search-index.ts';
import { SEARCH_INDEXES, SEARCH_OBJECTS, type SearchKind } from '../../src/db/search-tables.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { verifyMirror } from '../../src/verify/proof.ts';
import { SERVED, makeVersion } from '../support/earlier-version.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { listAllWords, listWords } from '../support/index-words.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { times } from '../support/times.ts';
import { openEmptyMirror } from '../support/open-empty-mirror.ts';

const KINDS = Object.keys(SEARCH_INDEXES) as SearchKind[];

function listFreshWords({ sqlite }: Mirror): unknown[] {
  dropSearchIndexes(sqlite);
  buildSearchIndexes(sqlite);
  return listAllWords(sqlite);
}

const find = (sqlite: Database.Database, kind: SearchKind, query: string): unknown[] => {
  const { name } = SEARCH_INDEXES[kind];
  return sqlite.prepare(`SELECT rowid FROM ${name} WHERE ${name} MATCH ? ORDER BY rowid`).pluck().all(query);
};

const findings = (mirror: Mirror) => [...verifyMirror(mirror, { of: 'everything' }, () => undefined)];

const entry = (id: number, description: string) => makeEntry({ id, row_number: id, description });
const withDocket = (id: number, name: string, ...entries: ReturnType<typeof entry>[]) =>
  makeCase({ id, name, main_docket: makeDocket({ docket_entries: entries }) });

describe('the search index', () => {
  test('has the words of a case, its parties, court, docket number, summaries and entries', async () => {
    const { sync, read } = await startHarness({
      source: recordedCases([
        makeCase({
          id: 7,
          name: 'O’Brien v. Sérénade County',
          court: 'Court of Fogs',
          summary: '<p>Guards used <b>restraint</b> chairs.</p>',
          summary_short: 'Chairs &amp; straps',
          case_defendants: [{ name: 'Warden Quill', institution: 'Thimble Jail' }],
          main_docket: makeDocket({
            docket_number_manual: '4:19-cv-00123-RGS',
            docket_entries: [entry(1, 'MOTIONS to dismiss')],
          }),
        }),
      ]),
    });
    await sync();
    for (const words of [
      'brien',
      'serenade',
      'fog',
      'restraints',
      'straps',
      'quill',
      'thimble',
      '"19 cv 123"',
    ])
      expect([words, read(({ sqlite }) => find(sqlite, 'cases', words))]).toEqual([words, [7]]);
    expect(read(({ sqlite }) => find(sqlite, 'cases', 'amp OR b OR p'))).toEqual([]);
    expect(read(({ sqlite }) => find(sqlite, 'entries', 'motion dismissing'))).toHaveLength(1);
  });

  test('is built at the end of the first run, and by the next one if that run did not end', async () => {
    const { sync, read } = await startHarness({
      source: recordedCases([withDocket(1, 'Zebra', entry(1, 'ORDER'))]),
    });
    const has = () =>
      read(({ sqlite }) =>
        sqlite.prepare(`SELECT count(*) FROM sqlite_schema WHERE name GLOB '*_fts*'`).pluck().get(),
      );
    const meanwhile: unknown[] = [];
    const fault = new Error('the machine is gone');
    const dies = sync({
      onEvent: ({ type }) => {
        if (type !== 'page-stored') return;
        meanwhile.push(has());
        throw fault;
      },
    });
    await expect(dies).rejects.toThrow();
    expect([...meanwhile, has()]).toEqual([0, 0]);
    expect(read(findings)).toEqual([]);
    await sync();
    expect(has()).toBe(SEARCH_OBJECTS.size);
    expect(read(({ sqlite }) => find(sqlite, 'cases', 'zebra'))).toEqual([1]);
  });

  test('equals one that is built afresh, after any sequence of new, edited, removed and departed cases', async () => {
    const words = fc.constantFrom(
      'Motion granted',
      'motions',
      'Straße ﬁling',
      '',
      'ORDER "a"',
      '\u0000x',
      '§ 1983',
      'a\ud800b',
    );
    const record = fc.record({
      name: words,
      court: words,
      summary: words,
      entries: fc.array(words, { maxLength: 3 }),
      defendant: words,
    });
    const days = fc.array(fc.array(fc.option(record, { nil: null }), { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(days, async (history) => {
        const source = recordedCases([makeCase({ id: 99 })]);
        const { sync, database } = await startHarness({ source });
        for (const cases of history) {
          for (const [at, one] of cases.entries()) {
            if (one === null) source.remove(at + 1);
            else
              source.put(
                makeCase({
                  id: at + 1,
                  name: one.name,
                  court: one.court,
                  summary: one.summary,
                  case_defendants: [{ name: one.defendant }],
                  main_docket: makeDocket({
                    docket_entries: one.entries.map((text, row) => entry(100 * at + row + 1, text)),
                  }),
                }),
              );
          }
          await sync({ acceptDepartures: true });
        }
        const mirror = openMirror(database);
        expect(findings(mirror)).toEqual([]);
        expect(listAllWords(mirror.sqlite)).toEqual(listFreshWords(mirror));
        mirror.close();
      }),
      { numRuns: 6 },
    );
  });

  test('loses the words of a row that REPLACE removes', () => {
    const { sqlite, close } = openEmptyMirror();
    sqlite.pragma('foreign_keys = OFF');
    const replace = sqlite.prepare(
      `INSERT OR REPLACE INTO cases (id, name, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
       VALUES (1, ?, 1, 1, '', '{}')`,
    );
    replace.run('Zebra');
    replace.run('Quagga');
    expect([find(sqlite, 'cases', 'zebra'), find(sqlite, 'cases', 'quagga')]).toEqual([[], [1]]);
    expect(listWords(sqlite, 'cases')).toEqual([['quagga', 1, 'name', 0]]);
    close();
  });

  /** The number of migrations before the one that brought the indexes. */
  const BEFORE_INDEXES = 18;
  const NAME = JSON.stringify(SERVED.name);
  /** Such a mirror has no rows beside those of cases, runs and lists. */
  const listFileFindings = (mirror: Mirror) => findings(mirror).filter(({ check }) => check === 'file');

  test('finds what an upgraded mirror had, under the names of today', () => {
    const database = join(tempFolder(), 'mirror.db');
    makeVersion(database, BEFORE_INDEXES);
    const mirror = openMirror(database);
    expect(listFileFindings(mirror)).toEqual([]);
    expect(find(mirror.sqlite, 'cases', NAME)).toEqual([1]);
    mirror.close();
  });

  test('is built anew by an upgrade, even if it is out of step with its table or lacks a column', () => {
    const database = join(tempFolder(), 'mirror.db');
    makeVersion(database, BEFORE_INDEXES + 1);
    const sqlite = openSqlite(database);
    sqlite.exec(`CREATE VIRTUAL TABLE cases_fts USING fts5(name, content="cases", content_rowid="id");
      INSERT INTO cases_fts (rowid, name) VALUES (1, 'OTHER'), (77, 'Zebra')`);
    sqlite.close();
    const mirror = openMirror(database);
    expect(listFileFindings(mirror)).toEqual([]);
    expect(find(mirror.sqlite, 'cases', NAME)).toEqual([1]);
    expect(find(mirror.sqlite, 'cases', 'zebra OR other')).toEqual([]);
    mirror.close();
  });

  test('stays in few parts, night after night, with a bounded amount of work', async () => {
    const source = recordedCases([withDocket(1, 'Zebra', entry(1, 'ORDER'))]);
    const { sync, read } = await startHarness({ source });
    const parts = () =>
      read(({ sqlite }) =>
        sqlite.prepare('SELECT count(DISTINCT segid) FROM docket_entries_fts_idx').pluck().get(),
      );
    await sync();
    const nights = times(16, 30);
    for (let night = 2; night < nights; night++) {
      source.put(
        withDocket(
          1,
          'Zebra',
          ...Array.from({ length: night }, (_, at) => entry(at + 1, `ORDER of night ${at}`)),
        ),
      );
      await sync();
      expect(parts()).toBeLessThan(12);
    }
    expect(read(({ sqlite }) => find(sqlite, 'entries', 'night'))).toHaveLength(nights - 1);
  });

  test('keeps the parts of a build beside those of single pages, and never hundreds, even if no run ends', () => {
    const mirror = openEmptyMirror();
    const { sqlite } = mirror;
    sqlite.pragma('foreign_keys = OFF');
    const { name } = SEARCH_INDEXES.cases;
    const count = sqlite.prepare<[], number>(`SELECT count(DISTINCT segid) FROM ${name}_idx`).pluck();
    const insert =
      sqlite.prepare(`INSERT INTO cases (id, name, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
        VALUES (@at, 'Zebra v. ' || @at, 1, 1, '', '{}')`);
    const parts = Array.from({ length: 300 }, (_, at) => {
      insert.run({ at });
      return count.get() ?? 0;
    });
    // Each transaction adds a part. With SQLite's own limit, the sixteenth would merge all of them, however large.
    expect(parts.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(Math.max(...parts)).toBeLessThan(150);
    // A run merges a bounded amount, and more only if there are many parts.
    sqlite.exec(`INSERT INTO ${name} (${name}, rank) VALUES ('automerge', 0)`);
    const update = sqlite.prepare('UPDATE cases SET name = name || @words WHERE id = @at');
    for (let at = 0; at < 60; at++)
      update.run({ at, words: Array.from({ length: 100 }, (_, word) => ` ${at}x${word}`).join('') });
    const before = count.get() ?? 0;
    mergeSearchIndexes(sqlite, { pages: 1, steps: 1, manyParts: 1000 });
    expect(count.get()).toBeGreaterThan(before);
    mergeSearchIndexes(sqlite, { pages: 1, steps: 1, manyParts: 50 });
    expect(count.get()).toBeLessThan(51);
    mergeSearchIndexes(sqlite);
    expect(count.get()).toBeLessThan(12);
    expect(find(sqlite, 'cases', 'zebra')).toHaveLength(parts.length);
    mirror.close();
  });

  test('keeps no word of a removed row once it is rewritten', () => {
    const path = `${tempFolder()}/mirror.db`;
    const { sqlite, close } = openMirror(path);
    sqlite.pragma('foreign_keys = OFF');
    sqlite.exec(`INSERT INTO cases (id, name, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
      VALUES (1, 'zyzzyvas', 1, 1, '', '{}'), (2, 'Quill', 1, 1, '', '{}')`);
    sqlite.pragma('secure_delete = ON');
    sqlite.exec('DELETE FROM cases WHERE id = 1');
    const hasWord = () => {
      sqlite.pragma('wal_checkpoint(TRUNCATE)');
      return readFileSync(path).includes('yzzyva');
    };
    expect([find(sqlite, 'cases', 'zyzzyvas'), hasWord()]).toEqual([[], true]);
    rewriteSearchIndexes(sqlite);
    sqlite.exec('VACUUM');
    expect([find(sqlite, 'cases', 'quill'), hasWord()]).toEqual([[2], false]);
    close();
  });

  test('has a format that SQLite 3.34 reads, and a definition that Datasette and sqlite-utils find', () => {
    const mirror = openEmptyMirror();
    mergeSearchIndexes(mirror.sqlite);
    for (const { name, table } of Object.values(SEARCH_INDEXES)) {
      const config = mirror.sqlite.prepare(`SELECT v FROM ${name}_config WHERE k = 'version'`).pluck();
      expect(config.get()).toBe(4);
      // The condition of both programs, by which they find the index of a table.
      const detect = mirror.sqlite.prepare(
        `SELECT name FROM sqlite_master WHERE rootpage = 0 AND sql LIKE '%VIRTUAL TABLE%USING FTS%content="' || ? || '"%'`,
      );
      expect(detect.pluck().all(table)).toEqual([name]);
    }
    mirror.close();
  });

  test('is not touched by a run that finds nothing new', async () => {
    const { sync, read } = await startHarness({
      source: recordedCases([withDocket(1, 'Zebra', entry(1, 'ORDER'))]),
    });
    await sync();
    const blocks = () =>
      read(({ sqlite }) =>
        KINDS.map((kind) =>
          sqlite.prepare(`SELECT id, hex(block) FROM ${SEARCH_INDEXES[kind].name}_data ORDER BY id`).all(),
        ),
      );
    const before = blocks();
    await sync({ lists: [statusOf(5021)] });
    expect(blocks()).toEqual(before);
  });
});
