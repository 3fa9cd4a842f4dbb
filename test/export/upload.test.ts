import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseObjectAddress } from '../../src/export/upload/address.ts';
import { orderFiles } from '../../src/export/upload/upload.ts';
import { listFiles } from '../../src/export/target.ts';
import { type ExportHarness, startExport } from './export-harness.ts';

/** A server of S3, as far as an export uses it: objects of a bucket, in the path. */
async function startServer() {
  const objects = new Map<string, Buffer>();
  const puts: string[] = [];
  const encodings = new Set<string>();
  /** The keys that are refused from now on, and those that are stored otherwise than they were sent. */
  let [refused, spoiled] = [/^$/, /^$/];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    const key = decodeURIComponent(url.pathname).replace(/^\/research\/?/, '');
    const answer = (status: number, body: string | Buffer = ''): void => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? '' : body);
    };
    const found = objects.get(key);
    if (request.method === 'PUT')
      void readBody(request).then((body) => {
        encodings.add(request.headers['content-encoding'] ?? 'none');
        if (refused.test(key)) {
          answer(403, '<Error><Code>AccessDenied</Code><Message>a text of the server</Message></Error>');
          return;
        }
        puts.push(key);
        objects.set(key, spoiled.test(key) ? Buffer.from('other') : body);
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
    server.spoil(/^$/);
    const { stdout } = await exportTo();
    expect(stdout).toMatch(/s3:\/\/research\/clearinghouse\/run-4-.*objects were there already/);
    expect(readNewest()).toMatchObject({ run: 4 });
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
