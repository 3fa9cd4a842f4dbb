import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Column } from '../../src/export/columns.ts';
import {
  type DataFile,
  type TableDefinition,
  UnknownLog,
  planCommit,
  readState,
  toFileName,
} from '../../src/export/delta/actions.ts';
import { noteParts } from '../../src/export/delta/folder.ts';
import { CSV } from '../../src/export/formats/csv.ts';
import type { RowWriter } from '../../src/export/formats/format.ts';
import type { Table } from '../../src/export/table.ts';
import { listFiles } from '../../src/export/target.ts';
import { startCommand } from '../crash/run-command.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type ExportHarness, readAll, readManifest, readWords, startExport } from './export-harness.ts';

describe('the log of a Delta table', () => {
  const COLUMNS: readonly Column[] = [{ name: 'id', type: 'integer', description: 'The id.' }];
  const TABLE: TableDefinition = {
    name: 'docket_entries',
    description: 'Entries.',
    columns: COLUMNS,
    partition: { column: 'id', folder: 'id_from', size: 1000n },
  };
  const file = (from: number, path: string): DataFile => ({
    path,
    bytes: 10,
    partition: { id_from: String(from) },
    stats: null,
  });
  const RUN = { id: 1, endedAt: '2030-01-15T03:17:00.000Z' };
  const commit = (commits: readonly string[], files: readonly DataFile[], table = TABLE): string =>
    planCommit(readState(commits), table, files, RUN) ?? 'nothing';
  const listActions = (text: string): string[] =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, { path?: string }>)
      .flatMap((action) => Object.entries(action))
      .filter(([kind]) => kind !== 'commitInfo')
      .map(([kind, { path }]) => (path === undefined ? kind : `${kind} ${path}`));
  const first = commit([], [file(0, 'a'), file(1000, 'b')]);
  /** As another program writes the rows of `b` to other files. */
  const tidied = [
    { remove: { path: 'b', dataChange: false } },
    ...['c', 'd'].map((path) => ({
      add: { path, size: 5, partitionValues: { id_from: '1000' }, dataChange: false },
    })),
  ]
    .map((action) => `${JSON.stringify(action)}\n`)
    .join('');

  test('gets a version only if something changed, which has only the parts that changed', () => {
    expect(listActions(first)).toEqual(['protocol', 'metaData', 'add a', 'add b']);
    expect(commit([first], [file(1000, 'b'), file(0, 'a')])).toBe('nothing');
    const second = commit([first], [file(0, 'a'), file(1000, 'e'), file(2000, 'f')]);
    expect(listActions(second)).toEqual(['remove b', 'add e', 'add f']);
    expect(listActions(commit([first, second], [file(0, 'a')]))).toEqual(['remove e', 'remove f']);
  });

  test('keeps rows where another program put them, and replaces all files of a part that it changed', () => {
    expect(commit([first, tidied], [file(0, 'a'), file(1000, 'b')])).toBe('nothing');
    expect(listActions(commit([first, tidied], [file(0, 'a'), file(1000, 'e')]))).toEqual([
      'remove c',
      'remove d',
      'add e',
    ]);
    const deleted = `${JSON.stringify({ remove: { path: 'c', dataChange: true } })}\n`;
    expect(listActions(commit([first, tidied, deleted], [file(0, 'a'), file(1000, 'b')]))).toEqual([
      'remove d',
      'add b',
    ]);
  });

  test('describes a new column, which gives files other names, and keeps the id of the table', () => {
    const columns: readonly Column[] = [...COLUMNS, { name: 'tags', type: 'list', description: 'Tags.' }];
    const second = commit([first], [file(0, 'a'), file(1000, 'b')], { ...TABLE, columns });
    expect(listActions(second)).toEqual(['metaData']);
    const [before, after] = [[first], [first, second]].map(readState);
    expect(after?.id).toBe(before?.id);
    const { fields } = JSON.parse(after?.schema ?? '') as { fields: { name: string; nullable: boolean }[] };
    expect(fields.map(({ name, nullable }) => [name, nullable])).toEqual([
      ['id', true],
      ['tags', true],
      ['id_from', true],
    ]);
    expect(toFileName(columns, 'hash')).not.toBe(toFileName(COLUMNS, 'hash'));
  });

  test('is not continued if it has what this program does not know', () => {
    for (const action of [
      { protocol: { minReaderVersion: 3, minWriterVersion: 7 } },
      { add: { path: 'a', size: 1, deletionVector: { storageType: 'u' } } },
    ])
      expect(() => readState([first, JSON.stringify(action)])).toThrow(UnknownLog);
  });
});

