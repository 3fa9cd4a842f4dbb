import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import readWorkbook from 'read-excel-file/node';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { type Misfits, type Value, noMisfits } from '../../src/export/columns.ts';
import { XLSX } from '../../src/export/formats/xlsx.ts';
import type { Table } from '../../src/export/table.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { readManifest, startExport } from './export-harness.ts';

/* Workbooks, read by another library. */

const LIMIT = 32_767;

const TABLE: Table = {
  name: 'cases',
  kind: 'content',
  description: '',
  key: ['id'],
  references: [],
  sql: '',
  isPerCase: false,
  columns: (['integer', 'boolean', 'date', 'text', 'list'] as const).map((type, at) => ({
    name: at === 0 ? 'id' : `a_${type}`,
    type,
    description: `A ${type}.`,
  })),
};

function write(rows: readonly Value[][]): { readonly path: string; readonly misfits: Misfits } {
  const path = join(tempFolder(), 'cases.xlsx');
  const misfits = noMisfits();
  const writer = XLSX.open(path, TABLE);
  for (const row of rows) writer.write(XLSX.fit?.(row, TABLE.columns, misfits) ?? row);
  writer.finish();
  return { path, misfits };
}

const readSheets = async (path: string) => await readWorkbook(path);
const readRows = async (path: string) =>
  (await readSheets(path)).find(({ sheet }) => sheet === 'cases')?.data ?? [];

test('another library reads the values with their types, and a day before 1900 as a text', async () => {
  const { path, misfits } = write([
    [1n, true, '2024-02-29', 'plain', ['Fog', 'Stairs']],
    [2n, false, '1900-03-01', '=1+1', ['a; b', '[']],
    [3n, null, '1900-02-28', 'https://example.org/', []],
    [2n ** 60n, null, null, null, ['one']],
  ]);
  expect(await readRows(path)).toEqual([
    ['id', 'a_boolean', 'a_date', 'a_text', 'a_list'],
    [1, true, new Date('2024-02-29T00:00:00Z'), 'plain', 'Fog; Stairs'],
    [2, false, new Date('1900-03-01T00:00:00Z'), '=1+1', '["a; b","["]'],
    [3, null, '1900-02-28', 'https://example.org/', null],
    ['1152921504606846976', null, null, null, 'one'],
  ]);
  expect(misfits).toMatchObject({ asText: { a_date: 1, id: 1 }, cut: {}, controlsReplaced: {} });
});

test('has no formula and no link, and its first row stays in sight', () => {
  const { path } = write([[1n, true, null, '=HYPERLINK("http://example.org/")', ['+1', '@x', '-1']]]);
  const parts = Object.fromEntries(
    Object.entries(unzipSync(readFileSync(path))).map(([name, part]) => [name, Buffer.from(part).toString()]),
  );
  expect(Object.keys(parts).filter((name) => /link|external|macro|vba/i.test(name))).toEqual([]);
  const sheet = parts['xl/worksheets/sheet1.xml'] ?? '';
  expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
  expect(sheet).not.toMatch(/<f[ >]|<hyperlink/);
});

test('a text that a cell cannot hold is cut with a mark, between two characters, and counted', async () => {
  const [fits, long, wide] = ['x'.repeat(LIMIT), 'y'.repeat(LIMIT + 1), `z${'😀'.repeat(20_000)}`];
  const { path, misfits } = write([
    [1n, null, null, fits, []],
    [2n, null, null, long, Array.from({ length: 9000 }, (_, at) => `element ${at}`)],
    [3n, null, null, wide, []],
  ]);
  const [, first = [], second = [], third = []] = await readRows(path);
  expect(first[3]).toBe(fits);
  expect(String(second[3])).toMatch(/^y+ \[cut: the whole text has 32768 characters\]$/);
  expect(String(second[3])).toHaveLength(LIMIT);
  expect(String(second[4])).toMatch(/^element 0; .*; \(cut: the whole list has 9000 elements\)$/);
  expect(String(second[4]).length).toBeLessThanOrEqual(LIMIT);
  expect(String(third[3])).toMatch(/^z(?:😀)+ \[cut: the whole text has 40001 characters\]$/u);
  expect(String(third[3]).length).toBeLessThanOrEqual(LIMIT);
  expect(misfits.cut).toEqual({ a_text: 2, a_list: 1 });
});

test('characters that a workbook cannot hold are replaced and counted; all others stay', async () => {
  const { path, misfits } = write([
    [1n, null, null, 'a\u0001b\u000b\ud800c\uffff', ['\u0002']],
    [2n, null, null, 'tab\t, line\nbreaks\r\n <&>"\' _x0041_ _x005F_ 😀 \u2028\u0085', [' a ']],
  ]);
  const rows = [];
  for await (const row of XLSX.readBack(path, TABLE)) rows.push(row);
  expect(rows).toEqual([
    [1n, null, null, 'a\ufffdb\ufffd\ufffdc\ufffd', ['\ufffd']],
    [2n, null, null, 'tab\t, line\nbreaks\r\n <&>"\' _x0041_ _x005F_ 😀 \u2028\u0085', [' a ']],
  ]);
  expect(misfits.controlsReplaced).toEqual({ a_text: 1, a_list: 1 });
});

test('is not read back if a column has another name, or its end is missing', async () => {
  const { path } = write([[1n, true, null, 'a', []]]);
  const read = async (table: Table) => {
    for await (const row of XLSX.readBack(path, table)) expect(row).toHaveLength(5);
  };
  await read(TABLE);
  await expect(
    read({ ...TABLE, columns: TABLE.columns.map((column) => ({ ...column, name: `${column.name}s` })) }),
  ).rejects.toThrow('its columns are others');
  writeFileSync(path, readFileSync(path).subarray(0, -30));
  await expect(read(TABLE)).rejects.toThrow('its directory is missing');
});

test('what was cut is in the manifest and in the codebook', async () => {
  const { database, sync } = await startHarness({
    source: recordedCases([
      makeCase({ id: 1, case_ongoing: 'Yes', summary: 'w'.repeat(40_000), filing_date: '1897-05-06' }),
    ]),
  });
  await sync();
  const { exportTo, run } = await startExport(database);
  const folder = await exportTo('out', '--format', 'xlsx');
  const { cases } = readManifest(folder).tables;
  expect([cases?.cut, cases?.as_text]).toEqual([{ summary: 1 }, { filing_date: 1 }]);
  const book = readFileSync(join(folder, 'codebook.md'), 'utf8');
  expect(book).toContain('In 1 row, `summary` is cut, because a cell holds 32,767 characters.');
  expect((await readSheets(join(folder, 'data/cases.xlsx'))).map(({ sheet }) => sheet)).toEqual([
    'cases',
    'columns',
  ]);
  const refused = await run(['export', 'other', '--format', 'xlsx', '--tables', 'cases,runs']);
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringMatching(
      /cannot give the table runs: a file of xlsx has the table cases alone.*Leave runs out/s,
    ),
  ]);
});
