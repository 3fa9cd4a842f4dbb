import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { startServer } from '../../src/web/server.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { listTagFaults } from '../support/read-html.ts';
import { type TestSite, serveCopy } from '../support/site.ts';
import { times } from '../support/times.ts';

let site: TestSite & { readonly database: string };
beforeAll(async () => {
  site = await serveCopy(await makeFullMirror());
});
afterAll(async () => {
  await site.close();
});

const repeat = (text: string, characters: number): string => text.repeat(Math.ceil(characters / text.length));

/** Texts that a column, FTS5, a pattern or SQLite may read in its own way. */
const TEXTS = [
  'value:county',
  '{value mirror_words} : county',
  'name:county',
  '- name : county',
  'description:county',
  'nosuch:x',
  '{}:x',
  ':',
  'a:b:c',
  'AND',
  'x AND',
  'NOT x',
  'x NEAR y',
  'NEAR(x y, 99999999999999)',
  'NEAR(x',
  '^',
  'x + y',
  '"',
  'x"y',
  '"" *',
  'x * *',
  '*x',
  "'; DROP TABLE cases; --",
  '\u0001county\u001f',
  '\u0002\u0003\u0002county',
  '\ufffe\u{10ffff}',
  'county\r\nSet-Cookie: a=b',
  repeat('(', 900),
  repeat('x ', 1900),
  repeat('x* ', 1900),
  repeat('county NOT ', 300),
  Array.from({ length: 90 }, () => 'county').join(' OR '),
  repeat('x', 1999),
  // Patterns with two ways to read one text take years for these.
  `${repeat('#', 1900)}!5`,
  `4:19-cv-00123${repeat('A', 1900)}!`,
  `"${repeat('a.', 1900)}"`,
  `${repeat('a.', 1900)}*`,
  `${repeat('\u0301', 900)}.a*`,
];

describe('a text that is searched', () => {
  test.each(TEXTS)('never breaks a page: %j', async (text) => {
    const q = encodeURIComponent(text);
    for (const query of [`q=${q}&raw=1`, `q=${q}&raw=1&in=texts`, `q=${q}`]) {
      const { status, body } = await site.get(`/search?${query}`);
      expect([query, [200, 400].includes(status), listTagFaults(body)]).toEqual([query, true, []]);
    }
    expect(site.faults.splice(0)).toEqual([]);
  });

  /** Every text of a few, from one of them on. */
  const everyOf = (few: number, first: number): readonly string[] =>
    TEXTS.filter((_, at) => at % few === first % few);
  // In the short test, each of the three that search nothing gets a third of the texts. A statement takes a process.
  test.each<[path: string, texts: readonly string[]]>([
    ['/cases/2/docket?words=', TEXTS],
    ['/cases?court=', everyOf(times(3, 1), 0)],
    ['/changes?field=', everyOf(times(3, 1), 1)],
    ['/transitions?from=', everyOf(times(3, 1), 2)],
    ['/sql?sql=', everyOf(times(6, 1), 0).filter(({ length }) => length < 50)],
  ])('never breaks another page: %s', async (path, texts) => {
    for (const text of texts) {
      const { status, body } = await site.get(path + encodeURIComponent(text));
      expect([text, status < 500, listTagFaults(body)]).toEqual([text, true, []]);
    }
    expect(site.faults.splice(0)).toEqual([]);
  });
});

