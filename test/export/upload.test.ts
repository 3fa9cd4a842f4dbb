import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseObjectAddress } from '../../src/export/upload/address.ts';
import { orderFiles } from '../../src/export/upload/upload.ts';
import { listFiles } from '../../src/export/target.ts';
import { spawnCli } from '../support/command-line.ts';
import { redactMeanwhile } from '../support/program.ts';
import { type ExportHarness, startExport } from './export-harness.ts';
import { startS3 } from './s3-server.ts';

describe('export --to', () => {
  let harness: ExportHarness;
  let server: Awaited<ReturnType<typeof startS3>>;
  const KEYS = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: 'a-secret' };

  beforeEach(async () => {
    harness = await startExport();
    server = await startS3();
    Object.assign(process.env, KEYS); // The SDK reads them itself.
  });

  afterEach(() => {
    server.close();
    for (const name of Object.keys(KEYS)) Reflect.deleteProperty(process.env, name);
  });

  const exportTo = (...args: readonly string[]) =>
    harness.run(
      [
        'export',
        'out',
        ...(args.includes('--tables') ? [] : ['--tables', 'cases,runs']),
        '--to',
        's3://research/clearinghouse',
        ...args,
      ],
      {
        env: { AWS_ENDPOINT_URL: server.url },
      },
    );
  const readNewest = (): unknown =>
    JSON.parse(server.objects.get('clearinghouse/manifest.json')?.toString() ?? 'null');

  test('copies Delta tables as they are, only what is new, the commits after the data and the manifest last', async () => {
    for (const run of ['1', '4']) {
      server.puts.length = 0;
      const { exitCode, stderr } = await exportTo('--format', 'delta', '--as-of', run);
      expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
      const kinds = server.puts.map((key) => /parquet$|_delta_log|manifest|\w+\.\w+$/.exec(key)?.[0]);
      const places = ['parquet', '_delta_log', 'README.md', 'manifest'].map((kind) =>
        kinds.lastIndexOf(kind),
      );
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(server.puts.filter((key) => key.includes('/tables/'))).toHaveLength(4);
    }
    const out = join(harness.folder, 'out');
    for (const file of listFiles(out))
      expect([
        file,
        server.objects.get(`clearinghouse/${file}`)?.equals(readFileSync(join(out, file))),
      ]).toEqual([file, true]);
    expect(server.encodings).toEqual(new Set(['none']));
    const commit = 'clearinghouse/tables/cases/_delta_log/00000000000000000001.json';
    server.objects.set(commit, Buffer.from('{}'));
    harness.write(`DELETE FROM mirror_exports WHERE kind = 'bucket'`);
    const { exitCode, stderr } = await exportTo('--format', 'delta', '--as-of', '4');
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/has another history/)]);
    // A copy that is refused brought nothing there.
    expect(harness.rows(`SELECT place FROM mirror_exports WHERE kind = 'bucket'`)).toEqual([]);
    const forgotten = await exportTo('--format', 'delta', '--as-of', '4', '--forget');
    expect(forgotten.stdout).toMatch(/objects were removed/);
    expect([...server.objects.keys()].map((key) => key.slice('clearinghouse/'.length)).sort()).toEqual(
      [...listFiles(out), 'objects.json'].sort(),
    );
  });

  test('a copy that dies or reads back otherwise leaves the manifest of the last one, and no secret or text of the server is told', async () => {
    await exportTo('--as-of', '1');
    const before = readNewest();
    expect(before).toMatchObject({ run: 1, newest: expect.stringMatching(/^run-1-[0-9a-f]{12}$/) });
    server.refuse(/codebook/);
    const refused = await exportTo();
    expect([refused.exitCode, refused.stderr]).toEqual([
      4,
      expect.stringMatching(/AccessDenied.*UPLOAD_FAILED.*s3:PutObject/s),
    ]);
    expect(refused.stderr).not.toMatch(/a-secret|an-id|a text of the server/);
    server.refuse(/^$/);
    server.spoil(/cases\.csv$/);
    expect((await exportTo()).stderr).toMatch(/cases\.csv of research does not read back/);
    expect(readNewest()).toEqual(before);
    expect([...server.objects.keys()].filter((key) => /run-4.*cases\.csv/.test(key))).toEqual([]);
    server.spoil(/^$/);
    const { stdout } = await exportTo();
    expect(stdout).toMatch(/s3:\/\/research\/clearinghouse\/run-4-.*objects were there already/);
    const after = readNewest();
    expect(after).toMatchObject({ run: 4 });
    rmSync(join(harness.folder, 'out'), { recursive: true });
    const earlier = await exportTo('--as-of', '1');
    expect(earlier.stdout).toMatch(/run-1-.*manifest\.json still names run-4-\w+, of a later run/);
    expect(readNewest()).toEqual(after);
  });

  test('an object of Delta tables that reads back otherwise is removed, and one of the same size is not taken for it', async () => {
    const isData = /cases\/.*parquet$/;
    server.spoil(isData);
    expect((await exportTo('--format', 'delta')).stderr).toMatch(/parquet of research does not read back/);
    expect([...server.objects.keys()].filter((key) => isData.test(key))).toEqual([]);
    const out = join(harness.folder, 'out');
    const file = listFiles(out).find((one) => isData.test(one)) ?? '';
    const bytes = readFileSync(join(out, file));
    server.objects.set(`clearinghouse/${file}`, Buffer.from(bytes).reverse()); // as a death before reading back leaves it
    server.spoil(/^$/);
    expect((await exportTo('--format', 'delta')).exitCode).toBe(0);
    expect(server.objects.get(`clearinghouse/${file}`)?.equals(bytes)).toBe(true);
  });

  test('what an earlier copy read back is not read again, unless the bucket lists it otherwise or --check asks', async () => {
    const words = ['--format', 'delta', '--tables', 'runs'];
    await exportTo(...words, '--as-of', '1');
    const first = [...server.objects.keys()].filter((key) => key.includes('/tables/'));
    expect(first).toHaveLength(2);
    const readAgain = async (...args: readonly string[]): Promise<string[]> => {
      server.gets.length = 0;
      const { exitCode, stderr } = await exportTo(...words, ...args);
      expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
      return first.filter((key) => server.gets.includes(key));
    };
    expect(await readAgain('--as-of', '4')).toEqual([]);
    expect((await readAgain('--as-of', '4', '--check')).sort()).toEqual(first.sort());
    const data = first.find((key) => key.endsWith('.parquet')) ?? '';
    const bytes = server.objects.get(data) ?? Buffer.of();
    server.objects.set(data, Buffer.from(bytes).reverse());
    expect(await readAgain('--as-of', '4')).toEqual([data]);
    expect(server.objects.get(data)?.equals(bytes)).toBe(true);
    server.objects.set('clearinghouse/objects.json', Buffer.from('{"objects":{"a":1}}'));
    expect((await readAgain('--as-of', '4')).sort()).toEqual(first);
  });

  test('an object that another program replaces during the copy is read by the next copy, which writes it again', async () => {
    const words = ['--format', 'delta', '--tables', 'runs'];
    let data = '';
    let bytes: Buffer = Buffer.of();
    server.during(/_delta_log/, () => {
      data = [...server.objects.keys()].find((key) => key.endsWith('.parquet')) ?? '';
      bytes = server.objects.get(data) ?? bytes;
      server.objects.set(data, Buffer.from(bytes).reverse());
      return Promise.resolve();
    });
    expect((await exportTo(...words)).exitCode).toBe(0);
    expect((await exportTo(...words)).exitCode).toBe(0);
    expect(server.objects.get(data)?.equals(bytes)).toBe(true);
  });

  test('is done by one pinned version of the client, which says nothing on standard error', async () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
      readFileSync('package.json', 'utf8'),
    ) as Record<string, Record<string, string>>;
    const versions = Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies });
    const clients = versions.filter(([name]) => name.startsWith('@aws-sdk/'));
    expect(new Set(clients.map(([, version]) => version)).size).toBe(1);
    expect(clients[0]?.[1]).toMatch(/^\d+\.\d+\.\d+$/);
    const words = ['export', 'out', '--tables', 'runs', '--to', 's3://research/quiet'];
    const env = { ...KEYS, AWS_ENDPOINT_URL: server.url };
    const { exitCode, stderr } = await spawnCli([...words, '--database', harness.database], env).ended;
    expect([exitCode, stderr.replace(/^About .*\n/, '')]).toEqual([0, '']);
  });

  test('a prefix keeps to one kind of export', async () => {
    await exportTo('--format', 'delta');
    const before = new Map(server.objects);
    const refused = await harness.run(
      ['export', 'csv', '--tables', 'runs', '--to', 's3://research/clearinghouse'],
      { env: { AWS_ENDPOINT_URL: server.url } },
    );
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/no manifest of the kind "clearinghouse-mirror exports".*prefix of its own/s),
    ]);
    expect(server.objects).toEqual(before);
  });

  test('no other export changes the folder during a copy, and a redaction ends it before the manifest', async () => {
    await exportTo('--as-of', '1');
    const before = readNewest();
    const seen: string[] = [];
    server.during(/run-4.*\/cases\.csv$/, async () => {
      const other = await harness.run(['export', 'out', '--tables', 'runs']);
      seen.push(
        other.stderr,
        listFiles(harness.folder)
          .filter((file) => !/^out|lock$/.test(file))
          .join(),
      );
      const id = String(harness.rows('SELECT min(id) AS id FROM clean_documents')[0]?.id);
      seen.push(redactMeanwhile(harness.database, '--document', id).stderr);
    });
    const { stderr } = await exportTo();
    expect(seen).toEqual([
      expect.stringMatching(/Another export is writing to/),
      '',
      expect.stringContaining('REDACTION_UNFINISHED'),
    ]);
    expect(stderr).toMatch(/REDACTED_MEANWHILE.*remove the objects of this copy/s);
    expect(readNewest()).toEqual(before);
  });
});

test('an address has a bucket and a prefix, and nothing of one that has not is shown', () => {
  expect(parseObjectAddress('s3://my-bucket/a/b/')).toEqual({ bucket: 'my-bucket', prefix: 'a/b/' });
  expect(parseObjectAddress('s3://my-bucket')).toEqual({ bucket: 'my-bucket', prefix: '' });
  for (const wrong of [
    'my-bucket',
    's3://id:secret@my-bucket/a',
    's3://B/a',
    's3://bucket/../a',
    's3://bucket/a b',
  ])
    expect(() => parseObjectAddress(wrong)).toThrow(/^--to does not name a place for objects\.$/);
});

test('what others name comes first', () => {
  const files = ['README.md', 'manifest.json', 'tables/a/_delta_log/0.json', 'tables/a/x.parquet'];
  expect(orderFiles(files)).toEqual([
    'tables/a/x.parquet',
    'tables/a/_delta_log/0.json',
    'README.md',
    'manifest.json',
  ]);
});
