import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Client } from '../../src/api/client.ts';
import type { LinkedKind } from '../../src/api/linked-fields.ts';
import { MAX_LIST_PAGES, type LinkedRead, fetchLinkedList } from '../../src/api/linked-lists.ts';
import { parseSettings, gatherSettings } from '../../src/config/settings.ts';
import type { MirrorError } from '../../src/errors/mirror-error.ts';
import { createClientFor } from '../../src/sync/run-sync.ts';
import { fakeRuntime } from '../support/runtime.ts';

interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Closes the connection instead. */
  readonly drops?: boolean;
}

type Script = (path: string, asked: number, base: string) => Answer;

const TOKEN = 'secret-token-1234';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface World {
  readonly client: Client;
  readonly asked: string[];
  readonly tokens: (string | undefined)[];
  readonly counted: () => number;
  readonly fetch: (kind?: LinkedKind, announced?: string) => Promise<LinkedRead>;
}

/** A server that answers by the path below the base, and how often it was asked for that path. */
async function serve(script: Script, refuseAfter = Infinity): Promise<World> {
  const asked: string[] = [];
  const tokens: (string | undefined)[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const path = (request.url ?? '').replace('/api/v2p1/', '');
    asked.push(path);
    tokens.push(request.headers.authorization);
    const count = asked.filter((one) => one === path).length;
    const { status = 200, body, headers = {}, drops = false } = script(path, count, base);
    if (drops) {
      request.socket.destroy();
      return;
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = text.trimStart().startsWith('<') ? 'text/html' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}/api/v2p1/`;
  const runtime = fakeRuntime();
  let counted = 0;
  const client = createClientFor(
    parseSettings(gatherSettings({ apiUrl: base, delayMs: '0' }, {}, {})),
    TOKEN,
    runtime,
    {
      beforeRequest: () => {
        if (counted >= refuseAfter) throw new Error('the budget is spent');
        counted++;
      },
    },
  );
  return {
    client,
    asked,
    tokens,
    counted: () => counted,
    fetch: (kind = 'documents', announced) =>
      fetchLinkedList(client, 7, kind, {
        signal: new AbortController().signal,
        maxPasses: 3,
        maxAttempts: 3,
        now: runtime.now,
        ...(announced !== undefined && { announced }),
      }),
  };
}

const LIST = 'cases/7/documents/';
const idsOf = ({ records }: LinkedRead): unknown[] => records.map(({ payload }) => payload.id);
const documents = (...ids: number[]) => ids.map((id) => ({ id, title: `Paper ${id}` }));

describe('the envelope of a linked list', () => {
  test.each<[string, Answer, string, number[]]>([
    [
      'with a count',
      { body: { count: 2, next: null, previous: null, results: documents(9, 4) } },
      'count',
      [9, 4],
    ],
    [
      'without a count',
      { body: { next: null, previous: null, results: documents(9, 4) } },
      'no_count',
      [9, 4],
    ],
    ['without count and next', { body: { results: documents(9) } }, 'no_count', [9]],
    ['a bare list', { body: documents(9, 4) }, 'bare', [9, 4]],
    ['an empty bare list', { body: [] }, 'empty_list', []],
    ['an empty list with a count', { body: { count: 0, next: null, results: [] } }, 'count', []],
    [
      'a 400 that says "No results"',
      { status: 400, body: ["No results for {'case': '7'}"] },
      'no_results_400',
      [],
    ],
    ['a 404 of the API', { status: 404, body: { detail: 'Not found.' } }, 'not_found_404', []],
  ])('%s is read with one request and recorded', async (_name, answer, envelope, ids) => {
    const { fetch, asked } = await serve(() => answer);
    const read = await fetch();
    expect([read.envelope, idsOf(read), read.pages, read.requests]).toEqual([envelope, ids, 1, 1]);
    expect(asked).toEqual([LIST]);
  });

  test('the bytes of each record are kept as they arrived, also in a bare list', async () => {
    const { fetch } = await serve(() => ({ body: ' [ {"id": 9,  "title":"caf\\u00e9"} ]' }));
    const [record] = (await fetch()).records;
    expect(record?.bytes.toString()).toBe('{"id": 9,  "title":"caf\\u00e9"}');
    expect(record?.payload.title).toBe('café');
  });

  test('a `next` that is neither an address nor null fails the list', async () => {
    const { fetch } = await serve(() => ({ body: { next: 7, results: documents(9) } }));
    await expect(fetch()).rejects.toMatchObject({ code: 'NEXT_REFUSED' });
  });

  test('a page that leaves `next` out is not taken for the whole list if its count says more', async () => {
    const { fetch } = await serve(() => ({ body: { count: 3, results: documents(9) } }));
    await expect(fetch()).rejects.toMatchObject({ code: 'NEXT_REFUSED' });
  });
});

/** Three pages, linked by `link`. */
const pages =
  (link: (base: string, number: number) => string, count: number | null = 3): Script =>
  (path, _asked, base) => {
    const [, number = '1'] = /[?&](?:page|cursor)=[a-z]*(\d)/.exec(path) ?? [];
    const at = Number(number);
    const next = at < 3 ? link(base, at + 1) : null;
    return { body: { ...(count !== null && { count }), next, results: documents(10 - at) } };
  };

describe('a linked list of several pages', () => {
  test('is followed by its opaque cursor, and ends with another look at page 1', async () => {
    const { fetch, asked } = await serve(pages((base, at) => `${base}${LIST}?cursor=cd${at}`, null));
    const read = await fetch();
    expect(idsOf(read)).toEqual([9, 8, 7]);
    expect([read.envelope, read.pages, read.requests]).toEqual(['no_count', 3, 4]);
    expect(asked).toEqual([LIST, `${LIST}?cursor=cd2`, `${LIST}?cursor=cd3`, LIST]);
  });

  test('is read on the configured origin although `next` names another host and version, which is recorded', async () => {
    const { fetch, asked, tokens } = await serve(
      pages((_base, at) => `http://www.clearinghouse.net/api/v2/cases/7/documents?page=${at}`),
    );
    const read = await fetch();
    expect(idsOf(read)).toEqual([9, 8, 7]);
    expect(asked).toEqual([LIST, `${LIST}?page=2`, `${LIST}?page=3`, LIST]);
    expect(tokens).toEqual(Array.from({ length: 4 }, () => 'Token secret-token-1234'));
    expect(read.drift.map(({ field }) => field)).toContain('documents.next');
  });

  test('is not followed to the list of another case', async () => {
    const { fetch, asked } = await serve(pages((base, at) => `${base}cases/8/documents/?page=${at}`));
    await expect(fetch()).rejects.toMatchObject({ code: 'NEXT_REFUSED' });
    expect(asked).toEqual([LIST]);
  });

  test('is not followed along an address that repeats the token', async () => {
    const { fetch } = await serve(pages((base) => `${base}${LIST}?page=2&t=secret-token-1234`));
    await expect(fetch()).rejects.toMatchObject({
      code: 'NEXT_REFUSED',
      message: expect.not.stringContaining('secret-token') as unknown,
    });
  });

  test('ends where the addresses form a loop', async () => {
    const { fetch } = await serve(pages((base) => `${base}${LIST}?cursor=aa2`, null));
    await expect(fetch()).rejects.toMatchObject({ code: 'PAGES_REPEAT' });
  });

  test('ends at a limit of pages where each page names another one and has a new record', async () => {
    const { fetch, asked } = await serve((path, _asked, base) => {
      const at = Number(/\d+$/.exec(path.split('?')[1] ?? '')?.[0] ?? 0) + 1;
      return { body: { next: `${base}${LIST}?cursor=${at}`, results: documents(at) } };
    });
    await expect(fetch()).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
    expect(asked).toHaveLength(MAX_LIST_PAGES + 1);
  });

  test('is read again if page 1 changed while the pages after it were read', async () => {
    const three = pages((base, at) => `${base}${LIST}?page=${at}`);
    const { fetch } = await serve((path, asked, base) =>
      path === LIST && asked === 2
        ? { body: { count: 3, next: `${base}${LIST}?page=2`, results: documents(11) } }
        : three(path, asked, base),
    );
    const read = await fetch();
    expect([idsOf(read), read.requests]).toEqual([[9, 8, 7], 8]);
  });

  test('fails if a record is on two pages in every pass, as when a list shifts and its count hides that', async () => {
    const { fetch, asked } = await serve((path, _asked, base) => ({
      body:
        path === LIST
          ? { count: 3, next: `${base}${LIST}?page=2`, results: documents(9, 8) }
          : { count: 3, next: null, results: documents(8) },
    }));
    await expect(fetch()).rejects.toMatchObject({ code: 'LINKED_LIST_SHIFTED' });
    expect(asked).toHaveLength(9);
  });

  test('fails if an announced page is missing in every pass', async () => {
    const { fetch } = await serve((path, _asked, base) =>
      path === LIST
        ? { body: { count: 2, next: `${base}${LIST}?page=2`, results: documents(9) } }
        : { status: 404, body: { detail: 'Invalid page.' } },
    );
    await expect(fetch()).rejects.toMatchObject({ code: 'LINKED_LIST_SHIFTED' });
  });

  test('a count that stays wrong is believed to be wrong after a second walk with the same records', async () => {
    const { fetch } = await serve(() => ({ body: { count: 5, next: null, results: documents(9, 8) } }));
    const read = await fetch();
    expect([idsOf(read), read.requests]).toEqual([[9, 8], 2]);
  });

  test('a failing page in the middle fails the list, and its earlier pages are not taken for all of it', async () => {
    const three = pages((base, at) => `${base}${LIST}?page=${at}`);
    const { fetch } = await serve((path, asked, base) =>
      path.endsWith('page=2') ? { status: 500, body: '' } : three(path, asked, base),
    );
    await expect(fetch()).rejects.toMatchObject({ code: 'SERVER_ERROR' });
  });
});

