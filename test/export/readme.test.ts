import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { startExport } from './export-harness.ts';

async function exportWith(...args: string[]) {
  const { exportTo, rows } = await startExport();
  const folder = await exportTo('out', ...args);
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const example = /```(?:sql|python)\n([^]*?)```/.exec(readme)?.[1] ?? '';
  return { folder, readme, example, rows };
}

const ALL_ISSUES =
  'SELECT i.value, count(*) AS n FROM clean_issues AS i JOIN clean_cases AS c ON c.id = i.case_id GROUP BY 1 ORDER BY 2 DESC';

describe('the README of an export', () => {
  test('has an example for SQLite that counts the values of a list', async () => {
    const { folder, example, rows } = await exportWith('--format', 'sqlite');
    const sqlite = openSqlite(join(folder, 'data/clearinghouse.sqlite'), { readonly: true });
    const counts = sqlite
      .prepare<[], Record<string, unknown>>(example)
      .all()
      .map((row) => row['count(*)']);
    sqlite.close();
    expect(counts.length).toBeGreaterThan(0);
    expect(counts).toEqual(rows(`${ALL_ISSUES} LIMIT 10`).map(({ n }) => n));
  });

  test('has an example for DuckDB that counts the values of a list', async () => {
    const { folder, example, rows } = await exportWith('--format', 'parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(example.replace("'data/", `'${folder}/data/`));
    const counts = reader.getRows().map(([, count]) => Number(count));
    connection.closeSync();
    instance.closeSync();
    expect(counts.length).toBeGreaterThan(0);
    expect(counts).toEqual(rows(`${ALL_ISSUES} LIMIT 10`).map(({ n }) => n));
  });

  test.each([['cases'], ['documents'], ['runs']])(
    'has an example for pandas that reads the table %s and names columns that it has',
    async (table) => {
      const { folder, example, readme } = await exportWith('--tables', table);
      const [, path = '', dates = '[]'] =
        /read_csv\("([^"]+)"(?:.*parse_dates=(\[.*?\]))?/.exec(example) ?? [];
      expect(path).toBe(`data/${table}.csv`);
      const [header = ''] = readFileSync(join(folder, path), 'utf8').split('\r\n');
      const lists = [...example.matchAll(/\["(\w+)"\]\.map/g)].map(([, list]) => list);
      const named = [...(JSON.parse(dates) as string[]), ...lists];
      expect(named.filter((name) => !header.split(',').includes(`"${name ?? ''}"`))).toEqual([]);
      expect(named.length > 0).toBe(table !== 'runs');
      expect(readme).toContain('An empty field is NULL.');
    },
  );

  test('says that cases as NDJSON are as the API sent them', async () => {
    const said = 'is a whole case with the fields of the API';
    expect((await exportWith('--format', 'ndjson')).readme).toContain(said);
    expect((await exportWith('--format', 'ndjson', '--tables', 'documents')).readme).not.toContain(said);
  });
});
