import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type RunSummary, createReportStep } from '../../src/schedule/after-run.ts';
import {
  announceAttempt,
  renderChatText,
  createPingStep,
  createWebhookStep,
} from '../../src/schedule/notify.ts';
import type { RunReport } from '../../src/sync/report.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const GOES_ON = new AbortController().signal;
/** The zone of the schedule. */
const ZONE = 'America/Detroit';
const SECRET = 'lamp-secret';
const RUN = makeScheduledRun();
const WELL: RunSummary = { run: RUN, exit: 'complete', reports: [], steps: [] };
const BADLY: RunSummary = {
  ...WELL,
  exit: 'network',
  run: {
    ...RUN,
    outcome: 'failed',
    error: { code: 'NETWORK_FAILED', message: 'No lamp.', hint: 'Light one.' },
  },
};

interface Heard {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

const servers: { close: () => void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that returns these statuses in turn, and then 200. */
async function listen(...lists: number[]) {
  return listenWith((response) => response.writeHead(lists.shift() ?? 200).end());
}

/** A server with the given request handler. */
async function listenWith(respond: (response: ServerResponse) => void) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      heard.push({ method, url, type: headers['content-type'], body });
      respond(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  return { heard, url: new URL(`http://127.0.0.1:${port}/ping/${SECRET}?rid=7`) };
}

/** The report of a real run over a small collection, and of a run after it without changes. */
async function makeReports(): Promise<{ first: RunReport; second: RunReport }> {
  const { sync } = await startHarness({ source: smallCollection(5) });
  return { first: await sync(), second: await sync() };
}

describe('a dead man’s switch', () => {
  test('is pinged at the start of a scheduled run, and at its end with the exit code', async () => {
    const { heard, url } = await listen();
    await announceAttempt(url, RUN, ZONE, GOES_ON);
    expect(await createPingStep(url, ZONE).run(GOES_ON, WELL)).toBe(`notified ${url.host} 0`);
    await createPingStep(url, ZONE).run(GOES_ON, {
      ...BADLY,
      steps: [{ step: 'verify', outcome: 'done', detail: 'all well' }],
    });
    expect(heard.map(({ method, url: path }) => `${String(method)} ${String(path)}`)).toEqual([
      `POST /ping/${SECRET}/start?rid=7`,
      `POST /ping/${SECRET}/0?rid=7`,
      `POST /ping/${SECRET}/4?rid=7`,
    ]);
    expect(heard[0]?.body).toBe('The scheduled run of 2026-11-23 22:17 EST starts.\n');
    expect(heard[2]?.body).toBe(
      'The scheduled run of 2026-11-23 22:17 EST: failed, exit code 4.\nNETWORK_FAILED: No lamp.\nverify: done, all well\n',
    );
  });

  test('is pinged again if the ping failed', async () => {
    const { heard, url } = await listen(500, 503);
    await createPingStep(url, ZONE).run(GOES_ON, WELL);
    expect(heard).toHaveLength(3);
  });

  test('that fails three times is an error that does not show the secret', async () => {
    const { heard, url } = await listen(500, 500, 500, 500);
    const failure = await createPingStep(url, ZONE)
      .run(GOES_ON, WELL)
      .catch((error: unknown) => error);
    expect(heard).toHaveLength(3);
    expect(failure).toMatchObject({
      code: 'NOTIFY_FAILED',
      message: `${url.host} was not notified: status 500 (3 attempts).`,
    });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(SECRET);
  });

  test('that cannot be reached is also an error', async () => {
    const url = new URL(`http://127.0.0.1:1/${SECRET}`);
    await expect(createPingStep(url, ZONE).run(GOES_ON, WELL)).rejects.toMatchObject({
      code: 'NOTIFY_FAILED',
      message: '127.0.0.1:1 was not notified: no program listens there (ECONNREFUSED) (3 attempts).',
    });
  });

  test('is not awaited if the process is told to end', async () => {
    const { url } = await listen(500, 500, 500);
    const stop = new AbortController();
    const reason = new Error('enough');
    const pinging = createPingStep(url, ZONE).run(stop.signal, WELL);
    stop.abort(reason);
    await expect(pinging).rejects.toBe(reason);
  });
});

describe('a webhook', () => {
  test('receives the scheduled run, its steps and the reports of its runs', async () => {
    const { heard, url } = await listen();
    const { first } = await makeReports();
    const steps = [{ step: 'verify', outcome: 'done', detail: 'all well' }] as const;
    const step = createWebhookStep(url, ZONE, 'always', ({ runId, outcome }) => ({ runId, outcome }));
    expect(await step.run(GOES_ON, { ...WELL, steps, reports: [first] })).toBe(`notified ${url.host}`);
    expect(heard[0]).toMatchObject({
      method: 'POST',
      url: `/ping/${SECRET}?rid=7`,
      type: 'application/json',
    });
    expect(JSON.parse(String(heard[0]?.body))).toEqual({
      text: 'Clearinghouse mirror, scheduled run of 2026-11-23 22:17 EST: complete.\nCases: 5 new, 0 changed, 0 departed.',
      event: 'scheduled-run',
      exit_code: 0,
      scheduled_run: { ...RUN, steps },
      reports: [{ runId: 1, outcome: 'complete' }],
    });
  });

  test('receives only the scheduled runs that its setting selects', async () => {
    const { first, second } = await makeReports();
    const changed = { ...WELL, reports: [first] };
    const same = { ...WELL, reports: [second] };
    const failedStep: RunSummary = {
      ...same,
      steps: [{ step: 'snapshot', outcome: 'failed', detail: 'no room' }],
    };
    for (const [when, scheduledRuns] of [
      ['failure', [BADLY, failedStep]],
      ['change', [BADLY, failedStep, changed]],
      ['always', [BADLY, failedStep, changed, same]],
    ] as const) {
      const { heard, url } = await listen();
      for (const scheduledRun of [BADLY, failedStep, changed, same])
        await createWebhookStep(url, ZONE, when, () => null).run(GOES_ON, scheduledRun);
      expect([when, heard.length]).toEqual([when, scheduledRuns.length]);
    }
  });

  test('gets no request for a scheduled run that its setting does not select', async () => {
    const { heard, url } = await listen();
    expect(await createWebhookStep(url, ZONE, 'failure', () => null).run(GOES_ON, WELL)).toBeNull();
    expect(heard).toEqual([]);
  });
});

test('the report of a scheduled run is a separate file with the body of the webhook', async () => {
  const folder = join(tempFolder(), 'reports');
  const { first } = await makeReports();
  const step = createReportStep('/data/mirror.db', folder, ({ runId }) => ({ runId }));
  const path = join(folder, 'scheduled-run-20261124T031700Z.json');
  expect(await step.run(GOES_ON, { ...WELL, reports: [first] })).toBe(path);
  expect(readdirSync(folder)).toEqual(['scheduled-run-20261124T031700Z.json']);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    database: '/data/mirror.db',
    event: 'scheduled-run',
    exit_code: 0,
    scheduled_run: RUN,
    reports: [{ runId: 1 }],
  });
});

