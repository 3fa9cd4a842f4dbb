import fc from 'fast-check';
import { symlinkSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { findCase } from '../../src/db/read-case.ts';
import { openMirror, openMirrorReadOnly, type Mirror } from '../../src/db/open-mirror.ts';
import { query } from '../../src/db/query.ts';
import { takeWriterLock } from '../../src/db/lock.ts';
import { toPlainText } from '../../src/case/plain-text.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { openEmptyMirror } from '../support/open-empty-mirror.ts';

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
    const mirror = openEmptyMirror();
    expect(() => [...query(mirror, sql).rows]).toThrow(expect.objectContaining({ code }));
    mirror.close();
  });

  test('streams its rows, with the names of the columns', () => {
    const mirror = openEmptyMirror();
    const answer = query(mirror, 'SELECT id, label FROM lists ORDER BY id LIMIT 2');
    expect(answer.columns).toEqual(['id', 'label']);
    expect([...answer.rows]).toEqual([
      [5020, 'No'],
      [5021, 'Yes'],
    ]);
    mirror.close();
  });
});

test('a case that is not in the mirror is a named error', () => {
  const mirror = openEmptyMirror();
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

  test('give an entry only an address with a path: its own, else its PDF, else the docket, else none', async () => {
    const entry = (id: number, url: string, recap_pdf_url: string | null) =>
      makeEntry({ id, url, recap_pdf_url });
    const entries = (): ReturnType<typeof entry>[] => [
      entry(1, 'nan', 'https://pdf.example/1.pdf'),
      entry(2, 'file:///C:/x.pdf', 'nan'),
      entry(3, 'https://www.courtlistener.com', null),
      entry(4, 'https://www.courtlistener.com/', 'https://pdf.example'),
      entry(5, ' https://example.org/5 ', null),
    ];
    const docket = { recap_link: 'https://dockets.example/docket/7/', docket_entries: entries() };
    const source = recordedCases([
      makeCase({ id: 1, main_docket: makeDocket(docket) }),
      makeCase({ id: 2, main_docket: makeDocket({ ...docket, recap_link: 'https://dockets.example' }) }),
    ]);
    const { sync, rows } = await startHarness({ source });
    await sync();
    const ofCase = (id: number): unknown[] =>
      rows(`SELECT url FROM clean_docket_entries WHERE case_id = ${id} ORDER BY id`).map(({ url }) => url);
    const docketUrl = 'https://dockets.example/docket/7/';
    const [pdf, own] = ['https://pdf.example/1.pdf', 'https://example.org/5'];
    expect(ofCase(1)).toEqual([pdf, docketUrl, docketUrl, docketUrl, own]);
    expect(ofCase(2)).toEqual([pdf, null, null, null, own]);
    expect(rows('SELECT recap_url FROM clean_cases ORDER BY id')).toEqual([
      { recap_url: docketUrl },
      { recap_url: null },
    ]);
  });

  const marked: [string, string | null][] = [
    ['An <i>order</i> &amp; a<br/>motion', 'An order & a motion'],
    ['&ldquo;Doe&rdquo;&nbsp;&#8217;s &#x00e9;t&eacute; &sect; 1983', '“Doe” ’s été § 1983'],
    ['AT&T; a < b > c & d, <jane@example.org>', 'AT&T; a < b > c & d, <jane@example.org>'],
    ['<P CLASS="x">One</P>\n<!-- no -->two', 'One \ntwo'],
    ['&amp;lt;', '&lt;'],
    ['<b></b> &nbsp; ', null],
    ['plain', 'plain'],
  ];
  test.each(marked)('show short texts without HTML: %s', async (html, text) => {
    const docket = makeDocket({ docket_entries: [makeEntry({ description: html })] });
    const source = recordedCases([makeCase({ id: 1, summary_short: html, main_docket: docket })]);
    const { sync, rows } = await startHarness({ source });
    await sync();
    expect(rows('SELECT summary_short AS it FROM clean_cases')).toEqual([{ it: text }]);
    expect(rows('SELECT description AS it FROM clean_docket_entries')).toEqual([{ it: text }]);
  });

  test('read markup as the stored text of a summary reads it', async () => {
    const pieces = [
      'lamp',
      ' ',
      '\n',
      '<b>',
      '</b>',
      '<em>fog</em>',
      '<a href="x">',
      '</a>',
      '<br>',
      '<p>',
      '<div>stairs</div>',
    ];
    const texts = fc.sample(
      fc.array(
        fc.constantFrom(...pieces, '&amp;', '&nbsp;', '&eacute;', '&#233;', '&#xe9;', '&lt;', '&sect;'),
        {
          maxLength: 20,
        },
      ),
      { seed: 1, numRuns: 300 },
    );
    const entries = texts.map((text, id) => makeEntry({ id: id + 1, description: text.join('') }));
    const docket = makeDocket({ docket_entries: entries });
    const { sync, rows } = await startHarness({
      source: recordedCases([makeCase({ id: 1, main_docket: docket })]),
    });
    await sync();
    const inOneLine = (text: string | null): string => (text ?? '').replace(/\s+/g, ' ').trim();
    const read = rows('SELECT description FROM clean_docket_entries ORDER BY id');
    expect(read.map(({ description }) => inOneLine(description as string | null))).toEqual(
      texts.map((text) => inOneLine(toPlainText(text.join('')))),
    );
  });

  test('have no date that cannot be, and a type for each column', async () => {
    const cases = ['2922-01-01', '0000-00-00', '2019-02-31', '2019-02-28'].map((terminating_date, at) =>
      makeCase({ id: at + 1, terminating_date, closing_year: 2922, filing_year: 19 }),
    );
    const { sync, rows } = await startHarness({ source: recordedCases(cases) });
    await sync();
    expect(
      rows('SELECT terminating_date AS it, closing_year, filing_year FROM clean_cases ORDER BY id'),
    ).toEqual([null, null, null, '2019-02-28'].map((it) => ({ it, closing_year: null, filing_year: null })));
    expect(
      rows(`SELECT v.name AS view, c.name AS column FROM sqlite_schema AS v, pragma_table_info(v.name) AS c
        WHERE v.type = 'view' AND (v.name LIKE 'clean!_%' ESCAPE '!' OR v.name = 'cases_flat')
          AND upper(c.type) NOT IN ('TEXT', 'INTEGER', 'INT')`),
    ).toEqual([]);
  });

  const limits: [string, string | null][] = [
    ['1788-12-31', null],
    ['1789-01-01', '1789-01-01'],
    ['2020-02-29T23:59:59-05:00', '2020-02-29'],
    ['2021-02-29', null],
    ['2020-00-10', null],
    ['2020-04-31 ', null],
    [' 2020-04-30', null],
    ['20200430', null],
    ['2031-01-15T23:59:59Z', '2031-01-15'],
    ['2031-01-16', null],
    ['nan', null],
  ];
  test.each(limits)('and the first and last entry of a case take %s for %s', async (date_filed, date) => {
    const docket = makeDocket({ docket_entries: [makeEntry({ id: 1, date_filed })] });
    const source = recordedCases([makeCase({ id: 1, main_docket: docket, filing_date: date_filed })]);
    const { sync, rows } = await startHarness({ source });
    await sync();
    expect(rows(`SELECT date(started_at) AS day FROM sync_runs`)).toEqual([{ day: '2030-01-15' }]);
    expect(rows('SELECT date_filed FROM clean_docket_entries')).toEqual([{ date_filed: date }]);
    expect(
      rows('SELECT filing_date, first_entry_date AS first, last_entry_date AS last FROM cases_flat'),
    ).toEqual([{ filing_date: date, first: date, last: date }]);
    expect(rows('SELECT case_id FROM audit_impossible_date')).toHaveLength(date === null ? 1 : 0);
  });

  test('list each value once a case, and have one row a case with all of it', async () => {
    const made = makeCase({ id: 1, filing_date: null, issues: ['Fog', ' Fog ', '', 'Stairs'] });
    const again = [...(made.case_defendants as object[]), ...(made.case_defendants as object[])];
    const source = recordedCases([{ ...made, case_defendants: again as never }]);
    const { sync, rows } = await startHarness({ source });
    await sync();
    expect(rows('SELECT value FROM clean_issues').map(({ value }) => value)).toEqual(['Fog', 'Stairs']);
    expect(rows('SELECT * FROM cases_flat')).toEqual([
      expect.objectContaining({
        year_filed: 2019,
        year_closed: null,
        issues: 'Fog; Stairs',
        defendants: 'Thimble County',
        defendant_count: 1,
        entry_count: 3,
        document_count: 3,
        first_entry_date: '2019-03-14',
        last_entry_date: '2019-03-14',
      }),
    ]);
  });

  test('tell how each status was read last', async () => {
    const { sync, rows } = await startHarness({ source: smallCollection(4) });
    await sync();
    expect(rows('SELECT label, outcome, cases_seen FROM latest_list_syncs ORDER BY list_id')).toEqual([
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
          'SELECT (SELECT count(*) FROM cases) AS cases, (SELECT coalesce(sum(cases_seen), 0) FROM list_syncs) AS recorded',
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

  test('a second writer fails at once, and may begin when the first has ended', () => {
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

test('the next run marks a run that died without recording its end, and the list that it was reading', async () => {
  const { sync, database, rows, events } = await startHarness({ source: smallCollection(10) });
  await sync();
  const mirror = openMirror(database);
  mirror.sqlite.exec(`UPDATE sync_runs SET outcome = 'running', ended_at = NULL;
    UPDATE list_syncs SET outcome = 'running', ended_at = NULL WHERE list_id = 5024`);
  mirror.close();
  await sync();
  expect(rows('SELECT id, outcome, error_code FROM sync_runs')).toEqual([
    { id: 1, outcome: 'died', error_code: 'PROCESS_DIED' },
    { id: 2, outcome: 'complete', error_code: null },
  ]);
  expect(rows('SELECT outcome, error_code FROM list_syncs WHERE run_id = 1 AND list_id = 5024')).toEqual([
    { outcome: 'interrupted', error_code: 'PROCESS_DIED' },
  ]);
  expect(events).toContainEqual({ type: 'died', log: 'sync_runs', id: 1 });
});
