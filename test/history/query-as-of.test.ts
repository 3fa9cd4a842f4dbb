import { describe, expect, test } from '@jest/globals';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import { openMirrorReadOnly, type Mirror } from '../../src/db/open-mirror.ts';
import { query, type Cell } from '../../src/db/query.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';
import * as schema from '../../src/db/schema/schema.ts';
import { makeCase, makeDocket } from '../support/make-case.ts';
import { FIRST, SECOND, threeDays } from './three-days.ts';

const listNames = ({ sqlite }: Mirror): string[] =>
  sqlite
    .prepare<[], string>(
      `SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '__*'`,
    )
    .pluck()
    .all();

/** What is refused, but for the search indexes, and the table of which no earlier state is kept. */
const REFUSED: Readonly<Record<string, string>> = {
  mirror_raw_hashes: 'mirror_raw_hashes',
  mirror_seals: 'mirror_seals',
  texts: 'texts',
  document_texts: 'document_texts',
  clean_document_texts: 'document_texts',
  mirror_replaced_texts: 'mirror_replaced_texts',
  text_passes: 'text_passes',
  document_files: 'document_files',
  file_passes: 'file_passes',
  mirror_dropped_files: 'mirror_dropped_files',
  mirror_paused_hosts: 'mirror_paused_hosts',
  mirror_exports: 'mirror_exports',
  audit_text_at_odds: 'document_texts',
};

/** Every table and view of the file, each with its columns and its rows in a steady order. */
function dumpNames(mirror: Mirror): Record<string, unknown> {
  return Object.fromEntries(
    listNames(mirror).map((name) => [name, dumpName(name, query(mirror, `SELECT * FROM ${name}`))]),
  );
}

/** Columns that keep only the last read or sight, so that an earlier one is unknown. */
const UNKNOWN_THEN: Readonly<Record<string, readonly string[]>> = {
  linked_lists: ['pages', 'requests', 'envelope', 'records_hash', 'changed_run_id'],
  schema_drift: ['last_run_id'],
};

function dumpName(name: string, { columns, rows }: ReturnType<typeof query>): unknown {
  const cells = [...rows].map((row) =>
    JSON.stringify(row.map((cell, at) => toComparable(name, columns[at] ?? '', cell))),
  );
  return { columns, rows: cells.sort() };
}

/** Without what tells only an order (see comparable-dump.ts) and what is unknown of an earlier read. */
function toComparable(name: string, column: string, cell: Cell): unknown {
  if (UNKNOWN_THEN[name]?.includes(column) === true) return null;
  // It joins the values of a list in the list's order.
  if (name === 'cases_flat' && typeof cell === 'string') return cell.split('; ').sort();
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
    const { read } = await threeDays();
    read((mirror) => {
      const tables = (Object.values(schema) as unknown[]).filter((item) => is(item, SQLiteTable));
      queryAsOf(mirror, 1, 'SELECT 1');
      const shadows = mirror.sqlite.prepare<[], string>('SELECT name FROM sqlite_temp_schema').pluck().all();
      const bare = listNames(mirror).filter((name) => !shadows.includes(name));
      expect(bare).toEqual(['lists', 'mirror_identity', 'mirror_snapshot']);
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
    let firstDay: Record<string, unknown> = {};
    const { read, rows } = await threeDays((harness) => {
      firstDay = harness.read(dumpNames);
    });
    const names = Object.keys(firstDay).filter((name) => !SEARCH_OBJECTS.has(name));
    expect(names).toEqual(expect.arrayContaining(Object.keys(REFUSED)));
    for (const name of names) {
      const ask = () => read((mirror) => dumpName(name, queryAsOf(mirror, 1, `SELECT * FROM ${name}`)));
      const refused = REFUSED[name];
      if (refused !== undefined) expect(ask).toThrow(`The mirror has no earlier states of ${refused}.`);
      else expect([name, ask()]).toEqual([name, firstDay[name]]);
    }
    const filled = [
      'documents',
      'further_docket_entries',
      'resources',
      'linked_lists',
      // An audit lists nothing of sound data.
      ...Object.keys(REFUSED).filter((name) => !name.startsWith('audit_')),
    ];
    for (const name of filled)
      expect([name, rows(`SELECT 1 FROM ${name} LIMIT 1`)]).toEqual([name, [{ 1: 1 }]]);
    expect(rows('SELECT count(*) AS n FROM change_log WHERE run_id = 2')).toEqual([
      { n: expect.any(Number) },
    ]);
  });
});

describe('a question as of a run', () => {
  test('is refused if the earlier content of a table was not kept', async () => {
    const { rowsAsOf } = await threeDays();
    expect(() => rowsAsOf(1, 'SELECT count(*) FROM mirror_raw_hashes')).toThrow(
      'The mirror has no earlier states of mirror_raw_hashes.',
    );
  });

  test('may join, nest and name things as it likes', async () => {
    const { rowsAsOf } = await threeDays();
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
    const { rowsAsOf } = await threeDays();
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

  test('reads one consistent state, whatever a sync writes meanwhile', async () => {
    const { database, source, sync } = await threeDays();
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

  test('rebuilds only the tables that it reads', async () => {
    const { change, rowsAsOf } = await threeDays();
    change(`UPDATE case_changes SET new_value = '"never"' WHERE field = 'name'`);
    expect(rowsAsOf(1, 'SELECT count(*) FROM sync_runs')).toEqual([[1]]);
    expect(rowsAsOf(1, 'SELECT count(*) FROM docket_entries')).toEqual([[5]]);
    expect(() => rowsAsOf(1, 'SELECT count(*) FROM issues')).toThrow(
      expect.objectContaining({ code: 'HISTORY_DAMAGED' }),
    );
  });

  test.each([
    ['DELETE FROM cases', 'QUERY_WRITES'],
    ['DELETE FROM mirror_near_columns', 'QUERY_WRITES'],
    ['CREATE TEMP TABLE mine (a)', 'QUERY_WRITES'],
    ['COMMIT', 'QUERY_WRITES'],
    ['SELECT nothing FROM cases', 'QUERY_INVALID'],
    ['SELECT 1; SELECT 2', 'QUERY_INVALID'],
    ['', 'QUERY_INVALID'],
  ])('is refused like any other: %j', async (sql, code) => {
    const { rowsAsOf } = await threeDays();
    expect(() => rowsAsOf(1, sql)).toThrow(expect.objectContaining({ code }));
  });

  test('may ask how it would be answered', async () => {
    const { rowsAsOf } = await threeDays();
    expect(rowsAsOf(1, 'EXPLAIN QUERY PLAN SELECT * FROM cases').length).toBeGreaterThan(0);
  });

  test("is refused where it reads a table that is not the mirror's, unless as of now", async () => {
    const { change, rowsAsOf } = await threeDays();
    change(
      `CREATE TABLE notes (text); INSERT INTO notes VALUES ('x'); CREATE VIEW all_notes AS SELECT * FROM notes`,
    );
    for (const name of ['notes', 'all_notes']) {
      expect(() => rowsAsOf(1, `SELECT * FROM ${name}`)).toThrow(
        expect.objectContaining({
          code: 'HISTORY_MISSING',
          message: expect.stringContaining(name),
        }),
      );
    }
    expect(rowsAsOf(1, 'SELECT * FROM main.notes')).toEqual([['x']]);
  });
});
