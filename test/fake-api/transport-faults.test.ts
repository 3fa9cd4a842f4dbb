import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { type Fault, always } from '../../fake-api/serve/faults.ts';
import type { FakeApi } from '../../fake-api/serve/server.ts';
import { ask, askRaw } from './ask.ts';
import { useFakeApi } from './use-fake-api.ts';

/** One case a page, so that the whole body is small. */
function useFaulty(fault: Fault): Promise<FakeApi> {
  return useFakeApi({ pageSize: 1, faults: always(fault) });
}

async function goodBody(): Promise<string> {
  const fakeApi = await useFakeApi({ pageSize: 1 });
  return (await ask(fakeApi, 'cases/', { host: 'same.example' })).body.toString();
}

describe('another status', () => {
  test.each([401, 408, 429, 500, 502, 503, 504])('%i is answered as asked', async (status) => {
    const fakeApi = await useFaulty({ kind: 'status', status, headers: { 'retry-after': '7' } });
    const response = await ask(fakeApi, 'cases/');
    expect(response.status).toBe(status);
    expect(response.headers['retry-after']).toBe('7');
    expect(response.json()).toEqual({ detail: 'A fault was asked for.' });
    expect(fakeApi.requests.at(-1)?.status).toBe(status);
  });

  test('may come without Retry-After, and with any body', async () => {
    const json = await ask(await useFaulty({ kind: 'status', status: 400, body: ['No, thanks'] }), 'cases/');
    expect([json.status, json.json(), json.headers['retry-after']]).toEqual([400, ['No, thanks'], undefined]);
    const html = await ask(await useFaulty({ kind: 'status', status: 502, body: '<h1>Bad</h1>' }), 'cases/');
    expect([html.body.toString(), html.headers['content-type']]).toEqual([
      '<h1>Bad</h1>',
      'text/html; charset=utf-8',
    ]);
  });
});

describe('a redirect', () => {
  test('goes where it is told to', async () => {
    const to = 'http://elsewhere.example/api/v2p1/cases/';
    const response = await ask(await useFaulty({ kind: 'redirect', to, status: 308 }), 'cases/');
    expect([response.status, response.headers.location]).toEqual([308, to]);
  });

  test('leads to itself by default', async () => {
    const response = await ask(await useFaulty({ kind: 'redirect' }), 'cases/?page=2');
    expect([response.status, response.headers.location]).toEqual([302, '/api/v2p1/cases/?page=2']);
  });
});

describe('a reset', () => {
  test('before the head leaves nothing at all', async () => {
    const fakeApi = await useFaulty({ kind: 'reset', at: 'before-head' });
    expect(await askRaw(fakeApi, 'cases/')).toMatchObject({ text: '', end: 'reset' });
    expect(fakeApi.requests.at(-1)?.status).toBeUndefined();
  });

  test('in the head leaves a part of it', async () => {
    const fakeApi = await useFaulty({ kind: 'reset', at: 'in-head' });
    expect(await askRaw(fakeApi, 'cases/')).toMatchObject({
      text: 'HTTP/1.1 200 OK\r\nContent-Ty',
      end: 'reset',
    });
  });

  test('in the body leaves half of it', async () => {
    const { text, end } = await askRaw(await useFaulty({ kind: 'reset', at: 'in-body' }), 'cases/');
    const { promised, received } = bodyOf(text);
    expect(end).toBe('reset');
    expect(received).toBe(Math.ceil(promised / 2));
  });
});