test('two mirrors that share a report folder, and two runs of one scheduled run, lose no report', async () => {
  const folder = tempFolder();
  const writers = ['/data/a.db', '/data/b.db', '/data/a.db'];
  const paths: unknown[] = [];
  for (const database of writers)
    paths.push(await createReportStep(database, folder, () => null).run(GOES_ON, WELL));
  expect(paths.map((path) => basename(String(path)))).toEqual([
    'scheduled-run-20261124T031700Z.json',
    'scheduled-run-20261124T031700Z-2.json',
    'scheduled-run-20261124T031700Z-3.json',
  ]);
  const databases = paths.map(
    (path) => JSON.parse(readFileSync(String(path), 'utf8')) as { database: string },
  );
  expect(databases.map(({ database }) => database)).toEqual(writers);
});

const catchError = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );

describe('a response that does not confirm the notification is an error', () => {
  const both = (url: URL) => [createPingStep(url, ZONE), createWebhookStep(url, ZONE, 'always', () => null)];

  test.each([301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 410])(
    'status %i, which another try would meet again',
    async (status) => {
      const { heard, url } = await listen(status, status);
      for (const step of both(url))
        await expect(step.run(GOES_ON, WELL)).rejects.toMatchObject({
          code: 'NOTIFY_FAILED',
          message: `${url.host} was not notified: status ${status}.`,
        });
      expect(heard).toHaveLength(2);
    },
  );

  test('a redirect: the error names only its host', async () => {
    const { url } = await listenWith((response) =>
      response.writeHead(301, { location: `https://elsewhere.example/${SECRET}` }).end(),
    );
    for (const step of both(url)) {
      const failure = await catchError(step.run(GOES_ON, WELL));
      expect(failure).toMatchObject({
        message: expect.stringContaining('a redirect to https://elsewhere.example, which is not followed'),
      });
      expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(SECRET);
    }
  });

  test.each([
    [`http://${SECRET}.example/`, 'http://[token].example,'],
    ['file:///etc/passwd', 'file:,'],
    [`http://${'a.'.repeat(3000)}example/`, 'a...,'],
  ])('a redirect to %s: the error is short and does not show the address', async (location, words) => {
    const { url } = await listenWith((response) => response.writeHead(302, { location }).end());
    for (const step of both(url)) {
      const { message } = (await catchError(step.run(GOES_ON, WELL))) as Error;
      expect(message).toContain(words);
      expect(message.length).toBeLessThan(500);
    }
  });

  test('a text that repeats the secret: no message shows it', async () => {
    const { url } = await listenWith((response) => response.end(`OK (not found ${SECRET})`));
    const failure = await catchError(createPingStep(url, ZONE).run(GOES_ON, WELL));
    expect(failure).toMatchObject({ message: expect.stringContaining('"OK (not found [token])"') });
  });

  test.each(['OK (not found)', 'OK (rate limited)', 'ok (not found)\n'])(
    'the words %j of a dead man’s switch',
    async (words) => {
      const { url } = await listenWith((response) => response.end(words));
      await expect(createPingStep(url, ZONE).run(GOES_ON, WELL)).rejects.toMatchObject({
        code: 'NOTIFY_FAILED',
        message: expect.stringMatching(/it returned "OK \((not found|rate limited)\)"/),
      });
      await expect(announceAttempt(url, RUN, ZONE, GOES_ON)).rejects.toMatchObject({
        code: 'NOTIFY_FAILED',
      });
    },
  );
});

