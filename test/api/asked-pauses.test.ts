import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PacedClient } from '../../src/api/pacing.ts';
import { createFileClient } from '../../src/api/file-client.ts';
import { createAgents } from '../../src/api/http-agents.ts';
import { readLinkedResponse } from '../../src/api/linked-pages.ts';
import { gatherSettings, parseSettings } from '../../src/config/settings.ts';
import { createClientFor } from '../../src/sync/run-sync.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { tempFolder } from '../support/temp-folder.ts';

/*
 * `Retry-After` is defined for 429, 503 and redirects, and servers and what stands before them send it with any status (RFC 9110,
 * 10.2.3). A client that sends the next request sooner is the one that gets blocked.
 */

const PAUSE = { 'retry-after': '7' };
const JSON_TYPE = { 'content-type': 'application/json' };
const HTML_TYPE = { 'content-type': 'text/html' };
const XML_TYPE = { 'content-type': 'application/xml' };
const DETAIL = '{"detail":"x"}';

let answer: { status: number; headers: object; body: string };
let base: string;
let close: () => void;

beforeEach(async () => {
  const server = createServer((_request, response) => {
    response.writeHead(answer.status, { ...PAUSE, ...answer.headers }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterEach(() => {
  close();
});

const { signal } = new AbortController();
const readSettings = () =>
  parseSettings(gatherSettings({ apiUrl: `${base}api/v2p1/`, delayMs: '0' }, {}, {}));

/** How many seconds a client waits before its next request, whatever that is. */
const secondsOf = (client: PacedClient, now: Date): number | null => {
  const until = client.pausedUntil();
  client.close();
  return until === null ? null : (until.getTime() - now.getTime()) / 1000;
};

async function askApi(path: string): Promise<number | null> {
  const runtime = fakeRuntime();
  const client = createClientFor(readSettings(), 'secret-token-1234', runtime);
  const url = new URL(path, client.api);
  const asked = path.startsWith('cases/7')
    ? client.fetchRead(url, signal, (raw) => readLinkedResponse(raw, { url, caseId: 7 }, runtime.now()), 1)
    : client.fetchResponse(url, signal, undefined, { maxAttempts: 1 });
  await asked.catch(() => undefined);
  return secondsOf(client, runtime.now());
}

async function askFile(maxAttempts = 1): Promise<{ seconds: number | null; waits: readonly number[] }> {
  const runtime = fakeRuntime({ luck: 0 });
  const settings = readSettings();
  const client = createFileClient(
    {
      ...settings,
      limits: settings,
      agents: createAgents(settings),
      retry: settings,
      maxDurationMs: 3_600_000,
      knownHosts: [new URL(base).host],
      maxFileBytes: 1000,
    },
    runtime,
  );
  const path = join(tempFolder(), 'file.pdf');
  await client.fetchFile(new URL('doc/1.pdf', base), path, signal, maxAttempts).catch(() => undefined);
  return { seconds: secondsOf(client, runtime.now()), waits: runtime.waits };
}

describe('the pause that a response asks for', () => {
  test.each([
    [400, DETAIL],
    [401, DETAIL],
    [403, DETAIL],
    [403, '<html>'],
    [404, DETAIL],
    [409, DETAIL],
    [418, DETAIL],
    [418, '<html>'],
    [429, DETAIL],
    [451, DETAIL],
    [500, DETAIL],
    [501, DETAIL],
    [503, '<html>'],
    [202, DETAIL],
    [200, '<html>'],
  ])('is honored by the API client with status %d and the body %s', async (status, body) => {
    answer = { status, headers: body === DETAIL ? JSON_TYPE : HTML_TYPE, body };
    expect([await askApi('cases/?case_ongoing=5021'), await askApi('cases/7/documents/')]).toEqual([7, 7]);
  });

  test('is not honored with a page of a list, which is what was asked for', async () => {
    answer = { status: 200, headers: JSON_TYPE, body: '{"count":0,"next":null,"results":[]}' };
    expect([await askApi('cases/?case_ongoing=5021'), await askApi('cases/7/documents/')]).toEqual([
      null,
      null,
    ]);
  });

  test.each([
    [400, XML_TYPE],
    [403, HTML_TYPE],
    [409, XML_TYPE],
    [418, XML_TYPE],
    [429, XML_TYPE],
    [451, HTML_TYPE],
    [500, XML_TYPE],
    [501, XML_TYPE],
    [503, HTML_TYPE],
    [206, XML_TYPE],
    [200, HTML_TYPE],
  ])('is honored by the client of files with status %d and %j, also before a retry', async (status, type) => {
    answer = { status, headers: type, body: '<Error/>' };
    const { seconds, waits } = await askFile(2);
    expect([seconds, waits.reduce((sum, ms) => sum + ms, 0)]).toEqual([7, 7000]);
  });

  test.each([
    ['the file', 200, { 'content-type': 'application/pdf' }, '%PDF-1.7 %%EOF'],
    ['a redirect', 302, { location: 'https://elsewhere.example/' }, ''],
    ['that there is none (403)', 403, XML_TYPE, '<Error/>'],
    ['that there is none (404)', 404, XML_TYPE, '<Error/>'],
    ['that there is none (410)', 410, HTML_TYPE, '<html>'],
  ])('is not honored with %s, which answers for one file alone', async (_what, status, headers, body) => {
    answer = { status, headers, body };
    expect((await askFile()).seconds).toBeNull();
  });
});
