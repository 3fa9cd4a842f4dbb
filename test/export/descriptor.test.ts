import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'csv-parse/sync';
import { FORMAT_NAMES } from '../../src/export/formats/format.ts';
import { readManifest, startExport } from './export-harness.ts';

/* The schema is the published one: https://datapackage.org/profiles/2.0/datapackage.json, in the public domain. */

const SCHEMA = JSON.parse(
  readFileSync(new URL('datapackage-2.0/datapackage.json', import.meta.url), 'utf8'),
) as object;

interface Resource {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly hash: string;
  readonly schema?: {
    readonly fields: readonly {
      readonly name: string;
      readonly type: string;
      readonly description: string;
    }[];
    readonly primaryKey: readonly string[];
    readonly foreignKeys?: readonly {
      readonly fields: readonly string[];
      readonly reference: { readonly resource: string; readonly fields: readonly string[] };
    }[];
  };
}

interface Descriptor {
  readonly created: string;
  readonly resources: readonly Resource[];
}

const readDescriptor = (folder: string): Descriptor =>
  JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8')) as Descriptor;

function listViolations(descriptor: object): string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat('textarea', true); // a word for forms, not a check
  const validate = ajv.compile(SCHEMA);
  return validate(descriptor)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test.each(FORMAT_NAMES)(
  'the descriptor of %s is valid by the published schema of Data Package 2.0',
  async (format) => {
    const { exportTo } = await startExport();
    const descriptor = readDescriptor(await exportTo('out', '--format', format));
    expect(listViolations(descriptor)).toEqual([]);
    expect(listViolations({ ...descriptor, created: 'yesterday' })).not.toEqual([]);
  },
);

test('what the schema cannot check is true: names, paths, sizes, hashes, keys and references', async () => {
  const { exportTo, rows } = await startExport();
  const folder = await exportTo('out');
  const { resources, created } = readDescriptor(folder);
  const manifest = readManifest(folder);
  expect(created).toBe(rows(`SELECT ended_at FROM sync_runs WHERE id = ${manifest.run.id}`)[0]?.ended_at);
  const tables = new Map<string, Record<string, string>[]>();
  for (const { name, path, bytes, hash, schema } of resources) {
    expect(path).toMatch(/^data\/\w+\.csv$/);
    const file = join(folder, path);
    expect(statSync(file).size).toBe(bytes);
    expect(readFileSync(join(folder, 'SHA256SUMS'), 'utf8')).toContain(
      `${hash.slice('sha256:'.length)}  ${path}\n`,
    );
    const records = parse<Record<string, string>>(readFileSync(file), { columns: true });
    expect(records).toHaveLength(manifest.tables[name]?.rows ?? -1);
    tables.set(name, records);
    const [header = ''] = readFileSync(file, 'utf8').split('\r\n');
    expect(header).toBe(schema?.fields.map((field) => `"${field.name}"`).join());
    for (const { description } of schema?.fields ?? []) expect(description).toMatch(/\.$/);
  }
  expect(tables.size).toBe(resources.length);
  const toKey = (record: Record<string, string>, names: readonly string[]): string =>
    names.map((name) => record[name]).join(' ');
  let references = 0;
  for (const { name, schema } of resources) {
    const records = tables.get(name) ?? [];
    const keys = records.map((record) => toKey(record, schema?.primaryKey ?? []));
    expect([name, new Set(keys).size]).toEqual([name, keys.length]);
    for (const { fields, reference } of schema?.foreignKeys ?? []) {
      const known = new Set(tables.get(reference.resource)?.map((record) => toKey(record, reference.fields)));
      expect([name, records.filter((record) => !known.has(toKey(record, fields)))]).toEqual([name, []]);
      references++;
    }
  }
  expect(references).toBeGreaterThan(10);
});

test('the codebook has every column with its values, and shares of what is missing', async () => {
  const { exportTo, rows } = await startExport();
  const folder = await exportTo('out', '--tables', 'cases,runs');
  const book = parse<Record<string, string>>(readFileSync(join(folder, 'codebook.csv')), { columns: true });
  const facts = book.filter(({ table, column }) => table === 'cases' && column === 'case_ongoing');
  const counts = rows(
    'SELECT case_ongoing AS value, count(*) AS count FROM clean_cases WHERE value IS NOT NULL GROUP BY 1 ORDER BY 1',
  );
  expect(facts.slice(1).map(({ value, count }) => ({ value, count: Number(count) }))).toEqual(counts);
  const page = readFileSync(join(folder, 'codebook.md'), 'utf8');
  expect(page).toContain('Empty means that nothing was entered yet');
  const [line = ''] = page.split('\n').filter((one) => one.startsWith('| `filing_date` |'));
  const missing = Number(
    rows('SELECT 100.0 * sum(filing_date IS NULL) / count(*) AS share FROM clean_cases')[0]?.share,
  );
  expect(line).toContain(`| ${missing.toFixed(1)} % |`);
});

test('CITATION.cff has only keys and values that its version of the format allows', async () => {
  const { exportTo } = await startExport();
  const text = readFileSync(join(await exportTo('out', '--tables', 'runs'), 'CITATION.cff'), 'utf8');
  const keys = text.split('\n').flatMap((line) => /^([\w-]+):/.exec(line)?.[1] ?? []);
  expect(keys).toEqual([
    'cff-version',
    'message',
    'type',
    'title',
    'abstract',
    'authors',
    'version',
    'date-released',
    'url',
    'license-url',
    'keywords',
  ]);
  expect(text).toMatch(/^cff-version: "1\.2\.0"$/m);
  expect(text).toMatch(/^type: dataset$/m);
  expect(text).toMatch(/^date-released: "\d{4}-\d{2}-\d{2}"$/m);
});
