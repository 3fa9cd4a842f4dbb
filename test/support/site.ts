import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request as sendRequest, type IncomingHttpHeaders } from 'node:http';
import { afterEach } from '@jest/globals';
import { startServer } from '../../src/web/server.ts';

export interface TestSite {
  readonly url: string;
  /** Unexpected errors that the program printed. */
  readonly faults: unknown[];
  readonly get: (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const running: TestSite[] = [];

/** Serves a mirror until the end of a test. */
export async function startSite(database: string): Promise<TestSite> {
  const site = await serveSite(database);
  running.push(site);
  return site;
}

/** Serves a mirror, as `browse` does, on a free port, until it is closed. */
async function serveSite(
  database: string,
  now = new Date('2030-02-01T12:00:00Z'),
  timeZone = 'UTC',
): Promise<TestSite> {
  const faults: unknown[] = [];
  const { url, close } = await startServer(
    { database, now: () => now, timeZone, aim: (text) => text },
    0,
    (thrown) => faults.push(thrown),
  );
  return {
    url,
    faults,
    close,
    get: (path: string, headers = {}, method = 'GET') => get(url, path, headers, method),
  };
}

/** Serves a copy of a mirror until the site is closed, for tests that share it. */
export async function serveCopy(source: string): Promise<TestSite & { readonly database: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-'));
  const database = join(folder, 'mirror.db');
  cpSync(source, database);
  const site = await serveSite(database);
  const close = async (): Promise<void> => {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...site, database, close };
}

/** Unlike fetch, sends the path and every header as they are. */
function get(url: string, path: string, headers: Record<string, string>, method: string): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = sendRequest({ hostname, port, path, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

/** Closes every site that a test started. */
afterEach(async () => {
  for (const site of running.splice(0)) await site.close();
});
