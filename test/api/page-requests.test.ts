import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Client } from '../../src/api/client.ts';
import { fetchCasePages } from '../../src/api/case-pages.ts';
import { peekNext } from '../../src/api/page-requests.ts';
import { parseSettings, gatherSettings } from '../../src/config/settings.ts';
import { createClientFor } from '../../src/sync/run-sync.ts';
import { makeCase } from '../support/make-case.ts';
import { fakeRuntime } from '../support/runtime.ts';

/** A promise that is resolved from elsewhere. */
function openGate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

type Answer = (response: ServerResponse, asked: number) => unknown;

interface World {
  readonly base: string;
  readonly client: Client;
  /** What happened, in order. */
  readonly log: string[];
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const LIST = 'cases/?case_ongoing=5021';
const numberOf = (url = ''): number => Number(/page=(\d+)/.exec(url)?.[1] ?? 1);
const nextOf = (base: string, page: number): string => `${base}${LIST}&page=${page}`;

/** A page with one case, as JSON. */
function pageText(page: number, next: string | null): string {
  const record = makeCase({ id: 100 + page, case_ongoing: 'Yes' });
  return JSON.stringify({ count: 3, next, previous: null, results: [record] });
}

/** Three pages, each answered as `answers` says or as a sound page. The log names each request as it is sent. */
async function serve(
  answers: (base: string) => Readonly<Record<number, Answer>> = () => ({}),
  sleep?: () => Promise<void>,
): Promise<World> {
  const log: string[] = [];
  const counts = new Map<number, number>();
  const server = createServer((request, response) => {
    const page = numberOf(request.url);
    const asked = (counts.get(page) ?? 0) + 1;
    counts.set(page, asked);
    response.on('close', () => log.push(`${page} ${response.writableFinished ? 'served' : 'taken back'}`));
    const answer = answers(base)[page];
    if (answer === undefined) response.end(pageText(page, page === 3 ? null : nextOf(base, page + 1)));
    else void answer(response, asked);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2p1/`;
  const settings = parseSettings(gatherSettings({ apiUrl: base, delayMs: '0' }, {}, {}));
  const runtime = { ...fakeRuntime(), ...(sleep && { sleep }) };
  const client = createClientFor(settings, 'a-token-of-tests', runtime, {
    beforeRequest: () => log.push('request'),
  });
  closing.push(client.close);
  return { base, client, log };
}

/** Reads the list; the log says when a record is read, and when the consumer handles a page. */
async function readList(
  { client, log }: World,
  handle: (page: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const known = {
    has: () => {
      log.push('read');
      return false;
    },
    hashOf: () => undefined,
  };
  const pages = fetchCasePages(client, {
    filter: { case_ongoing: '5021' },
    hasNewRecords: () => true,
    known,
    hasServed: () => true,
    signal: new AbortController().signal,
  });
  for await (const { number } of pages) {
    log.push(`handle ${number}`);
    await handle(number);
  }
}

const stepsOf = (log: readonly string[]): string[] => log.filter((step) => !step.endsWith(' served'));

describe('The page after one that has arrived', () => {
  test('is requested before the records are read, and no further page is', async () => {
    const gates = [openGate(), openGate()];
    const answerAfter =
      (gate: number, page: number, next: string | null): Answer =>
      async (response) => {
        await gates[gate]?.passed;
        response.end(pageText(page, next));
      };
    const world = await serve((base) => ({
      2: answerAfter(0, 2, nextOf(base, 3)),
      3: answerAfter(1, 3, null),
    }));
    await readList(world, (page) => {
      gates[page - 1]?.open();
      return Promise.resolve();
    });
    expect(stepsOf(world.log)).toEqual([
      ...['request', 'request', 'read', 'handle 1'],
      ...['request', 'read', 'handle 2', 'read', 'handle 3'],
    ]);
  });

  test('is not requested while an earlier page is handled', async () => {
    const handled = openGate();
    const world = await serve((base) => ({
      2: async (response) => {
        await handled.passed;
        response.end(pageText(2, nextOf(base, 3)));
      },
    }));
    await readList(world, async (page) => {
      if (page !== 1) return;
      handled.open();
      // The record is read as soon as the page has arrived.
      while (world.log.filter((step) => step === 'read').length < 2) await new Promise(setImmediate);
      world.log.push('handled 1');
    });
    expect(stepsOf(world.log).slice(0, 7)).toEqual([
      ...['request', 'request', 'read', 'handle 1', 'read', 'handled 1'],
      'request',
    ]);
  });

  test('is taken back before a damaged page is requested again', async () => {
    const takenBack = openGate();
    const world = await serve(
      (base) => ({
        1: (response, asked) => {
          const text = pageText(1, nextOf(base, 2));
          response.end(asked === 1 ? text.replace('"results":[{', '"results":[{{') : text);
        },
        2: (response, asked) => {
          response.on('close', takenBack.open);
          if (asked > 1) response.end(pageText(2, null));
        },
      }),
      // The wait before the retry ends as soon as the server sees that the second request is gone.
      () => takenBack.passed,
    );
    await readList(world);
    const steps = world.log.filter((step) => step !== 'read');
    expect(steps.slice(0, 5)).toEqual(['request', '1 served', 'request', '2 taken back', 'request']);
    expect(steps.filter((step) => step.startsWith('handle'))).toEqual(['handle 1', 'handle 2']);
  });

  test('is not requested early if the page requires a pause', async () => {
    const world = await serve((base) => ({
      1: (response) => response.setHeader('retry-after', '5').end(pageText(1, nextOf(base, 2))),
    }));
    await readList(world);
    expect(stepsOf(world.log).slice(0, 3)).toEqual(['request', 'read', 'request']);
  });

  test('is found by its number if the page names two', async () => {
    const world = await serve((base) => ({
      1: (response) =>
        response.end(pageText(1, nextOf(base, 2)).replace(/}$/, `,"next":"${nextOf(base, 3)}"}`)),
      2: (response) => response.end(pageText(2, null)),
    }));
    await readList(world);
    expect(world.log.filter((step) => step.startsWith('handle'))).toEqual(['handle 1', 'handle 2']);
  });
});

test('A record of a page can be read while the page after it arrives', async () => {
  const world = await serve();
  const ids: unknown[] = [];
  const pages = fetchCasePages(world.client, {
    filter: { case_ongoing: '5021' },
    hasNewRecords: () => true,
    // Every record is known, so each is read from the bytes of its page, and only when it is needed.
    known: { has: () => true, hashOf: () => undefined },
    hasServed: () => true,
    signal: new AbortController().signal,
  });
  for await (const page of pages) {
    if ('unread' in page) throw page.unread;
    while (world.log.filter((step) => step.endsWith(' served')).length < Math.min(3, page.number + 1))
      await new Promise(setImmediate);
    for (const { read } of page.records) ids.push(read?.().payload.id);
  }
  expect(ids).toEqual([101, 102, 103]);
});

describe('The next page in the head of a body', () => {
  const NEXT = 'https://api.example/cases/?page=2';
  test.each<[string, string, string | undefined]>([
    ['is found', `{"count":3,"next":"${NEXT}","previous":null,"results":[]}`, NEXT],
    ['is found among white space', `\n{ "count": 3, "next": "${NEXT}", "results": [] }\n`, NEXT],
    ['is not found if there is none', '{"count":3,"next":null,"previous":null,"results":[]}', undefined],
    ['is not found after the records', `{"results":[],"count":3,"next":"${NEXT}"}`, undefined],
    ['is not found in a record', `{"results":[{"count":3,"next":"${NEXT}"}]}`, undefined],
    ['is not found if it has escapes', `{"count":3,"next":"https:\\/\\/a","results":[]}`, undefined],
    ['is not found in a body that is cut off', `{"count":3,"next":"${NEXT}","results":[{"id":1}`, undefined],
    ['is not found in another body', '<html>{"count":3,"next":"x"}</html>', undefined],
  ])('%s', (_, body, next) => {
    expect(peekNext(Buffer.from(body))).toBe(next);
  });
});