describe('an odd address', () => {
  test.each([
    '/search?q=%ff',
    '/search?q=%zz',
    '/search?q=%',
    '/search?%00=1',
    '/search?__proto__=1',
    '/%',
    '/%ff',
    '/%c0%ae',
    '/cases/1%2f',
    '/cases/9007199254740993.json',
    '/documents/99999999999999999999',
    '/dockets/-99999999999999999999',
    '/schema/__proto__',
    '/schema/constructor',
    '/schema/sqlite_schema',
    '/audit/constructor',
    '/audit/constructor/cases.csv',
    '/changes?field=__proto__',
    '/changes?field=constructor.name',
    '/changes?since=0000-01-01',
    '/changes?since=9999-12-31',
    '/changes?since=500y',
    '/changes?until=1000-01',
    '/cases/1?as-of=9999-12-31',
    '/cases/1?as-of=275760-09-14',
    '/cases/1/docket?page=999999999',
    '/cases?page=999999999',
    '/search?q=county&page=999999999',
    '/search?q=county&entered=9999..0001',
    '/search?q=county&since=99999',
    `/sql?sql=${encodeURIComponent(`${repeat('/**/', 5000)}x`)}`,
    `/sql?sql=${encodeURIComponent(`SELECT '${repeat('§', 5900)}'`)}`,
    `/sql?sql=${encodeURIComponent(`SELECT ${repeat('(', 5900)}`)}`,
    `/sql?sql=${encodeURIComponent('SELECT zeroblob(2000000000)')}`,
    `/sql?sql=${encodeURIComponent("SELECT char(0), x'00ff', 1e999, 9223372036854775807")}`,
  ])('is answered with a page and never with a fault: %s', async (path) => {
    const { status, body } = await site.get(path);
    expect([status < 500, listTagFaults(body), /\bat .*:\d+:\d+/.test(body)]).toEqual([true, [], false]);
    expect(site.faults.splice(0)).toEqual([]);
  });

  test.each(['TRACE', 'PROPFIND', 'OPTIONS', 'HEAD'])('is answered to %s as well', async (method) => {
    for (const path of ['/', '/cases.csv', '/search.json?q=county', '/sql?sql=SELECT+1', '/nothing', '*'])
      expect((await site.get(path, {}, method)).status).toBeLessThan(500);
    expect(site.faults.splice(0)).toEqual([]);
  });

  test.each<Record<string, string>>([
    { range: 'bytes=0-10' },
    { 'if-none-match': '*' },
    { expect: '100-continue' },
    { 'content-length': '0' },
    { 'transfer-encoding': 'chunked' },
    { upgrade: 'websocket', connection: 'Upgrade' },
    { cookie: repeat('x', 40_000) },
  ])('is answered whole whatever a header asks for: %j', async (headers) => {
    for (const path of ['/', '/cases.csv', '/style.css'])
      expect([path, (await site.get(path, headers)).status]).toEqual([path, 200]);
    expect(site.faults.splice(0)).toEqual([]);
  });
});

const HEAD = 'Host: 127.0.0.1\r\nConnection: close\r\n\r\n';
test.each([
  `GET /a b HTTP/1.1\r\n${HEAD}`,
  `GET /\xff\xfe HTTP/1.1\r\n${HEAD}`,
  `GET /\0 HTTP/1.1\r\n${HEAD}`,
  `GET http:// HTTP/1.1\r\n${HEAD}`,
  `GET http://[::1 HTTP/1.1\r\n${HEAD}`,
  `GET //[ HTTP/1.1\r\n${HEAD}`,
  `GET * HTTP/1.1\r\n${HEAD}`,
  `GET ?x HTTP/1.1\r\n${HEAD}`,
  `GET / HTTP/9.9\r\n${HEAD}`,
  `GET / HTTP/1.1\r\nHost: 127.0.0.1:99999\r\nConnection: close\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
  `GET / HTTP/1.1\r\nX: a\rb\r\n${HEAD}`,
  `GET /${repeat('a', 200_000)} HTTP/1.1\r\n${HEAD}`,
  `POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n${HEAD}abc`,
  '\x16\x03\x01\x02\0',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
])('what is hardly HTTP is refused or answered, without a fault: %j', async (text) => {
  const answer = await sendRaw(site.url, text);
  expect(answer).toMatch(/^(?:HTTP\/1\.1 [234]\d\d |$)/);
  expect(answer).not.toMatch(/\bat .*:\d+:\d+|Set-Cookie/);
  expect(site.faults.splice(0)).toEqual([]);
});

test('a connection that never ends its head is closed, and the pages answer meanwhile', async () => {
  const faults: unknown[] = [];
  const now = () => new Date('2030-02-01T12:00:00Z');
  const place = { database: site.database, now, timeZone: 'UTC', aim: (text: string) => text };
  const server = await startServer(place, 0, (thrown) => faults.push(thrown), 50);
  try {
    const closed = sendRaw(server.url, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ');
    expect((await fetch(new URL('/runs', server.url))).status).toBe(200);
    expect(await closed).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
    expect(faults).toEqual([]);
  } finally {
    await server.close();
  }
});

/** Sends bytes, and resolves with all that comes back when the server closes the connection. */
function sendRaw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
    socket.on('error', () => undefined); // a reset, after the answer
    socket.on('close', () => {
      resolve(answer);
    });
  });
}
