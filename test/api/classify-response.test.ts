import { describe, expect, test } from '@jest/globals';
import { classifyResponse, type ApiResponse, type RawResponse } from '../../src/api/responses.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const HTML = '<html><body>Lamp out</body></html>';

const detail = (words: string) => JSON.stringify({ detail: words });
const list = (...words: unknown[]) => JSON.stringify(words);

const classify = (status: number, body: string, headers: RawResponse['headers'] = {}) =>
  classifyResponse({ status, headers, body: Buffer.from(body) }, NOW);

type Row = readonly [
  title: string,
  status: number,
  body: string,
  expected: ApiResponse,
  headers?: RawResponse['headers'],
];

const empty = (words: string): ApiResponse => ({ kind: 'empty', words });
const refused = (words: string): ApiResponse => ({ kind: 'refused', words });
const unauthorized = (words: string): ApiResponse => ({ kind: 'unauthorized', words });
const notFound = (words: string): ApiResponse => ({ kind: 'not-found', words });
const pastTheEnd: ApiResponse = { kind: 'past-the-end' };
const redirect = (location: string): ApiResponse => ({ kind: 'redirect', location });
const broken = (reason: string): ApiResponse => ({ kind: 'broken', reason });
const rateLimited = (retryAfterMs: number | undefined, words = '(no text)'): ApiResponse => ({
  kind: 'rate limited',
  retryAfterMs,
  words,
});
const transient = (status: number, retryAfterMs?: number): ApiResponse => ({
  kind: 'transient',
  reason: `status ${status}`,
  retryAfterMs,
});
const blocked = (status: number, retryAfterMs?: number): ApiResponse => ({
  kind: 'blocked',
  reason: `status ${status}, not in the API's form`,
  retryAfterMs,
});
const ignored = (header: string): ApiResponse =>
  rateLimited(undefined, `(no text) (Retry-After "${header}" is not a plausible pause)`);
const after = (value: string | string[]) => ({ 'retry-after': value });
const to = (location: string | string[]) => ({ location });

const NO_RESULTS = "No results for {'case_ongoing': '5022'}";
const UNKNOWN_KEY = 'API Error: Key: lamp, Value: 1 not found.';

describe('status 400 says one of several things', () => {
  test.each<Row>([
    ['one string that begins with No results', 400, list(NO_RESULTS), empty(NO_RESULTS)],
    ['only the words No results', 400, list('No results'), empty('No results')],
    [
      'no results, with the type of a page',
      400,
      list(NO_RESULTS),
      empty(NO_RESULTS),
      { 'content-type': 'text/html' },
    ],
    ['an unknown parameter', 400, list(UNKNOWN_KEY), refused(UNKNOWN_KEY)],
    [
      'a bad value',
      400,
      list('API Error: xyz is not an integer.'),
      refused('API Error: xyz is not an integer.'),
    ],
    ['no results further on in the string', 400, list('Sorry: No results'), refused('Sorry: No results')],
    ['no results in another case', 400, list('no results for x'), refused('no results for x')],
    ['two strings', 400, list('No results', 'No results'), refused('["No results","No results"]')],
    ['an empty list', 400, '[]', refused('[]')],
    ['a list of a number', 400, '[5]', refused('[5]')],
    ['a list in a list', 400, '[["No results"]]', refused('[["No results"]]')],
    ['a text of its own', 400, '"No results"', refused('"No results"')],
    ['an object with detail', 400, detail('No results'), refused('No results')],
    ['an object without detail', 400, '{"lamp":["bad"]}', refused('{"lamp":["bad"]}')],
    ['an object whose detail is no text', 400, '{"detail":5}', refused('{"detail":5}')],
    ['null', 400, 'null', refused('null')],
    ['HTML, which the API never sends', 400, HTML, blocked(400)],
    ['nothing', 400, '', blocked(400)],
    ['white space', 400, ' \r\n ', blocked(400)],
  ])('%s', (...[, status, body, expected, headers]) => {
    expect(classify(status, body, headers)).toEqual(expected);
  });
});