test('a part that is written leaves no writer in memory, whatever buffers it has', async () => {
  const writers: WeakRef<RowWriter>[] = [];
  const { format, parts } = noteParts({
    ...CSV,
    open() {
      const writer: RowWriter = { write: () => undefined, finish: () => undefined };
      writers.push(new WeakRef(writer));
      return writer;
    },
  });
  const writePart = (path: string): void => {
    const writer = format.open(path, {} as Table);
    writer.write([path]);
    writer.finish();
  };
  writePart('a');
  writePart('b');
  await nextTick(); // A reference that was just made is kept until then.
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  expect(writers.map((one) => one.deref())).toEqual([undefined, undefined]);
  expect(new Set(parts.values()).size).toBe(2);
});

describe('export --format delta', () => {
  let harness: ExportHarness;
  let folder = '';
  let ask: (sql: string) => Promise<string[][]>;

  interface Runs {
    readonly runs: readonly {
      readonly run: number;
      readonly content_sha256: string;
      readonly tables: Readonly<Record<string, { readonly version: number; readonly rows: number }>>;
    }[];
  }
  const listRuns = (where: string): Runs['runs'] => (readManifest(where) as unknown as Runs).runs;
  const toDelta = (...args: readonly string[]) => harness.exportTo('delta', '--format', 'delta', ...args);

  /** The files of a version, as the log says to somebody who reads nothing but the protocol. */
  const askVersion = async (where: string, table: string, version: number, select: string) => {
    const log = `${where}/tables/${table}/_delta_log`;
    const files = await ask(
      `SELECT path FROM (SELECT coalesce(add.path, remove.path) AS path, add IS NOT NULL AS is_added, parse_filename(filename) AS name
         FROM read_json('${log}/*.json', filename = true, union_by_name = true, columns = {add: 'STRUCT(path VARCHAR)', remove: 'STRUCT(path VARCHAR)'})
         WHERE (add IS NOT NULL OR remove IS NOT NULL) AND parse_filename(filename, true)::BIGINT <= ${version})
       GROUP BY path HAVING arg_max(is_added, name) ORDER BY path`,
    );
    const paths = files.map(([path]) => `'${where}/tables/${table}/${path}'`);
    return paths.length === 0 ? [] : ask(`SELECT ${select} FROM read_parquet([${paths.join()}])`);
  };

  beforeAll(async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    ask = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.map(String));
  });

  beforeEach(async () => {
    harness = await startExport();
  });

  test('keeps the state after each run, of which DuckDB reads what --as-of exports, also where the folder was moved', async () => {
    for (const run of ['1', '3']) folder = await toDelta('--as-of', run);
    await toDelta();
    const moved = join(tempFolder(), 'moved');
    renameSync(folder, moved);
    const runs = listRuns(moved);
    expect(runs.map(({ run }) => run)).toEqual([1, 3, 4]);
    for (const { run, tables, content_sha256 } of runs) {
      const csv = await harness.exportTo(`csv-${run}`, '--as-of', String(run));
      expect([run, readManifest(csv).content_sha256 === content_sha256]).toEqual([
        run,
        run !== 4, // texts have no earlier state
      ]);
      for (const [table, select] of [
        [
          'cases',
          `count(*), min(id), max(id), min(filing_date), max(filing_date), md5(string_agg(name, '|' ORDER BY id))`,
        ],
        ['docket_entries', 'count(*), min(date_filed), max(date_filed), sum(length(description))'],
        ['documents', 'count(*), min(date), max(date)'],
      ] as const) {
        const found = await askVersion(moved, table, tables[table]?.version ?? -1, select);
        const expected = await ask(
          `SELECT ${select} FROM read_csv('${csv}/data/${table}.csv', all_varchar = false, sample_size = -1)`,
        );
        expect([run, table, found]).toEqual([run, table, expected]);
        expect(Number(found[0]?.[0])).toBe(tables[table]?.rows);
      }
    }
    expect(new Set(runs.map(({ tables }) => tables.docket_entries?.version)).size).toBeGreaterThan(2);
    renameSync(moved, folder);
  });

  test('adds nothing for the same run again, and refuses an earlier run, another selection and a foreign file', async () => {
    folder = await toDelta();
    const before = readAll(folder);
    const again = await harness.run(['export', 'delta', '--format', 'delta']);
    expect(again.stdout).toContain('no table has a new version');
    for (const [args, message] of [
      [['--as-of', '2'], /after run \d already, and that after run 2 cannot follow/],
      [['--without-texts'], /has another selection: no --without-texts instead of --without-texts/],
      [['--raw'], /has another selection: no --raw instead of --raw/],
      [['--tables', 'cases'], /has another selection: all tables instead of --tables cases/],
      [['--partition-by', 'case_id'], /always split/],
    ] as const) {
      const { exitCode, stderr } = await harness.run(['export', 'delta', '--format', 'delta', ...args]);
      expect([args, exitCode, stderr]).toEqual([args, 2, expect.stringMatching(message)]);
    }
    writeFileSync(join(folder, 'tables/notes.txt'), 'mine');
    expect((await harness.run(['export', 'delta', '--format', 'delta', '--forget'])).stderr).toMatch(
      /holds tables\/notes\.txt/,
    );
    rmSync(join(folder, 'tables/notes.txt'));
    expect(readAll(folder)).toEqual(before);
    expect((await harness.run(['export', 'delta'])).stderr).toMatch(
      /not an export.*`clearinghouse-mirror export \S+delta --format delta --database .*` adds to it/s,
    );
  });

  test('refuses another mirror, another run of the same number, and less than it has of a run', async () => {
    folder = await toDelta('--tables', 'cases');
    const before = readAll(folder);
    const run = listRuns(folder)[0]?.run ?? 0;
    const [{ mirror_id, started_at } = {}] = harness.rows(
      `SELECT mirror_id, started_at FROM mirror_identity, sync_runs WHERE sync_runs.id = ${run}`,
    );
    for (const [change, undo, message] of [
      [
        `UPDATE mirror_identity SET mirror_id = '${'0'.repeat(32)}'`,
        `UPDATE mirror_identity SET mirror_id = '${String(mirror_id)}'`,
        /is of another mirror/,
      ],
      [
        `UPDATE sync_runs SET started_at = '2030-01-01T00:00:00.000Z' WHERE id = ${run}`,
        `UPDATE sync_runs SET started_at = '${String(started_at)}' WHERE id = ${run}`,
        /has another run \d, which began at/,
      ],
      [
        `UPDATE sync_runs SET outcome = 'partial' WHERE id = ${run}`,
        `UPDATE sync_runs SET outcome = 'complete' WHERE id = ${run}`,
        /has the complete state after run \d, and this one is not complete/,
      ],
    ] as const) {
      harness.write(change);
      const words = ['--format', 'delta', '--tables', 'cases', '--as-of', String(run), '--allow-partial'];
      const { exitCode, stderr } = await harness.run(['export', 'delta', ...words]);
      expect([change, exitCode, stderr]).toEqual([change, 2, expect.stringMatching(message)]);
      expect(stderr).toContain('--forget');
      harness.write(undo);
    }
    expect(readAll(folder)).toEqual(before);
  });

  test('refuses a link in the folder, and a mirror that was restored to an earlier run and ran on', async () => {
    const copy = await startExport();
    const exportRuns = (run: string) =>
      copy.run(['export', 'delta', '--format', 'delta', '--tables', 'runs', '--as-of', run]);
    await exportRuns('1');
    const tables = join(copy.folder, 'delta', 'tables', 'runs');
    renameSync(join(tables, '_delta_log'), join(copy.folder, 'log'));
    symlinkSync(join(copy.folder, 'log'), join(tables, '_delta_log'));
    expect((await exportRuns('4')).stderr).toMatch(
      /holds tables\/runs\/_delta_log, which is a symbolic link/,
    );
    rmSync(join(tables, '_delta_log'));
    renameSync(join(copy.folder, 'log'), join(tables, '_delta_log'));
    const before = readAll(join(copy.folder, 'delta'));
    copy.write(`UPDATE sync_runs SET started_at = '2029-01-01T00:00:00.000Z' WHERE id = 1`);
    expect((await exportRuns('4')).stderr).toMatch(
      /has another run 1, which began at "\d{4}-[^"]+Z" instead of "2029-01-01T00:00:00\.000Z": the mirror was restored/,
    );
    expect(readAll(join(copy.folder, 'delta'))).toEqual(before);
  });

  test('writes a damaged file anew, refuses a damaged manifest or log, and --forget removes only what Delta tables have', async () => {
    const words = ['export', 'delta', '--format', 'delta', '--tables', 'cases'];
    folder = await toDelta('--tables', 'cases');
    const before = readAll(folder);
    const parquet = listFiles(folder).find((file) => file.endsWith('.parquet')) ?? '';
    writeFileSync(join(folder, parquet), Buffer.alloc(before[parquet]?.length ?? 0, 7));
    const { stdout } = await harness.run(words);
    expect(stdout).toContain('no table has a new version. 1 damaged file was written anew.');
    expect(readAll(folder)).toEqual(before);

    const log = 'tables/cases/_delta_log/00000000000000000000.json';
    const manifest = before['manifest.json'] ?? '';
    for (const [file, text] of [
      ['manifest.json', JSON.stringify({ ...(JSON.parse(manifest) as object), runs: undefined })],
      ['manifest.json', JSON.stringify({ ...(JSON.parse(manifest) as object), runs: [null] })],
      [log, `${before[log] ?? ''}null\n`],
      [log, `${before[log] ?? ''}{"add":null}\n`],
      [log, `${before[log] ?? ''}{"add":{"size":1}}\n`],
    ] as const) {
      writeFileSync(join(folder, file), text);
      const { exitCode, stderr } = await harness.run(words);
      expect([text, exitCode, stderr]).toEqual([text, 2, expect.stringMatching(/damaged.*--forget/s)]);
      writeFileSync(join(folder, file), before[file] ?? '', 'latin1');
    }

    const foreign = ['notes.txt', 'mywork/y', 'id_from=0/notes.txt', '_delta_log/notes.txt'];
    for (const file of foreign) {
      const path = join(folder, 'tables/cases', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'mine');
      const { exitCode, stderr } = await harness.run([...words, '--forget']);
      expect([file, exitCode, stderr]).toEqual([file, 2, expect.stringMatching(/holds tables\/cases\//)]);
      rmSync(file.startsWith('mywork') ? dirname(path) : path, { recursive: true });
    }
    for (const file of [
      'part-0.snappy.parquet',
      '.part-0.snappy.parquet.crc',
      '_delta_log/_last_checkpoint',
      '_delta_log/00000000000000000000.checkpoint.parquet',
      '_delta_log/.00000000000000000000.json.crc',
    ])
      writeFileSync(join(folder, 'tables/cases', file), 'theirs');
    await toDelta('--tables', 'cases', '--forget');
    expect(readAll(folder)).toEqual(before);
  });

  test('a death leaves the manifest with versions that are whole, and the next export goes on', async () => {
    const start = join(tempFolder(), 'start');
    const words = ['--format', 'delta', '--tables', 'cases,runs'];
    cpSync(await harness.exportTo('dies', ...words, '--as-of', '1'), start, { recursive: true });
    const run = (at: string, env: NodeJS.ProcessEnv) =>
      startCommand(['export', at, ...words], { CLEARINGHOUSE_DATABASE: harness.database, ...env }).ended;
    const list = join(tempFolder(), 'labels');
    const whole = join(tempFolder(), 'dies');
    cpSync(start, whole, { recursive: true });
    await run(whole, { CRASH_LABELS_TO: list });
    const labels = JSON.parse(readFileSync(list, 'utf8')) as string[];
    const chosen = labels
      .filter((label) => /before (?:link|rename) .*(?:json|parquet)/.test(label))
      .slice(-5);
    expect(chosen.length).toBeGreaterThan(3);
    for (const label of new Set(chosen)) {
      const trial = join(tempFolder(), 'dies');
      cpSync(start, trial, { recursive: true });
      const { signal } = await run(trial, { CRASH_AT: label, CRASH_OCCURRENCE: '1' });
      expect([label, signal]).toEqual([label, 'SIGKILL']);
      expect(listRuns(trial)).toEqual(listRuns(start));
      const versions = listRuns(trial).at(-1)?.tables;
      expect(await askVersion(trial, 'cases', versions?.cases?.version ?? -1, 'count(*)')).toEqual([
        [String(versions?.cases?.rows)],
      ]);
      expect((await harness.run(['export', trial, ...words])).exitCode).toBe(0);
      expect(listFiles(trial)).toEqual(listFiles(whole));
      expect(JSON.stringify(readAll(trial)) === JSON.stringify(readAll(whole))).toBe(true);
    }
  });

  test('--forget leaves nothing of a redacted case, which earlier versions hold until then', async () => {
    const [{ id } = {}] = harness.rows('SELECT id FROM clean_cases ORDER BY id LIMIT 1');
    const name = 'Quillfeather v. Nobody Else';
    harness.write(`UPDATE cases SET name = '${name}' WHERE id = ${String(id)}`);
    const copy = await startExport(harness.database);
    await copy.exportTo('delta', '--format', 'delta');
    copy.write(`UPDATE cases SET mirror_departed_run_id = 4 WHERE id = ${String(id)}`);
    const redacted = await copy.run(['redact', String(id), '--yes']);
    expect([redacted.stderr, redacted.stdout].join('').replaceAll(/\s+/g, '')).toContain(
      join(copy.folder, 'delta'),
    );
    const delta = await copy.exportTo('delta', '--format', 'delta');
    const inNewest = await askVersion(delta, 'cases', 1, `count(*) FILTER (id = ${String(id)})`);
    expect(inNewest).toEqual([['0']]);
    expect(listRuns(delta)).toHaveLength(1);
    expect(await readWordsOf(delta)).toContain(name);
    await copy.exportTo('delta', '--format', 'delta', '--forget');
    expect(await readWordsOf(delta)).not.toContain(name);
    expect(readdirSync(copy.folder)).toEqual(['delta']);
    expect(listFiles(join(delta, 'tables/cases/_delta_log'))).toEqual(['00000000000000000000.json']);
  });
});

const readWordsOf = (folder: string): Promise<string> => readWords(join(folder, 'tables'));