test.each([
  ['', ''],
  ['OK', ''],
  ['ok\n', ''],
  ['Got it, thanks!', '; it did not return "OK"'],
])('a dead man’s switch that returns %j was pinged', async (words, remark) => {
  const { url } = await listenWith((response) => response.end(words));
  expect(await createPingStep(url, ZONE).run(GOES_ON, WELL)).toBe(`notified ${url.host} 0${remark}`);
});

test('an endless response is not read to its end', async () => {
  let sent = 0;
  const { url } = await listenWith((response) => {
    const pour = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x'))) sent += 65_536;
      if (!response.destroyed) response.once('drain', pour);
    };
    pour();
  });
  expect(await createWebhookStep(url, ZONE, 'always', () => null).run(GOES_ON, WELL)).toBe(
    `notified ${url.host}`,
  );
  expect(await createPingStep(url, ZONE).run(GOES_ON, WELL)).toContain('did not return');
  expect(sent).toBeLessThan(100_000_000);
});

test('the text for a chat says what failed, without mentions or links, and keeps commands readable', () => {
  const hint = 'Check the token with `clearinghouse-mirror doctor`; ask for a new one.';
  const text = renderChatText(
    {
      ...BADLY,
      run: { ...RUN, outcome: 'failed', error: { code: 'NETWORK_FAILED', message: 'No lamp.', hint } },
      steps: [
        {
          step: 'verify',
          outcome: 'failed',
          detail: 'see <!channel> @here *now* & \u202e[x](http://a.example)',
        },
      ],
    },
    ZONE,
  );
  expect(text).toBe(
    'Clearinghouse mirror, scheduled run of 2026-11-23 22:17 EST: failed, exit code 4.\n' +
      'Cases: 0 new, 0 changed, 0 departed.\nNETWORK_FAILED: No lamp.\n' +
      "Check the token with 'clearinghouse-mirror doctor'; ask for a new one.\n" +
      'verify failed: see &lt;!channel&gt; (at)here \u2217now\u2217 &amp;  (x)(http://a.example)',
  );
});
