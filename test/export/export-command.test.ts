import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findCase } from '../../src/db/read-case.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { TABLE_NAMES } from '../../src/export/table.ts';
import { hashFile, openPlace } from '../../src/export/target.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { FORMAT_NAMES } from '../../src/export/formats/format.ts';
import { spawnCli } from '../support/command-line.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import {
  listWrongSums,
  readAll,
  readManifest,
  readNdjson,
  readWords,
  startExport,
} from './export-harness.ts';
import { startS3 } from './s3-server.ts';

const kept = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-exports-'));
const shared = join(kept, 'mirror.db');
beforeAll(async () => {
  copyFileSync(await makeFullMirror(), shared);
  const { write } = await startExport(shared);
  write(`UPDATE cases SET name = 'GONE', mirror_payload = replace(mirror_payload, 'Invented', 'GONE') WHERE mirror_departed_run_id IS NOT NULL;
    UPDATE documents SET title = 'UNSEEN' WHERE mirror_hidden IS NOT NULL`);
});
afterAll(() => {
  rmSync(kept, { recursive: true });
});

/** The folder with this format, exported once for all tests that only read it. */
async function exportOnce(format: string): Promise<string> {
  const folder = join(kept, format);
  if (existsSync(folder)) return folder;
  const { run } = await startExport(shared);
  const { exitCode, stderr } = await run(['export', folder, '--format', format]);
  if (exitCode !== 0) throw new Error(stderr);
  return folder;
}

