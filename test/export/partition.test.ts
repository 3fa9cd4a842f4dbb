import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Value } from '../../src/export/columns.ts';
import { splitRows } from '../../src/export/partition.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type ExportHarness, listWrongSums, readManifest, startExport } from './export-harness.ts';

let harness: ExportHarness;
let ask: (sql: string) => Promise<string[][]>;
let close = (): void => undefined;

beforeEach(async () => {
  harness = await startExport();
  // One case is far from the others, and so is a document.
  harness.write(`PRAGMA foreign_keys = OFF;
    UPDATE docket_entries SET case_id = 41234 WHERE case_id = 2;
    UPDATE case_documents SET case_id = 41234 WHERE case_id = 2; UPDATE cases SET id = 41234 WHERE id = 2`);
});

beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  ask = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.map(String));
  close = () => {
    connection.closeSync();
    instance.closeSync();
  };
});

afterAll(() => {
  close();
});

const BOTH = ['--partition-by', 'case_id,document_id'];

describe.each(['parquet', 'csv', 'ndjson'])('--partition-by with %s', (format) => {
  test('splits tables into folders by ranges of ids, which DuckDB reads as columns', async () => {
    const { exportTo, rows } = harness;
    const folder = await exportTo(format, '--format', format, ...BOTH);
    expect(listWrongSums(folder)).toEqual([]);
    const { tables, files } = readManifest(folder);
    const entries = files.filter(({ path }) => path.startsWith('data/docket_entries/'));
    expect(entries.map(({ path }) => path)).toEqual([
      `data/docket_entries/case_id_from=0/docket_entries.${format}`,
      `data/docket_entries/case_id_from=41000/docket_entries.${format}`,
    ]);
    if (format === 'parquet') {
      // Over many files, readers take the columns of the first. A column in the path and in the file is refused by some.
      const columns = await ask(
        `SELECT DISTINCT columns FROM (SELECT file_name, string_agg(concat(name, ' ', type), ', ') AS columns
           FROM parquet_schema('${folder}/data/docket_entries/*/*.parquet') GROUP BY 1)`,
      );
      expect(columns).toEqual([[expect.stringMatching(/case_id INT64, (?!.*case_id_from).*other_fields/)]]);
    }
    expect(entries.reduce((sum, one) => sum + one.rows, 0)).toBe(tables.docket_entries?.rows);
    const reader = format === 'ndjson' ? 'json' : format;
    const from = (table: string, name: string) =>
      `read_${reader}('${folder}/data/${table}/*/*.${format}', hive_partitioning = true, hive_types = {'${name}': BIGINT})`;
    const counted = await ask(
      `SELECT case_id_from, count(*), min(case_id), max(case_id) FROM ${from('docket_entries', 'case_id_from')} GROUP BY 1 ORDER BY 1`,
    );
    const expected = rows(
      `SELECT case_id / 1000 * 1000 AS a, count(*) AS b, min(case_id) AS c, max(case_id) AS d FROM clean_docket_entries GROUP BY 1 ORDER BY 1`,
    ).map((row) => Object.values(row).map(String));
    expect(counted).toEqual(expected);
    expect(
      await ask(`SELECT count(*) FROM ${from('docket_entries', 'case_id_from')} WHERE case_id_from = 41000`),
    ).toEqual([[String(entries[1]?.rows)]]);
    expect(await ask(`SELECT count(*) FROM ${from('document_texts', 'document_id_from')}`)).toEqual([
      [String(tables.document_texts?.rows)],
    ]);
  });

  test('has the same content as one file, and a descriptor that is true of each file', async () => {
    const { exportTo } = harness;
    const whole = readManifest(await exportTo(`${format}-whole`, '--format', format));
    const folder = await exportTo(format, '--format', format, ...BOTH);
    expect(readManifest(folder).content_sha256).toBe(whole.content_sha256);
    const { resources } = JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8')) as {
      readonly resources: readonly {
        readonly name: string;
        readonly path: string;
        readonly bytes: number;
        readonly hash: string;
      }[];
    };
    expect(new Set(resources.map(({ name }) => name)).size).toBe(resources.length);
    expect(resources.map(({ path }) => path)).toEqual(readManifest(folder).files.map(({ path }) => path));
    const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8');
    for (const { path, bytes, hash } of resources) {
      expect(statSync(join(folder, path)).size).toBe(bytes);
      expect(sums).toContain(`${hash.slice('sha256:'.length)}  ${path}\n`);
    }
  });
});

test('the example in the README reads a table that is split', async () => {
  const folder = await harness.exportTo(
    'readme',
    '--format',
    'parquet',
    '--tables',
    'docket_entries',
    ...BOTH,
  );
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const [first = '', second = ''] = [...readme.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql);
  expect(Number((await ask(first.replace("'data/", `'${folder}/data/`)))[0]?.[0])).toBeGreaterThan(0);
  const found = await ask(second.replace("'data/", `'${folder}/data/`).replace('= 20000', '= 41000'));
  expect(Number(found[0]?.[0])).toBeGreaterThan(0);
});

test('a column that can be NULL, another column, a format with one file and tables that are never split are refused', async () => {
  const { run, folder } = harness;
  for (const [args, message] of [
    [['--partition-by', 'filing_year'], /filing_year can be NULL, and no folder for NULL.*takes case_id/s],
    [['--partition-by', 'date_filed'], /date_filed can be NULL/],
    [['--partition-by', 'case'], /"case" is not an id to split by.*case_id/s],
    [['--partition-by', 'case_id', '--format', 'sqlite'], /sqlite is not split into folders/],
    [['--partition-by', 'document_id', '--tables', 'cases'], /None of these tables is split by document_id/],
  ] as const) {
    const { exitCode, stderr } = await run(['export', 'refused', ...args]);
    expect([args, exitCode, stderr]).toEqual([args, 2, expect.stringMatching(message)]);
  }
  expect(existsSync(join(folder, 'refused'))).toBe(false);
});

test('a table without rows has one file, and ids below zero have folders of their own', () => {
  const split = (ids: readonly bigint[]) => {
    const root = tempFolder();
    const written: Value[][] = [];
    const partition = { column: 'id', folder: 'id_from', size: 10n };
    const writer = splitRows({
      root,
      name: 'documents',
      ending: 'csv',
      partition,
      at: 0,
      open: () => ({ write: (values) => written.push([...values]), finish: () => undefined }),
    });
    for (const id of ids) writer.write([id]);
    writer.finish();
    expect(written).toHaveLength(ids.length);
    return readdirSync(join(root, 'data/documents')).sort();
  };
  expect(split([])).toEqual(['id_from=0']);
  expect(split([-11n, -10n, -1n, 0n, 9n, 10n])).toEqual([
    'id_from=-10',
    'id_from=-20',
    'id_from=0',
    'id_from=10',
  ]);
});
