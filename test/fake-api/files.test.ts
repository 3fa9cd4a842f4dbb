import { afterEach, describe, expect, test } from '@jest/globals';
import { request as send } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { type FakeFiles, type FakeFilesOptions, startFakeFiles } from '../../fake-api/serve/files.ts';
import { askEnvelope } from './ask.ts';
import { listOf, objectOf, textOf } from './invent-many.ts';
import { useFakeApi } from './use-fake-api.ts';

const running: FakeFiles[] = [];
afterEach(async () => {
  for (const files of running.splice(0)) await files.close();
});

async function useFiles(options: FakeFilesOptions = {}): Promise<FakeFiles> {
  const files = await startFakeFiles(options);
  running.push(files);
  return files;
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
  readonly isWhole: boolean;
}

function get(address: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sending = send(address, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const finish = () => {
        const { statusCode: status = 0, headers: received, complete } = response;
        resolve({ status, headers: received, body: Buffer.concat(chunks), isWhole: complete });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', finish);
      response.once('end', finish);
    });
    sending.once('error', reject);
    sending.end();
  });
}

const PATH = 'media/doc/77.pdf';

describe('the host of files', () => {
  test('serves the file of each document that has one, from the address in the list', async () => {
    const files = await useFiles();
    const fakeApi = await useFakeApi({ linked: { fileAddress: files.url } });
    const caseId = fakeApi.source.ids().find((id) => fakeApi.source.linked.documentIdsOf(id).length > 5) ?? 0;
    const { results } = await askEnvelope(fakeApi, `cases/${caseId}/documents/`);
    const addresses = listOf(results).flatMap((one) => objectOf(one).file ?? []);
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses.map(textOf)) {
      const { status, body } = await get(address);
      expect([status, body.subarray(0, 5).toString()]).toEqual([200, '%PDF-']);
      expect((await get(address)).body).toEqual(body);
    }
  });

  test('refuses HEAD, credentials of another service, and files that do not exist', async () => {
    const files = await useFiles();
    expect((await get(files.url + PATH, {}, 'HEAD')).status).toBe(403);
    expect((await get(files.url + PATH, { authorization: 'Token x' })).status).toBe(400);
    expect((await get(`${files.url}media/doc/none.pdf`)).status).toBe(403);
    expect(files.requests.map(({ method, authorization }) => [method, authorization])).toEqual([
      ['HEAD', false],
      ['GET', true],
      ['GET', false],
    ]);
  });

  test('continues where a range begins, or sends the whole file if it ignores the range', async () => {
    const files = await useFiles();
    const whole = await get(files.url + PATH);
    const rest = await get(files.url + PATH, { range: 'bytes=500-' });
    expect([rest.status, rest.headers['content-range']]).toEqual([
      206,
      `bytes 500-${whole.body.length - 1}/${whole.body.length}`,
    ]);
    expect(rest.body).toEqual(whole.body.subarray(500));
    const deaf = await useFiles({ fault: () => 'range-ignored' });
    const again = await get(deaf.url + PATH, { range: 'bytes=500-' });
    expect([again.status, again.body.equals(whole.body)]).toEqual([200, true]);
  });

  test('can cut a file, compress it, or send a page or another file in its place', async () => {
    const whole = await get((await useFiles()).url + PATH);
    const cut = await get((await useFiles({ fault: () => 'cut' })).url + PATH);
    expect([cut.isWhole, cut.body.length]).toEqual([false, whole.body.length >> 1]);
    const packed = await get((await useFiles({ fault: () => 'gzip' })).url + PATH);
    expect(packed.headers['content-length']).not.toBe(String(whole.body.length));
    expect(gunzipSync(packed.body)).toEqual(whole.body);
    const page = await get((await useFiles({ fault: () => 'html' })).url + PATH);
    expect([page.status, page.body.toString()]).toEqual([200, expect.stringContaining('<!DOCTYPE html>')]);
    const other = await get((await useFiles({ fault: () => 'other-file' })).url + PATH);
    expect(other.body).not.toEqual(whole.body);
    expect((await get((await useFiles({ fault: () => 'busy' })).url + PATH)).status).toBe(503);
  });

  test('has the texts that the API redirects to', async () => {
    const files = await useFiles({ textOf: (id) => (id === 5 ? 'Five.' : null) });
    expect((await get(`${files.url}texts/5.json`)).body.toString()).toBe('{"id":5,"text":"Five."}');
    expect((await get(`${files.url}texts/6.json`)).status).toBe(403);
  });
});
