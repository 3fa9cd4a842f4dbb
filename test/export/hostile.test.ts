import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { closing, openSqlite } from '../../src/db/engine.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { type ExportRequest, exportMirror } from '../../src/export/export.ts';
import { chooseRun } from '../../src/export/run.ts';
import { parseFilters } from '../../src/search/filters.ts';
import { redactMeanwhile } from '../support/program.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  type ExportHarness,
  listWrongSums,
  readAll,
  readManifest,
  readWords,
  startExport,
} from './export-harness.ts';

/* What others do to a mirror and to folders while an export runs, and what stands in its way. */

/** Exports while `meanwhile` runs after the first table. */
async function exportWhile({ database, folder }: ExportHarness, meanwhile: () => void): Promise<string> {
  let isFirst = true;
  await closing(openMirrorReadOnly(database), async (mirror) => {
    mirror.sqlite.exec('BEGIN');
    const request: ExportRequest = {
      kind: 'export',
      copy: null,
      dropsHistory: false,
      folder: join(folder, 'out'),
      format: 'csv',
      tables: null,
      partitionBy: [],
      isRaw: false,
      withoutTexts: false,
      filters: parseFilters({}),
      run: chooseRun(mirror, null, false),
      signal: new AbortController().signal,
      onTable: () => {
        if (isFirst) meanwhile();
        isFirst = false;
      },
    };
    await exportMirror(mirror, request);
  });
  return join(folder, 'out');
}

test('what a sync writes meanwhile is not in an export', async () => {
  const harness = await startExport();
  const before = readManifest(await harness.exportTo('before'));
  const path = await exportWhile(harness, () => {
    harness.write(
      `UPDATE docket_entries SET description = 'MEANWHILE'; UPDATE documents SET title = 'MEANWHILE'`,
    );
  });
  expect(await readWords(path)).not.toContain('MEANWHILE');
  expect(readManifest(path).tables).toEqual(before.tables);
});

test('a redaction meanwhile ends the export without a folder, and leaves the earlier one', async () => {
  const harness = await startExport();
  const path = await harness.exportTo('out');
  const before = readAll(path);
  await expect(
    exportWhile(harness, () => {
      const id = String(harness.rows('SELECT min(id) AS id FROM clean_documents')[0]?.id);
      expect(redactMeanwhile(harness.database, '--document', id).stderr).toContain('REDACTION_UNFINISHED');
    }),
  ).rejects.toMatchObject({
    code: 'REDACTED_MEANWHILE',
  });
  expect(readAll(path)).toEqual(before);
  expect(readdirSync(harness.folder)).toEqual(['out']);
});

test('the folder of the mirror is never replaced, nor the mirror itself; a folder in it can be written', async () => {
  const harness = await startExport();
  const home = dirname(harness.database);
  for (const [target, why] of [
    [home, 'is not empty and not an export'],
    [harness.database, 'is a file, not a folder'],
  ] as const) {
    const { exitCode, stderr } = await harness.run(['export', target, '--tables', 'runs']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(why)]);
  }
  const { exitCode } = await harness.run(['export', join(home, 'out'), '--tables', 'runs']);
  expect([exitCode, listWrongSums(join(home, 'out'))]).toEqual([0, []]);
  closing(openSqlite(harness.database, { readonly: true }), (sqlite) => {
    expect(sqlite.pragma('quick_check', { simple: true })).toBe('ok');
  });
});

test('a folder in which a link took the place of a file or folder is refused, and what the link names stays', async () => {
  const harness = await startExport();
  const elsewhere = tempFolder();
  for (const name of ['data', 'data/runs.csv', 'SHA256SUMS', 'README.md']) {
    const path = await harness.exportTo('out', '--tables', 'runs');
    const moved = join(elsewhere, name.replace('/', '-'));
    renameSync(join(path, name), moved);
    symlinkSync(moved, join(path, name));
    const { exitCode, stderr } = await harness.run(['export', 'out', '--tables', 'cases']);
    expect([name, exitCode, stderr]).toEqual([name, 2, expect.stringMatching(/EXPORT_REFUSED/)]);
    expect(readdirSync(elsewhere)).toContain(name.replace('/', '-'));
    rmSync(path, { recursive: true });
  }
});

test('a link to an export is replaced where it leads', async () => {
  const harness = await startExport();
  await harness.exportTo('real', '--tables', 'runs');
  symlinkSync('real', join(harness.folder, 'link'));
  await harness.exportTo('link', '--tables', 'runs', '--format', 'ndjson');
  expect(readdirSync(join(harness.folder, 'real/data'))).toEqual(['runs.ndjson']);
  expect(readdirSync(harness.folder).sort()).toEqual(['link', 'real']);
});

test('a place where nothing can be written and a folder under a file are refused by their names', async () => {
  const harness = await startExport();
  writeFileSync(join(harness.folder, 'file'), '');
  for (const target of ['/proc/clearinghouse-export', 'file/out', '/', '.']) {
    const { exitCode, stderr } = await harness.run(['export', target, '--tables', 'runs']);
    expect([target, exitCode === 2 || exitCode === 12, stderr]).toEqual([
      target,
      true,
      expect.stringMatching(/^Error: .*\[EXPORT_(?:REFUSED|FAILED)\]/s),
    ]);
  }
  expect(readdirSync(harness.folder)).toEqual(['file']);
});

test.each(['../cases', 'cases/../../x', 'cases\0', '/etc/passwd'])(
  'the table %j is no path',
  async (name) => {
    const { run, folder } = await startExport();
    const { exitCode, stderr } = await run(['export', 'out', '--tables', name]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('There is no table')]);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('every name in an export is one that Windows, macOS and Linux allow and tell apart', async () => {
  const { exportTo } = await startExport();
  for (const args of [
    ['--partition-by', 'case_id,document_id'],
    ['--format', 'sqlite'],
    ['--format', 'xlsx'],
  ]) {
    const names = Object.keys(readAll(await exportTo('out', ...args)));
    expect(names.filter((name) => !/^(?:[A-Za-z0-9_=-]+\/)*[A-Za-z0-9_-]+(?:\.[a-z]+)?$/.test(name))).toEqual(
      [],
    );
    expect(names.filter((name) => /(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\/|$)/i.test(name))).toEqual(
      [],
    );
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThan(100);
  }
});

test('an empty folder below a name with blanks, quotation marks and other letters can be the target', async () => {
  const { exportTo, folder } = await startExport();
  const name = `a 'quoted' "näme" $HOME; -x`;
  mkdirSync(join(folder, name, 'empty'), { recursive: true });
  for (const target of [`${name}/empty`, `${name}/-out`, name.slice(0, 3)]) {
    const path = await exportTo(`./${target}`, '--tables', 'runs', '--format', 'sqlite');
    expect(listWrongSums(path)).toEqual([]);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).not.toContain(folder);
    await exportTo(`./${target}`, '--tables', 'runs');
  }
});