describe.each(FORMAT_NAMES)('export --format %s', (format) => {
  test('writes every table under its name, and counts, sums and descriptor are true', async () => {
    const { rows } = await startExport(shared);
    const folder = await exportOnce(format);
    const manifest = readManifest(folder);
    expect(Object.keys(manifest.tables)).toEqual(TABLE_NAMES.filter((name) => manifest.tables[name]));
    expect(listWrongSums(folder)).toEqual([]);
    // A workbook has one table.
    const has = (name: string): boolean => format !== 'xlsx' || name === 'cases';
    const expectRows = (name: string, from: string): void => {
      const count = Number(rows(`SELECT count(*) AS n FROM ${from}`)[0]?.n);
      expect([name, manifest.tables[name]?.rows]).toEqual([name, has(name) ? count : undefined]);
    };
    expectRows('cases', 'clean_cases');
    expectRows('docket_entries', 'clean_docket_entries');
    expectRows('attachments', 'clean_attachments');
    expectRows('documents', 'clean_documents');
    expectRows('case_documents', 'clean_case_documents');
    expectRows('document_texts', 'clean_document_texts');
    expectRows(
      'document_files',
      'document_files JOIN clean_documents ON clean_documents.id = document_id WHERE hash IS NOT NULL',
    );
    expectRows('runs', 'sync_runs');
    expectRows('resources', 'clean_resources');
    expect(manifest.tables.case_changes?.rows ?? (has('case_changes') ? 0 : 11)).toBeGreaterThan(10);
    for (const { path, bytes } of manifest.files)
      expect(readFileSync(join(folder, path))).toHaveLength(bytes);
    expect(readdirSync(join(folder, 'data')).sort()).toEqual(
      [...new Set(manifest.files.map(({ path }) => path.slice('data/'.length)))].sort(),
    );
  });

  test('writes the same bytes again, in any time zone and language', async () => {
    const { folder } = await startExport(shared);
    const first = readAll(await exportOnce(format));
    const there = spawnCli(
      ['export', 'two', '--format', format, '--database', shared],
      { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
      folder,
    );
    expect((await there.ended).exitCode).toBe(0);
    expect(readAll(join(folder, 'two'))).toEqual(first);
    expect(JSON.parse(first['manifest.json'] ?? '')).toMatchObject({
      node: process.version,
      zlib: process.versions.zlib,
    });
    // The hash of the content is none of compressed bytes: it is that of a format without a compressor.
    const { tables } = readManifest(join(folder, 'two'));
    const plain = readManifest(await exportOnce('csv')).tables;
    for (const [name, { content_sha256 }] of Object.entries(tables))
      if (format !== 'ndjson' || name !== 'cases')
        expect([name, content_sha256]).toEqual([name, plain[name]?.content_sha256]);
  });

  test('leaves departed cases, redacted and hidden records out, to the last byte', async () => {
    const { rows } = await startExport(shared);
    for (const sql of [`cases WHERE name = 'GONE'`, `documents WHERE title = 'UNSEEN'`])
      expect(rows(`SELECT count(*) AS n FROM ${sql}`)).not.toEqual([{ n: 0 }]);
    const words = await readWords(await exportOnce(format));
    expect(words).toContain('Invented');
    for (const word of ['GONE', 'UNSEEN']) expect(words).not.toContain(word);
  });
});

test('every format has the same content', async () => {
  const hashes = [];
  for (const format of FORMAT_NAMES) {
    const { tables } = readManifest(await exportOnce(format));
    // cases.ndjson has whole cases instead of rows.
    hashes.push(
      Object.entries(tables).flatMap(([name, { content_sha256 }]) =>
        format === 'ndjson' && name === 'cases' ? [] : [[name, content_sha256]],
      ),
    );
  }
  const [first = []] = hashes;
  expect(first).toHaveLength(TABLE_NAMES.length);
  for (const other of hashes)
    expect(other).toEqual(first.filter(([name]) => other.some(([known]) => known === name)));
  expect(hashes.map((one) => one.length)).toEqual([17, 16, 17, 17, 1]);
});

test('cases.ndjson has whole cases as the API sent them, without an unknown field that is an object', async () => {
  const { exportTo, database } = await startExport();
  const cases = readNdjson(
    join(await exportTo('out', '--format', 'ndjson', '--tables', 'cases'), 'data/cases.ndjson'),
  );
  const mirror = openMirrorReadOnly(database);
  expect(cases.length).toBeGreaterThan(5);
  for (const one of cases) {
    const { brand_new: _, ...known } = findCase(mirror, one.id as number).payload;
    expect(one).toEqual(known);
  }
  mirror.close();
});

test('--raw has the values as they were sent, and marks what the site no longer shows', async () => {
  const { exportTo, rows } = await startExport();
  const folder = await exportTo(
    'out',
    '--format',
    'ndjson',
    '--raw',
    '--tables',
    'documents,docket_entries,dockets',
  );
  const documents = readNdjson(join(folder, 'data/documents.ndjson'));
  const hidden = rows(
    `SELECT DISTINCT documents.id FROM documents JOIN case_documents ON document_id = documents.id
     WHERE mirror_hidden IS NOT NULL AND mirror_to_run_id IS NULL ORDER BY 1`,
  ).map(({ id }) => id);
  expect(hidden.length).toBeGreaterThan(0);
  expect(documents.filter(({ hidden: isHidden }) => isHidden).map(({ id }) => id)).toEqual(hidden);
  const count = rows(
    'SELECT count(*) AS n FROM docket_entries JOIN cases ON cases.id = case_id WHERE mirror_redacted_run_id IS NULL',
  )[0]?.n;
  expect(readManifest(folder).tables.docket_entries?.rows).toBe(count);
});

test('--without-texts leaves out what the Clearinghouse owns', async () => {
  const { exportTo, write } = await startExport();
  write(`UPDATE cases SET summary = 'OWNED', summary_short = 'OWNED', summary_tiny = 'OWNED', mirror_summary_text = 'OWNED';
    INSERT INTO case_changes (case_id, run_id, changed_at, field, kind, old_value, new_value)
    SELECT 1, 2, '2030-01-01T00:00:00.000Z', 'summary', 'changed', '"OWNED"', '"x"'`);
  // The tables are chosen before they are written; NDJSON has whole cases, and a workbook has one table.
  for (const format of ['csv', 'ndjson', 'xlsx']) {
    const folder = await exportTo(format, '--without-texts', '--format', format);
    const words = await readWords(folder);
    expect(words).toContain('Invented');
    expect(words).not.toMatch(/OWNED|One text\./);
    if (format === 'xlsx') continue;
    expect(readManifest(folder).left_out).toEqual([
      { table: 'document_texts', why: 'texts were not wanted' },
    ]);
  }
});

test('the filters of search choose the cases and what belongs to them', async () => {
  const { exportTo, rows, write } = await startExport();
  write(`UPDATE cases SET state = 'Elsewhere' WHERE id = 2`);
  const folder = await exportTo('out', '--format', 'ndjson', '--state', 'elsewhere');
  expect(readNdjson(join(folder, 'data/cases.ndjson')).map(({ id }) => id)).toEqual([2]);
  for (const table of ['docket_entries', 'case_documents', 'case_changes', 'dockets'])
    expect(new Set(readNdjson(join(folder, `data/${table}.ndjson`)).map((row) => row.case_id))).toEqual(
      new Set([2]),
    );
  expect(readNdjson(join(folder, 'data/documents.ndjson')).map(({ id }) => id)).toEqual(
    rows('SELECT document_id FROM clean_case_documents WHERE case_id = 2').map((row) => row.document_id),
  );
});

describe('the folder', () => {
  test('is replaced as a whole by the next export, and nothing of the earlier one stays', async () => {
    const { run, folder } = await startExport();
    const first = (await run(['export', 'out', '--tables', 'documents,cases'])).stdout;
    expect(first).not.toContain('replaced');
    const unread =
      /^\d+ of \d+ lists of documents, dockets and resources were not read yet: what they have is not here\.$/m;
    expect(first).toMatch(unread);
    const tell = async (table: string) => (await run(['export', table, '--tables', table])).stdout;
    expect(await tell('cases')).not.toMatch(unread);
    for (const table of ['dockets', 'document_texts', 'linked_changes']) {
      expect(await tell(table)).toMatch(unread);
      rmSync(join(folder, table), { recursive: true });
    }
    rmSync(join(folder, 'cases'), { recursive: true });
    const { stdout } = await run(['export', 'out', '--format', 'ndjson', '--tables', 'cases,documents']);
    expect(stdout).toContain('It replaced the earlier export: 2 tables, the state after run 4.\n');
    expect(readdirSync(join(folder, 'out/data'))).toEqual(['cases.ndjson', 'documents.ndjson']);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  test('is refused if it is of another selection, an earlier state or another mirror, as is a release and a bucket', async () => {
    const harness = await startExport();
    // What other tests wrote past the program has no seal, and a release begins with verify.
    harness.write('DELETE FROM mirror_moved_cases; DELETE FROM rejected_records');
    const server = await startS3();
    const env = {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: 'an-id',
      AWS_SECRET_ACCESS_KEY: 'a-secret',
    };
    Object.assign(process.env, env); // The SDK reads them itself.
    const tables = ['--tables', 'cases,documents'];
    const [toFolder, toRelease] = [
      ['export', 'out', ...tables],
      ['release', 'cited', '--format', 'csv'],
    ];
    // Each copy comes from a folder of its own.
    let copies = 0;
    const toBucket = (): string[] => ['export', `copy-${++copies}`, ...tables, '--to', 's3://research/p'];
    const readPlaces = () =>
      harness.rows(`SELECT place FROM mirror_exports WHERE place NOT LIKE '%/copy-%' ORDER BY place`);
    const mirror = String(harness.rows('SELECT mirror_id FROM mirror_identity')[0]?.mirror_id);
    const renameMirror = (id: string): void => {
      harness.write(`UPDATE mirror_identity SET mirror_id = '${id}'`);
    };
    try {
      for (const words of [toFolder, toRelease, [...toFolder.with(1, 'raw'), '--raw'], toBucket()])
        expect((await harness.run(words, { env })).stderr).not.toContain('Error');
      const readEverything = () => [
        ...['out', 'raw', 'cited'].map((name) => readAll(join(harness.folder, name))),
        new Map(server.objects),
        readPlaces(),
      ];
      const before = readEverything();
      for (const [words, why] of [
        [[...toFolder, '--raw'], /out has another selection: no --raw instead of --raw\./],
        [toFolder.with(1, 'raw'), /raw has another selection: --raw instead of no --raw\./],
        [[...toFolder, '--without-texts'], /: no --without-texts instead of --without-texts\./],
        [[...toFolder, '--state', 'Borealia'], /no filter instead of --state Borealia\./],
        [['export', 'out', '--tables', 'cases'], /--tables cases,documents instead of --tables cases\./],
        [[...toFolder, '--as-of', '1'], /has the state after run 4, which that after run 1 would replace/],
        [[...toRelease, '--without-texts'], /cited has another selection: no --without-texts/],
        [[...toRelease, '--as-of', '1'], /cited has the state after run 4/],
        [
          [...toBucket(), '--raw'],
          /The newest export below s3:\/\/research\/p\/ has another selection: no --raw/,
        ],
        [[...toBucket(), '--without-texts'], /s3:\/\/research\/p\/ .*no --without-texts/],
      ] as const)
        expect([words, await refusal(words)]).toEqual([words, expect.stringMatching(why)]);
      renameMirror('0'.repeat(32));
      for (const words of [toFolder, toRelease, toBucket()])
        expect([words, await refusal(words)]).toEqual([
          words,
          expect.stringContaining('is of another mirror'),
        ]);
      renameMirror(mirror);
      expect(readEverything()).toEqual(before);
      for (const words of [toFolder, toRelease, toBucket()])
        expect([words, await refusal(words)]).toEqual([words, '']);
      await asEarlierVersion(join(harness.folder, 'out'));
      expect(await refusal(['export', 'out'])).toMatch(/--tables cases,documents instead of all tables/);
      await asEarlierVersion(join(harness.folder, 'cited'));
      for (const words of [toFolder, toRelease]) expect([words, await refusal(words)]).toEqual([words, '']);
    } finally {
      server.close();
      for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    }

    /** Earlier versions named neither the mirror nor the tables that were asked for. */
    async function asEarlierVersion(folder: string): Promise<void> {
      const [manifest, sums] = ['manifest.json', 'SHA256SUMS'].map((name) => join(folder, name)) as [
        string,
        string,
      ];
      const {
        mirror: _,
        chosen_tables: __,
        ...rest
      } = readManifest(folder) as unknown as Record<string, unknown>;
      const before = await hashFile(manifest);
      writeFileSync(manifest, `${JSON.stringify(rest, null, 2)}\n`);
      writeFileSync(sums, readFileSync(sums, 'utf8').replace(before, await hashFile(manifest)));
    }

    async function refusal(words: readonly string[]): Promise<string> {
      const { exitCode, stderr } = await harness.run(words, { env });
      if (exitCode === 0) return '';
      expect(stderr).toMatch(/EXPORT_REFUSED.*(?:delete this one first|Name another prefix)/s);
      return stderr;
    }
  });

  test('is refused if it holds anything else, or a file of it was changed; nothing is touched', async () => {
    const { exportTo, folder, run } = await startExport();
    const path = await exportTo('out', '--tables', 'runs');
    writeFileSync(join(path, 'notes.txt'), 'mine');
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine/file'), 'mine');
    writeFileSync(join(folder, 'plain'), 'mine');
    for (const [name, why] of [
      ['out', 'holds notes.txt'],
      ['mine', 'is not empty and not an export'],
      ['plain', 'is a file, not a folder'],
      ['absent/out', 'there is no folder'],
    ] as const) {
      const { exitCode, stderr } = await run(['export', name]);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(why)]);
    }
    expect(readFileSync(join(path, 'notes.txt'), 'utf8')).toBe('mine');
    const changed = await exportTo('changed', '--tables', 'runs');
    writeFileSync(join(changed, 'data/runs.csv'), 'edited');
    const { stderr } = await run(['export', 'changed']);
    expect(stderr).toMatch(/holds data\/runs\.csv, which was changed.*\[EXPORT_REFUSED\]/s);
    expect(readdirSync(folder).sort()).toEqual(['changed', 'mine', 'out', 'plain']);
  });

  test('is refused if any file of it was changed, even without a change of its size, or removed', async () => {
    const { exportTo } = await startExport();
    const path = await exportTo('out', '--tables', 'runs');
    const before = readAll(path);
    const replace = async (): Promise<string> => {
      try {
        (await openPlace(path, 'export')).release();
        return 'replaceable';
      } catch (thrown) {
        return `${String(thrown)} [${thrown instanceof MirrorError ? thrown.code : ''}]`;
      }
    };
    expect(await replace()).toBe('replaceable');
    for (const file of Object.keys(before)) {
      const at = join(path, file);
      const bytes = readFileSync(at);
      for (const [changed, why] of [
        [Buffer.concat([bytes, Buffer.from('\n')]), `${file}, which was changed`],
        [
          Buffer.from(bytes.toString('latin1').replace(/[a-y](?=[^a-z]*$)/, 'z'), 'latin1'),
          '[EXPORT_REFUSED]',
        ],
      ] as const) {
        writeFileSync(at, changed);
        expect([file, await replace()]).toEqual([file, expect.stringContaining(why)]);
        expect(readFileSync(at)).toEqual(changed);
      }
      rmSync(at);
      expect([file, await replace()]).toEqual([file, expect.stringContaining('[EXPORT_REFUSED]')]);
      writeFileSync(at, bytes);
    }
    expect(readAll(path)).toEqual(before);
    // The sums of what was changed do not make it unchanged: the manifest has the hashes of the data, too.
    const data = Buffer.from(before['data/runs.csv'] ?? '', 'latin1');
    const edited = Buffer.from(data.toString('latin1').replace('complete', 'complexe'), 'latin1');
    const sha256 = (of: Buffer) => createHash('sha256').update(of).digest('hex');
    writeFileSync(join(path, 'data/runs.csv'), edited);
    writeFileSync(join(path, 'SHA256SUMS'), (before.SHA256SUMS ?? '').replace(sha256(data), sha256(edited)));
    expect(await replace()).toContain('data/runs.csv, which was changed');
  });

  test('may be empty, or a link to an empty folder', async () => {
    const { exportTo, folder } = await startExport();
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    await exportTo('link', '--tables', 'runs');
    expect(existsSync(join(folder, 'real/manifest.json'))).toBe(true);
  });
});

describe('the run', () => {
  test('must be complete; --allow-partial exports it all the same, and the manifest says so', async () => {
    const { exportTo, run, write } = await startExport();
    write(`UPDATE sync_runs SET outcome = 'partial'`);
    const refused = await run(['export', 'out']);
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/would not be complete.*\[EXPORT_INCOMPLETE\]/s),
    ]);
    const manifest = readManifest(await exportTo('out', '--allow-partial', '--tables', 'runs'));
    expect([manifest.complete, manifest.lacking]).toEqual([
      false,
      expect.stringMatching(/^run \d is partial$/),
    ]);
  });

  test('is the newest complete one: what a later run wrote is not exported', async () => {
    const { exportTo, write } = await startExport();
    write(`UPDATE sync_runs SET outcome = 'partial' WHERE id = 4`);
    const folder = await exportTo('out');
    const manifest = readManifest(folder);
    expect([manifest.run.id, manifest.complete]).toEqual([3, true]);
    expect(manifest.left_out).toEqual([
      { table: 'document_texts', why: 'the mirror keeps no earlier state of texts' },
      { table: 'document_files', why: 'the mirror keeps no earlier state of files' },
    ]);
    const some = await exportTo('then', '--as-of', '3', '--tables', 'cases,docket_entries,runs');
    expect(manifest.tables).toMatchObject(readManifest(some).tables);
  });

  test('must have read every list of the site at some time', async () => {
    const { run, write } = await startExport();
    write(
      `UPDATE list_syncs SET outcome = 'failed' WHERE list_id = (SELECT id FROM lists WHERE label = 'Unknown')`,
    );
    expect((await run(['export', 'out'])).stderr).toContain('has read "Unknown" completely');
  });
});

test('an unknown table, a value that no case has and a table without history are refused with a hint', async () => {
  const { run } = await startExport();
  expect((await run(['export', 'out', '--tables', 'case'])).stderr).toContain(
    'There is no table "case" to export.',
  );
  expect((await run(['export', 'out', '--state', 'Nowhere'])).stderr).toContain('has the state "Nowhere"');
  const past = await run(['export', 'out', '--as-of', '2', '--tables', 'document_texts']);
  expect(past.stderr).toMatch(/the mirror keeps no earlier state of texts.*\[EXPORT_UNAVAILABLE\]/s);
});
