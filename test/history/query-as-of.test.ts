import { describe, expect, test } from '@jest/globals';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { queryAsOf } from '../../src/history/query-as-of.ts';
import { openMirror, openMirrorReadOnly, type Mirror } from '../../src/mirror/open-mirror.ts';
import { query, type Cell } from '../../src/mirror/query.ts';
import * as schema from '../../src/mirror/schema.ts';
import { recordedCases } from '../../src/replica/collection/recorded-cases.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';
import { storeRun } from './store-night.ts';

const FIRST = makeCase({ id: 1 });
const SECOND = makeCase({
  id: 2,
  main_docket: makeDocket({
    docket_entries: [
      makeEntry({ id: 7, attachments: [makeAttachment(1)] }),
      makeEntry({ id: 8, row_number: 2 }),
    ],
  }),
});

/** Three nights: two cases; the second changes in everything, and a third comes; nothing. */
async function start() {
  const source = recordedCases([FIRST, SECOND]);
  const harness = await startHarness({ source });
  await harness.sync();
  const firstNight = harness.read(dumpNames);
  source.edit(2, (record) => ({
    ...record,
    name: 'Renamed',
    summary: '<p>Another</p>',
    case_ongoing: 'No',
    issues: ['Stairs'],
    related_cases: null,
    main_docket: makeDocket({
      court: 'Elsewhere',
      docket_entries: [makeEntry({ id: 7, description: 'Edited.', attachments: null }), makeEntry({ id: 9 })],
    }),
  }));
  source.put(makeCase({ id: 3 }));
  await harness.sync();
  await harness.sync();
  const rowsAsOf = (runId: number, sql: string): (readonly Cell[])[] =>
    harness.read((mirror) => [...queryAsOf(mirror, runId, sql).rows]);
  const change = (sql: string): void => {
    const mirror = openMirror(harness.database);
    mirror.sqlite.exec(sql);
    mirror.close();
  };
  return { ...harness, source, firstNight, rowsAsOf, change };
}

const listNames = ({ sqlite }: Mirror): string[] =>
  sqlite
    .prepare<[], string>(
      `SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '__*'`,
    )
    .pluck()
    .all();

/** Every table and view of the file, each with its columns and its rows in a steady order. */
function dumpNames(mirror: Mirror): Record<string, unknown> {
  return Object.fromEntries(
    listNames(mirror).map((name) => [name, dumpName(query(mirror, `SELECT * FROM ${name}`))]),
  );
}

function dumpName({ columns, rows }: ReturnType<typeof query>): unknown {
  const cells = [...rows].map((row) =>
    JSON.stringify(row.map((cell, at) => toOrderless(columns[at] ?? '', cell))),
  );
  return { columns, rows: cells.sort() };
}

/** What only tells an order: see comparable-dump.ts. */
function toOrderless(column: string, cell: Cell): unknown {
  if (column === 'mirror_position') return null;
  if (column === 'mirror_entry_keys') return (JSON.parse(String(cell)) as number[]).sort();
  if (column === 'mirror_payload')
    return String(cell)
      .split(/[[\]{},]/)
      .sort();
  return cell;
}

describe('as of a run, every table and view', () => {
  test('of the schema has a shadow, so that none can answer from the present unnoticed', async () => {
    const { read } = await start();
    read((mirror) => {
      const tables = (Object.values(schema) as unknown[]).filter((item) => is(item, SQLiteTable));
      queryAsOf(mirror, 1, 'SELECT 1');
      const shadows = mirror.sqlite.prepare<[], string>('SELECT name FROM sqlite_temp_schema').pluck().all();
      const bare = listNames(mirror).filter((name) => !shadows.includes(name));
      expect(bare).toEqual(['statuses']);
      // A view that named the file's tables as such would read them still.
      const named = `SELECT name FROM sqlite_schema WHERE type = 'view' AND sql LIKE '%main.%'`;
      expect([...query(mirror, named).rows]).toEqual([]);
      expect(tables.map(getTableName).filter((name) => !listNames(mirror).includes(name))).toEqual([]);
      for (const table of tables) {
        const columns = query(mirror, `SELECT * FROM ${getTableName(table)}`).columns;
        expect(columns).toEqual(Object.values(getTableColumns(table)).map(({ name }) => name));
      }
    });
  });

  test('asked for alone has the columns and the rows that it had then', async () => {
    const { read, firstNight, rows } = await start();
    for (const name of Object.keys(firstNight)) {
      const then = read((mirror) => dumpName(queryAsOf(mirror, 1, `SELECT * FROM ${name}`)));
      expect([name, then]).toEqual([name, firstNight[name]]);
    }
    expect(rows('SELECT count(*) AS n FROM change_log WHERE run_id = 2')).toEqual([
      { n: expect.any(Number) },
    ]);
  });
});

