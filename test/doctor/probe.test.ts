import type { ServerResponse } from 'node:http';
import { expect, describe, test } from '@jest/globals';
import { gatherSettings, type SettingName, parseSettings } from '../../src/config/settings.ts';
import { judgeProbe, sawNothing } from '../../src/doctor/probe/judge.ts';
import { runProbe } from '../../src/doctor/probe/probe.ts';
import { PROBE_REQUESTS } from '../../src/doctor/probe/requests.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { type Shape, send, startSmallApi, TOKEN } from './small-api.ts';

async function probe(shape: Shape, texts: Partial<Record<SettingName, string>> = {}, maxRequestMs?: number) {
  const api = await startSmallApi(shape);
  const settings = parseSettings(gatherSettings({ apiUrl: api.url, ...texts }, {}, {}));
  const runtime = fakeRuntime();
  const open: number[] = [];
  const seen = await runProbe(
    {
      settings,
      token: TOKEN,
      signal: new AbortController().signal,
      onObservation: () => open.push(api.open()),
      ...(maxRequestMs !== undefined && { maxRequestMs }),
    },
    runtime,
  );
  const judged = judgeProbe(seen);
  const listOf = (verdict: string) =>
    judged.filter((one) => one.verdict === verdict).map(({ number }) => number);
  return {
    api,
    runtime,
    seen,
    differing: listOf('differs'),
    holding: listOf('holds'),
    toldOf: (number: string) => judged.find((one) => one.number === number)?.seen ?? '',
    verdictOf: (number: string) => judged.find((one) => one.number === number)?.verdict,
    paths: api.requests.map(({ path }) => path.replace('/api/v2p1/', '')),
  };
}

describe('the requests of a probe', () => {
  test('are those that it lists, at most fifteen, each once, with a second in between', async () => {
    const { paths, runtime } = await probe({ etag: true });
    const patterns = Object.values(PROBE_REQUESTS).map(({ path }) => path);
    expect(patterns.length).toBeLessThanOrEqual(15);
    expect(
      paths.map((path) => path.replace(/(?<=case_id=|cases\/|documents\/)(?!999999999)\d+/, 'ID')),
    ).toEqual(patterns);
    expect(runtime.waits).toEqual(Array.from({ length: patterns.length - 1 }, () => 1000));
  });

  test('take a longer --delay, and are not retried when they fail', async () => {
    const { paths, runtime } = await probe(
      {
        answer: (path, _request, response) =>
          path.includes('page=2') && send(response, 500, { detail: 'Oops' }),
      },
      { delayMs: '2500' },
    );
    expect(paths.filter((path) => path.includes('page=2'))).toHaveLength(1);
    expect(new Set(runtime.waits)).toEqual(new Set([2500]));
  });

  test('carry the validators of the page only when they ask whether it has changed', async () => {
    const { api, toldOf } = await probe({ etag: true });
    const conditional = api.requests.filter(({ headers }) => headers['if-none-match'] !== undefined);
    expect(conditional).toHaveLength(1);
    expect(toldOf('A7')).toBe('ETag: weak; Last-Modified: none; a conditional request: status 304');
  });
});

