import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { spawnCli } from '../support/command-line.ts';
import {
  type ExportHarness,
  listWrongSums,
  readAll,
  readManifest,
  readWords,
  startExport,
} from './export-harness.ts';

const DATABASE = 'database/clearinghouse.sqlite';

/** A mirror in which everything happened, without what a test of other commands wrote past the program. */
async function startSound(): Promise<ExportHarness> {
  const harness = await startExport();
  openSqlite(harness.database).exec('DELETE FROM mirror_moved_cases; DELETE FROM rejected_records').close();
  return harness;
}

async function release(
  { run, folder }: ExportHarness,
  name: string,
  ...args: readonly string[]
): Promise<string> {
  const { exitCode, stderr } = await run(['release', name, ...args]);
  if (exitCode !== 0) throw new Error(stderr);
  return join(folder, name);
}

test('a release has the tables, a database with the same content, and sums over all files', async () => {
  const harness = await startSound();
  const path = await release(harness, 'out');
  expect(listWrongSums(path)).toEqual([]);
  expect(readdirSync(path).sort()).toEqual(
    [
      'CITATION.cff',
      'LICENSE.md',
      'README.md',
      'SHA256SUMS',
      'codebook.csv',
      'codebook.md',
      'data',
      'database',
    ].concat(['datapackage.json', 'manifest.json']),
  );
  const { tables, files } = readManifest(path);
  expect(files.at(-1)).toMatchObject({ path: DATABASE, bytes: statSync(join(path, DATABASE)).size });
  const sqlite = openSqlite(join(path, DATABASE), { readonly: true });
  for (const [name, { rows }] of Object.entries(tables))
    expect([name, sqlite.prepare(`SELECT count(*) FROM ${name}`).pluck().get()]).toEqual([name, rows]);
  expect(sqlite.prepare('SELECT count(*) FROM codebook').pluck().get()).toBeGreaterThan(100);
  sqlite.close();
  expect(readFileSync(join(path, 'README.md'), 'utf8')).toContain(
    `\`${DATABASE}\`: the same tables and the codebook in one SQLite database`,
  );
});

test('two releases of a run have the same bytes, in any place, time zone and language', async () => {
  const harness = await startSound();
  const first = readAll(await release(harness, 'one'));
  mkdirSync(join(harness.folder, 'elsewhere'));
  const again = spawnCli(
    ['release', 'elsewhere/two', '--database', harness.database],
    { TZ: 'America/St_Johns', LC_ALL: 'tr_TR.UTF-8' },
    harness.folder,
  );
  expect((await again.ended).exitCode).toBe(0);
  expect(readAll(join(harness.folder, 'elsewhere/two'))).toEqual(first);
});

test('the database of a release opens where nothing can be written, and leaves no trace', async () => {
  const path = await release(await startSound(), 'out');
  chmodSync(join(path, DATABASE), 0o444);
  chmodSync(join(path, 'database'), 0o555);
  const uri = `${pathToFileURL(join(path, DATABASE)).href}?immutable=1`;
  const sqlite = openSqlite(uri, { readonly: true });
  expect(sqlite.prepare('SELECT count(*) FROM cases').pluck().get()).toBeGreaterThan(5);
  expect(sqlite.pragma('journal_mode', { simple: true })).toBe('delete');
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  sqlite.close();
  expect(readdirSync(join(path, 'database'))).toEqual(['clearinghouse.sqlite']);
  chmodSync(join(path, 'database'), 0o755);
});

test('neither the files nor the database have departed cases, hidden records or what is not wanted', async () => {
  const harness = await startSound();
  const path = await release(harness, 'out', '--without-texts', '--format', 'csv');
  const words = await readWords(path);
  expect(words).toContain('Invented');
  const sqlite = openSqlite(join(path, DATABASE), { readonly: true });
  const tables = sqlite
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .pluck()
    .all();
  expect(tables).not.toContain('document_texts');
  const columns = (sqlite.pragma('table_info(cases)') as { name: string }[]).map(({ name }) => name);
  expect(columns.filter((name) => name.startsWith('summary')).sort()).toEqual([
    'summary_published_date',
    'summary_published_date_text',
  ]);
  const gone = harness
    .rows('SELECT id FROM cases WHERE mirror_departed_run_id IS NOT NULL')
    .map(({ id }) => id);
  expect(gone.length).toBeGreaterThan(0);
  for (const id of gone)
    expect(sqlite.prepare('SELECT count(*) FROM cases WHERE id = ?').pluck().get(id)).toBe(0);
  sqlite.close();
  expect(readFileSync(join(path, 'LICENSE.md'), 'utf8')).toContain('are not included');
});

test('a mirror with a finding of verify gives no release', async () => {
  const harness = await startSound();
  harness.write(`UPDATE cases SET court = 'Another' WHERE id = 1`);
  const { exitCode, stderr } = await harness.run(['release', 'out']);
  expect([exitCode, stderr]).toEqual([9, expect.stringMatching(/case 1: .*\[DATABASE_DAMAGED\]/s)]);
  expect(readdirSync(harness.folder)).toEqual([]);
});

test('a release replaces an earlier release as a whole, and neither an export nor a changed release', async () => {
  const harness = await startSound();
  const path = await release(harness, 'out', '--format', 'csv');
  await release(harness, 'out');
  expect(readdirSync(join(path, 'data')).every((name) => name.endsWith('.parquet'))).toBe(true);
  await harness.exportTo('export', '--tables', 'runs');
  expect((await harness.run(['release', 'export'])).stderr).toContain('is not empty and not a release');
  expect((await harness.run(['export', 'out'])).stderr).toContain('is not empty and not an export');
  openSqlite(join(path, DATABASE)).exec('CREATE TABLE mine (x)').close();
  expect((await harness.run(['release', 'out'])).stderr).toContain(`holds ${DATABASE}, which was changed`);
  expect(readdirSync(harness.folder).sort()).toEqual(['export', 'out']);
});