describe('a body that is cut', () => {
  test('short-body ends the connection before Content-Length is reached', async () => {
    const { text, end } = await askRaw(await useFaulty({ kind: 'short-body' }), 'cases/');
    const { promised, received } = bodyOf(text);
    expect(end).toBe('closed');
    expect(received).toBe(Math.ceil(promised / 2));
  });

  test('cut-json ends as it should, but the JSON does not', async () => {
    const response = await ask(await useFaulty({ kind: 'cut-json' }), 'cases/');
    expect(response.status).toBe(200);
    expect(response.body.toString()).toMatch(/^\{"count":60,/);
    expect(response.json).toThrow(SyntaxError);
  });
});

describe('a stall', () => {
  test('before the head sends nothing and keeps the connection', async () => {
    const fakeApi = await useFaulty({ kind: 'stall', at: 'before-head' });
    expect(await askRaw(fakeApi, 'cases/', () => true)).toMatchObject({ text: '', end: 'open' });
  });

  test('after the head sends only that', async () => {
    const fakeApi = await useFaulty({ kind: 'stall', at: 'after-head' });
    const { text, end } = await askRaw(fakeApi, 'cases/', (so) => so.includes('\r\n\r\n'));
    expect(end).toBe('open');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
  });

  test('in the body sends half of it', async () => {
    const fakeApi = await useFaulty({ kind: 'stall', at: 'in-body' });
    const { text, end } = await askRaw(fakeApi, 'cases/', hasHalf);
    const { promised, received } = bodyOf(text);
    expect(end).toBe('open');
    expect(received).toBe(Math.ceil(promised / 2));
  });

  test('does not keep the fake API from closing', async () => {
    const fakeApi = await useFaulty({ kind: 'stall', at: 'in-body' });
    const asked = ask(fakeApi, 'cases/');
    const failed = expect(asked).rejects.toThrow();
    while (fakeApi.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await fakeApi.close();
    await failed;
  });
});

test('a slow response sends the right body bit by bit', async () => {
  const body = await goodBody();
  const bytes = Math.ceil(Buffer.byteLength(body) / 4);
  const fakeApi = await useFakeApi({ pageSize: 1, faults: always({ kind: 'drip', bytes, everyMs: 30 }) });
  const started = Date.now();
  const response = await ask(fakeApi, 'cases/', { host: 'same.example' });
  expect(Date.now() - started).toBeGreaterThanOrEqual(85);
  expect(response.body.toString()).toBe(body);
  expect((await askRaw(fakeApi, 'cases/', (_, chunks) => chunks >= 4)).chunks).toBeGreaterThanOrEqual(4);
});

describe('status 200 with something else', () => {
  test('html is a page for people', async () => {
    const response = await ask(await useFaulty({ kind: 'html' }), 'cases/');
    expect([response.status, response.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(response.body.toString()).toMatch(/^<!DOCTYPE html>/);
  });

  test('empty-body is nothing', async () => {
    const response = await ask(await useFaulty({ kind: 'empty-body' }), 'cases/');
    expect([response.status, response.body.length]).toEqual([200, 0]);
  });

  test.each([null, [], 'text', 7, { detail: 'no envelope' }])('json can be %j', async (body) => {
    const response = await ask(await useFaulty({ kind: 'json', body }), 'cases/');
    expect([response.status, response.json()]).toEqual([200, body]);
  });
});

describe('gzip that is no good', () => {
  test('cut ends in the middle', async () => {
    const response = await ask(await useFaulty({ kind: 'gzip', damage: 'cut' }), 'cases/');
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(() => gunzipSync(response.body)).toThrow('unexpected end of file');
  });

  test('corrupt has the right length, but wrong bytes', async () => {
    const response = await ask(await useFaulty({ kind: 'gzip', damage: 'corrupt' }), 'cases/');
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(() => gunzipSync(response.body)).toThrow(/invalid|incorrect/);
  });

  test('trailing has bytes after its end', async () => {
    const response = await ask(await useFaulty({ kind: 'gzip', damage: 'trailing' }), 'cases/');
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(response.body.toString('latin1')).toMatch(/not gzip$/);
    expect(gunzipSync(response.body.subarray(0, -'not gzip'.length)).toString()).toContain('"count":60');
  });

  test('not-gzip is plain JSON under a wrong name', async () => {
    const response = await ask(await useFaulty({ kind: 'gzip', damage: 'not-gzip' }), 'cases/');
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(response.json()).toMatchObject({ count: 60 });
  });
});

/** How many bytes of body the head promises, and how many came. */
function bodyOf(text: string): { promised: number; received: number } {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const promised = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  return { promised, received: Buffer.byteLength(rest.join('\r\n\r\n')) };
}

function hasHalf(text: string): boolean {
  const { promised, received } = bodyOf(text);
  return received >= promised / 2;
}