describe('the verdicts on an API', () => {
  test('as documented: everything that can be seen holds', async () => {
    const { differing, holding, verdictOf } = await probe({ etag: true, resources: true });
    expect(differing).toEqual([]);
    expect(holding.length).toBeGreaterThanOrEqual(30);
    expect([verdictOf('A6'), verdictOf('A49'), verdictOf('A34')]).toEqual(['not seen', 'holds', 'holds']);
  });

  test('in another shape: lists without count or envelope, no list for none, ids descending', async () => {
    const { differing, toldOf } = await probe({
      order: 'descending',
      linked: 'bare',
      nothing: '404',
      allDocuments: 'yes',
      pageSize: 100,
    });
    expect(differing).toEqual([]);
    expect(toldOf('A25')).toContain('ids descending; the same page again: the same cases in the same order');
    expect(toldOf('A41')).toContain('documents: a bare list');
    expect(toldOf('A42')).toContain('resources: 404');
    expect(toldOf('A43')).toBe('documents: ids descending; dockets: too few to have an order');
    expect(toldOf('A44')).toBe(
      'offered: 4 documents on the first page, an envelope with `count`, 0 name a case',
    );
    expect(toldOf('A21')).toBe('the list has one page');
    expect(toldOf('A46')).toBe('2 of 8 documents count as not public');
  });

  test.each<[string, string, RegExp, Shape]>([
    ['A42', 'holds', /resources: 200 with `\[\]`/, { nothing: 'bare' }],
    ['A42', 'holds', /resources: 200 with empty `results`/, { nothing: 'results' }],
    ['A41', 'holds', /dockets: an envelope without `count`/, { linked: 'without count' }],
    ['A44', 'differs', /4 name a case$/, { allDocuments: 'naming cases' }],
    [
      'A48',
      'holds',
      /^1 resource: 0 with an id, 1 of several cases; the expected fields$/,
      { resources: true },
    ],
    [
      'A6',
      'not seen',
      /headers of a rate limit: x-ratelimit-limit$/,
      { headers: { 'X-RateLimit-Limit': '60' } },
    ],
    ['A50', 'holds', /the same host, the expected path without its slash/, {}],
  ])('%s %s: %s', async (number, verdict, told, shape) => {
    const { toldOf, verdictOf } = await probe(shape);
    expect(toldOf(number)).toMatch(told);
    expect(verdictOf(number)).toBe(verdict);
  });

  /** A fault in the responses whose path contains a text, and the only verdicts that it makes differ. */
  const faults: [string, string, (body: Record<string, unknown>) => unknown, string[]][] = [
    ['another label', 'case_ongoing=5021', (body) => changed(body, { case_ongoing: 'No' }), ['A14']],
    ['no label', 'case_ongoing=5021', (body) => changed(body, { case_ongoing: null }), ['A14', 'A15']],
    ['another status', 'case_status=5074', (body) => changed(body, { case_status: 'Approved' }), ['A15']],
    ['an unknown field', 'case_status=5074', (body) => changed(body, { lamp: 'lit' }), ['A30']],
    ['no id', 'case_status=5074', (body) => changed(body, { id: 'seven' }), ['A31']],
    ['several cases', 'case_id=7', (body) => ({ ...body, results: [{}, {}] }), ['A16', 'A30', 'A31']],
    ['a count that is a text', 'case_ongoing=5021', (body) => ({ ...body, count: '7' }), ['A18', 'A27']],
    ['no previous', 'case_ongoing=5021', ({ count, next, results }) => ({ count, next, results }), ['A18']],
    ['a count below the pages', 'case_ongoing=5021', (body) => ({ ...body, count: 2 }), ['A27']],
    [
      'a cursor',
      'case_ongoing=5021',
      (body) => ({ ...body, next: '?case_ongoing=5021&cursor=cD0' }),
      ['A21'],
    ],
    ['next without the filter', 'case_ongoing=5021', (body) => ({ ...body, next: '?page=2' }), ['A22']],
    [
      'next in another version',
      'case_ongoing=5021',
      (body) => ({ ...body, next: '/api/v3/cases/?case_ongoing=5021&page=2' }),
      ['A22'],
    ],
    ['next that is a number', 'case_ongoing=5021', (body) => ({ ...body, next: 2 }), ['A18', 'A21', 'A22']],
    ['the id of another text', '/text/', (body) => ({ ...body, id: 1 }), ['A49']],
    ['a text that is null', '/text/', (body) => ({ ...body, text: null }), ['A49']],
    ['a document twice', '001/documents/', (body) => ({ ...body, results: twice(body.results) }), ['A45']],
    ['a cut docket', '/dockets/', (body) => changed(body, { docket_entries: [] }), ['A34']],
    ['another main docket', '/dockets/', (body) => changed(body, { id: 5 }), ['A47']],
    ['a resource with an id', '/resources/', (body) => changed(body, { id: 5 }), ['A48']],
    ['an object for a list', '/dockets/', () => ({ hello: 'world' }), ['A41']],
  ];
  test.each(faults)('%s in %s differs', async (_, place, change, expected) => {
    const sound = await startSmallApi({ resources: true });
    const { differing } = await probe({
      resources: true,
      answer: (path, request, response) => {
        const isUsual = !path.includes(place) || path.includes('page=99999');
        if (isUsual) return false;
        const url = `${sound.url.replace('/api/v2p1/', '')}${path}`;
        void fetch(url, { headers: { authorization: request.headers.authorization ?? '' } }).then(
          async (usual) =>
            send(response, usual.status, change((await usual.json()) as Record<string, unknown>) as never),
        );
        return true;
      },
    });
    expect(differing).toEqual(expected);
  });

  test.each<[string, string, number, unknown, string[]]>([
    [
      'a page past the end with status 200',
      'page=99999',
      200,
      { count: 7, next: null, previous: null, results: [] },
      ['A23'],
    ],
    [
      'an empty list for no match',
      'case_id=999999999',
      200,
      { count: 0, next: null, previous: null, results: [] },
      ['A17'],
    ],
    [
      'a refused filter',
      'case_ongoing=5021',
      400,
      ['API Error: Key: case_ongoing not found.'],
      ['A14', 'A23'],
    ],
    ['a refused list', '/resources/', 400, ['API Error: something.'], ['A42']],
    [
      '"No results" for a case that exists',
      'cases/?case_id=7',
      400,
      ["No results for {'case_id': '7'}"],
      ['A16'],
    ],
    ['another response of test', '/test', 200, { hello: 'world' }, ['A1']],
  ])('%s differs', async (_, place, status, body, expected) => {
    const { differing } = await probe({
      answer: (path, _request, response) => path.includes(place) && send(response, status, body as never),
    });
    expect(differing).toEqual(expected);
  });
});