describe('a failure of a linked list', () => {
  const html = '<!doctype html><title>Maintenance</title>';
  test.each<[string, string, number, Answer]>([
    ['401', 'LINKED_LIST_REFUSED', 1, { status: 401, body: { detail: 'Invalid token.' } }],
    ['403 of a sealed list', 'LINKED_LIST_REFUSED', 1, { status: 403, body: { detail: 'Sealed.' } }],
    ['403 as a page of HTML', 'BLOCKED_BY_INTERMEDIARY', 3, { status: 403, body: html }],
    ['404 as a page of HTML', 'NOT_FOUND', 3, { status: 404, body: html }],
    ['500', 'SERVER_ERROR', 3, { status: 500, body: '' }],
    ['200 with HTML', 'SERVER_ERROR', 3, { body: html }],
    ['200 with an error', 'SERVER_ERROR', 3, { body: { detail: 'Try later.' } }],
    ['200 with a text in a list', 'SERVER_ERROR', 3, { body: ['API Error: no.'] }],
    ['200 with something else', 'RESPONSE_UNEXPECTED', 3, { body: { hello: 1 } }],
    [
      '200, cut off',
      'SERVER_ERROR',
      3,
      { body: '{"count": 2, "next": null, "results": [{"id": 9}, {"id": 8' },
    ],
    ['a closed connection', 'NETWORK_FAILED', 3, { drops: true }],
    [
      'a "No results" for another case',
      'WRONG_FILTER',
      3,
      { status: 400, body: ["No results for {'case': '8'}"] },
    ],
    ['a refusal of the address', 'REQUEST_REJECTED', 1, { status: 400, body: ['API Error: no.'] }],
    [
      'a redirect to another host',
      'REDIRECT_REFUSED',
      3,
      { status: 302, body: '', headers: { location: 'https://example.org/' } },
    ],
  ])('%s is %s after %i requests, and never a refused token', async (_name, code, requests, answer) => {
    const { fetch, asked } = await serve(() => answer);
    const error = await fetch().then(
      () => null,
      (thrown: unknown) => thrown as MirrorError,
    );
    expect(error).toMatchObject({ code });
    expect(asked).toEqual(Array.from({ length: requests }, () => LIST));
  });

  const words = 'Jane Roe';
  test.each<[string, Answer]>([
    ['a refusal', { status: 403, body: { detail: words } }],
    ['a refusal of the request', { status: 400, body: [`API Error: ${words}`] }],
    ['rate limiting', { status: 429, body: { detail: words } }],
    ['an error with status 200', { body: { detail: words } }],
    ['a text in a list', { body: [words] }],
    ['an address of the next page elsewhere', { body: { next: `/${words}/`, results: documents(9) } }],
    ['no address of the next page', { body: { next: `${words}\n`, results: documents(9) } }],
    [
      'an address of the next page that was read',
      { body: { next: `${LIST}?title=${words}&q=${words}`, results: documents(9) } },
    ],
    ['a page that is cut off', { body: { next: `${LIST}?${words}`, results: [] } }],
  ])('says nothing of what the server says, because it can be about a person: %s', async (_name, answer) => {
    const { fetch } = await serve((path) =>
      path === LIST || answer.status !== undefined ? answer : { status: 500, body: words },
    );
    const error = await fetch().then(
      () => null,
      (thrown: unknown) => thrown as MirrorError,
    );
    expect(error?.message).toContain('/');
    expect(decodeURIComponent(error?.message ?? '')).not.toMatch(/Jane|Roe/);
  });

  test('repeats a sentence that the framework of the API says about anything', async () => {
    const detail = 'You do not have permission to perform this action.';
    const { fetch } = await serve(() => ({ status: 403, body: { detail } }));
    await expect(fetch()).rejects.toThrow(`(status 403): ${detail}`);
  });

  test.each(['/api/v2p1/cases/8/documents/', '/api/v2p1/cases/7/dockets/', '/api/v2p1/documents/7/text/'])(
    'a redirect to %s, which is something else, is not followed',
    async (location) => {
      const { fetch, asked } = await serve((path) =>
        path === LIST ? { status: 302, body: '', headers: { location } } : { body: documents(9) },
      );
      await expect(fetch()).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
      expect(new Set(asked)).toEqual(new Set([LIST]));
    },
  );

  test('a failure that passes is tried again, and the list is read', async () => {
    const { fetch } = await serve((_path, asked) =>
      asked === 1 ? { status: 502, body: '' } : { body: documents(9) },
    );
    const read = await fetch();
    expect([idsOf(read), read.requests]).toEqual([[9], 2]);
  });

  test('a Retry-After that is too long ends the walk', async () => {
    const { fetch, client } = await serve(() => ({
      status: 429,
      body: { detail: 'Slow down.' },
      headers: { 'retry-after': '86400' },
    }));
    await expect(fetch()).rejects.toMatchObject({ code: 'RETRY_AFTER_TOO_LONG' });
    expect(client.pausedUntil()).not.toBeNull();
  });
});