describe('a question as of a run', () => {
  test('may join, nest and name things as it likes', async () => {
    const { rowsAsOf } = await start();
    const sql = `WITH named AS (SELECT id, name FROM "cases" WHERE filing_year = '2019')
      SELECT named.id, name, (SELECT count(*) FROM [issues] WHERE case_id = named.id), entries.n
      FROM named JOIN (SELECT case_id, count(*) AS n FROM \`docket_entries\` GROUP BY 1) AS entries ON case_id = named.id
      WHERE EXISTS (SELECT 1 FROM CASES AS other WHERE other.id = named.id + 1)`;
    expect(rowsAsOf(1, sql)).toEqual([[1, FIRST.name, 2, 3]]);
    expect(rowsAsOf(2, sql)).toEqual([
      [1, FIRST.name, 2, 3],
      [2, 'Renamed', 1, 2],
    ]);
  });

  test('may look at the present beside it, by the name main', async () => {
    const { rowsAsOf } = await start();
    expect(
      rowsAsOf(
        1,
        'SELECT old.name, now.name FROM cases AS old JOIN main.cases AS now USING (id) WHERE id = 2',
      ),
    ).toEqual([[SECOND.name, 'Renamed']]);
    expect(rowsAsOf(1, 'SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM main.cases)')).toEqual([
      [2, 3],
    ]);
  });

  test('reads one state from its beginning to its end, whatever a sync writes meanwhile', async () => {
    const { database, source, sync } = await start();
    const mirror = openMirrorReadOnly(database);
    const { rows } = queryAsOf(
      mirror,
      3,
      'SELECT docket_entries.id, cases.name FROM docket_entries JOIN cases ON cases.id = case_id',
    );
    source.edit(1, (record) => ({
      ...record,
      name: 'Too late',
      main_docket: makeDocket({ docket_entries: [] }),
    }));
    source.put(makeCase({ id: 4, name: 'Too late' }));
    await sync();
    const iterator = rows[Symbol.iterator]();
    const seen = [iterator.next().value as unknown];
    source.edit(3, (record) => ({ ...record, name: 'Too late', main_docket: null }));
    await sync();
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) seen.push(next.value);
    mirror.close();
    expect(seen).toHaveLength(8);
    expect(JSON.stringify(seen)).not.toContain('Too late');
  });

  test('rebuilds only what it asks for', async () => {
    const { change, rowsAsOf } = await start();
    change(`UPDATE case_changes SET new_value = '"never"' WHERE field = 'name'`);
    expect(rowsAsOf(1, 'SELECT count(*) FROM sync_runs')).toEqual([[1]]);
    expect(rowsAsOf(1, 'SELECT count(*) FROM docket_entries')).toEqual([[5]]);
    expect(() => rowsAsOf(1, 'SELECT count(*) FROM issues')).toThrow(
      expect.objectContaining({ code: 'HISTORY_DAMAGED' }),
    );
  });

  test.each([
    ['DELETE FROM cases', 'QUERY_WRITES'],
    ['DELETE FROM mirror_near_columns', 'QUERY_INVALID'],
    ['CREATE TEMP TABLE mine (a)', 'QUERY_WRITES'],
    ['COMMIT', 'QUERY_WRITES'],
    ['SELECT nothing FROM cases', 'QUERY_INVALID'],
    ['SELECT 1; SELECT 2', 'QUERY_INVALID'],
    ['', 'QUERY_INVALID'],
  ])('is refused like any other: %j', async (sql, code) => {
    const { rowsAsOf } = await start();
    expect(() => rowsAsOf(1, sql)).toThrow(expect.objectContaining({ code }));
  });

  test('may ask how it would be answered', async () => {
    const { rowsAsOf } = await start();
    expect(rowsAsOf(1, 'EXPLAIN QUERY PLAN SELECT * FROM cases').length).toBeGreaterThan(0);
  });

  test("is refused where it reads a table that is not the mirror's, unless as of now", async () => {
    const { change, rowsAsOf } = await start();
    change(
      `CREATE TABLE notes (text); INSERT INTO notes VALUES ('x'); CREATE VIEW all_notes AS SELECT * FROM notes`,
    );
    for (const name of ['notes', 'all_notes']) {
      expect(() => rowsAsOf(1, `SELECT * FROM ${name}`)).toThrow(
        expect.objectContaining({
          code: 'HISTORY_MISSING',
          message: expect.stringContaining('notes is no table'),
        }),
      );
    }
    expect(rowsAsOf(1, 'SELECT * FROM main.notes')).toEqual([['x']]);
  });
});