describe('a failing request costs only its own lines', () => {
  const place = '/documents/';
  test.each<[string, Shape['answer'] & object]>([
    [
      'a page of HTML',
      (path, _request, response) =>
        path.includes(place) &&
        (response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Maintenance</h1>'), true),
    ],
    ['a 500', (path, _request, response) => path.includes(place) && send(response, 500, { detail: 'Oops' })],
    [
      'a 401',
      (path, _request, response) => path.includes(place) && send(response, 401, { detail: 'Not here.' }),
    ],
    ['a reset', (path, request) => path.includes(place) && (request.socket.destroy(), true)],
    [
      'a body without end',
      (path, _request, response) => path.includes(place) && endless(response, 65_536, 0),
    ],
  ])('%s', async (_, answer) => {
    const { verdictOf, differing } = await probe({ answer }, { maxBodyBytes: '1000000' });
    expect(differing.filter((number) => number !== 'A52')).toEqual([]);
    for (const number of ['A45', 'A46', 'A49']) expect(verdictOf(number)).toBe('not seen');
    for (const number of ['A18', 'A25', 'A34', 'A47']) expect(verdictOf(number)).toBe('holds');
  });

  test('a response that never ends, byte by byte', async () => {
    const { verdictOf, seen } = await probe(
      { answer: (path, _request, response) => path.includes('001/documents/') && endless(response, 1, 20) },
      {},
      3000,
    );
    expect(seen.documents).toEqual({ kind: 'failed', code: 'MAX_DURATION_REACHED' });
    expect([verdictOf('A45'), verdictOf('A47')]).toEqual(['not seen', 'holds']);
  });

  test('a body above --max-body is not read to its end, and differs', async () => {
    const { seen, differing } = await probe(
      { answer: (path, _request, response) => path.includes('page=2') && endless(response, 65_536, 0) },
      { maxBodyBytes: '1000000' },
    );
    expect(seen.second).toEqual({ kind: 'failed', code: 'RESPONSE_TOO_LARGE' });
    expect(differing).toEqual(['A29']);
  });

  test('a redirect of every list to another host is not followed, and differs', async () => {
    const elsewhere = await startSmallApi();
    const { differing, holding } = await probe({
      answer: (path, _request, response) =>
        path.includes('cases/') && (response.writeHead(302, { location: elsewhere.url }).end(), true),
    });
    expect(differing).toEqual(['A3', 'A4']);
    expect(holding).toContain('A1');
    expect(elsewhere.requests).toEqual([]);
  });

  test('a `next` that leads round for ever costs no request', async () => {
    const { paths } = await probe({
      answer: (path, _request, response) =>
        path.includes('case_ongoing') &&
        send(response, 200, { count: 1, next: path, previous: null, results: [] }),
    });
    expect(paths.length).toBeLessThanOrEqual(15);
  });
});

describe('the probe ends', () => {
  test('at once if the API refuses the token, whatever it says', async () => {
    const answer: Shape['answer'] = (_path, request, response) =>
      send(response, 401, { detail: `Bad ${request.headers.authorization ?? ''}` });
    const api = await startSmallApi({ answer });
    const settings = parseSettings(gatherSettings({ apiUrl: api.url }, {}, {}));
    const { signal } = new AbortController();
    const failed = runProbe({ settings, token: TOKEN, signal }, fakeRuntime());
    await expect(failed).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(failed).rejects.not.toThrow(TOKEN);
    expect(api.requests).toHaveLength(1);
  });

  test('after three requests if nobody is there', async () => {
    const settings = parseSettings(gatherSettings({ apiUrl: 'http://127.0.0.1:9/' }, {}, {}));
    const { signal } = new AbortController();
    await expect(runProbe({ settings, token: TOKEN, signal }, fakeRuntime())).rejects.toMatchObject({
      code: 'NETWORK_FAILED',
    });
  });

  test('with a 429, or a long Retry-After, and says what it has seen', async () => {
    for (const headers of [{}, { 'retry-after': '3600' }]) {
      const { paths, verdictOf } = await probe({
        answer: (path, _request, response) =>
          path.includes('page=2') && send(response, 429, { detail: 'Slow down.' }, headers),
      });
      expect(paths).toHaveLength(4);
      expect([verdictOf('A6'), verdictOf('A18'), verdictOf('A23')]).toEqual(['holds', 'holds', 'not seen']);
    }
  });

  test('not with a short Retry-After, which it waits for', async () => {
    const { paths, runtime } = await probe({
      answer: (path, _request, response) =>
        path.includes('page=2') && send(response, 429, { detail: 'Slow down.' }, { 'retry-after': '30' }),
    });
    expect(paths.length).toBeGreaterThan(10);
    expect(runtime.waits.filter((ms) => ms === 30_000)).toHaveLength(1);
  });

  test('with nothing seen if every response is a page of HTML', async () => {
    const { seen } = await probe({
      answer: (_path, _request, response) => (
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>'),
        true
      ),
    });
    expect(sawNothing(seen)).toBe(true);
    expect(judgeProbe(seen).every(({ verdict }) => verdict === 'not seen')).toBe(true);
  });
});

function changed(body: Record<string, unknown>, fields: object): unknown {
  const results = body.results as Record<string, unknown>[];
  return { ...body, results: results.map((one) => ({ ...one, ...fields })) };
}

function twice(value: unknown): unknown {
  const list = value as unknown[];
  return [...list, list[0]];
}

/** Writes for ever, this many bytes at a time. */
function endless(response: ServerResponse, bytes: number, everyMs: number): true {
  response.writeHead(200, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(bytes, ' ');
  const write = (): void => {
    if (response.destroyed) return;
    response.write(chunk, () => setTimeout(write, everyMs));
  };
  write();
  return true;
}
