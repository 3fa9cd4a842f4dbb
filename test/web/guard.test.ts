import { beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { join } from 'node:path';
import { FILTER_NAMES, NO_VALUE } from '../../src/search/filters.ts';
import { buildEventfulMirror } from '../support/eventful-mirror.ts';
import { writeFileSync } from 'node:fs';
import { startSite, type TestSite } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';

let site: TestSite;
beforeEach(async () => {
  const path = join(tempFolder(), 'mirror.db');
  writeFileSync(path, await buildEventfulMirror());
  site = await startSite(path);
});

describe('the host in a request', () => {
  test.each(['127.0.0.1:8750', 'localhost:8750', '127.0.0.1', 'LOCALHOST', '[::1]:8750', 'localhost:9999'])(
    '%s is answered',
    async (host) => {
      expect((await site.get('/runs', { host })).status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:8750',
    '127.0.0.1.evil.example',
    'localhost.evil.example:8750',
    '192.168.0.7:8750',
    '0.0.0.0:8750',
  ])('%s is refused on every path, without any content', async (host) => {
    for (const path of ['/', '/cases/1', '/cases.csv', '/cases/1.json', '/style.css']) {
      const { status, body } = await site.get(path, { host });
      expect([path, status]).toEqual([path, 421]);
      expect(body).toContain('REQUEST_REFUSED');
      expect(body).not.toContain('Alder');
    }
  });
});

test.each(['evil.example#127.0.0.1', '127.0.0.1:8750:1', 'evil.example@127.0.0.1'])(
  'an invalid host, %j, is refused',
  async (host) => {
    const { status, body } = await site.get('/cases/1', { host });
    expect([status < 500 && status >= 400, body.includes('Alder')]).toEqual([true, false]);
  },
);

test.each([
  'GET /cases/1 HTTP/1.0\r\n\r\n',
  'GET /cases/1 HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n',
  'GET /cases/1 HTTP/1.1\r\nConnection: close\r\n\r\n',
  'GET http://evil.example/cases/1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
])('a request without a host, or with another one, is refused: %j', async (head) => {
  const answer = await sendRaw(site.url, head);
  expect([/^HTTP\/1\.1 4\d\d /.test(answer), answer.includes('Alder')]).toEqual([true, false]);
});

describe('a request from another website', () => {
  test.each<[string, Record<string, string>]>([
    ['with its origin', { origin: 'https://evil.example' }],
    ['with a null origin', { origin: 'null' }],
    [
      'in the background',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    ],
    [
      'from another port',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    ],
    [
      'in a frame',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
  ])('%s is refused', async (_, headers) => {
    const { status, body } = await site.get('/cases.json', headers);
    expect([status, body]).toEqual([403, expect.stringMatching(/^REQUEST_REFUSED: /)]);
  });

  test.each<[string, Record<string, string>]>([
    [
      'a link on it',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
    ['a bookmark', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
    [
      'a page of this server',
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', origin: 'http://localhost:8750' },
    ],
  ])('%s may lead to a page', async (_, headers) => {
    expect((await site.get('/cases', headers)).status).toBe(200);
  });
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
  const { status, headers } = await site.get('/cases', {}, method);
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
});

test('HEAD is answered like GET, without a body', async () => {
  const { status, headers, body } = await site.get('/cases', {}, 'HEAD');
  expect([status, headers['content-type'], body]).toEqual([200, expect.stringContaining('text/html'), '']);
});

test.each(['/', '/cases.csv', '/nothing', '/cases?court=x&court=y', '/style.css'])(
  '%s has headers that forbid scripts, frames and content from other hosts',
  async (path) => {
    const { headers } = await site.get(path);
    expect(String(headers['content-security-policy']).split('; ').sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "style-src 'self'",
    ]);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers['cache-control']).toMatch(path === '/style.css' ? /^no-cache$/ : /^no-store$/);
  },
);

/** The missing pages that no case and no run could ever have. */
const UNKNOWN_PAGE = /^(?!\/cases\/(?:424242|1\?)|\/runs\/|\/changes)/;

describe('an invalid address', () => {
  test.each([
    ['/../../etc/passwd', 404],
    ['/..%2f..%2fetc%2fpasswd', 404],
    ['/cases/..%2f..%2fmirror.db', 404],
    ['/cases/%2e%2e/mirror.db', 404],
    ['/style.css/../run.js', 404],
    ['//evil.example/', 404],
    ['/cases/1%00', 404],
    ['/cases/99999999999999999999', 404],
    ['/cases/-1', 404],
    ['/cases/1/docket.exe', 404],
    ['/nosuchpage', 404],
    ['/sql.csv', 400],
    ['/sql?limit=1', 400],
    ['/find?q=x', 404],
    ['/audit/nothing', 404],
    ['/schema/nothing', 404],
    ['/documents/424242', 404],
    ['/dockets/424242', 404],
    ['/transitions?from=nothing', 400],
    ['/search?since=never&q=x', 400],
    ['/cases/424242', 404],
    ['/runs/4242', 404],
    ['/cases?limit=1', 400],
    ['/cases?page=0', 400],
    ['/cases?page=1e3', 400],
    ['/cases?page=-1', 400],
    ['/cases?sort=rank', 400],
    ['/cases?filed=x', 400],
    ['/cases?court=a%00b', 400],
    ['/cases?sort=name&sort=filed', 400],
    ['/cases?filed=2019&filed=2020', 400],
    [`/cases?court=${'x'.repeat(5000)}`, 400],
    ['/cases/1?as-of=never', 400],
    ['/cases/1?as-of=1999-01-01', 404],
    ['/cases/1/docket?entered=soon', 400],
    ['/changes?since=4&until=2', 400],
    ['/changes?field=nonsense', 400],
    ['/changes?since=99', 404],
    ['/cases.csv?page=x', 200],
    ['/cases.csv?limit=1', 400],
    ['/cases/9?as-of=2', 410],
  ])('%s shows a page with a code and a hint, and has status %i', async (path, expected) => {
    const { status, body } = await site.get(path);
    expect(status).toBe(expected);
    if (expected !== 200) expect(body).toMatch(/[A-Z]{4,}_?[A-Z]+/);
    expect(body.includes('PAGE_UNKNOWN')).toBe(expected === 404 && UNKNOWN_PAGE.test(path));
    expect(site.faults).toEqual([]);
  });
});

/** A value that each parameter accepts on every page. */
const ACCEPTED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(FILTER_NAMES.map((name) => [name, NO_VALUE])),
  'as-of': '2',
  departed: '1',
  entered: '2020..',
  field: 'name',
  from: 'Yes',
  in: 'entries',
  newest: '1',
  order: 'oldest',
  page: '1',
  q: 'lamp',
  raw: '1',
  since: '1',
  sort: 'name',
  to: 'No',
  type: 'Complaint',
  until: '3',
  words: 'motion',
};

test.each([
  '/cases',
  '/cases/1',
  '/cases/1/docket',
  '/cases/1/documents',
  '/changes',
  '/search',
  '/transitions',
])('%s takes every parameter that it says it takes', async (path) => {
  const { body } = await site.get(`${path}?nonsense=1`);
  const [, names = ''] = /The parameters of this page are ([^.]+)\./.exec(body) ?? [];
  for (const name of names.split(', ')) {
    const query = new URLSearchParams({
      ...(path === '/search' && { q: 'lamp' }),
      [name]: ACCEPTED[name] ?? '',
    });
    expect([name, (await site.get(`${path}?${query.toString()}`)).status]).toEqual([name, 200]);
  }
});

function sendRaw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}