describe('other refusals', () => {
  test.each<Row>([
    ['401 with detail', 401, detail('Invalid token.'), unauthorized('Invalid token.')],
    ['401 with a page', 401, HTML, unauthorized(HTML)],
    ['401 with nothing', 401, '', unauthorized('(no text)')],
    ['403 with detail', 403, detail('Not for you.'), unauthorized('Not for you.')],
    ['403 with a list', 403, list('No results'), unauthorized('No results')],
    ['403 with the page of a bot check', 403, HTML, blocked(403), { 'cf-mitigated': 'challenge' }],
    ['403 with a page and a pause', 403, HTML, blocked(403, 30_000), after('30')],
    ['403 with nothing', 403, '', blocked(403)],
    ['407 of a proxy', 407, HTML, { kind: 'refused-by-proxy' }],
    ['404 past the last page', 404, detail('Invalid page.'), pastTheEnd],
    ['404 for no such address', 404, detail('Not found.'), notFound('Not found.')],
    ['404 with almost the words for a page', 404, detail('Invalid page'), notFound('Invalid page')],
    ['404 with the words in a list', 404, list('Invalid page.'), notFound('Invalid page.')],
    ['404 as a page', 404, HTML, notFound(HTML)],
    ['404 with nothing', 404, '', notFound('(no text)')],
    ['405', 405, detail('Method "GET" not allowed.'), refused('status 405: Method "GET" not allowed.')],
    ['405 with the page of a bot check', 405, HTML, blocked(405)],
    ['406', 406, '', blocked(406)],
    ['410', 410, detail('Gone.'), refused('status 410: Gone.')],
    ['413 with a page', 413, HTML, refused(`status 413: ${HTML}`)],
    ['418', 418, '"short and stout"', refused('status 418: "short and stout"')],
    ['422 with the words of an empty list', 422, list(NO_RESULTS), refused(`status 422: ${NO_RESULTS}`)],
    ['451', 451, '{}', refused('status 451: {}')],
    ['451 with a page', 451, HTML, refused(`status 451: ${HTML}`)],
    ['501', 501, HTML, refused(`status 501: ${HTML}`)],
    ['511 of a captive portal', 511, HTML, blocked(511)],
  ])('%s', (...[, status, body, expected, headers]) => {
    expect(classify(status, body, headers)).toEqual(expected);
  });
});

describe('failures that may pass', () => {
  test.each<Row>([
    ['429 without a pause', 429, '', rateLimited(undefined)],
    ['429 with words', 429, detail('Slow down.'), rateLimited(undefined, 'Slow down.')],
    ['429 with seconds', 429, '', rateLimited(30_000), after('30')],
    ['429 with no seconds', 429, '', rateLimited(0), after('0')],
    ['429 with a date to come', 429, '', rateLimited(90_000), after('Sun, 01 Mar 2026 12:01:30 GMT')],
    ['429 with a date gone by', 429, '', rateLimited(0), after('Sun, 01 Mar 2026 11:00:00 GMT')],
    ['429 with a Unix time', 429, '', rateLimited(2_000), after('1772366402')],
    ['429 with garbage', 429, '', ignored('soon'), after('soon')],
    ['429 with a negative number', 429, '', ignored('-5'), after('-5')],
    ['429 with a pause of decades', 429, '', ignored('999999999'), after('999999999')],
    ['429 with an empty header', 429, '', ignored(''), after('')],
    ['420', 420, '', rateLimited(undefined)],
    ['425', 425, '', transient(425)],
    ['499', 499, '', transient(499)],
    ['429 with the header twice', 429, '', rateLimited(7_000), after(['7', '9'])],
    ['429 with a list of no headers', 429, '', rateLimited(undefined), after([])],
    ['429 with the words of an empty list', 429, list(NO_RESULTS), rateLimited(undefined, NO_RESULTS)],
    ['408', 408, '', transient(408)],
    ['408 with a pause', 408, '', transient(408, 2_000), after('2')],
    ['500 with a page', 500, HTML, transient(500)],
    ['500 with an envelope', 500, '{"count":0,"next":null,"results":[]}', transient(500)],
    ['502', 502, '', transient(502)],
    ['503 with seconds', 503, '', transient(503, 120_000), after('120')],
    ['503 with a date', 503, '', transient(503, 3_600_000), after('Sun, 01 Mar 2026 13:00:00 GMT')],
    [
      '503 with garbage',
      503,
      '',
      {
        ...transient(503),
        reason: 'status 503 (Retry-After "1.5" is not a plausible pause)',
      } as ApiResponse,
      after('1.5'),
    ],
    ['520 of a content delivery network', 520, HTML, transient(520)],
    ['530 of a content delivery network', 530, HTML, transient(530)],
    ['504', 504, 'Gateway', transient(504)],
    ['a number above all lists', 599, '', transient(599)],
  ])('%s', (...[, status, body, expected, headers]) => {
    expect(classify(status, body, headers)).toEqual(expected);
  });
});

