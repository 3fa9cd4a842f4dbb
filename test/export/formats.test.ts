import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Value, noMisfits } from '../../src/export/columns.ts';
import type { Table } from '../../src/export/table.ts';
import { FORMAT_NAMES } from '../../src/export/formats/format.ts';
import { loadFormat } from '../../src/export/write-table.ts';
import { CSV } from '../../src/export/formats/csv.ts';
import { openWithOldSqlite } from '../support/old-sqlite.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { startExport } from './export-harness.ts';
import { anyCharacter } from '../support/once/any-character.ts';

/** A table with a column of each type. */
const EVERY_TYPE: Table = {
  name: 'cases',
  kind: 'content',
  description: '',
  key: ['id'],
  references: [],
  sql: '',
  isPerCase: false,
  columns: (['integer', 'boolean', 'date', 'timestamp', 'text', 'list'] as const).map((type, at) => ({
    name: at === 0 ? 'id' : `a_${type}`,
    type,
    description: `A ${type}.`,
  })),
};

const NASTY = [
  '',
  ' ',
  'NA',
  'null',
  '01234',
  '12E5',
  '-',
  '=1+1',
  '@x',
  '"',
  '""',
  ',',
  '\n',
  '\r',
  '\r\n',
  'a\rb',
  'a\u2028b',
  '\ufeffa',
  String.raw`\.`,
  String.raw`\"`,
  "'",
  '😀'.repeat(40),
  'é'.repeat(100),
  ' a ',
  '\t',
  ';',
  '#',
  '\u0085',
  '\u00a0',
];

const row = (id: number, text: string | null): Value[] => [
  BigInt(id),
  id % 3 === 0 ? null : id % 3 === 1,
  id % 2 === 0 ? null : '1890-01-01',
  id % 2 === 0 ? '2024-03-01T04:05:06.789Z' : null,
  text,
  text === null ? [] : [text, 'b'],
];

/** The rows as the format can hold them; most formats hold every value. */
async function fit(name: (typeof FORMAT_NAMES)[number], rows: readonly Value[][]): Promise<Value[][]> {
  const format = await loadFormat(name);
  return rows.map((one) => format.fit?.(one, EVERY_TYPE.columns, noMisfits()) ?? one) as Value[][];
}

async function write(name: (typeof FORMAT_NAMES)[number], rows: readonly Value[][]): Promise<string> {
  const format = await loadFormat(name);
  const path = join(tempFolder(), `file.${format.ending}`);
  const writer = format.open(path, EVERY_TYPE);
  for (const one of rows) writer.write(one);
  writer.finish();
  return path;
}

async function readBack(name: (typeof FORMAT_NAMES)[number], path: string): Promise<unknown[]> {
  const rows = [];
  for await (const values of (await loadFormat(name)).readBack(path, EVERY_TYPE)) rows.push(values);
  return rows;
}

describe.each(FORMAT_NAMES)('%s', (name) => {
  test('gives every value back as it was written', async () => {
    const rows = [
      [-(2n ** 63n), true, '2261-12-31', null, 'z', ['', '"', '\n']],
      ...[...NASTY, null].map((text, at) => row(at, text)),
      [2n ** 53n + 1n, null, null, null, null, []],
    ];
    expect(await fit(name, rows)).toEqual(rows);
    expect(await readBack(name, await write(name, rows))).toEqual(rows);
    expect(await readBack(name, await write(name, []))).toEqual([]);
  });

  test('gives any text back', async () => {
    const texts = fc.array(
      fc.option(fc.string({ unit: anyCharacter }).map((text) => text.replaceAll('\0', '').toWellFormed())),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (list) => {
        const rows = await fit(
          name,
          list.map((text, at) => row(at, text)),
        );
        expect(await readBack(name, await write(name, rows))).toEqual(rows);
      }),
      { numRuns: 30 },
    );
  });
});