describe('what history cannot tell', () => {
  const UPGRADED = 'DELETE FROM case_changes; DELETE FROM past_versions; DELETE FROM past_docket_entries;';

  test('is refused for the whole question, with how many cases and since when it can be told', async () => {
    const { change, rowsAsOf } = await start();
    change(UPGRADED);
    expect(() => rowsAsOf(1, 'SELECT count(*) FROM cases')).toThrow(
      expect.objectContaining({
        code: 'HISTORY_MISSING',
        message: expect.stringMatching(/^1 case has changed after run 1 and before/),
        hint: expect.stringContaining('run 2 of 2030-01-15'),
      }),
    );
    expect(rowsAsOf(2, 'SELECT id, name FROM cases ORDER BY id')).toEqual([
      [1, FIRST.name],
      [2, 'Renamed'],
      [3, FIRST.name],
    ]);
  });

  test('of a redacted case leaves its id, before the redaction and after', async () => {
    const { change, rowsAsOf, read } = await start();
    change(`${UPGRADED}
      DELETE FROM docket_entries WHERE case_id = 2; DELETE FROM dockets WHERE case_id = 2; DELETE FROM issues WHERE case_id = 2;
      INSERT INTO sync_runs (id, outcome, started_at, ended_at, trigger, version, api_url, process_id)
        VALUES (4, 'complete', '2030-02-01T00:00:00.000Z', '2030-02-01T00:00:01.000Z', 'redact', '0', '-', 1);
      UPDATE cases SET name = NULL, summary = NULL, mirror_payload = '{"id":2}', mirror_entry_keys = NULL,
        mirror_redacted_run_id = 4, mirror_changed_run_id = 4 WHERE id = 2;`);
    const sql = 'SELECT id, name, mirror_payload, mirror_redacted_run_id FROM cases WHERE id = 2';
    for (const runId of [1, 2, 4]) expect(rowsAsOf(runId, sql)).toEqual([[2, null, '{"id":2}', 4]]);
    expect(rowsAsOf(1, 'SELECT count(*) FROM docket_entries')).toEqual([[3]]);
    expect([1, 4].map((runId) => read((mirror) => queryAsOf(mirror, runId, sql).redactedCases))).toEqual([
      1, 0,
    ]);
  });

  test('is not what a departed case said: it is there, and departed from the run on that found it gone', async () => {
    const { database, rowsAsOf } = await start();
    const mirror = openMirror(database);
    storeRun(mirror, (writer, moment) => {
      writer.writeDeparture(1, moment);
      writer.writeDeparture(2, moment);
    });
    storeRun(mirror, (writer, moment) => {
      writer.writeSighting(2, moment);
    });
    mirror.close();
    const sql =
      'SELECT name, mirror_departed_run_id, (SELECT count(*) FROM clean_cases) FROM cases WHERE id = 2';
    expect([1, 3, 4, 5].map((runId) => rowsAsOf(runId, sql))).toEqual([
      [[SECOND.name, null, 2]],
      [['Renamed', null, 3]],
      [['Renamed', 4, 1]],
      [['Renamed', null, 2]],
    ]);
  });
});