describe('redirects and undocumented lists', () => {
  test.each<Row>([
    ['301', 301, '', redirect('/elsewhere/'), to('/elsewhere/')],
    ['302', 302, HTML, redirect('https://lamp.example/'), to('https://lamp.example/')],
    ['303', 303, '', redirect('?page=2'), to('?page=2')],
    ['307', 307, '', redirect('/a'), to('/a')],
    ['308', 308, '', redirect('/a'), to(['/a', '/b'])],
    ['301 without an address', 301, '', broken('status 301 without a Location header')],
    ['307 with a list of no addresses', 307, '', broken('status 307 without a Location header'), to([])],
    ['300', 300, '', broken('unexpected status 300'), to('/a')],
    ['304', 304, '', broken('unexpected status 304')],
    ['305', 305, '', broken('unexpected status 305'), to('/a')],
    ['101', 101, '', broken('unexpected status 101')],
  ])('%s', (...[, status, body, expected, headers]) => {
    expect(classify(status, body, headers)).toEqual(expected);
  });
});

describe('good lists other than 200', () => {
  const PAGE = '{"count":0,"next":null,"results":[]}';
  test.each([201, 202, 203, 206])('%d with a page is read', (status) => {
    expect(classify(status, PAGE)).toEqual({ kind: 'page', page: { count: 0, next: null, results: [] } });
  });

  test.each([
    ['202 of a bot check', 202, HTML],
    ['202 with a message', 202, '{"message":"come again"}'],
    ['204', 204, ''],
    ['206 with half a list', 206, '{"count":2,"results":['],
    ['203 with something else', 203, '[]'],
  ])('%s may pass', (_title, status, body) => {
    const reason = `status ${status}, but no list`;
    expect(classify(status, body)).toEqual({ kind: 'transient', reason, retryAfterMs: undefined });
  });
});

test('a refusal is read as well with a byte-order mark, in UTF-16 or in a charset that its header names', () => {
  const body = list(NO_RESULTS);
  for (const bytes of [
    Buffer.from(`\ufeff${body}`),
    Buffer.from(`\ufeff${body}`, 'utf16le'),
    Buffer.from(`\ufeff${body}`, 'utf16le').swap16(),
  ])
    expect(classifyResponse({ status: 400, headers: {}, body: bytes }, NOW)).toEqual(empty(NO_RESULTS));
  const headers = { 'content-type': 'application/json; charset=iso-8859-1' };
  const latin1 = Buffer.from(detail('Désolé.'), 'latin1');
  expect(classifyResponse({ status: 401, headers, body: latin1 }, NOW)).toEqual(unauthorized('Désolé.'));
});

test("a refusal's words are cut and cannot steer a terminal", () => {
  const response = classify(400, list(`\u001b[2J${'x'.repeat(400)}\u0007`));
  expect(response).toEqual(refused(`[2J${'x'.repeat(297)}...`));
});
