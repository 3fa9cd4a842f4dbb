import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { ask, askEnvelope } from './ask.ts';
import { listOf, objectOf } from './invent-many.ts';
import { useFakeApi } from './use-fake-api.ts';

describe('the token', () => {
  test.each([
    ['none', '', 'Authentication credentials were not provided.'],
    ['one of another kind', 'Bearer demo-token', 'Authentication credentials were not provided.'],
    ['a wrong one', 'Token wrong', 'Invalid token.'],
    ['two', 'Token demo-token demo-token', 'Invalid token header. Token string should not contain spaces.'],
    ['the bare word', 'Token', 'Invalid token header. No credentials provided.'],
  ])('%s is refused with 401', async (_, authorization, detail) => {
    const fakeApi = await useFakeApi();
    const response = await ask(fakeApi, 'cases/', { authorization });
    expect(response.status).toBe(401);
    expect(response.json()).toEqual({ detail });
    expect(response.headers['www-authenticate']).toBe('Token');
  });

  test('a good one is greeted by the test path', async () => {
    const fakeApi = await useFakeApi({ token: 'chosen' });
    expect(fakeApi.token).toBe('chosen');
    const response = await ask(fakeApi, 'test');
    expect(response.status).toBe(200);
    expect(objectOf(response.json()).message).toMatch(/^Success, you have access to /);
  });
});

describe('a list of cases', () => {
  test('names its next and previous page with the host that was asked', async () => {
    const fakeApi = await useFakeApi({ pageSize: 3 });
    const host = 'mirror.example:8080';
    const response = await ask(fakeApi, 'cases/?page=2&case_status=5069&case_ongoing=5020', { host });
    expect(objectOf(response.json())).toMatchObject({
      next: `http://${host}/api/v2p1/cases/?case_ongoing=5020&case_status=5069&page=3`,
      previous: `http://${host}/api/v2p1/cases/?case_ongoing=5020&case_status=5069`,
    });
    expect(response.headers['content-type']).toBe('application/json');
  });

  test('has the keys of the envelope in order, and null at both ends', async () => {
    const envelope = await askEnvelope(await useFakeApi({ pageSize: 100 }), 'cases/');
    expect(Object.keys(envelope)).toEqual(['count', 'next', 'previous', 'results']);
    expect(envelope).toMatchObject({ count: 60, next: null, previous: null });
  });

  test('looks one case up by its id', async () => {
    const fakeApi = await useFakeApi();
    const [, second = 0] = fakeApi.source.ids();
    const envelope = await askEnvelope(fakeApi, `cases/?case_id=${second}`);
    expect(envelope).toMatchObject({ count: 1, next: null });
    expect(envelope.results).toEqual([fakeApi.source.get(second)]);
  });

  test('combines its filters with AND', async () => {
    const fakeApi = await useFakeApi({ pageSize: 100 });
    const { results } = await askEnvelope(fakeApi, 'cases/?case_ongoing=5020&case_status=5069');
    expect(listOf(results).length).toBeGreaterThan(3);
    const lists = listOf(results).map((record) => [
      objectOf(record).case_ongoing,
      objectOf(record).case_status,
    ]);
    for (const status of lists) expect(status).toEqual(['No', 'Approved']);
  });

  test('follows the collection while that changes', async () => {
    const fakeApi = await useFakeApi();
    const [first = 0] = fakeApi.source.ids();
    fakeApi.source.remove(first);
    expect(await askEnvelope(fakeApi, 'cases/')).toMatchObject({ count: 59 });
  });
});

describe('a request that the API refuses', () => {
  test.each([
    ['cases/?case_ongoing=5022', 400, ["No results for {'case_ongoing': '5022'}"]],
    ['cases/?case_ongoing=5022&page=1', 400, ["No results for {'case_ongoing': '5022'}"]],
    ['cases/?case_status=5074&case_id=3', 400, ["No results for {'case_status': '5074', 'case_id': '3'}"]],
    ['cases/?test_key=1', 400, ['API Error: Key: test_key, Value: 1 not found.']],
    ['cases/?case_id=xyz', 400, ['API Error: xyz is not an integer.']],
    ['cases/?page=4', 404, { detail: 'Invalid page.' }],
    ['cases/?page=0', 404, { detail: 'Invalid page.' }],
    ['cases/?page=two', 404, { detail: 'Invalid page.' }],
    ['cases/?page=1.5', 404, { detail: 'Invalid page.' }],
    ['cases/999999/dockets', 404, { detail: 'Not found.' }],
    ['dockets/', 404, { detail: 'Not found.' }],
    ['/elsewhere', 404, { detail: 'Not found.' }],
  ])('%s is answered with %i', async (path, status, body) => {
    const fakeApi = await useFakeApi({
      source: inventCollection({ seed: 5, size: 60, emptyLists: [5022] }),
    });
    const response = await ask(fakeApi, path);
    expect(response.status).toBe(status);
    expect(response.json()).toEqual(body);
  });

  test('an empty collection has no results for no filter at all', async () => {
    const response = await ask(await useFakeApi({ source: recordedCases([]) }), 'cases/');
    expect([response.status, response.json()]).toEqual([400, ['No results for {}']]);
  });

  test('the list without its slash redirects to the one with it, token or not', async () => {
    const response = await ask(await useFakeApi(), 'cases?case_ongoing=5020&page=2', { authorization: '' });
    expect(response.status).toBe(301);
    expect(response.headers.location).toBe('/api/v2p1/cases/?case_ongoing=5020&page=2');
    expect(response.body).toHaveLength(0);
  });

  test('any method but GET is not allowed', async () => {
    const fakeApi = await useFakeApi();
    const status = await new Promise((resolve) => {
      const headers = { authorization: `Token ${fakeApi.token}` };
      request(`${fakeApi.url}cases/`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve([response.statusCode, response.headers.allow]);
      }).end();
    });
    expect(status).toEqual([405, 'GET']);
  });
});

