import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { openSqlite } from '../../src/db/engine.ts';
import { listQuestions, toComparable } from '../engines/answers.ts';
import { ODD_ROWS } from '../engines/odd-rows.ts';
import { startExport } from './export-harness.ts';

const RECIPES = new URL('../../docs/analysis/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, RECIPES), 'utf8');
const ENGINES = ['sqlite', 'duckdb', 'spark', 'clickhouse'] as const;

test('every engine is asked the same ten questions', () => {
  const [first, ...others] = ENGINES.map((engine) =>
    listQuestions(read(`questions-${engine}.sql`)).map(({ title }) => title),
  );
  expect(first).toHaveLength(10);
  for (const titles of others) expect(titles).toEqual(first);
});

test('DuckDB answers the questions of docs/analysis as SQLite does, and keeps the rows that a guess would spoil', async () => {
  const { exportTo, write } = await startExport();
  write(ODD_ROWS);
  const parquet = await exportTo('parquet', '--format', 'parquet');
  const sqlite = openSqlite(
    join(await exportTo('sqlite', '--format', 'sqlite'), 'data/clearinghouse.sqlite'),
    {
      readonly: true,
    },
  );
  const connection = await (await DuckDBInstance.create()).connect();
  const views = read('questions-duckdb.sql')
    .replaceAll("'data/", `'${parquet}/data/`)
    .split(/^(?=-- 1\. )/m)[0];
  await connection.run(views ?? '');
  const expected = listQuestions(read('questions-sqlite.sql'));
  for (const [at, { title, sql }] of listQuestions(read('questions-duckdb.sql')).entries()) {
    const found = (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.map(String));
    const answer = sqlite
      .prepare<[], unknown[]>(expected[at]?.sql ?? '')
      .raw()
      .all();
    expect(answer.length).toBeGreaterThan(0);
    expect([title, toComparable(found)]).toEqual([title, toComparable(answer.map((row) => row.map(String)))]);
  }
  const odd = await connection.runAndReadAll(
    `SELECT name, docket_number, filing_date::VARCHAR, recap_docket_id::VARCHAR FROM cases WHERE name IN ('NA', 'None') ORDER BY name`,
  );
  expect(odd.getRowsJson()).toEqual([
    ['NA', '12E5', '1890-01-01', '9007199254740993'],
    ['None', '01234', null, null],
  ]);
  sqlite.close();
});
