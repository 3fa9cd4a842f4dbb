import { symlinkSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { findCase } from '../../src/mirror/find-case.ts';
import {
  openMirror,
  openMirrorInMemory,
  openMirrorReadOnly,
  type Mirror,
} from '../../src/mirror/open-mirror.ts';
import { query } from '../../src/mirror/query.ts';
import { takeWriterLock } from '../../src/mirror/writer-lock.ts';
import { recordedCases } from '../../src/replica/collection/recorded-cases.ts';
import { makeCase } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('a query', () => {
  const refused: [string, string, string][] = [
    ['DELETE FROM cases', 'QUERY_WRITES', 'a deletion'],
    ['UPDATE cases SET name = 1 RETURNING id', 'QUERY_WRITES', 'a change that returns rows'],
    [`ATTACH 'other.db' AS other`, 'QUERY_WRITES', 'another file'],
    ['PRAGMA journal_mode = DELETE', 'QUERY_WRITES', 'a change of the file'],
    ['SELECT 1; SELECT 2', 'QUERY_INVALID', 'two statements'],
    ['', 'QUERY_INVALID', 'nothing'],
    ['SELECT nonsense FROM cases', 'QUERY_INVALID', 'an unknown column'],
    ['SELECT ?', 'QUERY_INVALID', 'a parameter'],
  ];
  test.each(refused)('%s is refused with %s (%s)', (sql, code) => {
    const mirror = openMirrorInMemory();
    expect(() => [...query(mirror, sql).rows]).toThrow(expect.objectContaining({ code }));
    mirror.close();
  });

  test('streams its rows, with the names of the columns', () => {
    const mirror = openMirrorInMemory();
    const answer = query(mirror, 'SELECT id, label FROM statuses ORDER BY id LIMIT 2');
    expect(answer.columns).toEqual(['id', 'label']);
    expect([...answer.rows]).toEqual([
      [5020, 'No'],
      [5021, 'Yes'],
    ]);
    mirror.close();
  });
});

test('a case that is not in the mirror is a named error', () => {
  const mirror = openMirrorInMemory();
  expect(() => findCase(mirror, 1)).toThrow(expect.objectContaining({ code: 'CASE_NOT_MIRRORED' }));
  mirror.close();
});

describe('the clean views', () => {
  async function readClean(payload: ReturnType<typeof makeCase>, view: string) {
    const { sync, rows } = await startHarness({ source: recordedCases([payload]) });
    await sync();
    return rows(`SELECT * FROM ${view}`);
  }

  test('give dates as dates, no empty texts or year 0, a whole address, plain text and the RECAP docket id', async () => {
    const made = makeCase({
      name: ' Alder v. Brook ',
      summary: '<p>First &amp; foremost.</p><p>Then.</p>',
      summary_tiny: '',
      order_end_year: 0,
      last_checked_date: '2024-05-06T23:08:09.123456-04:00',
    });
    (made.main_docket as Record<string, unknown>).recap_link =
      'https://www.courtlistener.com/docket/4242/alder-v-brook/';
    const [row] = await readClean(made, 'clean_cases');
    expect(row).toMatchObject({
      name: 'Alder v. Brook',
      url: `https://clearinghouse.net/case/${made.id}`,
      summary: 'First & foremost.\n\nThen.',
      summary_tiny: null,
      order_end_year: null,
      last_checked_date: '2024-05-06',
      recap_docket_id: 4242,
    });
  });

  test('hide "nan" and file: addresses of docket entries, which the tables keep', async () => {
    const made = makeCase();
    const entries = (made.main_docket as { docket_entries: Record<string, unknown>[] }).docket_entries;
    ['nan', 'file:///C:/x.pdf', 'https://example.org/1'].forEach((url, at) =>
      Object.assign(entries[at] ?? {}, { url }),
    );
    const { sync, rows } = await startHarness({ source: recordedCases([made]) });
    await sync();
    const urls = (table: string): unknown[] =>
      rows(`SELECT url FROM ${table} ORDER BY mirror_id`).map(({ url }) => url);
    expect(urls('docket_entries')).toEqual(['nan', 'file:///C:/x.pdf', 'https://example.org/1']);
    expect(urls('clean_docket_entries')).toEqual([null, null, 'https://example.org/1']);
  });

  test('tell how each status was swept last', async () => {
    const { sync, rows } = await startHarness({ source: smallCollection(4) });
    await sync();
    expect(rows('SELECT label, outcome, cases_seen FROM latest_sweeps ORDER BY status_id')).toEqual([
      { label: 'In Process (Public)', outcome: null, cases_seen: null },
      { label: 'No', outcome: 'complete', cases_seen: 1 },
      { label: 'Yes', outcome: 'complete', cases_seen: 1 },
      { label: 'Unknown', outcome: 'complete', cases_seen: 1 },
      { label: 'No reason to think so', outcome: 'complete', cases_seen: 1 },
      { label: 'Perhaps, but long-dormant', outcome: 'empty', cases_seen: 0 },
    ]);
  });
});

describe('beside a writer', () => {
  test('a reader sees every page whole or not at all, and the record agrees with it', async () => {
    let reader: Mirror | undefined;
    const seen: { cases: number; recorded: number }[] = [];
    const { sync, database } = await startHarness({
      source: smallCollection(40),
      pageSize: 2,
      beforePage: () => {
        reader ??= openMirrorReadOnly(database);
        const one = reader.sqlite.prepare(
          'SELECT (SELECT count(*) FROM cases) AS cases, (SELECT coalesce(sum(cases_seen), 0) FROM status_syncs) AS recorded',
        );
        seen.push(one.get() as { cases: number; recorded: number });
      },
    });
    await sync();
    reader?.close();
    expect(seen.length).toBeGreaterThan(15);
    expect(seen.some(({ cases }) => cases > 0)).toBe(true);
    for (const { cases, recorded } of seen) expect(cases).toBe(recorded);
  });

  test('a second writer leaves at once, and may begin when the first has ended', () => {
    const path = `${tempFolder()}/mirror.db`;
    const first = takeWriterLock(path);
    expect(() => takeWriterLock(path)).toThrow(expect.objectContaining({ code: 'LOCKED', exit: 'locked' }));
    first.release();
    takeWriterLock(path).release();
  });
});

test('one database has one lock, also when it is reached by a link', () => {
  const folder = tempFolder();
  openMirror(`${folder}/mirror.db`).close();
  symlinkSync(`${folder}/mirror.db`, `${folder}/link.db`);
  const first = takeWriterLock(`${folder}/mirror.db`);
  expect(() => takeWriterLock(`${folder}/link.db`)).toThrow(expect.objectContaining({ code: 'LOCKED' }));
  first.release();
});

test('a run that ended without a word is marked by the next one, with the status that it had in hand', async () => {
  const { sync, database, rows, events } = await startHarness({ source: smallCollection(10) });
  await sync();
  const mirror = openMirror(database);
  mirror.sqlite.exec(`UPDATE sync_runs SET outcome = 'running', ended_at = NULL;
    UPDATE status_syncs SET outcome = 'running', ended_at = NULL WHERE status_id = 5024`);
  mirror.close();
  await sync();
  expect(rows('SELECT id, outcome, error_code FROM sync_runs')).toEqual([
    { id: 1, outcome: 'died', error_code: 'DIED' },
    { id: 2, outcome: 'complete', error_code: null },
  ]);
  expect(rows('SELECT outcome, error_code FROM status_syncs WHERE run_id = 1 AND status_id = 5024')).toEqual([
    { outcome: 'interrupted', error_code: 'DIED' },
  ]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'run-begun', deadRuns: [1] }));
});