describe('the requests of a linked list', () => {
  test('are each counted before they are sent: retries and redirects too', async () => {
    const { fetch, counted, asked } = await serve((path, _asked, base) =>
      path === LIST
        ? { status: 301, body: '', headers: { location: `${base}${LIST}?moved=1` } }
        : _asked === 1
          ? { status: 503, body: '' }
          : { body: documents(9) },
    );
    expect((await fetch()).requests).toBe(4);
    expect([counted(), asked.length]).toEqual([4, 4]);
  });

  test('are not sent when the budget refuses them', async () => {
    const { fetch, asked } = await serve(() => ({ status: 503, body: '' }), 2);
    await expect(fetch()).rejects.toThrow('the budget is spent');
    expect(asked).toHaveLength(2);
  });
});

describe('the records of a linked list', () => {
  test('what is no document is rejected byte for byte, and the others are read', async () => {
    const { fetch } = await serve(() => ({
      body: '{"next": null, "results": [{"id": 9}, "a text", {"id": "x"}, {"title": "no id"}, {"id": 8, "n": 1e999}]}',
    }));
    const read = await fetch();
    expect(idsOf(read)).toEqual([9, 8]);
    expect(read.records[1]?.odd?.why).toBe('a number that cannot be kept exactly');
    expect(read.rejected.map(({ why, bytes }) => [why, bytes.toString()])).toEqual([
      ['not an object but a text', '"a text"'],
      ['id is a text', '{"id": "x"}'],
      ['no id', '{"title": "no id"}'],
    ]);
  });

  test('a resource needs no id, and a docket without one is kept', async () => {
    const { fetch } = await serve(() => ({ body: [{ title: 'A book' }, { title: 'Another' }] }));
    expect((await fetch('resources')).records).toHaveLength(2);
    expect((await fetch('dockets')).records).toHaveLength(2);
  });

  test('one that occurs twice on a page is read once; a second record with its id is rejected', async () => {
    const { fetch } = await serve(() => ({ body: [...documents(9, 9), { id: 9, title: 'Other' }] }));
    const read = await fetch();
    expect(idsOf(read)).toEqual([9]);
    expect(read.rejected.map(({ why, id }) => [why, id])).toEqual([
      ['another record of the list has the same id', 9],
    ]);
  });

  test('of an address that differs, only words of the API are recorded, neither a name nor the token', async () => {
    const { fetch, client } = await serve(() => ({
      body: [
        { id: 9, text_url: 'https://x.example/files/Jane-Roe/9/text/?sealed=Jane&case=9' },
        { id: 10, text_url: `https://x.example/documents/10/text/?key=${TOKEN}` },
        { id: 11, text_url: `https://${TOKEN}.example/api/v2p1/documents/11/text/` },
      ],
    }));
    expect(client.holdsToken(TOKEN)).toBe(true);
    const { drift } = await fetch('documents');
    expect(drift.map(({ seen }) => seen)).toEqual([
      'another address: /files/…/N/text/?…=…&case=N',
      'an address that repeats the token',
    ]);
  });

  test('addresses that name another version or host are recorded, and never requested', async () => {
    const { fetch, asked } = await serve(() => ({
      body: [
        { id: 9, text_url: 'https://www.clearinghouse.net/api/v2p1/documents/9/text/' },
        { id: 81, text_url: 'http://127.0.0.1/api/v2/document/81' },
      ],
    }));
    const read = await fetch('documents', 'https://clearinghouse.net/api/v2/documents/?case=7');
    expect(read.drift).toEqual([
      {
        field: 'case_documents_url',
        expected: 'the address that is requested',
        seen: 'another address: /api/v2/documents/?case=N',
      },
      {
        field: 'documents[].text_url',
        expected: 'the address that is requested',
        seen: 'another host: www.clearinghouse.net',
      },
      {
        field: 'documents[].text_url',
        expected: 'the address that is requested',
        seen: 'another address: /api/v2/document/N',
      },
    ]);
    expect(asked).toEqual([LIST]);
  });
});