describe('compression', () => {
  test.each(['gzip', 'gzip, deflate, br', 'br;q=1, gzip;q=0.5'])('is used for %s', async (accepted) => {
    const fakeApi = await useFakeApi();
    const plain = await ask(fakeApi, 'cases/');
    const packed = await ask(fakeApi, 'cases/', { 'accept-encoding': accepted });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    expect(packed.body.length).toBeLessThan(plain.body.length / 3);
  });

  test('is omitted if it is not requested, is refused, or is switched off', async () => {
    const on = await useFakeApi();
    const off = await useFakeApi({ gzip: false });
    const responses = [
      await ask(on, 'test'),
      await ask(on, 'test', { 'accept-encoding': 'gzip;q=0, identity' }),
      await ask(off, 'test', { 'accept-encoding': 'gzip' }),
    ];
    for (const { headers } of responses) expect(headers['content-encoding']).toBeUndefined();
  });
});

describe('a running fake API', () => {
  test('logs each request with its status, and never the token', async () => {
    const fakeApi = await useFakeApi({ rememberRequests: 2 });
    await ask(fakeApi, 'cases/?x=0');
    await ask(fakeApi, 'cases/?x=1', { authorization: '' });
    await ask(fakeApi, 'test');
    expect(fakeApi.requests).toMatchObject([
      { method: 'GET', url: '/api/v2p1/cases/?x=1', status: 401, authorization: true },
      { method: 'GET', url: '/api/v2p1/test', status: 200, authorization: true },
    ]);
    expect(Math.abs(Date.now() - (fakeApi.requests[0]?.at ?? 0))).toBeLessThan(10_000);
    expect(JSON.stringify(fakeApi.requests)).not.toContain(fakeApi.token);
  });

  test('counts the JSON bytes that it served, before compression', async () => {
    const fakeApi = await useFakeApi();
    const plain = await ask(fakeApi, 'cases/');
    expect(fakeApi.bytesServed).toBe(plain.body.length);
    await ask(fakeApi, 'cases/', { 'accept-encoding': 'gzip' });
    expect(fakeApi.bytesServed).toBe(2 * plain.body.length);
  });

  test('waits before each response if the options say so', async () => {
    const fakeApi = await useFakeApi({ latencyMs: 120 });
    const started = Date.now();
    await ask(fakeApi, 'test');
    expect(Date.now() - started).toBeGreaterThanOrEqual(115);
  });

  test('answers 500 with the reason when a rule or hook throws', async () => {
    const fakeApi = await useFakeApi({
      beforePage: () => {
        throw new Error('the hook is broken');
      },
    });
    const response = await ask(fakeApi, 'cases/');
    expect(response.status).toBe(500);
    expect(response.body.toString()).toContain('the hook is broken');
  });

  test('can be served under another base path', async () => {
    const fakeApi = await useFakeApi({ basePath: '/api/v9/' });
    expect(fakeApi.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v9\/$/);
    expect((await ask(fakeApi, 'test')).status).toBe(200);
    expect((await ask(fakeApi, '/api/v2p1/test')).status).toBe(404);
  });

  test('closes at the end of its block, twice if need be, and then refuses connections', async () => {
    let url: string;
    {
      await using fakeApi = await startFakeApi({ source: inventCollection({ size: 50 }) });
      url = fakeApi.url;
      expect((await ask(fakeApi, 'test')).status).toBe(200);
      await fakeApi.close();
    }
    await expect(fetch(url)).rejects.toThrow();
  });

  test('says so when its port is taken', async () => {
    const fakeApi = await useFakeApi();
    const port = Number(new URL(fakeApi.url).port);
    await expect(useFakeApi({ port })).rejects.toThrow('EADDRINUSE');
  });
});