describe('CSV', () => {
  test('ends lines by CRLF, has the names in quotation marks, and tells an empty text from NULL', async () => {
    const path = await write('csv', [row(0, ''), row(1, null), row(2, ' a'), row(3, 'a\rb')]);
    expect(readFileSync(path, 'utf8')).toBe(
      [
        '"id","a_boolean","a_date","a_timestamp","a_text","a_list"',
        `0,,,2024-03-01T04:05:06.789Z,"","["""",""b""]"`,
        '1,true,1890-01-01,,,[]',
        `2,false,,2024-03-01T04:05:06.789Z," a","["" a"",""b""]"`,
        `3,,1890-01-01,,"a\rb","[""a\\rb"",""b""]"`,
        '',
      ].join('\r\n'),
    );
  });

  test('tells an empty text from NULL behind texts with quotation marks and commas', async () => {
    const columns = ['a', 'b', 'c'].map((name) => ({ name, type: 'text' as const, description: '' }));
    const texts: Table = { ...EVERY_TYPE, columns, key: ['a'] };
    const rows = [
      ['x","",y', '', null],
      ['"', null, ''],
      ['', '""",', null],
      [',"', '', ''],
    ];
    const format = await loadFormat('csv');
    const path = join(tempFolder(), 'file.csv');
    const writer = format.open(path, texts);
    for (const one of rows) writer.write(one);
    writer.finish();
    const found = [];
    for await (const values of format.readBack(path, texts)) found.push(values);
    expect(found).toEqual(rows);
  });

  test('is read by the csv module of Python, where Python is installed', async () => {
    const path = await write(
      'csv',
      NASTY.map((text, at) => row(at, text)),
    );
    const code = `import csv, json, sys; print(json.dumps([r['a_text'] for r in csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8'))]))`;
    const { status, stdout } = spawnSync('python3', ['-c', code, path], { encoding: 'utf8' });
    if (status === null) return;
    expect(JSON.parse(stdout)).toEqual(NASTY);
  });

  test('is not read back if a line is cut off or a column is missing', async () => {
    const path = await write('csv', [row(1, 'a'), row(2, 'b')]);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"a_list"', '"other"'));
    await expect(readBack('csv', path)).rejects.toThrow('its columns are others');
    writeFileSync(path, `${readFileSync(path, 'utf8').replace('"other"', '"a_list"')}3,"open`);
    await expect(readBack('csv', path)).rejects.toThrow();
    expect(CSV.ending).toBe('csv');
  });
});

test('NDJSON escapes the characters at which some readers break a line', async () => {
  const text = readFileSync(await write('ndjson', [row(1, 'a\u2028b\u2029c\nd')]), 'utf8');
  expect(text).not.toMatch(/[\u2028\u2029]/);
  expect(text.split('\n')).toHaveLength(2);
  expect((JSON.parse(text) as { a_text: string }).a_text).toBe('a\u2028b\u2029c\nd');
});

test('SQLite has all tables in one file, with their keys, and the codebook', async () => {
  const { exportTo, rows } = await startExport();
  const folder = await exportTo('out', '--format', 'sqlite');
  expect(readdirSync(join(folder, 'data'))).toEqual(['clearinghouse.sqlite']);
  const { rows: ask, close } = await openWithOldSqlite(join(folder, 'data/clearinghouse.sqlite'));
  expect(ask('SELECT id, name, filing_date, never_filed FROM cases')).toEqual(
    rows('SELECT id, name, filing_date, never_filed FROM clean_cases').map((one) =>
      Object.values(one).map((value) => (typeof value === 'string' ? value.replace('\0', '\ufffd') : value)),
    ),
  );
  expect(ask(`SELECT name FROM pragma_table_info('docket_entries') WHERE pk > 0`)).toEqual([
    ['case_id'],
    ['entry_key'],
  ]);
  expect(
    ask(
      `SELECT value, count FROM codebook WHERE "table" = 'runs' AND "column" = 'outcome' AND value IS NOT NULL`,
    ),
  ).toEqual([['complete', '5']]);
  close();
});
