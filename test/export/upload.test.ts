import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseObjectAddress } from '../../src/export/upload/address.ts';
import { orderFiles } from '../../src/export/upload/upload.ts';
import { listFiles } from '../../src/export/target.ts';
import { redactMeanwhile } from '../support/program.ts';
import { type ExportHarness, startExport } from './export-harness.ts';

/** A server of S3, as far as an export uses it: objects of a bucket, in the path. */
async function startServer() {
  const objects = new Map<string, Buffer>();
  const puts: string[] = [];
  const encodings = new Set<string>();
  /** The keys that are refused from now on, and those that are stored otherwise than they were sent. */
  let [refused, spoiled] = [/^$/, /^$/];
  /** What happens while an object with such a key is stored. */
  let [awaited, meanwhile] = [/^$/, (): Promise<void> => Promise.resolve()];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    const key = decodeURIComponent(url.pathname).replace(/^\/research\/?/, '');
    const answer = (status: number, body: string | Buffer = ''): void => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
      response.end(body);
    };
    const found = objects.get(key);
    if (request.method === 'PUT')
      void readBody(request).then(async (body) => {
        if (awaited.test(key)) await meanwhile();
        encodings.add(request.headers['content-encoding'] ?? 'none');
        if (refused.test(key)) {
          answer(403, '<Error><Code>AccessDenied</Code><Message>a text of the server</Message></Error>');
          return;
        }
        puts.push(key);
        objects.set(key, spoiled.test(key) ? Buffer.from(body).reverse() : body);
        answer(200);
      });
    else if (request.method === 'DELETE') {
      objects.delete(key);
      answer(204);
    } else if (url.searchParams.has('list-type')) {
      const keys = [...objects.keys()].filter((one) => one.startsWith(url.searchParams.get('prefix') ?? ''));
      const contents = keys.map((one) => `<Contents><Key>${one}</Key></Contents>`).join('');
      answer(200, `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
    } else if (found === undefined) answer(404, '<Error><Code>NoSuchKey</Code></Error>');
    else answer(200, found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    objects,
    puts,
    encodings,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse(keys: RegExp) {
      refused = keys;
    },
    spoil(keys: RegExp) {
      spoiled = keys;
    },
    during(keys: RegExp, action: () => Promise<void>) {
      [awaited, meanwhile] = [keys, action];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('export --to', () => {
  let harness: ExportHarness;
  let server: Awaited<ReturnType<typeof startServer>>;
  const KEYS = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: 'a-secret' };

  beforeEach(async () => {
    harness = await startExport();
    server = await startServer();
    Object.assign(process.env, KEYS); // The SDK reads them itself.
  });

  afterEach(() => {
    server.close();
    for (const name of Object.keys(KEYS)) Reflect.deleteProperty(process.env, name);
  });

  const exportTo = (...args: readonly string[]) =>
    harness.run(['export', 'out', '--tables', 'cases,runs', '--to', 's3://research/clearinghouse', ...args], {
      env: { AWS_ENDPOINT_URL: server.url },
    });
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
    const { exitCode, stderr } = await exportTo('--format', 'delta', '--as-of', '4');
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/has another history/)]);
    const forgotten = await exportTo('--format', 'delta', '--as-of', '4', '--forget');
    expect(forgotten.stdout).toMatch(/objects were removed/);
    expect([...server.objects.keys()].map((key) => key.slice('clearinghouse/'.length)).sort()).toEqual(
      listFiles(out).sort(),
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
      seen.push(redactMeanwhile(harness.database, id));
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
